"""`seed_demo`: fill the job board with example customers, vacancies, connections and candidates."""

from __future__ import annotations

from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from ats_integration.conf import conf
from jobbird.board import demo_data, seeding
from jobbird.board.demo_data import DemoCustomer

STAND_IN = "http://127.0.0.1:9900"


class Command(BaseCommand):
    """Fill the job board with examples. Running it again changes nothing."""

    help = """Fill the job board with examples: customers with a recruiter's login, vacancies with their
job ids in Greenhouse, Recruitee or Lever, a connection each, and an admin. Running it again adds
only what is missing.

  python manage.py seed_demo                      three customers, five vacancies each
  python manage.py seed_demo --applications 20    and twenty candidates with CVs in PDF
  python manage.py seed_demo --reset              start afresh

All connections lead to a stand-in for the ATSs (--ats-url), never to the real ones. The logins
have a password that everybody knows, so this runs with DEBUG on, or when you say --i-know."""

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        return super().create_parser(prog_name, subcommand, formatter_class=RawDescriptionHelpFormatter, **kwargs)

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--customers", type=int, default=3, help="how many customers, 1 to 100 (default 3)")
        parser.add_argument("--vacancies", type=int, default=5, help="how many vacancies each, 1 to 1,000 (default 5)")
        parser.add_argument("--applications", type=int, default=0, help="how many candidates in all (default none)")
        parser.add_argument("--ats-url", default=STAND_IN, help=f"where the stand-in listens (default {STAND_IN})")
        parser.add_argument("--reset", action="store_true", help="first remove the demo's customers and all they have")
        parser.add_argument("--i-know", action="store_true", help="make logins with a known password without DEBUG")

    def handle(self, *_args: Any, **options: Any) -> None:
        check(options)
        if options["reset"]:
            seeding.remove(demo_data.customers(demo_data.MOST_CUSTOMERS, 0))
        demos = demo_data.customers(options["customers"], options["vacancies"])
        self.seed(demos, options["ats_url"])
        new = seeding.add_applications(options["applications"], demos)
        vacancies = sum(len(demo.vacancies) for demo in demos)
        applications = f"{options['applications']} applications ({new} new)"
        self.stdout.write(f"{len(demos)} customers, {vacancies} vacancies, {applications}.")
        self.warn_about(options["ats_url"])

    def seed(self, demos: Sequence[DemoCustomer], ats_url: str) -> None:
        """Write customers and logins, and say who may log in."""
        self.stdout.write("Logins:")
        self.tell(demo_data.ADMIN, seeding.add_admin(), "the admin, sees everything")
        for demo in demos:
            self.tell(demo.slug, seeding.add_customer(demo, ats_url), f"{demo.name}, {demo.provider}")

    def tell(self, login: str, is_new: bool, what: str) -> None:
        """Print one login."""
        password = demo_data.PASSWORD if is_new else "(password as before)"
        self.stdout.write(f"  {f'{login} / {password}':<40} {what}")

    def warn_about(self, ats_url: str) -> None:
        """Say so where calls to the stand-in would be refused."""
        host = urlsplit(ats_url).hostname
        if host not in conf.allowed_private_hosts:
            self.stderr.write(f"Add {host} to ATS_ALLOWED_PRIVATE_HOSTS, or every call to {ats_url} is refused.")


def check(options: dict[str, Any]) -> None:
    """Raise CommandError where this would be unsafe or make no sense."""
    if not (settings.DEBUG or options["i_know"]):
        raise CommandError("This makes logins with a known password. Run it with DEBUG=1, or add --i-know.")
    if not 1 <= options["customers"] <= demo_data.MOST_CUSTOMERS:
        raise CommandError(f"--customers must be 1 to {demo_data.MOST_CUSTOMERS}.")
    if not 1 <= options["vacancies"] <= 1000:
        raise CommandError("--vacancies must be 1 to 1000.")
    if options["applications"] < 0:
        raise CommandError("--applications cannot be negative.")
