"""Encryption: what goes in comes out, with any configured key and with no other."""

from __future__ import annotations

import traceback
from typing import Any

import pytest
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from ats_integration import encryption
from ats_integration.encryption import decrypt, encrypt, is_current, is_token, rotate
from ats_integration.errors import ConfigurationError, CredentialsUnreadable

from .strategies import json_values, texts

OLD, NEW, OTHER = (f"{name}-key-0123456789-0123456789-0123456789" for name in ("old", "new", "other"))
VALUES = {"api_key": "plain-api-key"}


@pytest.fixture
def keys(settings: Settings) -> Any:
    """Give a function that configures other keys."""

    def configure(*names: str) -> None:
        settings.ATS_INTEGRATION = {**settings.ATS_INTEGRATION, "ENCRYPTION_KEYS": list(names)}

    return configure


@given(st.dictionaries(texts, json_values, max_size=3))
def test_gives_back_what_it_got(values: dict[str, Any]) -> None:
    assert values == decrypt(encrypt(values))


def test_hides_names_and_values() -> None:
    token = encrypt(VALUES)

    assert is_token(token)
    assert "api_key" not in token
    assert "plain" not in token


def test_never_makes_the_same_token_twice() -> None:
    assert encrypt(VALUES) != encrypt(VALUES)


def test_opens_with_every_configured_key(keys: Any) -> None:
    keys(OLD)
    token = encrypt(VALUES)
    keys(NEW, OTHER, OLD)

    assert VALUES == decrypt(token)


def test_encrypts_with_the_first_key(keys: Any) -> None:
    keys(NEW, OLD)
    token = encrypt(VALUES)

    assert is_current(token)
    keys(NEW)
    assert VALUES == decrypt(token)


def test_follows_changed_settings_both_ways(keys: Any) -> None:
    keys(OLD)
    token = encrypt(VALUES)
    keys(NEW)
    with pytest.raises(CredentialsUnreadable):
        decrypt(token)
    keys(OLD)

    assert VALUES == decrypt(token)


@pytest.mark.parametrize("act", [decrypt, rotate])
@pytest.mark.parametrize("token", ["", "gAAAAA", "not a token", "é", "gAAAAABn" + "A" * 90, "\ud800"])
def test_refuses_what_is_no_token(act: Any, token: str) -> None:
    with pytest.raises(CredentialsUnreadable):
        act(token)


@pytest.mark.parametrize("act", [decrypt, rotate])
def test_refuses_a_token_of_another_key(keys: Any, act: Any) -> None:
    keys(OTHER)
    token = encrypt(VALUES)
    keys(NEW, OLD)
    with pytest.raises(CredentialsUnreadable) as caught:
        act(token)

    assert "None of the configured keys opens these credentials." == str(caught.value)


@pytest.mark.parametrize("plain", [b"plain-api-key", b"\xff", b'["plain-api-key"]', b"null"])
def test_refuses_a_token_of_something_else_without_telling_it(plain: bytes) -> None:
    token = encryption.cipher().encrypt(plain).decode()
    with pytest.raises(CredentialsUnreadable) as caught:
        decrypt(token)

    assert caught.value.__cause__ is None
    assert "plain-api-key" not in "".join(traceback.format_exception(caught.value))


def test_refuses_a_changed_token() -> None:
    token = encrypt(VALUES)
    with pytest.raises(CredentialsUnreadable):
        decrypt(token[:-10] + ("A" if token[-10] != "A" else "B") + token[-9:])


class TestRotation:
    def test_puts_the_same_values_under_the_first_key(self, keys: Any) -> None:
        keys(OLD)
        token = encrypt(VALUES)
        keys(NEW, OLD)
        assert not is_current(token)

        fresh = rotate(token)

        assert is_current(fresh)
        keys(NEW)
        assert VALUES == decrypt(fresh)

    def test_knows_no_current_token_of_a_wrong_key(self, keys: Any) -> None:
        keys(OTHER)
        token = encrypt(VALUES)
        keys(NEW, OLD)

        assert not is_current(token)


@pytest.mark.parametrize("act", [lambda: encrypt(VALUES), lambda: decrypt("gAAAAA"), lambda: is_current("gAAAAA")])
def test_says_so_where_no_key_is_configured(keys: Any, act: Any) -> None:
    keys()
    with pytest.raises(ConfigurationError, match=r"ATS_ENCRYPTION_KEYS\) is empty"):
        act()


def test_derives_its_keys_and_never_uses_the_text_itself() -> None:
    text = Fernet.generate_key().decode()
    token = MultiFernet([encryption.fernet(text)]).encrypt(b"{}")

    with pytest.raises(InvalidToken):
        Fernet(text).decrypt(token)
