"""The story, act by act. Every act ends with checks; the last one does the accounts. Needs Django."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from html import unescape

from ats_integration import queues
from ats_integration.models import ATSConfig
from ats_integration.states import Status
from jobbird.board import demo_data

from . import counts, ledger
from .counts import Counts
from .crowd import Crowd
from .screen import Screen
from .stage import Stage
from .website import Browser

ALL = ("greenhouse", "lever", "recruitee")
BROKEN = "lever"
OTHERS = ("greenhouse", "recruitee")
FAILING, UNHURT, AFTER_A_CRASH = 12, 10, 20
OPEN = (Status.PENDING, Status.QUEUED, Status.RETRYING)

PATIENCE = timedelta(seconds=60)


@dataclass
class Story:
    """The acts, in their order, on a stage that is put up."""

    stage: Stage
    screen: Screen
    crowd: Crowd

    def tell(self, applications: int) -> None:
        """Live it all."""
        self.sunny_day(applications)
        self.one_ats_goes_down()
        self.others_go_on(applications)
        self.messages_die()
        self.ats_returns()
        self.redis_loses_everything()
        self.accounts()

    def sunny_day(self, count: int) -> None:
        """Everything works."""
        self.screen.act("A sunny day")
        self.screen.say(f"{count} candidates open a vacancy, fill in the form and attach their CV.")
        self.apply(count, *ALL)
        self.watch("all are delivered", lambda now: now.count(Status.DELIVERED) == count)
        self.screen.check(f"{count} applications saved", count, self.stage.look().applied)
        book = ledger.of(self.crowd.posted, self.stage.ats.received())
        self.screen.check(
            f"the ATSs hold each of the {count} once", (count, 0, 0), (book.received, book.lost, book.twice)
        )
        self.screen.check("every CV arrived byte for byte (sha256)", 0, book.damaged)
        self.recruiter_looks()

    def recruiter_looks(self) -> None:
        """A recruiter sees the candidates on the customer's page."""
        customer = demo_data.customers()[0]
        with Browser(self.stage.plan.site) as browser:
            browser.fill_in("/accounts/login/", {"username": customer.slug, "password": demo_data.PASSWORD})
            page = unescape(browser.open("/customer/").text)
        last = [posted for posted in self.crowd.posted if posted.opening.customer == customer.name][-1]
        self.screen.check(f"recruiter {customer.slug} logs in and sees {last.name}", True, last.name in page)

    def one_ats_goes_down(self) -> None:
        """One vendor answers 503 to everybody."""
        self.screen.act("Lever goes down")
        self.stage.ats.behave(BROKEN, "down")
        self.screen.say(f"Lever answers 503 from now on. {FAILING} people apply at its customer.")
        self.apply(FAILING, BROKEN)
        now = self.watch("all wait for another try", lambda now: now.count(Status.RETRYING) == FAILING)
        self.screen.check(f"{FAILING} wait for another try, none is lost", FAILING, now.count(*OPEN, provider=BROKEN))

    def others_go_on(self, before: int) -> None:
        """A dead ATS does not slow the others."""
        self.screen.act("Meanwhile, the others notice nothing")
        self.screen.say(f"{UNHURT} people apply at the customers of Greenhouse and Recruitee.")
        self.apply(UNHURT, *OTHERS)
        self.watch("theirs are delivered", lambda now: now.count(Status.DELIVERED) == before + UNHURT)
        slowest = ledger.slowest([posted.email for posted in self.crowd.posted[-UNHURT:]])
        self.screen.check(f"{UNHURT} delivered, the slowest within 5 s", True, slowest < timedelta(seconds=5))

    def messages_die(self) -> None:
        """The budget ends: dead letters, and one mail."""
        self.screen.act("Lever stays down: the end of the budget")
        budget, window = (
            each.total_seconds() for each in (self.stage.plan.pace.retry_budget, self.stage.plan.pace.notice_window)
        )
        self.screen.say(
            f"The tries go on, farther and farther apart, for {budget:.0f} s (in production 300 s). Then each message "
            f"becomes an object in S3, and {window:.0f} s (60 s) after the first of them one mail goes out."
        )
        now = self.watch(
            "all are dead and one mail went out",
            lambda now: now.letters == now.count(Status.DEAD) == FAILING and now.mails > 0,
        )
        self.screen.check(f"{FAILING} dead letters in the database", FAILING, now.count(Status.DEAD))
        self.screen.check(f"{FAILING} objects in S3", FAILING, len(counts.letter_keys()))
        self.screen.command(f"  {counts.letter_keys()[0]}")
        mails = self.stage.mailbox.read()
        self.screen.check("exactly one mail to the stakeholders", 1, len(mails))
        self.screen.mail(mails[0])

    def ats_returns(self) -> None:
        """A support engineer sends the dead letters again."""
        self.screen.act("Lever is back: a support engineer sends the dead letters again")
        self.stage.ats.behave(BROKEN, "ok")
        before = self.stage.look().count(Status.DELIVERED)
        self.resend("--dry-run")
        self.resend("--yes")
        self.watch(
            "all are delivered and the recovery is told",
            lambda now: now.count(Status.DELIVERED) == before + FAILING and now.mails > 1,
        )
        self.resend("--yes", claim="sending again sends nothing twice")
        self.screen.say("The people who were told of the failure are told that it is over:")
        self.screen.mail(self.stage.mailbox.read()[-1])

    def resend(self, option: str, *, claim: str = "") -> None:
        """Run the command on the screen."""
        customer = str(ATSConfig.objects.get(provider=BROKEN).customer_id)
        arguments = ("resend_dead_letters", "--customer", customer, option)
        self.screen.command(f"$ python manage.py {' '.join(arguments)}")
        status = self.stage.manage(*arguments)
        self.screen.check(claim or f"{option} ends with status 0", 0, status)

    def redis_loses_everything(self) -> None:
        """The worker crashes, people apply, and Redis is emptied."""
        self.screen.act("The worker crashes and Redis loses everything")
        before = self.stage.look().count(Status.DELIVERED)
        self.stage.processes["worker"].kill()
        self.screen.say(f"kill -9 of the worker. {AFTER_A_CRASH} people apply; their messages wait in Redis.")
        self.apply(AFTER_A_CRASH, *ALL)
        self.screen.check(f"{AFTER_A_CRASH} messages in the happy queue", AFTER_A_CRASH, queues.depths()["happy"])
        queues.connection().flushall()
        self.screen.check("FLUSHALL: none is left", 0, queues.depths()["happy"])
        self.stage.processes["worker"].start()
        self.screen.say("The worker starts again. The database is the truth: its sweeper finds what Redis lost.")
        self.watch("all are delivered", lambda now: now.count(Status.DELIVERED) == before + AFTER_A_CRASH)

    def accounts(self) -> None:
        """Compare what was sent, what is stored and what arrived."""
        self.screen.act("The accounts")
        now, book = self.stage.look(), ledger.of(self.crowd.posted, self.stage.ats.received())
        total = len(self.crowd.posted)
        left = now.happy + now.retry + now.scheduled
        check = self.screen.check
        check(f"{total} sent by candidates, {now.applied} in the database", total, now.applied)
        check(f"{total} delivered, none on its way, none dead", {Status.DELIVERED.value: total}, dict(statuses(now)))
        check(f"{book.lost} lost, {book.twice} arrived twice", (0, 0), (book.lost, book.twice))
        check(f"{book.damaged} CVs differ from what was sent", 0, book.damaged)
        check(f"{left} messages left in the queues", 0, left)
        check(f"{now.mails} mails in all: a failure, a recovery", 2, now.mails)
        leaks = ledger.leaks(self.stage.plan.logs, self.crowd.posted)
        check(f"{len(leaks)} logs hold a candidate's address or an API key", [], leaks)

    def apply(self, count: int, *providers: str) -> None:
        """Let people apply at the customers of these ATSs."""
        self.crowd.apply(count, counts.openings(*providers))

    def watch(self, what: str, until: Callable[[Counts], bool]) -> Counts:
        """Show the counts until something is so."""
        return self.screen.watch(self.stage.look, until, what=what, patience=PATIENCE)


def statuses(now: Counts) -> Counter[str]:
    """Return how many deliveries have each status."""
    return sum((row.statuses for row in now.rows), Counter())
