"""Ask for every address as every role, and write the answers as the table of docs/access.md."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

from django.db import transaction
from django.http import HttpResponse
from django.test import Client

from .addresses import address, patterns, shown
from .world import ROLES, World, browser

LOGINS = ("/accounts/login/", "/admin/login/")
#: An address that is not this machine (RFC 5737), for the pages that look.
ELSEWHERE = "203.0.113.7"
METHODS = ("GET", "POST")
#: A method that an address does not know tells nothing of who may see it.
NOT_KNOWN = "405"


def rows(world: World, clients: dict[str, Client], refill: Callable[[], None]) -> Iterator[tuple[str, ...]]:
    """Yield a row for each address and method: address, method, and the answer for each role.

    `refill` puts Acme's message back on its queue: some pages empty it.
    """
    for pattern in sorted(set(patterns())):
        for method in METHODS:
            if "django_rq" in pattern:
                refill()
            found = tuple(answer(clients[role], method, address(pattern, world)) for role in ROLES)
            if method == "GET" or set(found) != {NOT_KNOWN}:
                yield (shown(pattern), method, *found)


def answer(client: Client, method: str, path: str) -> str:
    """Ask once, undo what it did, and say in a word what came."""
    cookies = client.cookies.copy()
    with transaction.atomic():
        response = client.generic(method, path, REMOTE_ADDR=ELSEWHERE)
        if response.streaming:
            b"".join(response)  # to the end, where the file is closed
        transaction.set_rollback(True)
    client.cookies = cookies
    return word(response)


def word(response: HttpResponse) -> str:
    """Return the status; a redirect to a login is one of its own."""
    if response.status_code == 302 and urlsplit(response["Location"]).path in LOGINS:
        return "login"
    return str(response.status_code)


def clients_of(world: World) -> dict[str, Client]:
    """Return a browser for each role."""
    return {role: browser(world, role) for role in ROLES}


def table(found: Iterator[tuple[str, ...]]) -> str:
    """Write rows as a Markdown table's body."""
    return "".join(f"| `{where}` | {' | '.join(cells)} |\n" for where, *cells in found)
