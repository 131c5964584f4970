"""Set the environment before Django reads it: addresses of services that start only when a test asks.

Loaded by `-p tests.environment`. Until the `valkey` fixture is used, nothing listens on REDIS_URL.
TEST_DATABASE=postgres runs everything on a PostgreSQL of its own.
"""

from __future__ import annotations

import atexit
import os
import warnings
from contextlib import ExitStack
from pathlib import Path

import psycopg

from jobbird.demo.ports import kept_port
from jobbird.demo.services import S3_ENVIRONMENT, postgres, scratch

SCRATCH = scratch()
VALKEY_PORT = kept_port()  # others look for a port, too, before a server listens on it
S3_PORT = kept_port()
BUCKET = "test-dead-letters"


def environment() -> dict[str, str]:
    """Return everything that the settings read, so that a developer's own .env changes no test."""
    return {
        **S3_ENVIRONMENT,
        "AWS_ENDPOINT_URL_S3": f"http://127.0.0.1:{S3_PORT}",
        "AWS_CONFIG_FILE": str(SCRATCH / "no-aws-config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(SCRATCH / "no-aws-credentials"),
        "REDIS_URL": f"redis://127.0.0.1:{VALKEY_PORT}/0",
        "DATABASE_URL": database_url(),
        "EMAIL_URL": "consolemail://",
        "SECRET_KEY": "only-for-tests-0123456789-abcdefghijklmnopqrstuvwxyz-0123456789",
        "DEBUG": "false",
        "ALLOWED_HOSTS": "localhost,127.0.0.1,testserver",
        "HTTPS_ONLY": "false",
        "TRUSTED_PROXIES": "0",
        "APPLY_LIMIT_PER_HOUR": "0",
        "APPLY_MIN_SECONDS": "0",
        "LOGIN_LIMIT_PER_HOUR": "0",
        "MEDIA_ROOT": str(SCRATCH / "media"),
        "ATS_ENCRYPTION_KEYS": "first-test-key-0123456789abcdef,second-test-key-0123456789abcde",
        "ATS_DEAD_LETTER_BUCKET": BUCKET,
        "ATS_ALLOWED_PRIVATE_HOSTS": "127.0.0.1,localhost",
        "ATS_SUPPORT_EMAILS": "support@jobbird.example",
        "ATS_PUBLIC_URL": "http://testserver",
    }


def database_url() -> str:
    """Return a SQLite file, or the address of a PostgreSQL that lives as long as this process."""
    if os.environ.get("TEST_DATABASE") != "postgres":
        return f"sqlite:///{SCRATCH / 'db.sqlite3'}"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        stack = ExitStack()
        atexit.register(stack.close)
        url = stack.enter_context(postgres(Path(SCRATCH / "postgres")))
    hurry(url)
    return url


def hurry(url: str) -> None:
    """Let a PostgreSQL write nothing through to the disk, and gather no figures of tables that live for one test."""
    with psycopg.connect(url, autocommit=True) as database:
        for setting in ("fsync", "full_page_writes", "synchronous_commit", "autovacuum"):
            database.execute(f"ALTER SYSTEM SET {setting} = off")
        database.execute("SELECT pg_reload_conf()")


os.environ.update(environment())
