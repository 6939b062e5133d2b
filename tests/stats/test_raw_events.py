"""All events of a site as a file: each once, whatever the parts, with the values that were stored."""

import csv
import io
import json
from collections import Counter
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.dashboard import visits
from tests.events.makers import event
from trailhouse.core import clock
from trailhouse.core.periods import between
from trailhouse.events.model import Event
from trailhouse.events.store import Store
from trailhouse.stats.reports import raw_events
from trailhouse.stats.reports.raw_events import COLUMNS, Part

SITE = 7
ZONE = ZoneInfo("Europe/Amsterdam")
DAY = date(2026, 11, 10)
NOON = clock.to_ms(datetime(2026, 11, 10, 12, tzinfo=UTC))
HALF = 2**63


def read(store: Store, form: str = "csv", *, most: int = raw_events.PART, days: tuple[date, date] = (DAY, DAY)) -> Any:
    """The events of some days as rows, read in parts of `most`."""
    period = between(*days, ZONE)
    found = raw_events.parts(store, SITE, period, most)
    text = raw_events.header(form) + b"".join(raw_events.read(store, SITE, "EUR", part, form) for part in found)
    if form == "jsonl":
        return [json.loads(line, parse_float=Decimal) for line in text.decode().splitlines()]
    return list(csv.DictReader(io.StringIO(text.decode(), newline="")))


def fill(store: Store, *events: Event) -> None:
    """Put these events into the store."""
    visits.add(store, list(events))


def test_every_event_of_the_days_is_there_once_in_the_order_of_time(store: Store) -> None:
    visits.fill(store, SITE)
    visits.fill(store, SITE + 1)
    whole = (date(2026, 10, 1), date(2026, 11, 23))
    found = read(store, days=whole)
    count = store.rows(f"SELECT count() FROM events WHERE site_id = {SITE}")[0][0]
    assert len(found) == count > 300
    assert [row["time"] for row in found] == sorted(row["time"] for row in found)


@pytest.mark.parametrize("most", [1, 7, 100])
def test_parts_of_any_size_hold_the_same(store: Store, most: int) -> None:
    if most > 1:  # a statement for each event takes long
        visits.fill(store, SITE)
    scattered = [event(NOON + n, site_id=SITE, visitor_id=n * (2**64 // 50), visit_id=n) for n in range(50)]
    fill(store, *scattered)
    whole = (date(2026, 10, 1), date(2026, 11, 23))
    assert Counter(map(_key, read(store, most=most, days=whole))) == Counter(map(_key, read(store, days=whole)))
    assert max(part.rows for part in raw_events.parts(store, SITE, between(*whole, ZONE), most)) <= most


def _key(row: dict[str, str]) -> tuple[str, ...]:
    return tuple(row.values())


def test_days_are_those_of_the_site(store: Store) -> None:
    start = clock.to_ms(datetime(2026, 11, 9, 23, tzinfo=UTC))  # midnight in Amsterdam
    moments = (start - 1, start, start + 86_400_000 - 1, start + 86_400_000)
    fill(store, *(event(at, site_id=SITE, path=f"/{n}") for n, at in enumerate(moments)))
    assert [row["path"] for row in read(store)] == ["/1", "/2"]


def test_values_are_as_they_were_stored(store: Store) -> None:
    fill(
        store,
        event(
            NOON,
            site_id=SITE,
            name="Order",
            path="/thanks",
            visitor_id=HALF + 5,
            visit_id=HALF + 6,
            visit_started=NOON - 1000,
            props={"plan": "Gold", "x": "1"},
            revenue=4_201,
            revenue_amount=500_000,
            revenue_currency="JPY",
            country="NL",
        ),
    )
    (row,) = read(store)
    assert (
        row
        | {
            "time": "2026-11-10T12:00:00.000Z",
            "visit_started": "2026-11-10T11:59:59.000Z",
            "name": "Order",
            "visitor": "8000000000000005",
            "visit": "8000000000000006",
            "revenue": "42.01",
            "original_revenue": "500000",
            "original_currency": "JPY",
            "country": "NL",
        }
        == row
    )
    assert json.loads(row["properties"]) == {"plan": "Gold", "x": "1"}
    (told,) = read(store, "jsonl")
    assert told["properties"] == {"plan": "Gold", "x": "1"}
    assert (told["revenue"], told["original_revenue"]) == (Decimal("42.01"), 500_000)
    assert list(told) == list(row) == [column.name for column in COLUMNS]


def test_an_event_without_revenue_has_none(store: Store) -> None:
    fill(store, event(NOON, site_id=SITE))
    assert read(store)[0]["revenue"] == ""
    assert read(store, "jsonl")[0]["revenue"] is None


def test_hostile_texts_are_neutral_in_csv_and_whole_in_json(store: Store) -> None:
    hostile = '=HYPERLINK("http://evil.example")\r\n,"x'
    texts = ("path", "referrer", "source", "utm_term", "search_term", "city", "browser")
    fill(store, event(NOON, site_id=SITE, **dict.fromkeys(texts, hostile), props={"=a": "=b"}))
    (row,) = read(store)
    assert {row[name] for name in texts} == {"'" + hostile.replace("\r\n", "  ")}
    (told,) = read(store, "jsonl")
    assert {told[name] for name in texts} == {hostile}


def test_every_text_of_a_visitor_is_made_neutral(store: Store) -> None:
    mark = "=1"
    columns = [column for column in COLUMNS if column.text and column.name not in {"name", "original_currency"}]
    stored = {column.sql: mark for column in columns}
    fill(store, event(NOON, site_id=SITE, name=mark, **stored))
    (row,) = read(store)
    unsafe = [name for name, value in row.items() if value.startswith(("=", "+", "-", "@"))]
    assert unsafe == []
    assert [row[column.name] for column in columns] == ["'=1"] * len(columns)


def test_parquet_holds_the_same_with_types(store: Store, tmp_path: Path) -> None:
    visits.fill(store, SITE)
    whole = between(date(2026, 10, 1), date(2026, 11, 23), ZONE)
    target = tmp_path / "events.parquet"
    raw_events.save(store, SITE, "EUR", raw_events.whole(whole, 0), target)
    types = {row[0]: row[1] for row in store.rows(f"DESCRIBE file('{target}', 'Parquet')")}
    assert list(types) == [column.name for column in COLUMNS]
    assert types["time"] == "DateTime64(3, 'UTC')"
    assert types["properties"] == "Map(String, String)"
    assert types["revenue"].startswith("Nullable(Decimal(")
    paths = store.rows(f"SELECT path, count() FROM file('{target}', 'Parquet') GROUP BY path")
    assert Counter(dict(paths)) == Counter(
        row["path"] for row in read(store, days=(date(2026, 10, 1), date(2026, 11, 23)))
    )


def test_a_part_survives_json() -> None:
    part = Part(1, 2, 3, 4, raw_events.VISITORS - 1)
    assert Part.of(json.loads(json.dumps(part.plain()))) == part


def test_a_period_without_events_has_no_parts(store: Store) -> None:
    assert raw_events.parts(store, SITE, between(DAY, DAY, ZONE)) == []
    assert read(store) == []


def test_a_currency_that_nobody_knows_is_refused(store: Store) -> None:
    with pytest.raises(ValueError, match="no currency"):
        raw_events.read(store, SITE, "'; DROP", Part(0, 1, 0), "csv")
