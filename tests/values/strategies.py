"""Any message that may travel, for hypothesis."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any, TypeVar

from hypothesis import strategies as st

from ats_integration.messages import (
    Address,
    Answer,
    Application,
    ApplicationData,
    Ats,
    Candidate,
    Consent,
    Customer,
    Message,
    Part,
    Resume,
    Vacancy,
)

Model = TypeVar("Model", bound=Part)


def built(model: type[Model], **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Model]:
    """Return instances of a part of the message with these fields."""
    return st.fixed_dictionaries(fields).map(model.model_validate)


#: Letters of all scripts, emoji, control characters; no halves of surrogate pairs, which are no text.
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
instants = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC) | zones)  # noqa: DTZ001 - they get a zone
numbers = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
answers = built(
    Answer,
    question_id=texts,
    question=texts,
    answer=texts | st.booleans() | numbers | st.lists(texts, max_size=2).map(tuple),
)
consents = built(
    Consent,
    processing=st.booleans(),
    retention=st.booleans(),
    marketing=st.booleans(),
    given_at=st.none() | instants,
    text=texts,
)
applications = built(
    Application,
    id=texts,
    submitted_at=instants,
    cover_letter=texts,
    source=texts,
    answers=st.lists(answers, max_size=2).map(tuple),
    consent=consents,
)
candidates = built(
    Candidate,
    first_name=texts,
    last_name=texts,
    email=texts,
    phone=texts,
    linkedin_url=texts,
    website_url=texts,
    address=built(Address, street=texts, postal_code=texts, city=texts, country=texts),
)
resumes = built(
    Resume,
    filename=texts,
    content_type=texts,
    size=st.integers(0, 2**63),
    sha256=st.text("0123456789abcdef", min_size=64, max_size=64),
    storage_key=texts,
)
json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(texts, inner, max_size=2),
    max_leaves=5,
)
connections = built(
    Ats,
    config_id=st.integers(),
    provider=texts,
    base_url=texts,
    settings=st.dictionaries(texts, json_values, max_size=2),
    credentials=st.none() | texts,
)
parts: dict[str, st.SearchStrategy[Any]] = {
    "application": applications,
    "candidate": candidates,
    "resume": st.none() | resumes,
    "vacancy": built(Vacancy, id=texts, external_id=texts, title=texts, url=texts),
    "customer": built(Customer, id=texts, name=texts),
}
data = built(ApplicationData, **parts)
messages = built(
    Message,
    schema_version=st.just(1),
    message_id=st.uuids(),
    try_count=st.integers(0, 32_767),
    created_at=instants,
    deadline_at=st.none() | instants,
    ats=connections,
    **parts,
)
