"""Show what the retry settings mean: simulate failing messages, print their tries and time to death."""

from __future__ import annotations

import json
import random
import sys
from argparse import ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from ats_integration import simulation
from ats_integration.retries import Policy
from ats_integration.simulation import Summary


class Command(BaseCommand):
    """Simulate messages whose every try fails."""

    help = (
        "Simulate failing messages under the current retry settings and print how many tries they get and how "
        "long they live. Exit status 1 where fewer than 95 % die within 20 % of the budget."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("--messages", type=count, default=10_000, metavar="N", help="how many (10,000)")
        parser.add_argument(
            "--call-seconds", type=seconds, default=1.0, metavar="S", help="how long each failing call takes (1)"
        )
        parser.add_argument("--seed", type=int, default=None, help="repeatable numbers")
        parser.add_argument("--json", action="store_true", dest="as_json", help="print the summary as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Simulate and print."""
        policy = Policy.from_settings()
        chances = random.Random(options["seed"])  # noqa: S311 - a simulation
        summary = simulation.simulate(policy, options["messages"], options["call_seconds"], chances)
        self.stdout.write(json.dumps(summary.to_dict()) if options["as_json"] else text_of(policy, summary))
        if not summary.is_on_budget:
            sys.exit(1)


def count(text: str) -> int:
    """Read a number of messages."""
    if (number := int(text)) < 1:
        raise ArgumentTypeError("give at least 1")
    return number


def seconds(text: str) -> float:
    """Read how long a call takes, up to an hour."""
    if not 0 <= (number := float(text)) <= 3600:
        raise ArgumentTypeError("give 0 to 3600")
    return number


def text_of(policy: Policy, summary: Summary) -> str:
    """Print the schedule for people."""
    low, high = summary.window
    lines = [
        f"base {policy.base.total_seconds():g} s, factor {policy.factor:g}, cap {policy.cap.total_seconds():g} s, "
        f"equal jitter, at most {policy.max_tries} tries, budget {policy.budget.total_seconds():g} s",
        "",
        f"{summary.messages:,} messages, every try fails:",
        "  tries   messages",
        *(f"  {tries:>5}   {count:>8,}  {bar(count, summary.messages)}" for tries, count in summary.tries),
        "",
        "  seconds from the first try to the dead letter",
        *(f"  p{percent:<3} {seconds:>7.1f}" for percent, seconds in summary.percentiles),
        "",
        f"  {summary.share_in_window:.1%} die between {low:.0f} and {high:.0f} s",
    ]
    return "\n".join(lines)


def bar(count: int, total: int) -> str:
    """Draw a share."""
    return "#" * round(40 * count / total)
