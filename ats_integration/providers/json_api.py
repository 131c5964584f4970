"""JSON:API (jsonapi.org): the document that a call sends, what an answer holds, and an adapter that reads it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..errors import Uncertain
from .base import Provider
from .calls import Receipt, Response
from .failures import in_words
from .job_forms import objects

MEDIA_TYPE = "application/vnd.api+json"


class JsonApiProvider(Provider):
    """An ATS whose answers are JSON:API documents: what was made has an id, what went wrong has details."""

    def read(self, response: Response) -> Receipt:
        """Return the id of what a call made."""
        if not (found := id_of(response)):
            raise Uncertain(f"{self.name} did not say what it made of the call.")
        return Receipt(reference=found)

    def explain(self, response: Response) -> str:
        """Return the details of all errors."""
        return details(response) or super().explain(response)


def document(kind: str, attributes: Mapping[str, Any], **related: tuple[str, object]) -> dict[str, Any]:
    """Return one new resource; `related` are the kind and id of others by the name of the relation."""
    links = {name: {"data": {"id": str(id), "type": other}} for name, (other, id) in related.items()}
    return {"data": {"type": kind, "attributes": dict(attributes), **({"relationships": links} if links else {})}}


def id_of(response: Response) -> str:
    """Return the id of the resource that an answer shows, or an empty text."""
    return in_words(data_of(response).get("id"))


def attribute(response: Response, name: str) -> Any:
    """Return an attribute of the resource that an answer shows, or None."""
    attributes = data_of(response).get("attributes")
    return attributes.get(name) if isinstance(attributes, dict) else None


def data_of(response: Response) -> Mapping[str, Any]:
    """Return the resource that an answer shows; nothing where it shows none."""
    data = response.get("data")
    return data if isinstance(data, dict) else {}


def errors_of(response: Response) -> list[dict[str, Any]]:
    """Return the errors that an answer lists."""
    return objects(response.get("errors"))


def subject(error: Mapping[str, Any]) -> str:
    """Return the attribute or relation that an error is about: /data/attributes/email is about "email"."""
    source = error.get("source")
    pointer = in_words(source.get("pointer")) if isinstance(source, dict) else ""
    steps = pointer.split("/")[3:4] or in_words(error.get("detail")).split(" - ")[:1]
    return steps[0]


def details(response: Response) -> str:
    """Return what the errors say, in one line."""
    said = (in_words(error.get("detail") or error.get("title")) for error in errors_of(response))
    return "; ".join(filter(None, said))
