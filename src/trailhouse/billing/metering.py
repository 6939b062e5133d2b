"""The billable pageviews of a site by its local day: live `pageview` events, never imports, bots or exclusions.

A day is closed seven days after its end: its figure is stored, and neither erasure nor a reset lowers it afterwards.
Days that are not closed yet are counted in the store. Days are closed for all sites whether this instance bills them
or the operator does so elsewhere, not where nobody is billed. Part of the services of `billing`.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import islice
from typing import TypeVar
from zoneinfo import ZoneInfo

from django.db import transaction

from trailhouse.accounts.models import Instance
from trailhouse.billing.models import MeteredDay, Subscription
from trailhouse.billing.quoting import RULE_VERSION
from trailhouse.core import clock
from trailhouse.events.store import Store
from trailhouse.sites.models import Site
from trailhouse.stats.reports.usage import billable

CLOSED_AFTER = timedelta(days=7)
LOOKS_BACK = timedelta(days=60)  # how long a machine may have been off without a day being lost
DAY = timedelta(days=1)
AT_ONCE = 500  # sites of one question

PerDay = dict[date, int]
T = TypeVar("T")


class Meter:
    """Days of sites: closed ones as they were stored, the others as the store has them."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def days(self, subscriptions: Sequence[Subscription], first: date, until: date) -> dict[int, PerDay]:
        """Billable pageviews by subscription and local day of the site, from `first` to before `until`."""
        zones = {one.site_number: one.site.timezone if one.site else "" for one in subscriptions}
        found = self.of_sites(zones, first, until)
        return {one.pk: found[one.site_number] for one in subscriptions}

    def of_sites(self, zones: Mapping[int, str], first: date, until: date) -> dict[int, PerDay]:
        """Billable pageviews by site and its local day, from `first` to before `until`.

        `zones` has each site's time zone; an empty one is of a site that is gone: only its closed days are left.
        """
        found: dict[int, PerDay] = {number: {} for number in zones}
        if first >= until:
            return found
        for numbers in _some(zones):
            there = {number: zones[number] for number in numbers if zones[number]}
            for number, days in billable(self._store, there, first, until - DAY).items():
                found[number].update(days)
            closed = MeteredDay.objects.filter(site_number__in=numbers, day__gte=first, day__lt=until)
            for number, day, pageviews in closed.values_list("site_number", "day", "pageviews"):
                found[number][day] = pageviews
        return found

    def close_days(self, now: datetime | None = None) -> int:
        """Store the days that ended seven days ago or more and are not stored yet; how many. Idempotent.

        Nothing where nobody is billed, here or elsewhere.
        """
        if not Instance.objects.exclude(billing=Instance.Billing.OFF).exists():
            return 0
        now = now or clock.now()
        by_zone: dict[str, list[Site]] = defaultdict(list)
        for site in Site.objects.filter(account__demo=False).only("timezone", "first_event_at", "added_at"):
            by_zone[site.timezone].append(site)
        return sum(self._close(zone, part, now) for zone, sites in by_zone.items() for part in _some(sites))

    def _close(self, name: str, sites: Iterable[Site], now: datetime) -> int:
        until = (now - CLOSED_AFTER).astimezone(ZoneInfo(name)).date()
        missing = _missing({site.pk: _since(site) for site in sites}, until)
        if not missing:
            return 0
        counts = billable(self._store, dict.fromkeys(missing, name), min(map(min, missing.values())), until - DAY)
        made = [
            MeteredDay(
                site_number=number, day=day, pageviews=counts.get(number, {}).get(day, 0), rule=RULE_VERSION,
                closed_at=now,
            )
            for number, days in missing.items()
            for day in days
        ]  # fmt: skip
        with transaction.atomic():
            MeteredDay.objects.bulk_create(made, ignore_conflicts=True, batch_size=2000)
        return len(made)


def _some(things: Iterable[T]) -> Iterable[list[T]]:
    """So many at a time."""
    rest = iter(things)
    while part := list(islice(rest, AT_ONCE)):
        yield part


def _missing(since: Mapping[int, date], until: date) -> dict[int, list[date]]:
    """By site the days from its first one to before `until` that are not closed yet; sites without any are left out."""
    last = until - DAY
    begun = {number: max(until - LOOKS_BACK, first) for number, first in since.items() if first < until}
    # They are closed in order: where the last one is, all are. It is asked every minute.
    done = set(MeteredDay.objects.filter(site_number__in=begun, day=last).values_list("site_number", flat=True))
    late = begun.keys() - done
    there = defaultdict(set)
    rows = MeteredDay.objects.filter(site_number__in=late, day__gte=until - LOOKS_BACK, day__lt=until)
    for number, day in rows.values_list("site_number", "day"):
        there[number].add(day)
    return {number: [day for day in _days(begun[number], until) if day not in there[number]] for number in late}


def _days(first: date, until: date) -> Iterable[date]:
    return (first + timedelta(number) for number in range((until - first).days))


def _since(site: Site) -> date:
    """The first day that may be billed: that of the first visit, else of adding."""
    return (site.first_event_at or site.added_at).astimezone(ZoneInfo(site.timezone)).date()
