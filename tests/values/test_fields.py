"""The columns of a connection: credentials sealed at once, at rest and in every dump; settings that are an object."""

from __future__ import annotations

import copy
import json
import pickle
import pprint
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core import serializers
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import connection as database
from django.db.models import F, Value
from django.forms.models import model_to_dict
from pytest_django import Settings

from ats_integration.credentials import Credentials
from ats_integration.encryption import is_token
from ats_integration.errors import CredentialsUnreadable
from ats_integration.models import ATSConfig

from .conftest import API_KEY

pytestmark = pytest.mark.django_db

WRONG_KEY = "a-key-that-opens-nothing-0123456789"


def column(config: ATSConfig) -> str:
    """Return what the database really holds."""
    with database.cursor() as cursor:
        cursor.execute("SELECT credentials FROM ats_integration_atsconfig WHERE id = %s", [config.pk])
        return str(cursor.fetchone()[0])


@pytest.fixture
def wrong_key(connection: ATSConfig, settings: Settings) -> None:
    """Lose the key after the connection was stored."""
    settings.ATS_INTEGRATION = {**settings.ATS_INTEGRATION, "ENCRYPTION_KEYS": [WRONG_KEY]}


class TestColumn:
    def test_holds_a_token_only(self, connection: ATSConfig) -> None:
        assert is_token(column(connection))
        assert API_KEY not in column(connection)

    def test_gives_back_what_was_stored(self, connection: ATSConfig) -> None:
        assert {"api_key": API_KEY} == ATSConfig.objects.get(pk=connection.pk).credentials

    def test_holds_an_empty_text_for_nothing(self, connect: Callable[..., ATSConfig]) -> None:
        config = connect(credentials={})

        assert "" == column(config)
        assert {} == ATSConfig.objects.get(pk=config.pk).credentials

    @pytest.mark.parametrize("fields", [None, ["name"], ["name", "credentials"]])
    def test_keeps_its_token_byte_for_byte_in_an_untouched_row(
        self, connection: ATSConfig, fields: list[str] | None
    ) -> None:
        token = column(connection)
        again = ATSConfig.objects.get(pk=connection.pk)
        again.name = "Renamed"
        assert again.credentials["api_key"] == API_KEY
        again.save(update_fields=fields)

        assert token == column(connection)

    def test_takes_new_values_by_update(self, connection: ATSConfig) -> None:
        ATSConfig.objects.filter(pk=connection.pk).update(credentials={"api_key": "changed"})

        assert {"api_key": "changed"} == ATSConfig.objects.get(pk=connection.pk).credentials
        assert "changed" not in column(connection)

    def test_takes_many_rows_at_once(self, customer: Any) -> None:
        made = [ATSConfig(customer=customer, provider="lever", credentials={"api_key": str(n)}) for n in range(3)]
        ATSConfig.objects.bulk_create(made)

        assert ["0", "1", "2"] == [each.credentials["api_key"] for each in ATSConfig.objects.order_by("pk")]

    @pytest.mark.parametrize("value", [F("credentials"), Value("")])
    def test_takes_expressions(self, connection: ATSConfig, value: Any) -> None:
        assert 1 == ATSConfig.objects.filter(pk=connection.pk).update(credentials=value)

    def test_is_found_by_its_own_token(self, connection: ATSConfig) -> None:
        assert ATSConfig.objects.filter(credentials=connection.credentials).exists()
        assert not ATSConfig.objects.filter(credentials="").exists()

    def test_is_read_late_where_it_was_deferred(self, connection: ATSConfig) -> None:
        deferred = ATSConfig.objects.defer("credentials").get(pk=connection.pk)

        assert "credentials" in deferred.get_deferred_fields()
        assert {"api_key": API_KEY} == deferred.credentials


class TestAssignment:
    def test_seals_at_once(self, connection: ATSConfig) -> None:
        connection.credentials = {"api_key": "assigned-in-plain"}

        assert isinstance(connection.__dict__["credentials"], Credentials)
        assert "assigned-in-plain" not in str(connection.__dict__)

    def test_seals_in_a_new_instance(self) -> None:
        assert API_KEY not in str(ATSConfig(credentials={"api_key": API_KEY}).__dict__)

    @pytest.mark.parametrize("value", ["plain text", 42, ["a", "list"], b"bytes", True])
    def test_refuses_what_is_no_object_without_repeating_it(self, connection: ATSConfig, value: Any) -> None:
        with pytest.raises(ValidationError) as caught:
            connection.credentials = value

        assert ["Credentials must be a JSON object."] == caught.value.messages

    @pytest.mark.parametrize("nothing", [None, "", {}])
    def test_takes_nothing(self, connection: ATSConfig, nothing: Any) -> None:
        connection.credentials = nothing
        connection.save()

        assert "" == column(connection)


