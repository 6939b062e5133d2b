"""How much is counted, and what was left out: of all sites together, as the operator asks, or of one site.

Days are UTC days, as those of the table `drops`. Statements about all sites read every site's rows, so they are for the
operator alone, who is shown what was found a few minutes ago.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from trailhouse.core.clock import to_ms
from trailhouse.core.periods import Period
from trailhouse.events.intake import MALFORMED
from trailhouse.events.model import CANARY, PAGEVIEW
from trailhouse.events.store import Store
from trailhouse.stats.answer import rows_of
from trailhouse.stats.params import Params, moment

_HOST = "substring({page}, 1, position(concat({page}, '/'), '/') - 1)".format(page="JSONExtractString(detail, 'page')")
# Of robots alone: a person's user agent is nobody's business here.
_AGENT = "if(startsWith(reason, 'bot_'), JSONExtractString(detail, 'user_agent'), '')"
_WINDOWS = (timedelta(hours=1), timedelta(days=1), timedelta(days=30))  # in which samples are looked for


@dataclass(frozen=True, slots=True)
class Counted:
    """Stored events and pageviews, by UTC day; pageviews by site. Days and sites without any are missing."""

    events: Mapping[date, int]
    pageviews: Mapping[date, int]
    of_sites: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """How many events were left out by reason, of all; by UTC day and by site, of the reason that was asked for."""

    reasons: Mapping[str, int]
    days: Mapping[date, int]
    sites: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class LeftOutEvent:
    """A sample of what was left out, without anything that tells who it was. Site 0: not known."""

    at: datetime
    site_id: int
    reason: str
    name: str
    hostname: str
    agent: str  # of a robot
    error: str  # of an event that cannot be stored


def counted(store: Store, first: date, last: date) -> Counted:
    """What was counted at all sites from `first` to `last`."""
    within = f"ts >= {_start(first)} AND ts < {_start(last + timedelta(1))}"
    rows = rows_of(
        store,
        f"SELECT site_id, toDate(ts) AS day, count(), countIf(name = '{PAGEVIEW}') FROM events WHERE {within}"
        " GROUP BY GROUPING SETS ((site_id), (day))",  # no site has the number 0
    )
    days = [row for row in rows if not row[0]]
    return Counted(
        {day: events for _, day, events, _views in days},
        {day: views for _, day, _events, views in days},
        {site: views for site, _, _events, views in rows if site},
    )


def left_out(store: Store, first: date, last: date, reason: str = "", site_id: int | None = None) -> LeftOut:
    """What was left out at all sites, or at one, from `first` to `last`."""
    params = Params()
    within = f"{_of_site(site_id)}day >= toDate('{first}') AND day <= toDate('{last}')"
    one = f"{within} AND reason = {params.text(reason)}" if reason else within

    def sums(by: str, where: str) -> dict[Any, int]:
        sql = f"SELECT {by}, sum(n) AS total FROM drops WHERE {where} GROUP BY {by} ORDER BY total DESC, {by}"
        return dict(rows_of(store, sql, params.values if where == one else None))

    return LeftOut(sums("reason", within), sums("day", one), sums("site_id", one))


def utc_days(period: Period, now: datetime) -> list[date]:
    """The days of the period up to today, taken as UTC days: what is left out is counted by those alone."""
    last = max(min(period.last_day, now.astimezone(UTC).date()), period.first_day)
    return [period.first_day + timedelta(number) for number in range((last - period.first_day).days + 1)]


def newest_left_out(
    store: Store, now: datetime, most: int, reason: str = "", site_id: int | None = None
) -> list[LeftOutEvent]:
    """The newest `most` samples of what was left out in the last 30 days at all sites, or at one; newest first."""
    params = Params()
    which = f"reason = {params.text(reason)}" if reason else f"reason != {params.text(CANARY)}"
    found: list[tuple[Any, ...]] = []
    for window in _WINDOWS:  # of an instance that is flooded only the last hour's are read
        found = rows_of(
            store,
            f"SELECT ts, site_id, reason, JSONExtractString(detail, 'name'), {_HOST}, {_AGENT},"
            f" if(reason = '{MALFORMED}', detail, '') FROM quarantine"
            f" WHERE {_of_site(site_id)}ts > {moment(to_ms(now - window))} AND {which}"
            f" ORDER BY ts DESC LIMIT {int(most)}",
            params.values,
        )
        if len(found) >= most:
            break
    return [LeftOutEvent(at.replace(tzinfo=UTC), *rest) for at, *rest in found]


def foreign_hostnames(store: Store, now: datetime, most: int, site_id: int | None = None) -> list[tuple[str, int, int]]:
    """Hostnames that sent events for a site that is not theirs within 7 days: name, site, samples; most samples first.

    Of what is left out only samples are kept, so the numbers say which is common, not how often it came.
    """
    return rows_of(
        store,
        f"SELECT {_HOST} AS host, site_id, count() AS n FROM quarantine"
        f" WHERE {_of_site(site_id)}reason = 'foreign_hostname'"
        f" AND ts > {moment(to_ms(now - timedelta(7)))} AND host != ''"
        f" GROUP BY host, site_id ORDER BY n DESC, host, site_id LIMIT {int(most)}",
    )


def bytes_on_disk(store: Store) -> int:
    """The bytes that the store's tables take."""
    sql = "SELECT sum(bytes_on_disk) FROM system.parts WHERE database = {database:String} AND active"
    return int(rows_of(store, sql, {"database": store.database})[0][0])


def stored(store: Store, site_id: int, first: date, last: date) -> int:
    """How many events of a site were counted from `first` to `last`."""
    within = f"ts >= {_start(first)} AND ts < {_start(last + timedelta(1))}"
    return int(rows_of(store, f"SELECT count() FROM events WHERE {_of_site(site_id)}{within}")[0][0])


def _of_site(site_id: int | None) -> str:
    return "" if site_id is None else f"site_id = {int(site_id)} AND "


def _start(day: date) -> str:
    return moment(to_ms(datetime.combine(day, time(), UTC)))
