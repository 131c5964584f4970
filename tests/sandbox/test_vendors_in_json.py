"""Teamtailor, Personio and Homerun on the stand-in take what the vendors document, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from ats_integration.sandbox import Sandbox
from ats_integration.sandbox.downloads import NotFetched, fetched

JSON_API = "application/vnd.api+json"
HEADERS = {
    "teamtailor": {
        "Authorization": "Token token=key",
        "X-Api-Version": "20240904",
        "Content-Type": JSON_API,
        "Accept": JSON_API,
    },
    "personio": {"Authorization": "Bearer key", "X-Company-ID": "4711", "Accept": "application/json"},
    "homerun": {"Authorization": "Bearer key", "Accept": "application/json"},
}
PERSON = {"email": "sanne@example.org"}
APPLICANT = {"first_name": "Sanne", "last_name": "de Vries", **PERSON}
CV = ("cv.pdf", b"%PDF-1.7", "application/pdf")


def post(ats: Sandbox, provider: str, path: str, *, headers: dict[str, Any] | None = None, **body: Any) -> int:
    """Make a call and return its status."""
    sent = {**HEADERS[provider], **(headers or {})}
    return requests.post(ats.url(provider) + path, headers=sent, timeout=5, allow_redirects=False, **body).status_code


def document(kind: str, attributes: dict[str, Any], **related: tuple[str, str]) -> dict[str, Any]:
    """Return a JSON:API document."""
    links = {name: {"data": {"id": id, "type": other}} for name, (other, id) in related.items()}
    return {"data": {"type": kind, "attributes": attributes, "relationships": links}}


class TestTeamtailor:
    """Teamtailor wants its own headers, dashes, and each person once."""

    @pytest.fixture
    def sanne(self, ats: Sandbox) -> str:
        """Make a candidate and return its id."""
        url, body = f"{ats.url('teamtailor')}/v1/candidates", document("candidates", PERSON)
        return str(requests.post(url, json=body, headers=HEADERS["teamtailor"], timeout=5).json()["data"]["id"])

    @pytest.mark.parametrize(
        ("headers", "status"),
        [
            ({}, 201),
            ({"Authorization": None}, 401),
            ({"Authorization": "Bearer key"}, 401),
            ({"Authorization": "Token token="}, 401),
            ({"X-Api-Version": None}, 406),
            ({"X-Api-Version": "1"}, 406),
            ({"Accept": "application/json"}, 406),
            ({"Content-Type": "application/json"}, 415),
        ],
    )
    def test_wants_its_headers(self, headers: dict[str, Any], status: int, ats: Sandbox) -> None:
        body = document("candidates", PERSON)
        assert status == post(ats, "teamtailor", "/v1/candidates", headers=headers, json=body)

    @pytest.mark.parametrize(
        ("attributes", "status"),
        [
            ({}, 422),
            ({"email": "sanne"}, 422),
            ({**PERSON, "first_name": "Sanne"}, 400),
            ({**PERSON, "sourced": "false"}, 422),
            ({**PERSON, "tags": "Jobbird"}, 422),
            ({**PERSON, "tags": [1]}, 422),
            ({**PERSON, "resume": ""}, 422),
            ({**PERSON, "resume": "http://127.0.0.1:9/cv.pdf"}, 422),
            ({**PERSON, "resume": "https://jobs.example.org/cv.pdf"}, 201),
        ],
    )
    def test_checks_a_candidate(self, attributes: dict[str, Any], status: int, ats: Sandbox) -> None:
        assert status == post(ats, "teamtailor", "/v1/candidates", json=document("candidates", attributes))

    @pytest.mark.parametrize(("merge", "status"), [({}, 422), ({"merge": False}, 422), ({"merge": True}, 201)])
    def test_merges_only_when_told(self, merge: dict[str, bool], status: int, ats: Sandbox) -> None:
        for expected, more in ((201, {}), (status, merge)):
            body = document("candidates", {**PERSON, **more})
            assert expected == post(ats, "teamtailor", "/v1/candidates", json=body)

    @pytest.mark.parametrize(
        ("kind", "id", "job", "status"),
        [
            ("candidates", "{}", "5", 201),
            ("candidates", "9", "5", 404),
            ("candidates", "{}", "6", 404),
            ("jobs", "{}", "5", 422),
            ("candidates", "{}", 5, 422),
        ],
    )
    def test_checks_whose_application_it_is(
        self, kind: str, id: str, job: Any, status: int, sanne: str, ats: Sandbox
    ) -> None:
        ats.register("teamtailor", account="", key="key", jobs=["5"])
        related = {"candidate": (kind, id.format(sanne)), "job": ("jobs", job)}
        body = document("job-applications", {"sourced": False}, **related)
        assert status == post(ats, "teamtailor", "/v1/job-applications", json=body)

    @pytest.mark.parametrize(
        ("attributes", "question", "status"),
        [
            ({"text": "a"}, "1", 201),
            ({"boolean": True}, "2", 201),
            ({"choices": [1]}, "3", 201),
            ({"range": 3}, "4", 201),
            ({"text": "a"}, "2", 422),
            ({"range": "3"}, "4", 422),
            ({"text": "a", "boolean": True}, "1", 422),
            ({}, "1", 422),
            ({"text": "a"}, "9", 404),
        ],
    )
    def test_checks_answers(
        self, attributes: dict[str, Any], question: str, status: int, sanne: str, ats: Sandbox
    ) -> None:
        questions = {"1": "text", "2": "boolean", "3": "choices", "4": "range"}
        ats.register("teamtailor", account="", key="key", jobs={"5": questions})
        related = {"candidate": ("candidates", sanne), "question": ("questions", question)}
        assert status == post(ats, "teamtailor", "/v1/answers", json=document("answers", attributes, **related))

    @pytest.mark.parametrize("path", ["/v1/nothing", "/v1/candidates/1", "/"])
    def test_does_not_know_other_addresses(self, path: str, ats: Sandbox) -> None:
        assert 404 == post(ats, "teamtailor", path, json={})

    @pytest.mark.parametrize(
        "link", ["", "nonsense", "ftp://127.0.0.1/cv.pdf", "http://127.0.0.1:9/cv.pdf", "http:///x"]
    )
    def test_fetches_nothing_from_nowhere(self, link: str) -> None:
        with pytest.raises(NotFetched):
            fetched(link)

    def test_calls_nobody_but_this_machine(self) -> None:
        upload = fetched("https://jobs.example.org/cv/token/cv%20%F0%9F%98%80.pdf")
        assert ("cv 😀.pdf", 0, "") == (upload.filename, upload.size, upload.sha256)


class TestPersonio:
    """Personio checks types strictly and knows its own attributes."""

    PLACE = "/v1/recruiting/applications"
    GOOD: dict[str, Any] = {**APPLICANT, "job_position_id": 5}

    @pytest.mark.parametrize(
        ("change", "status"),
        [
            ({}, 201),
            ({"job_position_id": "5"}, 400),
            ({"job_position_id": 6}, 400),
            ({"first_name": " "}, 400),
            ({"last_name": None}, 400),
            ({"email": "sanne"}, 400),
            ({"phone": "+31612345678"}, 400),
            ({"application_date": "24-11-2026"}, 400),
            ({"application_date": "2999-01-01"}, 400),
            ({"tags": "Jobbird"}, 400),
            ({"tags": [1]}, 400),
            ({"attributes": [{"id": "phone", "value": "1"}]}, 201),
            ({"attributes": [{"id": "linkedin", "value": "1"}]}, 400),
            ({"attributes": [{"id": "phone", "value": 1}]}, 400),
            ({"attributes": [{"id": "phone", "value": "1"}] * 2}, 400),
            ({"files": [{"uuid": "1"}]}, 400),
            ({"files": [{"uuid": "1", "original_filename": "cv.pdf", "category": "cv"}]}, 400),
        ],
    )
    def test_checks_an_application(self, change: dict[str, Any], status: int, ats: Sandbox) -> None:
        ats.register("personio", account="", key="key", jobs=["5"])
        assert status == post(ats, "personio", self.PLACE, json={**self.GOOD, **change})

    @pytest.mark.parametrize(
        ("files", "status"),
        [
            ({"file": CV}, 200),
            ({"cv": CV}, 400),
            ({"file": ("cv.exe", b"x", "application/pdf")}, 422),
            ({"file": ("cv.pdf", b"", "application/pdf")}, 422),
            ({"file": ("cv.pdf", bytes(20 * 2**20 + 1), "application/pdf")}, 413),
        ],
    )
    def test_checks_a_document(self, files: dict[str, Any], status: int, ats: Sandbox) -> None:
        assert status == post(ats, "personio", f"{self.PLACE}/documents", files=files)

    @pytest.mark.parametrize(
        ("headers", "status"),
        [({"Authorization": None}, 401), ({"X-Company-ID": None}, 401), ({"Accept": None}, 406), ({}, 201)],
    )
    def test_wants_its_headers(self, headers: dict[str, Any], status: int, ats: Sandbox) -> None:
        sent = {**HEADERS["personio"], **headers}
        with requests.Session() as session:
            session.headers.clear()
            answer = session.post(ats.url("personio") + self.PLACE, json=self.GOOD, headers=sent, timeout=5)
        assert status == answer.status_code

    def test_takes_nobody_twice(self, ats: Sandbox) -> None:
        assert [201, 400] == [post(ats, "personio", self.PLACE, json=self.GOOD) for _ in range(2)]


class TestHomerun:
    """Homerun takes an application without a vacancy into its pool, and scopes seriously."""

    @pytest.mark.parametrize(
        ("change", "status"),
        [
            ({}, 201),
            ({"vacancy_id": "job_1"}, 201),
            ({"vacancy_id": "job_2"}, 404),
            ({"vacancyId": "job_1"}, 400),
            ({"email": "sanne"}, 400),
            ({"last_name": ""}, 400),
            ({"sourced": "no"}, 400),
            ({"sources": "Jobbird"}, 400),
            ({"website": "sanne"}, 400),
            ({"custom_data": []}, 400),
        ],
    )
    def test_checks_an_application(self, change: dict[str, Any], status: int, ats: Sandbox) -> None:
        ats.register("homerun", account="", key="key", jobs=["job_1"])
        assert status == post(ats, "homerun", "/job-applications", json={**APPLICANT, **change})

    def test_keeps_one_without_a_vacancy_in_the_pool(self, ats: Sandbox) -> None:
        post(ats, "homerun", "/job-applications", json=APPLICANT)
        assert [""] == [reception.job_id for reception in ats.received("homerun")]

    @pytest.mark.parametrize(
        ("kind", "body", "status"),
        [
            ("files", {"data": {"type": "resume"}, "files": {"file": CV}}, 200),
            ("files", {"data": {"type": "photo"}, "files": {"file": CV}}, 400),
            ("files", {"data": {"type": "resume"}, "files": {"cv": CV}}, 400),
            ("files", {"data": {"type": "resume"}, "files": {"file": ("cv.pdf", b"", "application/pdf")}}, 400),
            ("notes", {"json": {"note": "a", "display_name": "b"}}, 201),
            ("notes", {"json": {"note": "a"}}, 400),
            ("notes", {"json": {"note": "a", "display_name": "b", "is_sensitive": "no"}}, 400),
        ],
    )
    def test_checks_what_is_added(self, kind: str, body: dict[str, Any], status: int, ats: Sandbox) -> None:
        url, headers = ats.url("homerun") + "/job-applications", HEADERS["homerun"]
        id = requests.post(url, json=APPLICANT, headers=headers, timeout=5).json()["data"]["id"]
        assert status == post(ats, "homerun", f"/job-applications/{id}/{kind}", **body)
        assert 404 == post(ats, "homerun", f"/job-applications/ap_0/{kind}", **body)

    @pytest.mark.parametrize(
        ("scopes", "status"), [("key|job-applications:write", 201), ("key|job-applications:read", 403), ("key", 201)]
    )
    def test_lets_a_key_do_what_it_says(self, scopes: str, status: int, ats: Sandbox) -> None:
        headers = {"Authorization": f"Bearer {scopes}"}
        assert status == post(ats, "homerun", "/job-applications", headers=headers, json=APPLICANT)

    @pytest.mark.parametrize("key", ["", "Basic key"])
    def test_wants_a_key(self, key: str, ats: Sandbox) -> None:
        assert 401 == post(ats, "homerun", "/job-applications", headers={"Authorization": key}, json=APPLICANT)
