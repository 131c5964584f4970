"""The stand-in takes what the vendors document, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from ats_integration.sandbox import Sandbox
from ats_integration.sandbox.vendors import VENDORS

from .calls import FORMS, KEYS, PATHS, Files, apply, look

QUESTIONS = "candidate[open_question_answers_attributes]"
#: The vendors that take an application in one form; the others are proven with their adapters.
EVERYBODY = pytest.mark.parametrize("provider", sorted(FORMS))


def refusal(answer: requests.Response) -> tuple[int, Any]:
    return answer.status_code, answer.json()["error"] if answer.text.startswith("{") else answer.text.strip()


@EVERYBODY
class TestEverybody:
    """What all vendors have in common."""

    def test_takes_a_good_application(self, provider: str, ats: Sandbox) -> None:
        answer = apply(ats, provider)
        assert answer.ok, answer.text
        (taken,) = ats.received(provider)
        assert ("Sanne de Vries", "sanne@example.org", "4000001") == (taken.name, taken.email, taken.job_id)

    def test_refuses_a_call_without_a_key(self, provider: str, ats: Sandbox) -> None:
        bare: dict[str, Any] = {"auth": None, "params": {}, "headers": {"Accept": "application/json"}}
        assert 401 == apply(ats, provider, **bare).status_code

    def test_refuses_a_wrong_key_of_a_registered_customer(self, provider: str, ats: Sandbox) -> None:
        for account in ("acmebv", ""):
            ats.register(provider, account=account, key="another")
        assert 401 == apply(ats, provider).status_code

    def test_refuses_an_unknown_customer_once_one_is_registered(self, provider: str, ats: Sandbox) -> None:
        ats.register(provider, account="someone-else", key="key")
        assert apply(ats, provider).status_code in (404, 301)

    def test_says_that_a_job_is_closed_in_its_own_way(self, provider: str, ats: Sandbox) -> None:
        for account in ("acmebv", ""):
            ats.register(provider, account=account, key="key", jobs=["1"])
        closed = VENDORS[provider].replies["closed"]
        assert closed.status == apply(ats, provider).status_code

    @pytest.mark.parametrize("name", ["first_name", "last_name", "email", "name"])
    def test_refuses_an_application_without_a_name_or_address(self, provider: str, name: str, ats: Sandbox) -> None:
        field = f"candidate[{name}]" if provider == "recruitee" else name
        refused = apply(ats, provider, form={field: ""})
        assert refused.status_code in (400, 422)

    @pytest.mark.parametrize("resume", [("cv.pdf", b"", "application/pdf")])
    def test_refuses_an_empty_cv(self, provider: str, resume: tuple[str, bytes, str], ats: Sandbox) -> None:
        field = "candidate[cv]" if provider == "recruitee" else "resume"
        assert apply(ats, provider, files={field: resume}).status_code in (400, 422)

    def test_refuses_a_field_that_nobody_documents(self, provider: str, ats: Sandbox) -> None:
        assert apply(ats, provider, form={"favourite_colour": "blue"}).status_code in (400, 422)

    def test_refuses_a_form_that_is_not_multipart(self, provider: str, ats: Sandbox) -> None:
        options = {**KEYS[provider], "data": {"email": "a@b.nl", "name": "x"}}
        assert requests.post(ats.url(provider) + PATHS[provider], timeout=5, **options).status_code in (400, 422)

    def test_refuses_a_broken_form(self, provider: str, ats: Sandbox) -> None:
        headers = {**KEYS[provider].get("headers", {}), "Content-Type": "multipart/form-data; boundary="}
        options = {**KEYS[provider], "data": b"nonsense", "headers": headers}
        assert 400 == requests.post(ats.url(provider) + PATHS[provider], timeout=5, **options).status_code

    @pytest.mark.parametrize("path", ["/", "/nowhere", "/v1/boards", "/v0/postings", "/api/offers/x/y"])
    def test_does_not_know_other_addresses(self, provider: str, path: str, ats: Sandbox) -> None:
        assert 404 == apply(ats, provider, path=path).status_code

    def test_refuses_other_methods(self, provider: str, ats: Sandbox) -> None:
        assert 405 == requests.delete(ats.url(provider) + PATHS[provider], timeout=5).status_code

    def test_keeps_nothing_that_it_refused(self, provider: str, ats: Sandbox) -> None:
        apply(ats, provider, form={"favourite_colour": "blue"})
        assert [] == ats.received()
        assert (1, 1) == (ats.stats()[provider]["calls"], ats.stats()[provider]["refused"])


class TestGreenhouse:
    """Greenhouse checks names, types and files, but no required question."""

    @pytest.mark.parametrize(
        ("form", "wrong"),
        [
            ({"email": "sanne"}, "email"),
            ({"first_name": "see https://x.nl"}, "first_name"),
            ({"last_name": "x" * 256}, "last_name"),
            ({"phone": "www.call.me"}, "phone"),
            ({"location": "Ede"}, "location,latitude,longitude"),
            ({"data_compliance[gdpr_consent_given]": "yes"}, "data_compliance[gdpr_consent_given]"),
            ({"question_1": ["a", "b"]}, "question_1"),
            ({"cover_letter": "text"}, "cover_letter"),
            ({"question_x": "a"}, "question_x"),
        ],
    )
    def test_names_invalid_attributes(self, form: dict[str, Any], wrong: str, ats: Sandbox) -> None:
        assert (422, f"Invalid attributes: {wrong}") == refusal(apply(ats, "greenhouse", form=form))

    @pytest.mark.parametrize("name", ["cv.exe", "cv", "cv.pages"])
    def test_refuses_other_types_of_files(self, name: str, ats: Sandbox) -> None:
        files: Files = {"resume": (name, b"x", "application/pdf")}
        answer = refusal(apply(ats, "greenhouse", files=files))
        assert (400, "Uploaded resume has an unsupported file type.") == answer

    @pytest.mark.parametrize("auth", [("key", "password"), ("", ""), ("", "key")])
    def test_wants_the_key_with_an_empty_password(self, auth: tuple[str, str], ats: Sandbox) -> None:
        assert (401, "HTTP Basic: Access denied.") == refusal(apply(ats, "greenhouse", auth=auth))

    def test_wants_no_query(self, ats: Sandbox) -> None:
        assert (400, "Bad Request") == refusal(apply(ats, "greenhouse", params={"key": "key"}))

    @pytest.mark.parametrize(
        ("field", "value", "is_taken"),
        [
            ("question_1", "a text", True),
            ("question_2[]", ["10", "11"], True),
            ("question_2[]", ["10", "12"], False),
            ("question_2", "1", False),
            ("question_3", "1", True),
            ("question_3", "true", False),
            ("question_9", "x", False),
        ],
    )
    def test_checks_registered_questions(self, field: str, value: Any, is_taken: bool, ats: Sandbox) -> None:
        questions = {"1": "input_text", "2": "multi_value_multi_select", "3": "boolean"}
        ats.register("greenhouse", account="acmebv", key="key", jobs={"4000001": questions})
        assert is_taken == apply(ats, "greenhouse", form={field: value}).ok

    def test_shows_boards_and_jobs_to_everybody(self, ats: Sandbox) -> None:
        ats.register("greenhouse", account="acmebv", key="key", jobs={"5": {"7": "input_text"}})
        assert "acmebv" == look(ats, "greenhouse", "/v1/boards/acmebv", auth=None).json()["name"]
        assert [{"id": "5"}] == look(ats, "greenhouse", "/v1/boards/acmebv/jobs", auth=None).json()["jobs"]
        assert "question_7" in look(ats, "greenhouse", "/v1/boards/acmebv/jobs/5").text
        assert 404 == look(ats, "greenhouse", "/v1/boards/acmebv/jobs/6").status_code
        assert 404 == look(ats, "greenhouse", "/v1/boards/other").status_code


class TestLever:
    """Lever has one full name, a key in the query, and errors that may be empty."""

    @pytest.mark.parametrize(
        ("form", "error"),
        [
            ({"email": "sanne"}, "Invalid email"),
            ({"name": " "}, "Missing name"),
            ({"silent": "yes"}, "Expected true or false"),
            ({"consent[store]": "1"}, "Expected true or false"),
            ({"urls[LinkedIn]": "linkedin"}, "Invalid URL"),
            ({"cards[1][field0]": "x"}, {}),
            ({"resume": "text"}, "Invalid resume"),
        ],
    )
    def test_refuses(self, form: dict[str, Any], error: Any, ats: Sandbox) -> None:
        assert (400, error) == refusal(apply(ats, "lever", form=form, files={}))

    def test_takes_no_other_parameter(self, ats: Sandbox) -> None:
        assert 400 == apply(ats, "lever", params={"key": "key", "debug": "1"}).status_code

    def test_wants_to_be_asked_for_json(self, ats: Sandbox) -> None:
        assert 400 == apply(ats, "lever", headers={"Accept": "text/html"}).status_code

    def test_gives_the_id_back(self, ats: Sandbox) -> None:
        assert apply(ats, "lever").json()["applicationId"] == ats.received("lever")[0].id

    def test_shows_postings_to_everybody(self, ats: Sandbox) -> None:
        ats.register("lever", account="acmebv", key="key", jobs=["p1"])
        assert ["p1"] == [posting["id"] for posting in look(ats, "lever", "/v0/postings/acmebv", params={}).json()]
        assert "p1" == look(ats, "lever", "/v0/postings/acmebv/p1").json()["id"]
        assert (404, "Document not found") == refusal(look(ats, "lever", "/v0/postings/acmebv/p2"))


class TestRecruitee:
    """Recruitee wants a CV, running numbers, and one value that fits each question."""

    def test_wants_a_cv(self, ats: Sandbox) -> None:
        answer = apply(ats, "recruitee", files={})
        assert (422, ["Cv can't be blank"]) == refusal(answer)
        assert {"cv": ["can't be blank"]} == answer.json()["error_fields"]

    @pytest.mark.parametrize(
        ("answer", "is_taken"),
        [
            ({"[0][open_question_id]": "1", "[0][content]": "x"}, True),
            ({"[0][open_question_id]": "2", "[0][multi_content][]": ["MBO", "HBO"]}, True),
            ({"[0][open_question_id]": "2", "[0][multi_content][]": ["MBO", "WO"]}, False),
            ({"[0][open_question_id]": "2", "[0][multi_content]": "MBO"}, False),
            ({"[0][open_question_id]": "3", "[0][flag]": "true"}, True),
            ({"[0][open_question_id]": "3", "[0][flag]": "1"}, False),
            ({"[0][open_question_id]": "3", "[0][content]": "x"}, False),
            ({"[0][open_question_id]": "9", "[0][content]": "x"}, False),
            ({"[0][open_question_id]": "x", "[0][content]": "x"}, False),
            ({"[0][open_question_id]": "1"}, False),
            ({"[0][content]": "x"}, False),
            ({"[1][open_question_id]": "1", "[1][content]": "x"}, False),
            ({"[0][open_question_id]": "1", "[0][content]": "x", "[0][flag]": "true"}, False),
        ],
    )
    def test_checks_answers(self, answer: dict[str, Any], is_taken: bool, ats: Sandbox) -> None:
        questions = {"1": "text", "2": "multi_choice", "3": "legal"}
        ats.register("recruitee", account="", key="key", jobs={"4000001": questions})
        form = {QUESTIONS + name: value for name, value in answer.items()}
        assert is_taken == apply(ats, "recruitee", form=form).ok

    def test_answers_with_201_and_a_number(self, ats: Sandbox) -> None:
        answer = apply(ats, "recruitee")
        assert 201 == answer.status_code
        assert isinstance(answer.json()["candidate"]["id"], int)

    def test_tells_companies_apart_by_a_first_step(self, ats: Sandbox) -> None:
        ats.register("recruitee", account="acme", key="key")
        assert apply(ats, "recruitee", path="/acme" + PATHS["recruitee"]).ok
        assert 301 == apply(ats, "recruitee", path="/other" + PATHS["recruitee"]).status_code
        assert f"{ats.url()}/recruitee/acme" == ats.url("recruitee", "acme")
        assert ["acme"] == [taken.account for taken in ats.received()]

    def test_shows_offers_to_who_has_the_token(self, ats: Sandbox) -> None:
        ats.register("recruitee", account="", key="key", jobs=["monteur"])
        assert ["monteur"] == [o["slug"] for o in look(ats, "recruitee", "/api/offers").json()["offers"]]
        assert "published" == look(ats, "recruitee", "/api/offers/monteur").json()["offer"]["status"]
        assert 404 == look(ats, "recruitee", "/api/offers/x").status_code
        assert 401 == look(ats, "recruitee", "/api/offers", headers={}).status_code


def test_an_unknown_ats_is_not_served(ats: Sandbox) -> None:
    assert 404 == requests.get(ats.url("nosuch"), timeout=5).status_code
