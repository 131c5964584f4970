"""Run one fault: people apply, something breaks, it is mended, everything is counted."""

from __future__ import annotations

import itertools
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from ats_integration.models import Delivery
from ats_integration.states import Status
from jobbird.demo.problems import DemoError, TookTooLong
from jobbird.demo.stage import manage

from . import books, clock, people
from .faults import Fault, Repeats
from .ground import Ground
from .ledger import Ledger
from .load import Load, Posting, Saving
from .looking import Snapshot, clear, last_saved, patiently, snapshot, unsettled
from .paces import Pace
from .results import Row

#: The fault strikes when this share of the people has applied, and ends before all have.
BEFORE, AFTER = 0.2, 1.6
APART = 1_000_000  # numbers of candidates between two faults: nobody comes in two of them
LOOK = 0.2  # seconds
numbers = itertools.count(APART, APART)


@dataclass
class Findings:
    """What one run saw on its way."""

    seconds: float = 0.0
    died: int = 0
    problems: list[str] = field(default_factory=list)


def run(ground: Ground, fault: Fault, applications: int) -> Row:
    """Let that many people apply while the fault strikes; return what became of them."""
    clear(ground)
    clock.step(ground.clock, 0 * ground.pace.clock_step)
    ground.start_missing()
    if fault.with_letters:
        people.let_refuse(ground.ats)
    load, found = begin(ground, fault, applications), Findings()
    try:
        hurt_and_watch(ground, fault, load, applications, found)
    except DemoError as error:
        found.problems.append(str(error))
    finally:
        load.stop()
    return close(ground, fault, load, applications, found)


def begin(ground: Ground, fault: Fault, applications: int) -> Load:
    """Let people apply, as fast as the pace says, or so slowly that they come as long as the fault lasts."""
    first, rate = next(numbers), rate_of(ground.pace, fault, applications)
    if fault.by_form:
        return Posting(ground.plan.site, first, applications, rate, ground.openings)
    vacancies = [opening.pk for opening in ground.openings]
    journal = ground.plan.logs / f"{fault.name}.journal"
    return Saving(ground.env, journal, first, applications, rate, vacancies)


def rate_of(pace: Pace, fault: Fault, applications: int) -> float:
    """Return how many apply in a second."""
    return min(pace.rate, applications / (AFTER * fault.lasts(pace).total_seconds() + 1))


def hurt_and_watch(ground: Ground, fault: Fault, load: Load, applications: int, found: Findings) -> None:
    """Strike, measure the recovery, and wait until everything has arrived.

    Raises DemoError where something does not happen in time, or one of our processes has ended by itself.
    """
    await_none(ground, "the first applications", lambda: len(load.confirmed()) < applications * BEFORE)
    fault.strike(ground)
    ended, last = time.monotonic(), last_saved()
    if not fault.takes_in_later:
        note(found, "when it was over", snapshot())
    await_none(ground, "the recovery", lambda: unsettled(last))
    found.seconds = time.monotonic() - ended
    await_none(ground, "all to apply", lambda: not load.is_over)
    await_none(ground, "the end", lambda: unsettled(last_saved()))
    found.died = send_again(ground)


def send_again(ground: Ground) -> int:
    """Let the ATSs behave and send all dead letters again, as support would; return how many there were."""
    died = patiently(dead)
    if died:
        ground.ats.behave("*", "ok")
        ground.processes.run("resend", manage("resend_dead_letters", "--yes", "--json"))
        await_none(ground, "what was sent again", lambda: unsettled(last_saved()))
    return died


def dead() -> int:
    """Return how many deliveries are dead."""
    return Delivery.objects.filter(status=Status.DEAD).count()


def await_none(ground: Ground, what: str, left: Callable[[], int]) -> None:
    """Return once nothing is left.

    Raises TookTooLong where something always is.
    """
    ends = time.monotonic() + ground.pace.patience.total_seconds()
    while count := left():
        if time.monotonic() > ends:
            raise TookTooLong(f"waited in vain for {what}: {int(count)} left")
        ground.supervise()
        time.sleep(LOOK)


def note(found: Findings, when: str, seen: Snapshot) -> None:
    """Note where saved = delivered + held + in flight + dead + erased does not hold."""
    if not seen.adds_up:
        found.problems.append(f"{when}, {seen.saved} were saved but {dict(seen.statuses)} known")


def close(ground: Ground, fault: Fault, load: Load, applications: int, found: Findings) -> Row:
    """Close the ledger."""
    in_flight = None if fault.repeats == Repeats.UNANSWERED else ground.in_flight
    ledger = books.of(ground, load).close(in_flight=in_flight)
    seen = snapshot()
    note(found, "in the end", seen)
    too_late = ground.pace.name == "full" and found.seconds > fault.within
    late = [f"took {found.seconds:.0f} s to recover, not {fault.within}"] if too_late else []
    wrong = (*complaints(ledger), *unfinished(seen, ground, applications))
    return Row(
        fault=fault.name,
        title=fault.title_at(ground.pace),
        pace=ground.pace.name,
        applications=seen.saved,
        rate=round(rate_of(ground.pace, fault, applications), 1),
        refused=load.refused,
        **counts(seen),
        lost=len(ledger.lost),
        twice=len(ledger.twice),
        doubtful=doubtful(ground, in_flight is None),
        died=found.died,
        seconds=round(found.seconds, 1),
        problems=(*found.problems, *ground.complaints, *late, *wrong),
    )


def counts(seen: Snapshot) -> dict[str, int]:
    """Return where everything ended."""
    words = (Status.DELIVERED, Status.HELD, Status.DEAD, Status.ERASED)
    return {**{str(word): seen.statuses[word] for word in words}, "in_flight": seen.in_flight}


def doubtful(ground: Ground, says_row: bool) -> int:
    """Return how many may have arrived twice: an ATS that cannot be asked had them when it happened."""
    unasked = Delivery.objects.exclude(config__provider__in=people.ASKED)
    if says_row:
        return unasked.filter(possible_duplicate=True).count()
    return unasked.filter(pk__in=ground.in_flight).count()


def complaints(ledger: Ledger) -> Iterator[str]:
    """Say what is wrong in the ledger, by kind and without anybody's address."""
    kinds = Counter((*ledger.lost.values(), *(f"arrived twice, {why}" for why in ledger.unexplained.values())))
    yield from (f"{count}: {kind}" for kind, count in sorted(kinds.items()))
    if ledger.damaged:
        yield f"{len(ledger.damaged)} CVs arrived damaged"
    if ledger.unwanted:
        yield f"{len(ledger.unwanted)} arrived although they had been erased"


def unfinished(seen: Snapshot, ground: Ground, applications: int) -> Iterator[str]:
    """Say what did not end as it should: everybody saved, everything delivered but what was erased."""
    if seen.saved < applications:
        yield f"only {seen.saved} of {applications} were saved"
    if seen.statuses[Status.ERASED] != len(ground.erased):
        yield f"{seen.statuses[Status.ERASED]} are erased, not {len(ground.erased)}"
    if left := seen.saved - seen.statuses[Status.DELIVERED] - len(ground.erased):
        yield f"{left} were not delivered in the end"
