"""An ATS may say anything: it is a receipt or a named failure, for every adapter."""

from __future__ import annotations

import json

from hypothesis import example, given, settings
from hypothesis import strategies as st

from ats_integration.errors import DeliveryError
from ats_integration.providers.base import Provider, Response
from ats_integration.providers.registry import all_providers

KEYS = st.sampled_from(["ok", "error", "errors", "success", "candidate", "applicationId", "id", "reason", "message"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(KEYS, inner),
)
#: Some take this status for "it is there already", which is no refusal; the tests of each adapter say which.
THERE_ALREADY = 409
BODIES = st.binary() | JSON.map(lambda value: json.dumps(value).encode())


def heard(provider: Provider, response: Response) -> str:
    """Return the reference of a receipt, or the words of a failure."""
    try:
        return provider.judge(response).reference
    except DeliveryError as failed:
        return failed.detail


def accepts(provider: Provider, response: Response) -> bool:
    """Tell whether an adapter takes an answer for a receipt."""
    try:
        provider.judge(response)
    except DeliveryError:
        return False
    return True


@given(status=st.integers(100, 999), body=BODIES)
@example(status=200, body=b"\xff\xfe{")
@settings(max_examples=300, deadline=None)
def test_every_adapter_reads_any_answer(status: int, body: bytes) -> None:
    for provider in all_providers().values():
        assert isinstance(heard(provider, Response(status=status, body=body)), str), provider.slug


@given(status=st.integers(300, 999).filter(lambda status: status != THERE_ALREADY), body=BODIES)
@settings(max_examples=150, deadline=None)
def test_no_adapter_calls_a_refusal_delivered(status: int, body: bytes) -> None:
    refusal = Response(status=status, body=body)
    assert [] == [provider.slug for provider in all_providers().values() if accepts(provider, refusal)]
