"""Credentials open when they are read; printed, copied and stored they stay shut."""

from __future__ import annotations

import copy
import json
import pickle
import pprint
from collections.abc import Callable
from typing import Any

import pytest
from django.core.serializers.json import DjangoJSONEncoder
from rich.pretty import pretty_repr

from ats_integration.credentials import Credentials
from ats_integration.encryption import encrypt
from ats_integration.errors import CredentialsUnreadable

VALUES = {"api_key": "plain-api-key", "account": "plain-account"}

SHOWN: dict[str, Callable[[Any], str]] = {
    "repr": repr,
    "str": str,
    "f-string": lambda sealed: f"{sealed} {sealed!r} {sealed!s} {sealed!a}",
    "format": format,
    "percent": lambda sealed: f"{sealed}",
    "in a list": lambda sealed: str([sealed, {"key": sealed}, (sealed,)]),
    "items": lambda sealed: f"{sealed.items()} {sealed.values()} {sealed.keys()}",
    "pprint": lambda sealed: pprint.pformat({"credentials": sealed}),
    "rich": lambda sealed: pretty_repr({"credentials": sealed}),
    "pickle": lambda sealed: "".join(str(pickle.dumps(sealed, protocol)) for protocol in range(2, 6)),
    "JSON": lambda sealed: json.dumps(sealed, default=str),
    "dir": lambda sealed: str(dir(sealed)),
}


@pytest.fixture
def sealed() -> Credentials:
    """Seal some values, and read them once: what was opened must not show either."""
    credentials = Credentials.seal(VALUES)
    assert "plain-api-key" == credentials["api_key"]
    return credentials


@pytest.fixture
def unreadable() -> Credentials:
    """Make credentials that no key opens."""
    return Credentials("gAAAAA-of-another-key")


class TestReading:
    def test_gives_the_values(self, sealed: Credentials) -> None:
        assert VALUES == sealed.reveal()
        assert VALUES == dict(sealed)
        assert (2, "plain-account", None) == (len(sealed), sealed["account"], sealed.get("other"))

    def test_raises_where_no_key_fits(self, unreadable: Credentials) -> None:
        for read in (unreadable.reveal, lambda: unreadable["api_key"], lambda: list(unreadable)):
            with pytest.raises(CredentialsUnreadable):
                read()

    def test_gives_nothing_where_there_is_nothing(self) -> None:
        assert {} == dict(Credentials(""))

    def test_compares_by_value(self, sealed: Credentials) -> None:
        assert sealed == VALUES
        assert sealed == Credentials.seal(VALUES)
        assert sealed != {"api_key": "other"}
        assert sealed != "plain-api-key"


class TestSealing:
    def test_leaves_sealed_ones_alone(self, sealed: Credentials) -> None:
        assert Credentials.seal(sealed) is sealed

    def test_makes_no_token_of_nothing(self) -> None:
        assert "" == Credentials.seal({}).token

    def test_keeps_its_own_copy(self) -> None:
        values = dict(VALUES)
        credentials = Credentials.seal(values)
        values["api_key"] = "changed later"

        assert VALUES == credentials


class TestShowing:
    @pytest.mark.parametrize("way", sorted(SHOWN))
    def test_never_tells(self, sealed: Credentials, way: str) -> None:
        shown = SHOWN[way](sealed)

        assert "plain" not in shown

    @pytest.mark.parametrize("encoder", [json.JSONEncoder, DjangoJSONEncoder])
    def test_is_no_json(self, sealed: Credentials, encoder: type[json.JSONEncoder]) -> None:
        with pytest.raises(TypeError) as caught:
            json.dumps({"credentials": sealed}, cls=encoder)

        assert "plain" not in str(caught.value)

    def test_tells_whether_there_are_any(self, sealed: Credentials) -> None:
        assert ("<Credentials: hidden>", "<Credentials: none>") == (repr(sealed), repr(Credentials("")))

    def test_has_no_dict(self, sealed: Credentials) -> None:
        assert not hasattr(sealed, "__dict__")


class TestNeverOpens:
    """What must work with credentials that no key opens: lists, copies, forms."""

    @pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda it: pickle.loads(pickle.dumps(it))])  # noqa: S301
    def test_in_a_copy(self, unreadable: Credentials, copied: Callable[[Credentials], Credentials]) -> None:
        assert unreadable.token == copied(unreadable).token

    @pytest.mark.parametrize("way", sorted(set(SHOWN) - {"JSON"}))
    def test_when_shown(self, unreadable: Credentials, way: str) -> None:
        assert SHOWN[way](unreadable)

    def test_to_tell_whether_there_are_any(self, unreadable: Credentials) -> None:
        assert unreadable
        assert not Credentials("")

    def test_when_compared_with_nothing(self, unreadable: Credentials) -> None:
        assert unreadable not in [None, "", [], (), {}]
        assert Credentials("") == {}

    def test_in_a_copy_of_what_was_read(self, sealed: Credentials) -> None:
        assert encrypt(VALUES) != sealed.token == copy.deepcopy(sealed).token
