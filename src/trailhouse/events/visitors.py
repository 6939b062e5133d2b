"""What the store keeps of recognised visitors beside their events: their visits and their newest name.

Both tables are made of `events` alone, so `rebuild` can make them anew; writing a row twice changes nothing.
A visit in which consent was given began under the visitor's daily id and goes on under it, so a visitor is known by
two numbers: `visitor_id`, as the events have it, and `person`, the recognised one, the same on every day.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from trailhouse.events import blocks, erasures
from trailhouse.events.model import COLUMNS, IDENTIFY, Event
from trailhouse.events.store import Store

TABLES = ("visitors", "visitor_names")
LONGEST_NAME = 200  # characters
NAMING = ("name", "email", "id")  # the properties of a naming event that can be its name, the best one first

VisitKey = tuple[int, int, int]  # site, person, visit
NameKey = tuple[int, int]  # site, visitor


def name_in(props: Mapping[str, str]) -> str:
    """The name that a naming event gives: its name, else its e-mail address or id, else the first that it says."""
    found = next((props[key] for key in NAMING if props.get(key)), "") or next(iter(props.values()), "")
    return found[:LONGEST_NAME]


class Noted:
    """The rows of both tables that some events make."""

    def __init__(self) -> None:
        self._visits: dict[VisitKey, tuple[int, int, int]] = {}  # → time of the last event, visitor, start
        self._names: dict[NameKey, tuple[int, str]] = {}

    def add(self, event: Event, visitor_id: int, visit_id: int, started: int) -> None:
        """Take an event with the ids and the start (milliseconds) of its visit; most are nobody's who is recognised."""
        if not event.person:
            return
        key = (event.site_id, event.person, visit_id)
        last = self._visits.get(key, (0, 0, 0))[0]
        self._visits[key] = (max(last, event.ts), visitor_id, started)
        if event.name == IDENTIFY and (name := name_in(event.props)):
            for number in {visitor_id, event.person}:
                if event.ts >= self._names.get((event.site_id, number), (0, ""))[0]:
                    self._names[event.site_id, number] = (event.ts, name)

    def rows(self) -> list[tuple[str, list[tuple[object, ...]]]]:
        """The tables with their rows, without the batch number (second place); a table without rows is left out."""
        visits: list[tuple[object, ...]] = [
            (site, ts, visitor, person, visit, started)
            for (site, person, visit), (ts, visitor, started) in self._visits.items()
        ]
        names: list[tuple[object, ...]] = [
            (site, ts, visitor, name) for (site, visitor), (ts, name) in self._names.items()
        ]
        return [(table, rows) for table, rows in zip(TABLES, (visits, names), strict=True) if rows]


def store_of(store: Store, events: Iterable[Event], batch: int) -> None:
    """Store what complete events (with the ids of their visit) tell of recognised visitors."""
    noted = Noted()
    for event in events:
        noted.add(event, event.visitor_id, event.visit_id, event.visit_started)
    for table, rows in noted.rows():
        store.insert_block(table, blocks.of_rows(table, [(*row[:1], batch, *row[1:]) for row in rows]))


def rebuild(store: Store) -> None:
    """Make both tables anew from the events; safe while the writer runs, since every row may come twice."""
    store.command(
        "INSERT INTO visitors (site_id, batch, ts, visitor_id, person, visit_id, started)"
        " SELECT site_id, max(batch), max(ts), any(visitor_id), person, visit_id, any(visit_started)"
        " FROM events WHERE person != 0 GROUP BY site_id, person, visit_id"
    )
    named = "[" + ", ".join(f"props['{name}']" for name in NAMING) + "]"
    first = f"arrayFirst(v -> v != '', arrayConcat({named}, mapValues(props)))"
    store.command(
        "INSERT INTO visitor_names (site_id, batch, ts, visitor_id, name)"
        f" SELECT site_id, max(batch), max(ts), whom, argMax(substringUTF8({first}, 1, {LONGEST_NAME}), ts)"
        f" FROM events ARRAY JOIN arrayDistinct([visitor_id, person]) AS whom"
        f" WHERE person != 0 AND name = '{IDENTIFY}' AND {first} != '' GROUP BY site_id, whom"
    )


