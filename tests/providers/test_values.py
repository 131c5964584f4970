"""The small values of the adapters: fields, parts, words, paths."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ats_integration.errors import UnknownProvider
from ats_integration.messages import Answer
from ats_integration.providers import registry
from ats_integration.providers.base import ConfigField, Response, path
from ats_integration.providers.failures import MOST_WORDS, failure_of, in_words, plain_words
from ats_integration.providers.parts import filled, lines, paragraphs, plain


class TestConfigField:
    """A field knows what is wrong with a value, and never repeats it."""

    @pytest.mark.parametrize(
        ("field", "value", "problem"),
        [
            (ConfigField(name="a", label="A"), "x", ""),
            (ConfigField(name="a", label="A"), "", "This is needed."),
            (ConfigField(name="a", label="A", required=False), "", ""),
            (ConfigField(name="a", label="A", choices=(("x", "X"), ("y", "Y"))), "z", "Choose one of: x, y."),
            (ConfigField(name="a", label="Site", pattern="[a-z]+"), "9", "This does not look like a site."),
        ],
    )
    def test_names_the_problem(self, field: ConfigField, value: str, problem: str) -> None:
        assert problem == field.problem(value)

    @pytest.mark.parametrize("value", [" x", "x ", "x\n", "a\tb", "a\x7fb"])
    def test_refuses_what_no_address_or_header_takes(self, value: str) -> None:
        assert "copy it again" in ConfigField(name="a", label="A").problem(value)

    def test_takes_letters_of_any_script_unless_it_is_secret(self) -> None:
        assert "" == ConfigField(name="a", label="A").problem("Zoë")
        assert "" != ConfigField(name="a", label="A", secret=True).problem("Zoë")

    @pytest.mark.parametrize(("values", "value"), [({}, "eu"), ({"a": ""}, "eu"), ({"a": None}, "eu"), ({"a": 5}, "5")])
    def test_gives_the_default(self, values: dict[str, Any], value: str) -> None:
        assert value == ConfigField(name="a", label="A", default="eu").value(values)


class TestWords:
    """An error of any shape is one line for people."""

    @pytest.mark.parametrize(
        ("value", "words"),
        [
            ("no", "no"),
            (None, ""),
            ({}, ""),
            ([], ""),
            (0, ""),
            (17, "17"),
            (True, "True"),
            (["a", "", "b"], "a; b"),
            ({"cv": ["is empty", "is old"], "x": None}, "cv: is empty; is old"),
            ([[[[[[["deep"]]]]]]], ""),
        ],
    )
    def test_are_found(self, value: Any, words: str) -> None:
        assert words == in_words(value)

    @pytest.mark.parametrize(
        "value",
        [
            "job " * 100_000,
            ["job"] * 100_000,
            {"job " * 1_000: "job"},
            {f"job {number}": ["job"] for number in range(1_000)},
        ],
    )
    def test_have_an_end(self, value: Any) -> None:
        assert MOST_WORDS == len(in_words(value))

    @pytest.mark.parametrize("slug", sorted(registry.all_providers()))
    @pytest.mark.parametrize("key", ["error", "errors", "message", "detail"])
    def test_of_an_adapter_have_an_end_before_it_searches_them(self, slug: str, key: str) -> None:
        headers = {"x-bamboohr-error-message": "job " * 10_000}
        response = Response(status=422, headers=headers, body=json.dumps({key: "job " * 100_000}).encode())
        assert 3 * MOST_WORDS > len(registry.get(slug).explain(response))

    @pytest.mark.parametrize(
        ("body", "words"),
        [(b" Access denied.\n", "Access denied."), (b"<p>no</p>", ""), (b'{"a":1}', ""), (b"x" * 201, ""), (b"", "")],
    )
    def test_may_be_the_whole_body(self, body: bytes, words: str) -> None:
        assert words == plain_words(Response(status=400, body=body))


class TestParts:
    """Answers and letters become text where an ATS has no field for them."""

    @pytest.mark.parametrize(
        ("said", "text"), [("x", "x"), (True, "yes"), (False, "no"), (3, "3"), (2.5, "2.5"), (("a", "b"), "a, b")]
    )
    def test_an_answer_is_one_text(self, said: Any, text: str) -> None:
        assert text == plain(Answer(question="?", answer=said))

    def test_answers_are_lines(self) -> None:
        answers = [Answer(question="A?", answer="1"), Answer(question="B?", answer=True)]
        assert "A?: 1\nB?: yes" == lines(answers)

    def test_paragraphs_skip_what_is_empty(self) -> None:
        assert "a\n\nb" == paragraphs("a", "", "b")

    def test_a_form_leaves_out_what_is_empty(self) -> None:
        assert (("a", "1"),) == filled(("a", "1"), ("b", ""), ("c", None))


@pytest.mark.parametrize(
    ("steps", "found"), [(("v1", "a b"), "/v1/a%20b"), (("a/b", "é", "?#"), "/a%2Fb/%C3%A9/%3F%23"), ((5,), "/5")]
)
def test_a_path_keeps_each_step_together(steps: tuple[object, ...], found: str) -> None:
    assert found == path(*steps)


@pytest.mark.parametrize("status", [0, 100, 199, 600, 999])
def test_a_status_that_is_none_is_uncertain(status: int) -> None:
    assert "uncertain" == failure_of(status).code


def test_the_registry_knows_all_by_their_slug() -> None:
    assert {"greenhouse", "lever", "recruitee"} <= set(registry.all_providers())
    assert [("greenhouse", "Greenhouse"), ("lever", "Lever"), ("recruitee", "Recruitee")] == [
        choice for choice in registry.choices() if choice[0] in ("greenhouse", "lever", "recruitee")
    ]


def test_the_registry_names_what_it_does_not_know() -> None:
    with pytest.raises(UnknownProvider, match="nosuch"):
        registry.get("nosuch")


class TestText:
    """A body is read as what it is."""

    @pytest.mark.parametrize(
        ("charset", "said", "text"),
        [
            ("", "Zoë".encode(), "Zoë"),
            ("charset=utf-8", "Zoë".encode(), "Zoë"),
            ("charset=iso-8859-1", "Zoë".encode(), "Zoë"),
            ("charset=iso-8859-1", "Zoë".encode("latin-1"), "Zoë"),
            ('charset="Windows-1252"', "Zoë €".encode("cp1252"), "Zoë €"),
            ("charset=utf-16le", "Zoë š".encode("utf-16-le"), "Zoë š"),
            ("charset=UTF-16", "Zoë".encode("utf-16"), "Zoë"),
            ("", "Zoë".encode("utf-16"), "Zoë"),
            ("", '{"a":"Zoë"}'.encode("utf-16-le"), '{"a":"Zoë"}'),
            ("", b"Zo\xeb", "Zo\ufffd"),
            ("charset=utf-8", b"Zo\xeb", "Zo\ufffd"),
            ("charset=us-ascii", b"Zo\xeb", "Zo\ufffd"),
            ("charset=punycode", b"Zo\xeb", "Zo\ufffd"),
            ("charset=isomorphic", b"Zo\xeb", "Zo\ufffd"),
            ("charset=utf-8", b"\0", "\0"),
        ],
    )
    def test_of_an_answer(self, charset: str, said: bytes, text: str) -> None:
        headers = {"content-type": f"text/plain; {charset}"}
        assert text == Response(status=400, headers=headers, body=said).text
