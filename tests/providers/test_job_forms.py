"""What a job asks: which answer is to which question, what may be chosen, and what a message lacks."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from ats_integration.messages import Answer
from ats_integration.providers.job_forms import JobForm, Question, as_number, yes_or_no
from ats_integration.providers.link_questions import links_asked
from tests.factories import bare_message, message

YES_NO = Question(id="1", label="Licence?", is_required=True, choices=(("0", "No"), ("1", "Yes")))
SCALE = Question(id="2", label="How well?", choices=(("a", "1"), ("b", "2"), ("c", "Yes, very")))
TOWN = Question(id="3", label="Town", is_required=True)

words = some.text(some.characters(codec="utf-8", categories=("L", "N")), max_size=8)


def answer(said: Any, *, id: str = "1", question: str = "?") -> Answer:
    return Answer(question_id=id, question=question, answer=said)


@pytest.mark.parametrize(
    ("said", "chosen"),
    [
        (True, ("1",)),
        (False, ("0",)),
        ("yes", ("1",)),
        ("Ja", ("1",)),
        ("nee", ("0",)),
        ("1", ("1",)),
        (("YES",), ("1",)),
        ("perhaps", ()),
        (("Yes", "perhaps"), ()),
    ],
)
def test_finds_what_was_chosen_by_value_by_label_and_by_its_like(said: Any, chosen: tuple[str, ...]) -> None:
    assert chosen == YES_NO.chosen(answer(said))


def test_goes_by_the_very_word_before_its_like() -> None:
    assert ("a",) == SCALE.chosen(answer("1"))


@given(some.lists(some.tuples(words.filter(bool), words), min_size=1, unique_by=lambda pair: pair[0].casefold()))
def test_a_value_that_is_offered_can_always_be_chosen(pairs: list[tuple[str, str]]) -> None:
    choices = tuple((value, f"label of {label}") for value, label in pairs)
    question = Question(id="1", label="?", choices=choices)
    assert all((value,) == question.chosen(answer((value,))) for value, _label in choices)


@pytest.mark.parametrize(
    ("said", "is_answered"), [(answer("Ja"), True), (answer("perhaps"), False), (answer(True, id="9"), False)]
)
def test_is_answered_by_what_may_be_chosen(said: Answer, is_answered: bool) -> None:
    assert is_answered == YES_NO.is_answered_by(said)


@pytest.mark.parametrize(
    ("answers", "missing"),
    [
        ([], ("Licence?", "Town")),
        ([answer("Ja")], ("Town",)),
        ([answer("perhaps"), answer("Ede", id="3")], ("Licence?",)),
        ([answer("Ede", id="", question=" town "), answer(True)], ()),
        ([answer("", id="3"), answer(True)], ("Town",)),
        ([answer(" \n", id="3"), answer(True)], ("Town",)),
        ([answer((" ", ""), id="3"), answer(True)], ("Town",)),
    ],
)
def test_names_what_is_required_and_missing(answers: list[Answer], missing: tuple[str, ...]) -> None:
    form = JobForm(questions=(YES_NO, SCALE, TOWN))
    assert missing == form.missing(message(application={"answers": answers}))


def test_counts_what_other_parts_tell() -> None:
    form = JobForm(questions=(TOWN,), required_parts=frozenset({"resume", "phone"}))
    assert ("phone", "resume") == form.missing(bare_message(), frozenset({"3"}))


def test_counts_what_the_ats_is_told_only_where_the_form_says_so() -> None:
    form = JobForm(questions=(YES_NO, TOWN), counts_told_only=True)
    answers = [answer("Ja"), answer("Ede", id="3")]
    assert ("Licence?",) == form.missing(message(application={"answers": answers}), frozenset({"3"}))


def test_reads_a_form_that_was_remembered() -> None:
    often = Question(id="4", label="Languages", kind="text", field="value", is_repeatable=True)
    form = JobForm(questions=(YES_NO, often), required_parts=frozenset({"phone"}), counts_told_only=True)
    assert form == JobForm.from_json(json.loads(json.dumps(form.to_json())))


@pytest.mark.parametrize(
    ("said", "meant"), [("ja", True), ("No", False), ("1", True), ("soms", None), (("ja", "nee"), None)]
)
def test_reads_yes_and_no(said: Any, meant: bool | None) -> None:
    assert meant == yes_or_no(answer(said))


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("3", 3),
        (" 40000 ", 40000),
        ("1.5", 1.5),
        ("1,5", 1.5),
        ("1.25", 1.25),
        ("-2,50", -2.5),
        ("1234.567", 1234.567),
        ("0.500", 0.5),
        ("0,125", 0.125),
        (40000, 40000),
        (1.125, 1.125),
        ("40.000", None),
        ("40,000", None),
        (" 1.250 ", None),
        ("-1.250", None),
        ("1.250.000", None),
        ("1.250,50", None),
        ("veel", None),
        ("nan", None),
        (True, None),
        (("3", "4"), None),
    ],
)
def test_reads_numbers_that_can_be_read_in_one_way_only(said: Any, number: float | None) -> None:
    assert number == as_number(answer(said))


@given(number=some.integers(1_000, 999_999_999), separator=some.sampled_from(".,"))
def test_takes_no_thousands_for_decimals(number: int, separator: str) -> None:
    assert as_number(answer(f"{number:,}".replace(",", separator))) is None


@given(number=some.integers(0, 10**12), decimals=some.integers(0, 99), separator=some.sampled_from(".,"))
def test_reads_two_decimals_however_they_are_separated(number: int, decimals: int, separator: str) -> None:
    assert float(f"{number}.{decimals:02}") == as_number(answer(f"{number}{separator}{decimals:02}"))


class TestLinks:
    """LinkedIn and website go to the questions that ask for them."""

    def asked(self, label: str, *, kind: str = "text", said: tuple[str, ...] = ()) -> list[str]:
        form = JobForm(questions=(Question(id="9", label=label, kind=kind),))
        return [*links_asked(message(), form, kinds=("text",), said=said)]

    @pytest.mark.parametrize(
        ("label", "parts"),
        [
            ("LinkedIn", ["linkedin_url"]),
            ("Link to your Linked In profile", ["linkedin_url"]),
            ("Website", ["website_url"]),
            ("Jouw portfolio", ["website_url"]),
            ("Why us?", []),
        ],
    )
    def test_are_known_by_the_question(self, label: str, parts: list[str]) -> None:
        assert parts == self.asked(label)

    def test_go_to_lines_of_text_only(self) -> None:
        assert [] == self.asked("Website", kind="boolean")

    def test_leave_what_the_candidate_answered(self) -> None:
        assert [] == self.asked("Website", said=("9",))

    def test_ask_nothing_of_who_has_none(self) -> None:
        form = JobForm(questions=(Question(id="9", label="LinkedIn", kind="text"),))
        assert {} == links_asked(bare_message(), form, kinds=("text",), said=())
        assert {} == links_asked(message(), None, kinds=("text",), said=())
