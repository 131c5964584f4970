"""Addresses, queries, headers and signed links that nobody made."""

from __future__ import annotations

from urllib.parse import quote

from hypothesis import strategies as st

from ats_integration import links
from jobbird.ats import resume_part

from ..addresses import HOLE, patterns
from ..world import World, browser
from .forms import judge
from .nasty import names, texts
from .running import EntryPoint, Verdict

PAGES = sorted({pattern for pattern in patterns() if "django_rq" not in pattern and "logout" not in pattern})
LISTS = (
    "/",
    "/customer/",
    "/admin/ats_integration/atsconfig/",
    "/admin/ats_integration/atsconfig/add/",
    "/admin/ats_integration/delivery/",
    "/admin/ats_integration/deadletter/",
    "/admin/ats_integration/incident/",
    "/admin/ats_integration/auditentry/",
    "/admin/board/application/",
    "/admin/board/vacancy/",
    "/admin/board/customer/",
    "/admin/autocomplete/",
)
PARAMETERS = (
    "page", "status", "vacancy", "q", "o", "p", "e", "all", "ats", "of", "stored_at", "died_at__gte", "died_at__year",
    "created_at__day", "created_at__lt", "reason", "config__provider", "provider", "is_active__exact", "term",
    "app_label", "model_name", "field_name", "_popup", "_to_field", "_facets", "customer__id__exact", "id__in", "deed",
    "message__x", "credentials", "created_at__month", "notified_at__isnull",
)  # fmt: skip
HEADERS = (
    "Accept", "Accept-Language", "Authorization", "Cookie", "Host", "If-Modified-Since", "If-None-Match", "Origin",
    "Range", "Referer", "User-Agent", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Requested-With",
    "Content-Length",
)  # fmt: skip
LATIN = st.text(st.characters(codec="latin-1", exclude_characters="\r\n"), max_size=60)


def ask(world: World, value: tuple[str, dict[str, str]]) -> Verdict:
    """Ask for a list with a query."""
    path, query = value
    role = "superuser" if path.startswith("/admin") else "own"
    return judge(browser(world, role).get(path, query))


def walk(world: World, value: tuple[str, str]) -> Verdict:
    """Ask for an address whose holes are filled with anything."""
    pattern, filling = value
    path = "/" + HOLE.sub(lambda _: quote(filling, safe=""), pattern).strip("^$")
    answers = [browser(world, role).get(path) for role in ("own", "superuser")]
    return next((found for found in map(judge, answers) if found.crash), judge(answers[0]))


def send_headers(world: World, value: tuple[str, dict[str, str]]) -> Verdict:
    """Ask for a page with headers."""
    path, headers = value
    response = browser(world, "anyone").get(path, headers=headers)
    if response.streaming:
        b"".join(response)
    return judge(response)


def open_link(world: World, value: tuple[str, int, str]) -> Verdict:
    """Open a signed link that was changed in a place, or made up."""
    made_up, place, name = value
    resume = resume_part(world.application)
    assert resume
    token = links.token_of(resume)
    changed = made_up or token[: place % len(token)] + "x" + token[place % len(token) + 2 :]
    response = browser(world, "anyone").get(f"/cv/{quote(changed, safe='')}/{quote(name or 'x', safe='')}")
    if response.status_code == 200:
        b"".join(response)
        return Verdict(crash="A changed link opened a CV.")
    return judge(response)


QUERIES = (
    EntryPoint(
        "queries of lists",
        st.tuples(
            st.sampled_from(LISTS),
            st.dictionaries(st.sampled_from(PARAMETERS) | names, texts | st.integers().map(str), max_size=3),
        ),
        ask,
    ),
    EntryPoint("addresses", st.tuples(st.sampled_from(PAGES), texts | st.integers().map(str)), walk),
    EntryPoint(
        "headers",
        st.tuples(
            st.sampled_from(["/", "/metrics", "/healthz", "/customer/", "/static/jobbird.css"]),
            st.dictionaries(st.sampled_from(HEADERS), LATIN, max_size=4),
        ),
        send_headers,
    ),
    EntryPoint("signed links", st.tuples(st.just("") | texts, st.integers(0, 10_000), texts), open_link),
)
