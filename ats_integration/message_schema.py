"""The JSON Schema of the message, as it is published beside this file in `message.schema.json`."""

from __future__ import annotations

from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from .messages import Message


class PlainSchema(GenerateJsonSchema):
    """Leave out the titles that only repeat a key."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of version 1; `message.schema.json` holds the same."""
    schema = Message.model_json_schema(by_alias=True, mode="serialization", schema_generator=PlainSchema)
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Application message, version 1"}
    return {**head, **{key: value for key, value in schema.items() if key != "title"}}
