"""What every peer does with a message: POST it with `requests` on a session that its thread keeps."""

from __future__ import annotations

import os
import threading
from typing import Any

import requests

#: PEERS_TRUST_ENV=0 spares the peers the look for proxies and netrc files, as this project spares itself.
TRUST_ENV = os.environ.get("PEERS_TRUST_ENV", "1") == "1"
CUSTOMERS = 64
LETTER = "x" * 1800  # characters; makes 2 KB of JSON

local = threading.local()


def message(number: int, kind: str = "customer") -> dict[str, Any]:
    """Return a message of 2 KB for a customer of a kind (see ats_server)."""
    candidate = {"firstName": "Ann", "lastName": "de Vries", "email": "ann@example.org"}
    customer = f"{kind}/{kind}-{number % CUSTOMERS}"
    return {"id": number, "customer": customer, "tryCount": 0, "candidate": candidate, "coverLetter": LETTER}


def session(*, trust_env: bool = TRUST_ENV) -> requests.Session:
    """Return the session of this thread."""
    if not hasattr(local, "session"):
        local.session = requests.Session()
        local.session.trust_env = trust_env
    found: requests.Session = local.session
    return found


def post(client: requests.Session, told: dict[str, Any]) -> None:
    """Hand one message to the ATS."""
    url = f"{os.environ['ATS_URL']}/{told['customer']}"
    client.post(url, json=told, headers={"webhook-id": str(told["id"])}, timeout=10).raise_for_status()


def deliver(told: dict[str, Any]) -> None:
    """Do the job."""
    post(session(), told)
