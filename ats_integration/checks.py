"""System checks: every setting that would hurt later is named before anything starts.

Errors stop every command; warnings of the deployment show with `check --deploy`. Each has an id and
a hint, and is described in docs/settings.md.
"""

from __future__ import annotations

import difflib
import types
from collections.abc import Iterator, Sequence
from dataclasses import fields
from datetime import timedelta
from typing import Any, get_args, get_origin, get_type_hints

from django.apps import AppConfig, apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.utils.module_loading import import_string
from rq.serializers import JSONSerializer, resolve_serializer

from .adapters import ApplicationAdapter
from .conf import DEFAULTS, Conf, conf, given, written
from .providers.base import Provider
from .states import HAPPY_QUEUE, RETRY_QUEUE

SHORTEST_KEY = 16  # characters
WAY_OUT = (
    f"Take the blanks around the keys of {written('ENCRYPTION_KEYS')} away; in the environment they stand "
    "after commas. Where credentials were encrypted with such a blank, put a new key first, "
    "name ats_integration.E016 in SILENCED_SYSTEM_CHECKS until rotate_ats_keys has run, and drop the old key."
)
EXAMPLE_KEYS = ("django-insecure-", "a long random text")  # their beginnings
EXAMPLE_MAILS = (".example", "@example.com", "@example.org", "@example.net")  # their ends


def error(number: int, message: str, hint: str) -> Error:
    """Build one error of ours."""
    return Error(message, hint=hint, id=f"ats_integration.E{number:03}")


def warning(number: int, message: str, hint: str) -> Warning:
    """Build one warning of ours."""
    return Warning(message, hint=hint, id=f"ats_integration.W{number:03}")


