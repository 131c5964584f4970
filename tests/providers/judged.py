"""What an answer means in the end: the failure with its code, and the wait that goes along."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from ats_integration.errors import DeliveryError
from ats_integration.providers.answers import dressed
from ats_integration.providers.base import Provider, Response
from ats_integration.redaction import Redactor

#: A failure, its code, and the seconds to wait, None where the answer names none.
Verdict = tuple[type[DeliveryError], str, float | None]


def verdict(
    provider: Provider,
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    read: Callable[[Response], Any] | None = None,
) -> Verdict:
    """Let an adapter judge an answer that is no success; `read` is for another call than that of the application."""
    response = Response(status=status, headers=headers, body=body)
    with pytest.raises(DeliveryError) as failed:
        (read or provider.judge)(response)
    error = dressed(failed.value, response, Redactor(()), provider.wait(response))
    return type(error), error.code, error.retry_after.total_seconds() if error.retry_after is not None else None
