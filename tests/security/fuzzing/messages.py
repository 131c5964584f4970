"""Messages, jobs, dead letters and answers of ATSs that are not what they should be."""

from __future__ import annotations

import json
from functools import cache
from importlib import import_module
from typing import Any

from hypothesis import strategies as st
from pydantic import ValidationError

from ats_integration import delivery, jobs
from ats_integration.deadletters import DeadLetterDocument
from ats_integration.errors import DeliveryError, MessageInvalid
from ats_integration.messages import decode
from ats_integration.models import ATSConfig, Delivery
from ats_integration.providers.base import Response
from ats_integration.providers.registry import all_providers
from ats_integration.states import Outcome
from jobbird.board.models import Application
from tests.factories import FULL, message
from tests.providers.contract import ProviderContract

from ..world import World
from .nasty import BOMBS, json_values, mutated, texts
from .running import FINE, EntryPoint, Verdict

SLUGS = sorted(all_providers())
GOOD = message(ats=FULL["ats"]).to_dict()
RAW = (
    mutated(GOOD)
    | json_values
    | st.sampled_from(BOMBS)
    | st.binary(max_size=300)
    | mutated(GOOD).map(lambda value: json.dumps(value)[:-5])
)
DOCUMENT = {
    "schemaVersion": 1,
    "messageId": GOOD["messageId"],
    "diedAt": GOOD["createdAt"],
    "tryCount": 3,
    "reason": "http_503",
    "error": "",
    "customerId": "1",
    "customerName": "Acme BV",
    "provider": "recruitee",
    "configId": 1,
    "applicationId": "1",
    "message": GOOD,
}


def read_message(_world: World, raw: Any) -> Verdict:
    """Decode a message: it is one, or its wrong fields are named."""
    try:
        decode(raw)
    except MessageInvalid as error:
        return FINE if error.fields else Verdict(unclear=str(error))
    except Exception as error:
        return Verdict(crash=f"{type(error).__name__}: {error}")
    return FINE


def work(world: World, raw: Any) -> Verdict:
    """Do the job of a message as a worker would; the world's own delivery is dead and must stay so."""
    try:
        jobs.deliver(raw)
    except Exception as error:
        return Verdict(crash=f"{type(error).__name__}: {error}")
    world.delivery.refresh_from_db()
    return FINE if world.delivery.status == "dead" else Verdict(crash="A dead delivery moved.")


def read_document(_world: World, raw: Any) -> Verdict:
    """Read a dead letter as S3 may give it."""
    body = raw if isinstance(raw, bytes | str) else json.dumps(raw)
    try:
        DeadLetterDocument.model_validate_json(body)
    except ValidationError as error:
        return FINE if error.errors() else Verdict(unclear=str(error))
    except Exception as error:
        return Verdict(crash=f"{type(error).__name__}: {error}")
    return FINE


def judge_answer(_world: World, value: tuple[str, int, dict[str, str], bytes]) -> Verdict:
    """Let an adapter judge an answer: a receipt, or a failure with a code."""
    slug, status, headers, body = value
    try:
        all_providers()[slug].judge(Response(status=status, headers=headers, body=body))
    except DeliveryError as error:
        return FINE if error.code or error.outcome else Verdict(unclear=str(error))
    except Exception as error:
        return Verdict(crash=f"{slug}: {type(error).__name__}: {error}")
    return FINE


@cache
def contract_of(slug: str) -> type[ProviderContract]:
    """Return the tests of an adapter: they know settings and credentials that fit."""
    found = vars(import_module(f"tests.providers.test_{slug}")).values()
    contracts = [each for each in found if isinstance(each, type) and issubclass(each, ProviderContract)]
    return next(each for each in contracts if hasattr(each, "settings"))


def deliver_import(world: World, value: tuple[str, dict[str, str]]) -> Verdict:
    """Deliver an application that an import wrote without the form; whatever the ATS says, it is no fault of ours."""
    slug, written = value
    config = ATSConfig.objects.create(
        customer=world.customer,
        provider=slug,
        base_url=world.config.base_url.replace("recruitee", slug),
        settings=contract_of(slug).settings,
        credentials=contract_of(slug).credentials,
    )
    application = Application.objects.create(vacancy=world.vacancy, **written)
    made = Delivery.objects.get(application=application, config=config)
    if not made.message:
        return FINE  # it waits in the database; somebody is told once its time is over
    result = delivery.attempt(decode(made.message), config)
    return Verdict(crash=f"{slug}: {result.code} {result.detail}") if result.outcome == Outcome.BUG else FINE


ANSWERS = (
    st.binary(max_size=300)
    | st.sampled_from([bomb.encode() for bomb in BOMBS])
    | json_values.map(lambda value: json.dumps(value).encode())
)
ANSWER_HEADERS = st.dictionaries(
    st.sampled_from(["content-type", "retry-after", "location", "x-ratelimit-reset", "date"]), texts, max_size=2
)

#: As long as the columns are, and without what no database takes.
TEXT = texts.map(lambda text: text.replace("\0", ""))
LENGTHS = {"first_name": 100, "last_name": 150, "email": 254, "phone": 50, "cover_letter": 9000, "source": 100}
LENGTHS |= {"linkedin_url": 200, "website_url": 200}
IMPORTED = st.fixed_dictionaries(
    {name: TEXT.map(lambda text, longest=longest: text[:longest]) for name, longest in LENGTHS.items()}
)

MESSAGES = (
    EntryPoint("application of an import", st.tuples(st.sampled_from(SLUGS), IMPORTED), deliver_import),
    EntryPoint("message", RAW, read_message),
    EntryPoint("job of the worker", RAW, work),
    EntryPoint("dead letter", mutated(DOCUMENT) | RAW, read_document),
    EntryPoint(
        "answer of an ATS",
        st.tuples(st.sampled_from(SLUGS), st.integers(100, 999), ANSWER_HEADERS, ANSWERS),
        judge_answer,
    ),
)