class TestShowing:
    @pytest.mark.parametrize(
        "way",
        [
            repr,
            str,
            lambda config: f"{config} {config.credentials}",
            lambda config: pprint.pformat(vars(config)),
            lambda config: str(model_to_dict(config)),
            lambda config: str(pickle.dumps(config)),
            lambda config: str(vars(copy.deepcopy(config))),
            lambda config: json.dumps(vars(config), default=str),
            lambda config: config.snapshot().model_dump_json(),
            lambda _: str(list(ATSConfig.objects.values())),
            lambda _: str(list(ATSConfig.objects.values_list("credentials", flat=True))),
            lambda config: config._meta.get_field("credentials").value_to_string(config),
        ],
        ids=range(12),
    )
    def test_never_tells(self, connection: ATSConfig, way: Callable[[ATSConfig], str]) -> None:
        assert API_KEY == connection.credentials["api_key"]

        assert API_KEY not in way(connection)


@pytest.mark.usefixtures("wrong_key")
class TestWrongKey:
    def test_lists_rows(self) -> None:
        assert ["<ATSConfig: Lever>"] == [repr(config) for config in ATSConfig.objects.all()]

    def test_raises_where_the_values_are_read(self) -> None:
        config = ATSConfig.objects.get()
        with pytest.raises(CredentialsUnreadable):
            config.credentials["api_key"]

    def test_saves_other_fields_and_keeps_the_token(self, connection: ATSConfig) -> None:
        token = column(connection)
        config = ATSConfig.objects.get()
        config.name = "Renamed"
        config.full_clean()
        config.save()

        assert token == column(connection)

    def test_takes_new_values(self) -> None:
        config = ATSConfig.objects.get()
        config.credentials = {"api_key": "entered again"}
        config.save()

        assert {"api_key": "entered again"} == ATSConfig.objects.get().credentials


class TestDumps:
    @pytest.mark.parametrize("kind", ["json", "jsonl", "xml", "python"])
    def test_hold_the_token_only(self, connection: ATSConfig, kind: str) -> None:
        dumped = str(serializers.serialize(kind, ATSConfig.objects.all()))

        assert API_KEY not in dumped
        assert column(connection) in dumped

    @pytest.mark.parametrize("kind", ["json", "jsonl", "xml"])
    def test_can_be_loaded_again(self, connection: ATSConfig, tmp_path: Path, kind: str) -> None:
        token, dump = column(connection), tmp_path / f"dump.{kind}"
        call_command("dumpdata", "ats_integration", format=kind, output=str(dump))
        connection.delete()
        call_command("loaddata", str(dump), stdout=StringIO())

        assert token == column(ATSConfig.objects.get())
        assert {"api_key": API_KEY} == ATSConfig.objects.get().credentials

    def test_of_nothing_can_be_loaded_again(self, connect: Callable[..., ATSConfig], tmp_path: Path) -> None:
        dump = tmp_path / "dump.json"
        connect(credentials={})
        call_command("dumpdata", "ats_integration", output=str(dump))
        call_command("loaddata", str(dump), stdout=StringIO())

        assert {} == ATSConfig.objects.get().credentials

    def test_written_by_hand_are_sealed_when_they_are_loaded(self, connection: ATSConfig, tmp_path: Path) -> None:
        dump = tmp_path / "dump.json"
        rows = json.loads(serializers.serialize("json", ATSConfig.objects.all()))
        rows[0]["fields"]["credentials"] = {"api_key": "by hand"}
        dump.write_text(json.dumps(rows))
        call_command("loaddata", str(dump), stdout=StringIO())

        assert is_token(column(connection))
        assert {"api_key": "by hand"} == ATSConfig.objects.get().credentials


@pytest.mark.parametrize("value", ["{}", ["a"], 7])
def test_settings_that_are_no_object_are_refused(value: Any) -> None:
    config = ATSConfig(provider="recruitee", settings=value)
    with pytest.raises(ValidationError) as refused:
        config.clean_fields(exclude=("customer", "credentials"))
    assert {"settings"} == set(refused.value.message_dict)
