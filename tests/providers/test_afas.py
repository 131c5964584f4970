"""AFAS Profit, as its documentation describes it."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from ats_integration.connection_check import check_connection
from ats_integration.errors import (
    DeliveryError,
    JobClosed,
    RateLimited,
    Rejected,
    Unauthorized,
    Unavailable,
    Uncertain,
)
from ats_integration.providers.afas import Afas
from ats_integration.providers.afas_answers import NO_CONNECTOR, NOT_ALLOWED
from ats_integration.providers.base import Response
from ats_integration.providers.exchange import Accepted
from ats_integration.sandbox import Sandbox
from ats_integration.sandbox.values import Reception
from tests.factories import PDF

from .contract import ProviderContract
from .interrupted import handed_in_twice
from .tiny_servers import listening, ok, saying

TOKEN = f"<token><version>1</version><data>{'0123456789ABCDEF' * 4}</data></token>"
CONSENT = (
    "The candidate agreed on 2026-11-24 09:30 UTC: to have the data processed, "
    "to have it kept for other jobs, to be contacted later. The words were: Akkoord."
)
BLOCKED = "The record is blocked by another user."
TIMED_OUT = "De maximale tijdsduur voor het uitvoeren van de opdracht is verstreken."
LETTER = (
    "Beste team,\n\nGraag kom ik bij jullie werken.\n\n"
    "LinkedIn: https://www.linkedin.com/in/sannedevries\nWebsite: https://sanne.example.org\nSource: Jobbird\n\n"
    f"Rijbewijs B?: yes\n\n{CONSENT}"
)


def says(words: str) -> bytes:
    """Return an error as AFAS writes it."""
    return json.dumps({"errorNumber": 18, "externalMessage": words, "profitLogReference": "8A7F"}).encode()


def described(*fields: tuple[str, bool]) -> bytes:
    """Return the description of the connector, with these fields."""
    shown = [{"fieldId": id, "label": f"Veld {id}", "mandatory": needed} for id, needed in fields]
    return json.dumps({"name": "HrCreateApplicant", "fields": shown}).encode()


class TestAfas(ProviderContract):
    """AFAS keeps the contract, and has habits of its own."""

    provider = Afas()
    settings = {"environment": "12345"}
    credentials = {"token": TOKEN}
    production_address = "https://12345.rest.afas.online/ProfitRestServices/connectors/HrCreateApplicant"
    accepted = (201, b'{"results":{"HrCreateApplicant":{"CaId":"64"}}}', "64")
    dropped = ()
    numbers_jobs = True

    def fields(self, **changes: Any) -> dict[str, Any]:
        """Return the fields of an applicant."""
        body = self.provider.build(self.submission(**changes)).json
        found: dict[str, Any] = body["HrCreateApplicant"]["Element"]["Fields"]
        return found

    # What is sent ---------------------------------------------------------------------------------

    def test_sends_exactly_the_documented_fields(self) -> None:
        request = self.provider.build(self.submission())
        assert {
            "HrCreateApplicant": {
                "Element": {
                    "Fields": {
                        "VcSn": 4000001,
                        "LaNm": "Vries",
                        "FiNm": "Sanne",
                        "In": "S.",
                        "Is": "de",
                        "EmA2": "sanne.devries@example.org",
                        "MbN2": "+31612345678",
                        "CoId": "NL",
                        "Ad": "Dorpsstraat",
                        "HmNr": 1,
                        "ZpCd": "1234 AB",
                        "Rs": "Ede",
                        "Mo": LETTER,
                        "CvFileName": "cv-sanne.pdf",
                        "CvFileStream": base64.b64encode(PDF).decode(),
                        "OpEm": True,
                    }
                }
            }
        } == request.json

    def test_sends_the_whole_token_in_base64(self) -> None:
        requests = [self.provider.build(self.submission())]
        requests += [probe.request for probe in self.provider.ping(self.settings, self.credentials)]
        for request in requests:
            scheme, token = request.headers["Authorization"].split()
            assert ("AfasToken", TOKEN) == (scheme, base64.b64decode(token).decode())
            assert "Connection" not in request.headers

    @pytest.mark.parametrize(
        ("kind", "host"), [("", "rest"), ("test", "resttest"), ("accept", "restaccept"), (None, "rest")]
    )
    def test_knows_where_each_environment_lives(self, kind: str | None, host: str) -> None:
        settings = {"environment": "54321", "environment_type": kind}
        assert {} == self.provider.problems(settings, self.credentials)
        assert f"https://54321.{host}.afas.online/ProfitRestServices" == self.provider.home(settings)

    @pytest.mark.parametrize("environment", ["", "1234", "123456", "abcde", "1234x", "\u0661\u0662\u0663\u0664\u0665"])
    def test_wants_five_digits(self, environment: str) -> None:
        assert {"environment"} == set(self.provider.problems({"environment": environment}, self.credentials))

    @pytest.mark.parametrize("token", ["0123456789ABCDEF", TOKEN[7:], TOKEN[:-1], f"{TOKEN}x"])
    def test_wants_the_whole_token(self, token: str) -> None:
        assert {"token"} == set(self.provider.problems(self.settings, {"token": token}))

    @pytest.mark.parametrize(
        ("first", "last", "fields"),
        [
            ("Sanne", "Jansen", {"FiNm": "Sanne", "In": "S.", "LaNm": "Jansen"}),
            ("Jan Willem", "van der Berg", {"FiNm": "Jan Willem", "In": "J.W.", "Is": "van der", "LaNm": "Berg"}),
            ("Zoë", "'t Hooft", {"FiNm": "Zoë", "In": "Z.", "Is": "'t", "LaNm": "Hooft"}),
            ("Élise", "Łuczak", {"FiNm": "Élise", "In": "É.", "LaNm": "Łuczak"}),
            (
                "Anne-Marie",
                "van 't Hoff-de Boer",
                {"FiNm": "Anne-Marie", "In": "A.", "Is": "van 't", "LaNm": "Hoff-de Boer"},
            ),
            ("(Jan) 2", "de", {"FiNm": "(Jan) 2", "In": "J.", "LaNm": "de"}),
            ("Sukarno", "", {"FiNm": "Sukarno", "In": "S.", "LaNm": "-"}),
            ("", "Teller", {"LaNm": "Teller"}),
        ],
    )
    def test_puts_each_part_of_a_name_in_its_field(self, first: str, last: str, fields: dict[str, str]) -> None:
        sent = self.fields(candidate={"first_name": first, "last_name": last})
        assert fields == {name: sent[name] for name in ("FiNm", "In", "Is", "LaNm") if name in sent}

    @pytest.mark.parametrize(
        ("first", "last", "fields"),
        [
            ("a" * 51, "Berg", {"FiNm": "a" * 50, "In": "A.", "LaNm": "Berg"}),
            ("Jan", "van der " + "b" * 81, {"FiNm": "Jan", "In": "J.", "Is": "van der", "LaNm": "b" * 80}),
        ],
    )
    def test_tells_a_name_that_is_longer_than_its_field_in_the_motivation(
        self, first: str, last: str, fields: dict[str, str], arrived: Callable[..., Reception]
    ) -> None:
        sent = self.fields(candidate={"first_name": first, "last_name": last})
        assert fields == {name: sent[name] for name in ("FiNm", "In", "Is", "LaNm") if name in sent}
        assert f"Name: {first} {last}\n" in arrived(candidate={"first_name": first, "last_name": last}).cover_letter

    def test_sends_no_more_initials_than_fit(self, arrived: Callable[..., Reception]) -> None:
        assert "A.B.C.D.E.F.G.H" == arrived(candidate={"first_name": "A B C D E F G H I J"}).fields["In"]

    @pytest.mark.parametrize(
        ("address", "fields", "line"),
        [
            ({"street": "Kerkstraat 12-3"}, {"Ad": "Kerkstraat", "HmNr": 12, "HmAd": "-3"}, ""),
            ({"street": "Kerkstraat 12 bis"}, {"Ad": "Kerkstraat", "HmNr": 12, "HmAd": "bis"}, ""),
            ({"street": "Van der Veldelaan 7a"}, {"Ad": "Van der Veldelaan", "HmNr": 7, "HmAd": "a"}, ""),
            ({"street": "Plein 1944 12"}, {}, "Address: Plein 1944 12, 1234 AB Ede, NL"),
            ({"street": "Dorpsstraat"}, {}, "Address: Dorpsstraat, 1234 AB Ede, NL"),
            ({"street": "Meir 1", "country": "BE"}, {}, "Address: Meir 1, 1234 AB Ede, BE"),
            ({"street": ""}, {}, "Address: 1234 AB Ede, NL"),
            ({"street": "s" * 61 + " 1"}, {}, f"Address: {'s' * 61} 1, 1234 AB Ede, NL"),
            ({"street": "Kerkstraat 1", "city": "e" * 51}, {}, f"Address: Kerkstraat 1, 1234 AB {'e' * 51}, NL"),
        ],
    )
    def test_tells_an_address_that_fits_no_field_in_the_motivation(
        self, address: dict[str, str], fields: dict[str, Any], line: str
    ) -> None:
        sent = self.fields(candidate={"address": {"postal_code": "1234 AB", "city": "Ede", "country": "NL", **address}})
        assert fields == {name: sent[name] for name in ("Ad", "HmNr", "HmAd") if name in sent}
        assert ("CoId" in sent, line in sent["Mo"], "Address:" in sent["Mo"]) == (not line, True, bool(line))

    def test_tells_the_source_by_the_customers_code(self) -> None:
        sent = self.fields(settings={**self.settings, "source_code": "JB"})
        assert ("JB", False) == (sent["ViSo"], "Source:" in sent["Mo"])

    @pytest.mark.parametrize(
        ("consent", "kept"),
        [({}, None), ({"processing": True}, False), ({"retention": True}, True), ({"marketing": True}, False)],
    )
    def test_lets_the_data_be_kept_only_where_the_candidate_agreed(
        self, consent: dict[str, bool], kept: bool | None
    ) -> None:
        nobody = {"processing": False, "retention": False, "marketing": False, "given_at": None}
        assert kept is self.fields(application={"consent": {**nobody, **consent}}).get("OpEm")

    def test_sends_no_empty_field(self) -> None:
        bare: dict[str, Any] = {"application": {"cover_letter": "", "source": "", "answers": [], "consent": {}}}
        bare |= {"candidate": {"phone": "", "linkedin_url": "", "website_url": "", "address": {}}, "resume": None}
        assert {"VcSn", "LaNm", "FiNm", "In", "Is", "EmA2"} == set(self.fields(**bare))

    def test_delivers_the_address_in_its_parts(self, arrived: Callable[..., Reception]) -> None:
        assert "Dorpsstraat 1" == arrived().fields["address"]

    @pytest.mark.parametrize("job", ["abc", "12a", "-1", "1.5"])
    def test_refuses_a_job_id_that_is_no_number_before_any_call(
        self, job: str, hand_in: Callable[..., Accepted], ats: Sandbox
    ) -> None:
        with pytest.raises(Rejected) as refused:
            hand_in(vacancy={"external_id": job})
        assert "job_id_invalid" == refused.value.code
        assert 0 == ats.stats()["afas"]["calls"]

    # Answers --------------------------------------------------------------------------------------

    @pytest.mark.parametrize(
        ("status", "body", "failure", "code", "words"),
        [
            (500, says("Veld 'Achternaam' is verplicht."), Rejected, "rejected", "Veld 'Achternaam' is verplicht."),
            (500, says("De vacature bestaat niet."), JobClosed, "job_closed", "De vacature bestaat niet."),
            (500, says("Ongeldige waarde voor VcSn"), JobClosed, "job_closed", "Ongeldige waarde voor VcSn"),
            (500, says("The vacancy is unknown."), JobClosed, "job_closed", "The vacancy is unknown."),
            (500, says(BLOCKED), Unavailable, "http_500", BLOCKED),
            (500, says("Record is geblokkeerd door gebruiker X."), Unavailable, "http_500", "geblokkeerd"),
            (500, says("The record is locked."), Unavailable, "http_500", "locked"),
            (500, says("De sollicitant is in gebruik."), Unavailable, "http_500", "in gebruik"),
            (500, says("Er is een onverwachte fout opgetreden."), Unavailable, "http_500", "onverwachte fout"),
            (500, says("An unexpected error has occurred."), Unavailable, "http_500", "An unexpected error"),
            (500, says(TIMED_OUT), Uncertain, "uncertain", TIMED_OUT),
            (500, says("The maximum duration has passed."), Uncertain, "uncertain", "maximum duration"),
            (500, says("Het e-mailadres is al in gebruik."), Rejected, "rejected", "al in gebruik"),
            (500, says("Het nummer is reeds in gebruik."), Rejected, "rejected", "reeds in gebruik"),
            (500, b'{"externalMessage":"Fout."}', Rejected, "rejected", "Fout."),
            (500, says(""), Unavailable, "http_500", ""),
            (500, b'{"externalMessage":null}', Unavailable, "http_500", ""),
            (500, b"{}", Unavailable, "http_500", ""),
            (500, b"", Unavailable, "http_500", ""),
            (500, b"<html>", Unavailable, "http_500", ""),
            (502, b"", Unavailable, "http_502", ""),
            (503, b'{"retry_after":60}', Unavailable, "http_503", ""),
            (503, b'{"error":{"message":"maintenance"},"retry_after":60}', Unavailable, "http_503", "maintenance"),
            (503, b"<html>", Unavailable, "http_503", ""),
            (504, b"", Uncertain, "http_504", ""),
            (400, says("Het bericht is niet geldig."), Rejected, "rejected", "Het bericht is niet geldig."),
            (400, b"", Rejected, "rejected", ""),
            (401, says(""), Unauthorized, "unauthorized", ""),
            (401, b"", Unauthorized, "unauthorized", ""),
            (403, b"", Unauthorized, "unauthorized", NOT_ALLOWED),
            (404, says(""), Rejected, "rejected", NO_CONNECTOR),
            (413, b"", Rejected, "rejected", ""),
            (429, b"", RateLimited, "rate_limited", ""),
            (200, says("Fout."), Uncertain, "uncertain", ""),
            (201, b"", Uncertain, "uncertain", ""),
            (201, b'{"results":{"HrCreateApplicant":{}}}', Uncertain, "uncertain", ""),
            (201, b'{"results":{"HrCreateApplicant":{"CaId":null}}}', Uncertain, "uncertain", ""),
            (201, b'{"results":[]}', Uncertain, "uncertain", ""),
            (200, b'{"results":{"HrCreateApplicant":[]}}', Uncertain, "uncertain", ""),
        ],
    )
    def test_reads_every_documented_failure(
        self, status: int, body: bytes, failure: type[DeliveryError], code: str, words: str
    ) -> None:
        with pytest.raises(DeliveryError) as failed:
            self.provider.judge(Response(status=status, body=body))
        assert (failure, code) == (type(failed.value), failed.value.code)
        assert words in failed.value.detail

    def test_names_the_entry_in_the_log_of_profit(self) -> None:
        with pytest.raises(Rejected) as failed:
            self.provider.judge(Response(status=500, body=says("Een veld is leeg.")))
        assert "Een veld is leeg. (Profit log: 8A7F)" == failed.value.detail

    @pytest.mark.parametrize(
        ("headers", "body", "seconds"),
        [
            ({}, b'{"retry_after":60}', 60),
            ({"retry-after": "7"}, b"{}", 7),
            ({"retry-after": "7"}, b'{"retry_after":"soon"}', 7),
            ({}, b'{"retry_after":-5}', 0),
            ({}, b'{"retry_after":99999999999999999999}', 86_400),
            ({}, b"", None),
        ],
    )
    def test_hears_how_long_maintenance_lasts(self, headers: dict[str, str], body: bytes, seconds: int | None) -> None:
        wait = self.provider.wait(Response(status=503, headers=headers, body=body))
        assert (None if seconds is None else timedelta(seconds=seconds)) == wait

    def test_says_possible_duplicate_after_a_lost_answer(self, base_url: str, ats: Sandbox) -> None:
        """Given that AFAS works on after a time-out and cannot be asked, the call is repeated, in doubt."""
        accepted = handed_in_twice(self.provider, self.submission(base_url=base_url), ats, "drop_answer", after=0)
        assert not accepted.is_certain
        assert 2 == len(ats.received("afas"))

    @pytest.mark.parametrize("mode", ["down", "throttle", "reset"])
    def test_hands_in_once_what_was_refused_before(self, mode: str, base_url: str, ats: Sandbox) -> None:
        handed_in_twice(self.provider, self.submission(base_url=base_url), ats, mode, after=0)
        assert 1 == len(ats.received("afas"))

    # Testing the connection -----------------------------------------------------------------------

    def test_proves_the_account_and_the_jobs(self, base_url: str) -> None:
        """Given that no vacancy can be asked for, token and connector are proven."""
        report = check_connection(self.config(base_url), ["4000001", "4000002"])
        assert (
            "AFAS Profit accepts the token.",
            "The app connector lists HrCreateApplicant.",
        ) == report.proven
        assert () == report.problems + report.unknown_jobs

    def test_names_unknown_jobs_when_tested(self, base_url: str, ats: Sandbox) -> None:
        """Given that no vacancy can be asked for, none is called unknown."""
        ats.register("afas", account="", key=TOKEN, jobs=["4000001"])
        report = check_connection(self.config(base_url), ["4000001", "4000002"])
        assert ((), True) == (report.unknown_jobs, report.ok)

    def test_names_a_token_that_was_revoked(self, base_url: str, ats: Sandbox) -> None:
        ats.register("afas", account="", key="another")
        (problem,) = check_connection(self.config(base_url)).problems
        assert problem.startswith("AFAS Profit refused")

    def test_names_a_connector_that_is_not_listed(self) -> None:
        with listening(saying(ok(says(""), status=b"404 Not Found"))) as port:
            (problem,) = check_connection(self.config(f"http://127.0.0.1:{port}")).problems
        assert NO_CONNECTOR in problem

    @pytest.mark.parametrize(
        ("body", "words"),
        [
            (described(("VcSn", True), ("LaNm", True), ("U4711", False)), ""),
            (described(("CvFileStream", True), ("EmA2", True)), ""),
            (described(("U4711", True)), "HrCreateApplicant requires what no application has: Veld U4711 (U4711)."),
            (b'{"fields":[{"fieldId":"ViGe","mandatory":true}]}', "requires what no application has: ViGe."),
            (b'{"fields":null}', ""),
            (b"{}", ""),
        ],
    )
    def test_says_which_required_fields_no_application_fills(self, body: bytes, words: str) -> None:
        with listening(saying(ok(body))) as port:
            report = check_connection(self.config(f"http://127.0.0.1:{port}"))
        assert (not words, True) == (report.ok, words in str(report.problems))

    def test_does_not_take_just_any_page_for_the_description_of_the_connector(self) -> None:
        with pytest.raises(Uncertain):
            self.provider.require_fillable(Response(status=200, body=b"<html>Welcome</html>"))
