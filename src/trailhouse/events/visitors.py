"""What the store keeps of recognised visitors beside their events: their visits and their newest name.

Both tables are made of `events` alone, so `rebuild` can make them anew; writing a row twice changes nothing.
A visit in which consent was given began under the visitor's daily id and goes on under it, so a visitor is known by
two numbers: `visitor_id`, as the events have it, and `person`, the recognised one, the same on every day.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from trailhouse.events import blocks, erasures
from trailhouse.events.model import COLUMNS, IDENTIFY, Event
from trailhouse.events.store import Store
from trailhouse.events.visits import Visit

TABLES = ("visitors", "visitor_names")
LONGEST_NAME = 200  # characters
NAMING = ("name", "email", "id")  # the properties of a naming event that can be its name, the best one first

MOST_PAIRS = 2_000  # people looked up in one statement

VisitKey = tuple[int, int, int]  # site, person, visit
Key = tuple[int, int]  # site, person or visitor
Row = tuple[object, ...]


def name_in(props: Mapping[str, str]) -> str:
    """The name that a naming event gives: its name, else its e-mail address or id, else the first that it says."""
    found = next((props[key] for key in NAMING if props.get(key)), "") or next(iter(props.values()), "")
    return found[:LONGEST_NAME]


def recognise(store: Store, theirs: Sequence[tuple[Event, Visit]]) -> None:
    """Note whose visits these are, and since when each person is known; each event came with a person.

    The starts of a person's visits are looked up once a visit; those of the visits at hand are among them.
    """
    fresh = [(event, visit) for event, visit in theirs if visit.person != event.person]
    if fresh:
        starts = starts_of(store, {(event.site_id, event.person) for event, _ in fresh})
        for event, visit in fresh:
            starts[event.site_id, event.person].add(visit.started)
        for event, visit in fresh:
            visit.recognise(event.person, starts[event.site_id, event.person])
    for event, visit in theirs:
        event.first_seen = visit.first_seen


def starts_of(store: Store, people: Collection[Key]) -> dict[Key, set[int]]:
    """When the visits of each of these people (site, person) began, in milliseconds, as far as they are kept."""
    found: dict[Key, set[int]] = {key: set() for key in people}
    ordered = sorted(people)
    for first in range(0, len(ordered), MOST_PAIRS):
        pairs = ", ".join(f"({site}, {person})" for site, person in ordered[first : first + MOST_PAIRS])
        rows = store.rows_at_once(
            "SELECT site_id, person, groupUniqArray(toUnixTimestamp64Milli(started)) FROM visitors"
            f" WHERE (site_id, person) IN ({pairs}) GROUP BY site_id, person"
        )
        for site, person, starts in rows:
            found[site, person].update(starts)
    return found


class Noted:
    """The rows of both tables that some events make."""

    def __init__(self) -> None:
        self._visits: dict[VisitKey, tuple[int, Visit]] = {}  # → time of the last event, the visit
        self._names: dict[Key, tuple[int, str]] = {}

    def add(self, event: Event, visit: Visit) -> None:
        """Take an event that came with a person, and its visit; `recognise` has seen both."""
        key = (event.site_id, event.person, visit.visit_id)
        last = self._visits.get(key, (0, visit))[0]
        self._visits[key] = (max(last, event.ts), visit)
        if event.name == IDENTIFY and (name := name_in(event.props)):
            for number in {visit.visitor_id, event.person}:
                if event.ts >= self._names.get((event.site_id, number), (0, ""))[0]:
                    self._names[event.site_id, number] = (event.ts, name)

    def rows(self) -> list[tuple[str, list[Row]]]:
        """The tables with their rows, without the batch number (second place); a table without rows is left out."""
        visits: list[Row] = [
            (site, ts, visit.visitor_id, person, number, visit.started, visit.first_seen, visit.before)
            for (site, person, number), (ts, visit) in self._visits.items()
        ]
        names: list[Row] = [(site, ts, visitor, name) for (site, visitor), (ts, name) in self._names.items()]
        return [(table, rows) for table, rows in zip(TABLES, (visits, names), strict=True) if rows]


def note(store: Store, events: Sequence[Event], batch: int) -> None:
    """Store what complete events tell of recognised visitors, and give each event its `first_seen`.

    For events that come without a writer: call it before they are stored.
    """
    known: dict[int, Visit] = {}
    theirs = []
    for event in events:
        if event.person:
            number = event.visit_id
            if number not in known:
                known[number] = Visit(number, event.visitor_id, event.visit_started, event.ts, ())
            theirs.append((event, known[number]))
    recognise(store, theirs)
    noted = Noted()
    for event, visit in theirs:
        noted.add(event, visit)
    for table, rows in noted.rows():
        store.insert_block(table, blocks.of_rows(table, [(*row[:1], batch, *row[1:]) for row in rows]))


def rebuild(store: Store) -> None:
    """Make both tables anew from the events; safe while the writer runs, since every row may come twice."""
    store.command(
        "INSERT INTO visitors (site_id, batch, ts, visitor_id, person, visit_id, started, first_seen, before)"
        " SELECT site_id, batch, ts, visitor_id, person, visit_id, fromUnixTimestamp64Milli(at, 'UTC'), first,"
        " fromUnixTimestamp64Milli(max(at) OVER (PARTITION BY site_id, person ORDER BY at"
        " RANGE BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 'UTC') FROM ("
        "SELECT site_id, max(events.batch) AS batch, max(events.ts) AS ts, any(events.visitor_id) AS visitor_id,"
        " person, visit_id, toUnixTimestamp64Milli(any(visit_started)) AS at, min(events.first_seen) AS first"
        " FROM events WHERE person != 0 GROUP BY site_id, person, visit_id)"
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

    Somebody who never agreed to be recognised has the one. Browsers that look alike behind one address share their
    daily number, so that one may lead to several people; of a person's own number the others are only daily ones.
    """
    found = [int(visitor_id)]
    where = f"site_id = {int(site_id)} AND person IN (SELECT person FROM visitors WHERE site_id = {int(site_id)}"
    rows = store.rows(
        f"SELECT DISTINCT arrayJoin([visitor_id, person]) FROM visitors WHERE {where}"
        f" AND (visitor_id = {int(visitor_id)} OR person = {int(visitor_id)}))"
    )
    return (*found, *sorted(number for (number,) in rows if number not in found))


def whose(visitor_ids: Collection[int]) -> str:
    """SQL: the events of a visitor with these numbers, without those of somebody else who shared a daily one."""
    numbers = ", ".join(str(int(number)) for number in sorted(visitor_ids) if number)  # 0 is nobody
    if not numbers:
        return "0"
    return f"(person IN ({numbers}) OR (person = 0 AND visitor_id IN ({numbers})))"


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
    where = f"site_id = {int(site_id)} AND {whose(visitor_ids)}"
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
