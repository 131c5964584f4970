"""`make demo`: put everything up, tell the story, then keep serving. See `make demo ARGS=--help`."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from datetime import timedelta

from rich.markup import escape
from rich.table import Table

from . import folder, ports, stage
from .environment import PROJECT, Pace, Plan
from .ports import kept_port
from .problems import DemoError, Stopped, stop_on_signals
from .screen import Screen
from .stage import Stage

HOME = PROJECT / ".demo"
WEB_PORT = 8000
#: Production's patience would make a long evening.
PACE = Pace(retry_base=timedelta(seconds=1), retry_budget=timedelta(seconds=20), notice_window=timedelta(seconds=6))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the demo; return 0 where every check held."""
    options = parser().parse_args(arguments)
    screen = Screen()
    stop_on_signals()
    try:
        with folder.emptied(HOME) as home:
            plan = Plan(folder=home, web=web_port(screen, wants_any=options.exit), pace=PACE)
            return play(plan, screen, options)
    except DemoError as error:
        screen.show(f"\n[bold red]The demo stopped:[/] {escape(str(error))}\nLogs: {HOME / 'logs'}")
        return 1
    except Stopped:
        screen.show("\nStopped before the end.")
        return 130


def parser() -> argparse.ArgumentParser:
    """Declare the options."""
    options = argparse.ArgumentParser(prog="make demo", description="Live the whole story on this machine.")
    options.add_argument(
        "--exit", action="store_true", help="end after the story; status 0 only if every count is right"
    )
    options.add_argument("--applications", type=int, default=30, metavar="N", help="how many on the sunny day (30)")
    return options


def web_port(screen: Screen, *, wants_any: bool) -> int:
    """Return the port of the site: 8000 for people, if it is free."""
    if wants_any:
        return kept_port()
    if ports.is_free(WEB_PORT):
        return WEB_PORT
    port = kept_port()
    screen.say(f"Port {WEB_PORT} is taken by another program: the site will be on {port}.")
    return port


def play(plan: Plan, screen: Screen, options: argparse.Namespace) -> int:
    """Put everything up, tell the story, serve."""
    screen.act("Everything starts")
    screen.say(
        "Real parts on this machine: Valkey, an S3 server, a database, the site, a worker, the scheduler, and a "
        "stand-in that plays Greenhouse, Lever and Recruitee. Logs and mails are in .demo/"
    )
    with stage.put_up(plan, screen, on_postgres=stage.wants_postgres()) as put_up:
        tell(put_up, screen, options.applications)
        if not options.exit:
            serve(put_up, screen)
    return 1 if screen.failed else 0


def tell(put_up: Stage, screen: Screen, applications: int) -> None:
    """Tell the story and sum up its checks."""
    from .crowd import Crowd
    from .story import Story

    began = time.monotonic()
    Story(put_up, screen, Crowd(put_up.plan.site)).tell(applications)
    seconds = time.monotonic() - began
    if screen.failed:
        screen.show(f"\n[bold red]{len(screen.failed)} of {len(screen.failed) + screen.passed} checks failed[/]")
    else:
        screen.show(f"\n[bold green]All {screen.passed} checks held[/] in {seconds:.0f} s.")


def serve(put_up: Stage, screen: Screen) -> None:
    """Keep everything running until Ctrl-C."""
    screen.act("Now it is yours")
    screen.show(addresses(put_up.plan))
    screen.say("\nTake an ATS down (and back with ok) and watch the applications:")
    screen.command(f"""curl -d '{{"provider": "lever", "mode": "down"}}' {put_up.plan.ats_url}/_sandbox/behave""")
    screen.say("\nCtrl-C stops everything.")
    try:
        while True:
            put_up.processes.check()
            time.sleep(0.5)
    except Stopped:
        screen.say("\nStopping.")


def addresses(plan: Plan) -> Table:
    """List where one can look, and as whom."""
    from jobbird.board import demo_data

    grid = Table.grid(padding=(0, 2))
    first = demo_data.customers()[0]
    recruiter = f"{first.slug} / {demo_data.PASSWORD}"
    rows = (
        ("apply for a job", f"{plan.site}/", ""),
        ("recruiter", f"{plan.site}/customer/", recruiter),
        ("ATS connections", f"{plan.site}/customer/ats/", recruiter),
        ("admin", f"{plan.site}/admin/", f"{demo_data.ADMIN} / {demo_data.PASSWORD}"),
        ("at the ATSs", f"{plan.ats_url}/_sandbox/", ""),
        ("health", f"{plan.site}/healthz", ""),
        ("metrics", f"{plan.site}/metrics", ""),
        ("mails", str(plan.mail.relative_to(PROJECT)), ""),
        ("logs", str(plan.logs.relative_to(PROJECT)), ""),
    )
    for row in rows:
        grid.add_row(*row)
    return grid


if __name__ == "__main__":
    sys.exit(main())
