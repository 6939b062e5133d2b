"""The state of the machine as the operator sees it: what is wrong, the four numbers, and the figures beside them."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from trailhouse.accounts import selectors as accounts
from trailhouse.core.health import State, Trouble, worst
from trailhouse.core.settings import settings
from trailhouse.dashboard import formats, health_words, instance_figures
from trailhouse.events import counters, health, spool
from trailhouse.events.counters import Counters
from trailhouse.events.health import Vitals
from trailhouse.outbox import health as work_health
from trailhouse.outbox.health import Work

MB = 1_000_000


@dataclass(frozen=True)
class Figure:
    """One figure: what it is, its value, what belongs to it, and the name of the route at which more is seen.

    `share` is how full something is, in per cent, where it can be full. `bad`: it needs a look.
    """

    label: str
    value: str
    note: str = ""
    link: str = ""
    share: int | None = None
    bad: bool = False


@dataclass(frozen=True)
class Term:
    """One of the four numbers, with the sign before it."""

    sign: str
    label: str
    value: str
    note: str
    link: str = ""


def state() -> dict[str, Any]:
    """What the live part of the page shows, now."""
    own = settings()
    numbers = counters.read(own.data / spool.DIRECTORY)
    known, work = health.vitals(), work_health.work()
    troubles = _troubles(known, numbers, work)
    found = worst(troubles)
    return {
        "health": found,
        "red": found is State.RED,
        "troubles": [health_words.words(trouble) for trouble in sorted(troubles, key=lambda t: t.state != State.RED)],
        "terms": _terms(numbers),
        "balanced": numbers.balanced,
        "figures": [*_flow(known, numbers), *_room(numbers), *_work(work)],
    }


def _troubles(known: Vitals, numbers: Counters, work: Work) -> list[Trouble]:
    own = settings()
    return [
        *health.of_machine(own, known, numbers),
        *health.of_settings(own),
        *health.of_clock(accounts.newest_noted()),
        *work_health.of_mail(work),
        *work_health.of_jobs(work),
    ]


def _terms(numbers: Counters) -> list[Term]:
    count = formats.count
    return [
        Term("", _("Received"), count(numbers.received), _("acknowledged, and on disk")),
        Term("=", _("Stored"), count(numbers.stored), _("in the event store")),
        Term("+", _("Quarantined"), count(numbers.quarantined), _("cannot be stored"), "operator_left_out"),
        Term("+", _("Dropped"), count(numbers.dropped), _("left out with a reason"), "operator_left_out"),
        Term("+", _("Queued"), count(numbers.queued), _("on their way to the store")),
    ]


def _flow(known: Vitals, numbers: Counters) -> list[Figure]:
    behind = known.behind_ms if numbers.queued or known.behind_ms is None else 0
    return [
        Figure(_("Events in the last minute"), _count(known.minute), _not_yet(known.minute)),
        Figure(_("Events in the last hour"), _count(known.hour), _not_yet(known.hour)),
        Figure(
            _("Heartbeat"),
            _ago(known.canary_ms),
            _("since the newest canary came back from the store"),
            bad=known.canary_lost,
        ),
        Figure(
            _("Writer behind by"), _ago(behind), _("since all that waited was stored"), bad=known.writer_fails
        ),
    ]  # fmt: skip


def _room(numbers: Counters) -> list[Figure]:
    own = settings()
    limit, room, stored = health.spool_limit(own), health.disk(own), instance_figures.store_bytes()
    database = instance_figures.database_bytes()
    return [
        Figure(
            _("Spool"),
            size(numbers.spool_bytes),
            _("of at most %(limit)s") % {"limit": size(limit)},
            share=min(100, 100 * numbers.spool_bytes // limit),
            bad=numbers.spool_bytes > limit,
        ),
        Figure(
            _("Free disk"),
            size(room.free * MB),
            _("%(reserve)s are kept in reserve") % {"reserve": size(room.reserve * MB)},
            bad=any(health.of_disk(room)),
        ),
        Figure(
            _("Event store"),
            formats.NONE if stored is None else size(stored),
            _("on disk; the database: %(size)s") % {"size": size(database)} if database is not None else _("on disk"),
            bad=stored is None,
        ),
    ]


def _work(work: Work) -> list[Figure]:
    given_up, failing = {"n": formats.count(work.mail_given_up)}, {"n": formats.count(work.jobs_late)}
    tasks = {"n": formats.count(work.tasks_given_up)}
    return [
        Figure(
            _("Mail waiting"),
            formats.count(work.mail_waiting),
            _("given up: %(n)s") % given_up,
            "operator_mail",
            bad=bool(work.mail_refused or work.mail_given_up),
        ),
        Figure(
            _("Jobs failing"),
            formats.count(work.jobs_failing),
            _("late: %(n)s") % failing,
            "operator_jobs",
            bad=bool(work.jobs_failing or work.jobs_late),
        ),
        Figure(
            _("Long tasks"),
            formats.count(work.tasks_waiting),
            _("given up: %(n)s") % tasks,
            "operator_jobs",
            bad=bool(work.tasks_given_up),
        ),
    ]


def size(amount: int) -> str:
    """An amount of bytes in kB, MB or GB."""
    if amount < MB:
        return _("%(n)s kB") % {"n": formats.count(amount / 1000)}
    if amount < 1000 * MB:
        return _("%(n)s MB") % {"n": formats.ratio(amount / MB) if amount < 10 * MB else formats.count(amount / MB)}
    return _("%(n)s GB") % {"n": formats.ratio(amount / MB / 1000)}


def _count(amount: int | None) -> str:
    return formats.NONE if amount is None else formats.count(amount)


def _not_yet(amount: int | None) -> str:
    return _("not known so soon after the start") if amount is None else _("taken in, left out ones included")


def _ago(ms: int | None) -> str:
    return formats.NONE if ms is None else formats.duration(max(0, ms) / 1000)
