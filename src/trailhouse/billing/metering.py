"""The billable pageviews of a site by its local day: live `pageview` events, never imports, bots or exclusions.

A day is closed seven days after its end: its figure is stored, and neither erasure nor a reset lowers it afterwards.
Days that are not closed yet are counted in the store. Part of the services of `billing`.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from trailhouse.billing.models import MeteredDay, Subscription
from trailhouse.billing.quoting import RULE_VERSION
from trailhouse.core import clock
from trailhouse.core.clock import to_ms
from trailhouse.core.periods import start_of
from trailhouse.events.store import Store
from trailhouse.stats.params import moment

CLOSED_AFTER = timedelta(days=7)
AT_ONCE = 500  # sites of one question
LOOKS_BACK = timedelta(days=60)  # how long a machine may have been off without a day being lost
DAY = timedelta(days=1)

PerDay = dict[date, int]


def count_days(store: Store, zones: Mapping[int, str], first: date, until: date) -> dict[int, PerDay]:
    """Billable pageviews by site and its local day, from `first` to before `until`, as the store has them now."""
    by_zone: dict[str, list[int]] = defaultdict(list)
    for site, name in zones.items():
        by_zone[name].append(site)
    found: dict[int, PerDay] = {site: {} for site in zones}
    for name, sites in by_zone.items():
        zone = ZoneInfo(name)
        rows = store.rows(
            f"SELECT site_id, toDate(ts, {{zone:String}}) AS day, count() FROM events"
            f" WHERE site_id IN {{sites:Array(UInt32)}} AND ts >= {moment(to_ms(start_of(first, zone)))}"
            f" AND ts < {moment(to_ms(start_of(until, zone)))} AND name = 'pageview' AND origin = 'live'"
            " GROUP BY site_id, day",
            {"zone": name, "sites": sorted(sites)},
        )
        for site, day, count in rows:
            found[site][day] = count
    return found


class Meter:
    """Days of sites: closed ones as they were stored, the others as the store has them."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._closed: dict[str, date] = {}  # by zone: the days before this one were closed by this process

    def days(self, subscriptions: Sequence[Subscription], first: date, until: date) -> dict[int, PerDay]:
        """Billable pageviews by subscription and local day of the site, from `first` to before `until`."""
        sites = {one.site_number: one for one in subscriptions}
        zones = {number: _zone_of(one) for number, one in sites.items() if one.site_id is not None}
        found = count_days(self._store, zones, first, until) if zones and first < until else {}
        closed = MeteredDay.objects.filter(site_number__in=sites, day__gte=first, day__lt=until)
        result: dict[int, PerDay] = {one.pk: dict(found.get(one.site_number, {})) for one in subscriptions}
        for number, day, pageviews in closed.values_list("site_number", "day", "pageviews"):
            result[sites[number].pk][day] = pageviews
        return result

    def close_days(self, now: datetime | None = None) -> int:
        """Store the days that ended seven days ago or more and are not stored yet; how many. Idempotent."""
        now = now or clock.now()
        live = Subscription.objects.exclude(site=None).exclude(state="deleted")
        closed = 0
        for name in live.order_by().values_list("site__timezone", flat=True).distinct():
            until = (now - CLOSED_AFTER).astimezone(ZoneInfo(name)).date()
            if self._closed.get(name) == until:
                continue  # once a day for each zone
            numbers = list(live.filter(site__timezone=name).order_by("pk").values_list("pk", flat=True))
            for place in range(0, len(numbers), AT_ONCE):
                some = live.filter(pk__in=numbers[place : place + AT_ONCE]).select_related("site")
                closed += self._close(name, list(some), until, now)
            self._closed[name] = until
        return closed

    def _close(self, name: str, subscriptions: Sequence[Subscription], until: date, now: datetime) -> int:
        first = until - LOOKS_BACK
        wanted = {one.site_number: max(first, _since(one, name)) for one in subscriptions}
        there = defaultdict(set)
        rows = MeteredDay.objects.filter(site_number__in=wanted, day__gte=first, day__lt=until)
        for number, day in rows.values_list("site_number", "day"):
            there[number].add(day)
        missing = {
            number: days
            for number, begin in wanted.items()
            if (days := [day for day in _days(begin, until) if day not in there[number]])
        }
        if not missing:
            return 0
        counts = count_days(self._store, dict.fromkeys(missing, name), min(map(min, missing.values())), until)
        made = [
            MeteredDay(
                site_number=number, day=day, pageviews=counts[number].get(day, 0), rule=RULE_VERSION, closed_at=now
            )
            for number, days in missing.items()
            for day in days
        ]  # fmt: skip
        with transaction.atomic():
            MeteredDay.objects.bulk_create(made, ignore_conflicts=True, batch_size=2000)
        return len(made)


def _days(first: date, until: date) -> Iterable[date]:
    return (first + timedelta(number) for number in range((until - first).days))


def _zone_of(subscription: Subscription) -> str:
    assert subscription.site is not None
    return subscription.site.timezone


def _since(subscription: Subscription, zone: str) -> date:
    """The first day that may be billed: that of the first visit, else of adding."""
    assert subscription.site is not None
    moment_ = subscription.site.first_event_at or subscription.site.added_at
    return moment_.astimezone(ZoneInfo(zone)).date()
