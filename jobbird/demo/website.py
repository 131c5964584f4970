"""Use the job board as people do: fetch a page, fill in its form with the CSRF token, send it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from types import TracebackType
from typing import Self
from urllib.parse import urljoin

import requests

from .problems import DemoError

PATIENCE = 60  # seconds; a person would give up long before

File = tuple[str, bytes, str]


@dataclass
class Form:
    """A form of a page: where it goes, the names of its fields, and what the page itself filled in."""

    action: str
    names: set[str] = field(default_factory=set)
    hidden: dict[str, str] = field(default_factory=dict)


class FormReader(HTMLParser):
    """Find the forms of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._is_inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a form, or a field of the form we are in."""
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(given.get("action", "")))
            self._is_inside = True
        elif self._is_inside and tag in ("input", "textarea", "select") and "name" in given:
            self.forms[-1].names.add(given["name"])
            if given.get("type") == "hidden":
                self.forms[-1].hidden[given["name"]] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        """Leave a form."""
        if tag == "form":
            self._is_inside = False


class Browser:
    """One person's browser, with its cookies."""

    def __init__(self, site: str) -> None:
        self._site = site
        self._session = requests.Session()
        self._session.trust_env = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        self._session.close()

    def open(self, path: str) -> requests.Response:
        """Fetch a page.

        Raises DemoError where the answer is no page.
        """
        return seen(self._session.get(urljoin(self._site, path), timeout=PATIENCE))

    def fill_in(
        self, path: str, values: Mapping[str, str], files: Mapping[str, File] | None = None
    ) -> requests.Response:
        """Fetch a page, fill in the form that has these fields, send it, and follow where it leads.

        Raises DemoError where there is no such form, or where it comes back because something is wrong in it.
        """
        page = self.open(path)
        form = form_with({*values, *(files or {})}, page.text)
        address = urljoin(page.url, form.action or page.url)
        answer = seen(self._session.post(address, {**form.hidden, **values}, files=files, timeout=PATIENCE))
        if answer.url == page.url:
            raise DemoError(f"{path} did not take what was filled in.")
        return answer


def seen(answer: requests.Response) -> requests.Response:
    """Return an answer that is a page, or raise DemoError."""
    if not answer.ok:
        raise DemoError(f"{answer.request.method} {answer.url} answered {answer.status_code}.")
    return answer


def form_with(names: set[str], html: str) -> Form:
    """Return the form of a page that has fields of these names, or raise DemoError."""
    reader = FormReader()
    reader.feed(html)
    for form in reader.forms:
        if names <= form.names:
            return form
    raise DemoError(f"The page has no form with the fields {', '.join(sorted(names))}.")
