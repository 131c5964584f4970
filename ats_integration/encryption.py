"""Encrypt credentials with a list of keys; a wrong key raises, it never returns ciphertext.

Fernet (AES-128-CBC with HMAC-SHA256) from `cryptography`; the key is derived from each entry of
ENCRYPTION_KEYS by HKDF, so any long random text is a key. The first one encrypts.
"""

from __future__ import annotations

import base64
import json
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from .conf import conf, written
from .errors import ConfigurationError, CredentialsUnreadable

PURPOSE = b"ats_integration credentials v1"
#: How every token begins: Fernet's version and the high bytes of its clock, in base64.
FERNET_START = "gAAAAA"
UNREADABLE = "None of the configured keys opens these credentials."


def encrypt(values: dict[str, Any]) -> str:
    """Return `values` as a token made with the first key.

    Raises ConfigurationError where ENCRYPTION_KEYS is empty.
    """
    return cipher().encrypt(json.dumps(values, sort_keys=True).encode()).decode()


def decrypt(token: str) -> dict[str, Any]:
    """Return what `encrypt` was given.

    Raises CredentialsUnreadable where no key opens the token.
    """
    try:
        values = json.loads(cipher().decrypt(token.encode()))
    except (InvalidToken, ValueError):
        raise CredentialsUnreadable(UNREADABLE) from None  # a JSON error would carry the plain text along
    if not isinstance(values, dict):
        raise CredentialsUnreadable("The stored credentials are no JSON object.")
    return values


def rotate(token: str) -> str:
    """Return the same values under the first key.

    Raises CredentialsUnreadable where no key opens the token.
    """
    try:
        return cipher().rotate(token.encode()).decode()
    except (InvalidToken, ValueError):
        raise CredentialsUnreadable(UNREADABLE) from None


def is_current(token: str) -> bool:
    """Tell whether the first key alone opens the token."""
    try:
        fernet(keys()[0]).decrypt(token.encode())
    except InvalidToken:
        return False
    return True


def is_token(text: str) -> bool:
    """Tell whether a text looks like what `encrypt` returns."""
    return text.startswith(FERNET_START)


def cipher() -> MultiFernet:
    """Return the cipher of the configured keys."""
    return MultiFernet([fernet(key) for key in keys()])


def keys() -> tuple[str, ...]:
    """Return the configured keys.

    Raises ConfigurationError where there is none.
    """
    if not conf.encryption_keys:
        raise ConfigurationError(f"{written('ENCRYPTION_KEYS')} is empty: set at least one long random text.")
    return conf.encryption_keys


@lru_cache(maxsize=32)
def fernet(key: str) -> Fernet:
    """Derive one cipher from one configured text."""
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=PURPOSE).derive(key.encode())
    return Fernet(base64.urlsafe_b64encode(derived))
