"""Print the JSON Schema of the message."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand

from ats_integration.message_schema import json_schema


class Command(BaseCommand):
    """Print what `ats_integration/message.schema.json` must hold."""

    help = (
        "Print the JSON Schema of the message. After a change of ats_integration/messages.py: "
        "python manage.py export_message_schema > ats_integration/message.schema.json"
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the schema."""
        self.stdout.write(json.dumps(json_schema(), indent=2))
