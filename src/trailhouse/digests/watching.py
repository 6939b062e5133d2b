"""Looks whether anything is to be told, and tells it. Part of the services of `digests`.

All alerts of all sites are counted by one statement; each is then judged by itself.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Max

from trailhouse.core import clock
from trailhouse.digests import selectors, telling
from trailhouse.digests.judging import JUDGES, Limits, Seen
from trailhouse.digests.kinds import RULES, WEEKS
from trailhouse.digests.models import Alert, Firing
from trailhouse.events import current
from trailhouse.events.store import Store
from trailhouse.sites import services as sites
from trailhouse.sites.models import Site
from trailhouse.stats.question import Goal
from trailhouse.stats.reports import windows
from trailhouse.stats.reports.windows import Asked, Span

Kind = Alert.Kind


@dataclass(frozen=True)
class Watched:
    """An alert at one of its sites, the spans that are counted for it, and when it was told there lastly."""

    alert: Alert
    site: Site
    spans: tuple[Span, ...]
    told_at: datetime | None

    @property
    def what(self) -> "windows.What | Goal":
        """What is counted."""
        rules, goal = RULES[self.alert.kind], self.alert.goal
        if rules.what is not None:
            return rules.what
        assert goal is not None  # a constraint of the table
        return Goal(goal.pk, goal.name, goal.kind, goal.pattern)  # type: ignore[arg-type]  # the choices of the kind


def watch(store: Store | None = None) -> int:
    """Judge all alerts as of now; how many were told. Any number of processes may do this at once."""
    now = clock.now()
    watched = list(_watched(now))
    if not watched:
        return 0
    store = store or current.store()
    found = _counted(store, watched)
    _look_for_first_events(store, watched, found)
    return sum(_judge(one, numbers, now) for one, numbers in zip(watched, found, strict=True))


def _watched(now: datetime) -> Iterator[Watched]:
    """What is to be counted: not what is quiet still, nor sites of which nothing is told."""
    rows = Alert.objects.filter(active=True, account__closed_at=None, account__suspended_at=None, account__demo=False)
    alerts = list(rows.select_related("site__account__owner", "account__owner", "goal").prefetch_related("people"))
    accounts = {one.account_id: one.account for one in alerts if one.site is None}
    of_account = {number: list(selectors.open_sites(account)) for number, account in accounts.items()}
    lately = Firing.objects.filter(alert__in=[one.pk for one in alerts]).order_by()
    told = {(alert, site): at for alert, site, at in lately.values_list("alert", "site").annotate(Max("at"))}
    for alert in alerts:
        for site in [alert.site] if alert.site is not None else of_account[alert.account_id]:
            told_at = told.get((alert.pk, site.pk))
            if selectors.is_told_of(site) and site.counts and _is_waiting(alert, site, told_at, now):
                yield Watched(alert, site, _spans(alert, site, told_at, now), told_at)


def _is_waiting(alert: Alert, site: Site, told_at: datetime | None, now: datetime) -> bool:
    if alert.kind == Kind.FIRST_VISIT:
        return told_at is None and (site.first_event_at is None or site.first_event_at > alert.since)
    return told_at is None or now >= told_at + timedelta(minutes=alert.quiet_min)


def _spans(alert: Alert, site: Site, told_at: datetime | None, now: datetime) -> tuple[Span, ...]:
    """The hours that are counted and, where they are compared, the same hours in the weeks before, by local time."""
    rules = RULES[alert.kind]
    length = timedelta(hours=rules.hours or alert.threshold)
    if not rules.usual:
        begin = now - length
        if alert.kind == Kind.GOAL:
            begin = max(begin, alert.since, told_at or begin)
        return ((clock.to_ms(begin), clock.to_ms(now)),)
    local = now.astimezone(ZoneInfo(site.timezone))
    ends = [clock.to_ms(local - timedelta(weeks=ago)) for ago in range(WEEKS + 1)]
    hours = int(length.total_seconds() * 1000)
    return tuple((end - hours, end) for end in ends)


def _counted(store: Store, watched: Sequence[Watched]) -> list[tuple[int, ...]]:
    """The counts of each, in order; sites of which the same is counted are asked about together."""
    together: dict[tuple[Any, tuple[Span, ...]], set[int]] = defaultdict(set)
    for one in watched:
        together[one.what, one.spans].add(one.site.pk)
    keys = list(together)
    asked = [Asked(tuple(sorted(together[key])), key[1], key[0]) for key in keys]
    found = windows.counts(store, asked)
    place = {key: number for number, key in enumerate(keys)}
    return [found.get((place[one.what, one.spans], one.site.pk), (0,) * len(one.spans)) for one in watched]


def _look_for_first_events(store: Store, watched: Sequence[Watched], found: Sequence[Sequence[int]]) -> None:
    """Note the first event of sites that have one by now, of which nobody knew it yet."""
    visited = [one.site for one, numbers in zip(watched, found, strict=True) if any(numbers)]
    sites.look_for_visits([site for site in visited if site.first_event_at is None], store)


def _judge(one: Watched, numbers: Sequence[int], now: datetime) -> bool:
    alert, site = one.alert, one.site
    if alert.kind == Kind.FIRST_VISIT and (site.first_event_at is None or site.first_event_at <= alert.since):
        return False
    usual = [
        number
        for number, span in zip(numbers[1:], one.spans[1:], strict=True)
        if site.first_event_at is not None and clock.to_ms(site.first_event_at) <= span[0]
    ]
    limits = Limits(alert.threshold, alert.least)
    values = JUDGES[alert.kind](Seen(numbers[0], usual), limits)
    if values is None:
        return False
    return _fire(one, values | {"since_ms": one.spans[0][0]}, now)


@transaction.atomic
def _fire(one: Watched, values: Mapping[str, int], now: datetime) -> bool:
    """Note it and tell everybody, unless another process has meanwhile."""
    alert = Alert.objects.select_for_update().filter(pk=one.alert.pk, active=True).first()
    if alert is None:
        return False
    newest = Firing.objects.filter(alert=alert, site=one.site).aggregate(at=Max("at"))["at"]
    if newest != one.told_at:
        return False
    firing = Firing.objects.create(alert=alert, site=one.site, at=now, values=dict(values))
    telling.tell(one.alert, firing, one.site)
    return True