def numbers_of(store: Store, site_id: int, visitor_id: int) -> tuple[int, ...]:
    """All numbers under which the events of one visitor stand, `visitor_id` itself first.

    Without a recognised id that is the one. A daily number never leads to more than the one person who consented
    under it; somebody who never did has no other.
    """
    found = [int(visitor_id)]
    where = f"site_id = {int(site_id)} AND person IN (SELECT person FROM visitors WHERE site_id = {int(site_id)}"
    rows = store.rows(
        f"SELECT DISTINCT arrayJoin([visitor_id, person]) FROM visitors WHERE {where}"
        f" AND (visitor_id = {int(visitor_id)} OR person = {int(visitor_id)}))"
    )
    return (*found, *sorted(number for (number,) in rows if number not in found))


def names_of(store: Store, site_id: int, visitor_ids: Collection[int]) -> dict[int, str]:
    """The newest name that the site gave each of these visitors; a visitor without one is left out."""
    if not visitor_ids:
        return {}
    numbers = ", ".join(str(int(number)) for number in sorted(visitor_ids))
    rows = store.rows(
        f"SELECT visitor_id, argMax(name, ts) FROM visitor_names WHERE site_id = {int(site_id)}"
        f" AND visitor_id IN ({numbers}) GROUP BY visitor_id"
    )
    return dict(rows)


def with_events(store: Store, site_id: int, visitor_ids: Collection[int]) -> set[int]:
    """Those of these visitors of whom the store holds an event."""
    numbers = ", ".join(str(int(number)) for number in sorted(visitor_ids))
    found: set[int] = set()
    for column in ("visitor_id", "person"):
        rows = store.rows_at_once(
            f"SELECT DISTINCT {column} FROM events WHERE site_id = {int(site_id)} AND {column} IN ({numbers})"
        )
        found |= {number for (number,) in rows}
    return found


def keep_since(store: Store, site_ids: Collection[int], first_ms: int) -> int:
    """Forget visits of these sites that ended before a moment, and names of whom none is left; how many statements."""
    which = f"site_id IN ({','.join(str(int(site)) for site in site_ids)})"
    old = f"{which} AND ts < fromUnixTimestamp64Milli({int(first_ms)}, 'UTC')"
    if not erasures.delete(store, "visitors", old):
        return 0
    left = f"SELECT site_id, arrayJoin([visitor_id, person]) FROM visitors WHERE {which}"
    return 1 + erasures.delete(store, "visitor_names", f"{old} AND (site_id, visitor_id) NOT IN ({left})")


def events_of(store: Store, site_id: int, visitor_ids: Collection[int]) -> Iterator[dict[str, Any]]:
    """Everything that is kept of a visitor, oldest first: each event with its columns by name, times as ISO 8601.

    Empty columns are left out, as are the numbers of batches. A month is read at a time.
    """
    numbers = ", ".join(str(int(number)) for number in sorted(visitor_ids))
    where = f"site_id = {int(site_id)} AND (visitor_id IN ({numbers}) OR person IN ({numbers}))"
    months = store.rows(f"SELECT DISTINCT toYYYYMM(ts) AS month FROM events WHERE {where} ORDER BY month")
    wanted = ", ".join(name for name in COLUMNS if name not in ("site_id", "batch"))
    for (month,) in months:
        names, columns = store.columns(
            f"SELECT {wanted} FROM events WHERE {where} AND toYYYYMM(ts) = {int(month)} ORDER BY ts"
        )
        for line in zip(*columns, strict=True):
            yield {name: _plain(name, value) for name, value in zip(names, line, strict=True) if value}


def _plain(name: str, value: Any) -> Any:
    """A value as JSON holds it: numbers of 64 bits as hexadecimal digits, which no reader rounds."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC).isoformat()
    return f"{value:016x}" if name in ("visitor_id", "visit_id", "person") else value
