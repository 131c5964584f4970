"""Reason codes in plain words: every code there is has its own, or falls back to what fits."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from ats_integration import errors, intake
from ats_integration.errors import DeliveryError
from ats_integration.explanations import EXPLANATIONS, OUT_OF_REACH, explain
from ats_integration.providers import mishaps

APP = Path(errors.__file__).parent
#: Codes for which "out of order, wait" is the whole truth.
PLAINLY_DOWN = {"unavailable", "http_408", "http_500", "http_503"}


def below(kind: type[DeliveryError]) -> Iterator[type[DeliveryError]]:
    """Yield every failure below one."""
    for child in kind.__subclasses__():
        yield child
        yield from below(child)


def written_codes() -> set[str]:
    """Return the codes that the sources give to a failure by hand."""
    named = set(vars(errors))
    calls = (node for path in APP.rglob("*.py") for node in ast.walk(ast.parse(path.read_text())))
    failures = (node for node in calls if isinstance(node, ast.Call) and getattr(node.func, "id", "") in named)
    words = [word.value for call in failures for word in call.keywords if word.arg == "code"]
    return {str(word.value) for word in words if isinstance(word, ast.Constant)}


CODES = sorted(
    {kind.default_code for kind in below(DeliveryError)}
    | {code for _kind, code, _words in mishaps.UNSENT}
    | written_codes()
    | {intake.NOT_BUILT}
)


def test_the_codes_were_found() -> None:
    assert {"unauthorized", "job_id_missing", "read_timeout", "dns_error", "message_not_built"} <= set(CODES)


@pytest.mark.parametrize("code", sorted(set(CODES) - PLAINLY_DOWN))
def test_every_code_has_words_of_its_own(code: str) -> None:
    assert code in EXPLANATIONS


@pytest.mark.parametrize("code", [*sorted(PLAINLY_DOWN), "something_new", ""])
def test_other_codes_mean_that_the_ats_is_down(code: str) -> None:
    assert OUT_OF_REACH is explain(code)


@pytest.mark.parametrize("code", [*sorted(EXPLANATIONS), "http_503"])
class TestWords:
    def test_go_on_after_the_name_of_the_ats(self, code: str) -> None:
        assert re.fullmatch(r"[a-z][^.]*[^. ]", explain(code).happened)

    def test_say_what_to_do(self, code: str) -> None:
        assert re.fullmatch(r"[A-Z].*\.", explain(code).advice)

    def test_fit_one_line_of_a_mail(self, code: str) -> None:
        assert len(explain(code).happened) <= 100
        assert "\n" not in explain(code).happened + explain(code).advice


@pytest.mark.parametrize("code", [kind.default_code for kind in below(errors.Uncertain)] + ["uncertain"])
def test_whoever_sends_again_is_warned_of_duplicates(code: str) -> None:
    assert "They may have arrived" in explain(code).advice


def test_data_does_not_mend_itself() -> None:
    assert not any(explain(code).recovers for code in ("rejected", "job_closed", "job_id_missing", "resume_missing"))
    assert all(explain(code).recovers for code in ("unauthorized", "rate_limited", "http_503", "read_timeout"))