@register("ats_integration")
def check_settings(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:
    """Look at every setting of the app; where their names or types are wrong, at nothing else."""
    return shape() or [
        *models(),
        *dotted_paths(),
        *encryption(),
        *rq_queues(),
        *rq_classes(),
        *durations(),
        *numbers(),
        *resumes(),
    ]


@register(Tags.security, "ats_integration", deploy=True)
def check_deployment(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:
    """Look at what is fine on a laptop and not in production."""
    return [] if shape() else [*own_key(), *deployment()]


def shape() -> list[CheckMessage]:
    """Look at names and types; where they are wrong, nothing else can be looked at."""
    return [*unknown_keys(), *wrong_types(), *missing_keys()]


def unknown_keys() -> Iterator[CheckMessage]:
    """E001: a key that does not exist."""
    for key in sorted(given().keys() - DEFAULTS.keys()):
        near = difflib.get_close_matches(key, DEFAULTS, n=1)
        hint = f"Did you mean {near[0]}?" if near else f"Known keys: {', '.join(sorted(DEFAULTS))}."
        yield error(1, f"ATS_INTEGRATION has no setting {key}.", hint)


def wrong_types() -> Iterator[CheckMessage]:
    """E002: a value of another type."""
    hints = get_type_hints(Conf)
    for key, value in given().items():
        if key in DEFAULTS and not fits(value, hints[key.lower()]):
            wanted = readable(hints[key.lower()])
            yield error(2, f"ATS_INTEGRATION['{key}'] is {type(value).__name__}.", f"Give {wanted}.")


def fits(value: object, wanted: Any) -> bool:
    """Tell whether a value is of a setting's type; a list stands for a tuple, an int for a float."""
    if get_origin(wanted) is tuple:
        return isinstance(value, list | tuple) and all(isinstance(item, get_args(wanted)[0]) for item in value)
    accepted = (int, float) if wanted is float else wanted
    return isinstance(value, accepted) and not (isinstance(value, bool) and wanted is not bool)


def readable(wanted: Any) -> str:
    """Name a type for people."""
    if isinstance(wanted, types.GenericAlias):
        return f"a list of {get_args(wanted)[0].__name__}"
    return {timedelta: "a timedelta", str: "a text", int: "a whole number", float: "a number"}.get(wanted, str(wanted))


def missing_keys() -> Iterator[CheckMessage]:
    """E003: a setting without which nothing works."""
    if not given().get("APPLICATION_ADAPTER"):
        hint = "Name your subclass of ats_integration.adapters.ApplicationAdapter; README.md points to a complete one."
        yield error(3, "ATS_INTEGRATION['APPLICATION_ADAPTER'] is missing.", hint)


def models() -> Iterator[CheckMessage]:
    """E004: a model that is not installed."""
    for key in ("CUSTOMER_MODEL", "APPLICATION_MODEL"):
        try:
            apps.get_model(given()[key])
        except LookupError:
            yield error(4, f"ATS_INTEGRATION['{key}'] names no installed model.", "Write it as 'app_label.Model'.")


def dotted_paths() -> Iterator[CheckMessage]:
    """E005: a dotted path that leads nowhere, or to something else than it should."""
    yield from wrong_path("APPLICATION_ADAPTER", conf.application_adapter, ApplicationAdapter)
    for path in conf.providers:
        yield from wrong_path("PROVIDERS", path, Provider)
    if conf.customers_of_user:
        yield from wrong_path("CUSTOMERS_OF_USER", conf.customers_of_user, None)


def wrong_path(key: str, path: str, base: type | None) -> Iterator[CheckMessage]:
    """Say what is wrong with one dotted path that should lead to a subclass of `base`, or to a function."""
    try:
        found = import_string(path)
    except Exception as problem:
        hint = f"{type(problem).__name__}: {problem}"
        yield error(5, f"ATS_INTEGRATION['{key}']: {path} cannot be imported.", hint)
        return
    if base and not is_subclass(found, base):
        hint = f"Name a subclass of {base.__module__}.{base.__name__}."
        yield error(5, f"ATS_INTEGRATION['{key}']: {path} is no {base.__name__}.", hint)


def is_subclass(found: object, base: type) -> bool:
    """Tell whether something is a class below `base`, or `base` itself."""
    return isinstance(found, type) and issubclass(found, base)


def encryption() -> Iterator[CheckMessage]:
    """E006, E007 and E016: no key, one that can be guessed, or one that is not what it looks like."""
    make = "Make one: python -c 'import secrets; print(secrets.token_urlsafe(32))'"
    if not conf.encryption_keys:
        yield error(6, "There is no key to encrypt credentials with.", f"Set {written('ENCRYPTION_KEYS')}. {make}")
    if any(len(key) < SHORTEST_KEY for key in conf.encryption_keys):
        yield error(7, f"An encryption key has fewer than {SHORTEST_KEY} characters.", make)
    if any(key != key.strip() for key in conf.encryption_keys):
        yield error(16, "An encryption key begins or ends with a blank, which is part of the key.", WAY_OUT)


def rq_queues() -> Iterator[CheckMessage]:
    """E008 and E009: a queue that is missing or would be unpickled."""
    queues = getattr(settings, "RQ_QUEUES", {})
    for name in (HAPPY_QUEUE, RETRY_QUEUE):
        if name not in queues:
            yield error(8, f"RQ_QUEUES has no queue '{name}'.", f"Add RQ_QUEUES['{name}'] = {{...}}.")
        elif not is_json(queues[name].get("SERIALIZER")):
            hint = f"Set RQ_QUEUES['{name}']['SERIALIZER'] = 'rq.serializers.JSONSerializer'."
            yield error(9, f"Queue '{name}' does not use JSON: what is in Redis would be unpickled.", hint)


def rq_classes() -> Iterator[CheckMessage]:
    """E010: RQ would use classes that unpickle or that know nothing of deliveries."""
    ours = {
        "JOB_CLASS": "ats_integration.rq_json.JSONJob",
        "WORKER_CLASS": "ats_integration.worker.DeliveryWorker",
        "SCHEDULER_CLASS": "ats_integration.rq_json.JSONScheduler",
    }
    for key, path in ours.items():
        if not is_subclass(class_of(getattr(settings, "RQ", {}).get(key)), import_string(path)):
            yield error(10, f"RQ['{key}'] is not ours.", f"Set RQ['{key}'] = '{path}', or a subclass of it.")


def is_json(serializer: Any) -> bool:
    """Tell whether RQ takes this name for its JSON serializer."""
    try:
        return resolve_serializer(serializer) is JSONSerializer
    except (ImportError, AttributeError, ValueError, NotImplementedError):
        return False


def class_of(named: object) -> object:
    """Return the class that a setting of RQ means; None where its path leads nowhere."""
    try:
        return import_string(named) if isinstance(named, str) else named
    except ImportError:
        return None


def durations() -> Iterator[CheckMessage]:
    """E011 and E012: times that contradict each other."""
    for key in (field.name for field in fields(Conf) if isinstance(field.default, timedelta)):
        if getattr(conf, key) <= timedelta(0):
            yield error(11, f"ATS_INTEGRATION['{key.upper()}'] must be above zero.", "Give a positive timedelta.")
    if conf.claim_lease <= conf.total_timeout:
        hint = "A lease that ends before its call makes duplicates. Set CLAIM_LEASE above TOTAL_TIMEOUT."
        yield error(12, "CLAIM_LEASE is not longer than TOTAL_TIMEOUT.", hint)


def numbers() -> Iterator[CheckMessage]:
    """E013: a number with which nothing is ever sent, or sent again."""
    for key in ("retry_factor", "retry_max_tries", "worker_concurrency", "max_concurrency", "circuit_failures"):
        if not getattr(conf, key) >= 1:
            yield error(13, f"ATS_INTEGRATION['{key.upper()}'] is below 1.", "Give at least 1.")


def resumes() -> Iterator[CheckMessage]:
    """E014: a storage of CVs that does not exist."""
    if conf.resume_storage not in settings.STORAGES:
        names = ", ".join(sorted(settings.STORAGES))
        hint = f"Name one of STORAGES: {names}."
        yield error(14, f"ATS_INTEGRATION['RESUME_STORAGE']: there is no storage {conf.resume_storage!r}.", hint)


def own_key() -> Iterator[CheckMessage]:
    """E015: whoever knows another secret, or reads the example settings, opens every credential."""
    known = any(key.startswith(EXAMPLE_KEYS) for key in conf.encryption_keys)
    if known or settings.SECRET_KEY in conf.encryption_keys:
        hint = f"Give {written('ENCRYPTION_KEYS')} a key of its own; to change it later, run rotate_ats_keys."
        yield error(15, "Credentials are encrypted with SECRET_KEY or with a key that everybody knows.", hint)


def deployment() -> Iterator[CheckMessage]:
    """W002 to W004: fine on a laptop only."""
    if not conf.dead_letter_bucket:
        yield warning(2, "No bucket for dead letters is set.", f"Set {written('DEAD_LETTER_BUCKET')}.")
    if all(address.strip().endswith(EXAMPLE_MAILS) for address in conf.support_emails):
        yield warning(3, "Nobody in support hears of failures.", f"Set {written('SUPPORT_EMAILS')}.")
    if conf.allowed_private_hosts:
        hosts = ", ".join(conf.allowed_private_hosts)
        hint = f"Empty {written('ALLOWED_PRIVATE_HOSTS')} in production."
        yield warning(4, f"Private hosts may be called: {hosts}.", hint)
