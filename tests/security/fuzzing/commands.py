"""Commands with any arguments: they work, or say in a sentence what is wrong, with a status."""

from __future__ import annotations

import contextlib
from io import StringIO

from django.core.management import BaseCommand, CommandError, load_command_class
from hypothesis import strategies as st

from ..world import World
from .nasty import arguments
from .running import FINE, EntryPoint, Verdict

#: The options of each command.
OPTIONS = {
    "resend_dead_letters": (
        "--customer", "--config", "--provider", "--reason", "--since", "--until", "--id", "--limit", "--rate", "--by",
        "--dry-run", "--yes", "--json",
    ),
    "check_ats_config": ("--customer", "--json"),
    "show_retry_schedule": ("--messages", "--call-seconds", "--seed", "--json"),
    "show_providers": ("--json",),
    "sweep_deliveries": ("--json",),
    "rotate_ats_keys": ("--dry-run", "--by"),
    "export_message_schema": (),
    "seed_demo": ("--customers", "--vacancies", "--applications", "--ats-url"),
    "ats_sandbox": ("--port",),
}  # fmt: skip
#: What stands last, and wins: nothing may run for minutes, listen, or send.
ALWAYS = {
    "show_retry_schedule": ["--messages", "10"],
    "resend_dead_letters": ["--dry-run", "--yes"],
    "ats_sandbox": ["--port", "70000"],
}
APPS = {"seed_demo": "jobbird.board"}


def argv_of(command: str) -> st.SearchStrategy[tuple[str, list[str]]]:
    """Return calls of a command."""
    pairs = st.lists(st.tuples(st.sampled_from(OPTIONS[command] or ("--help",)), arguments), max_size=3)
    loose = st.lists(arguments, max_size=1)
    return st.builds(
        lambda given, more: (command, [*(part for pair in given for part in pair), *more, *ALWAYS.get(command, [])]),
        pairs,
        loose,
    )


def call(_world: World, value: tuple[str, list[str]]) -> Verdict:
    """Run a command as the shell does; it may end with any status, and never with a traceback."""
    name, argv = value
    command = load_command_class(APPS.get(name, "ats_integration"), name)
    told = StringIO()
    try:
        with contextlib.redirect_stdout(told), contextlib.redirect_stderr(told):
            execute(command, name, argv, told)
    except CommandError as error:
        return FINE if str(error).strip() else Verdict(unclear="It complained without a word.")
    except SystemExit as ended:
        return FINE if told.getvalue().strip() else Verdict(unclear=f"It ended with {ended.code} and said nothing.")
    except Exception as error:
        return Verdict(crash=f"{type(error).__name__}: {error}")
    return FINE


def execute(command: BaseCommand, name: str, argv: list[str], told: StringIO) -> None:
    """Do what `run_from_argv` does, but leave the database open."""
    command._called_from_command_line = True  # type: ignore[attr-defined]  # argparse then ends as in a shell
    options = vars(command.create_parser("manage.py", name).parse_args(argv))
    command.execute(*options.pop("args", ()), **options, stdout=told, stderr=told)


COMMANDS = tuple(EntryPoint(f"`{name}`", argv_of(name), call) for name in OPTIONS)
