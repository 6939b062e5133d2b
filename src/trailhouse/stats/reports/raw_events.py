"""All events of a site in a period, as they are stored: CSV, lines of JSON, Parquet.

They are read in parts of bounded size, each in one statement, so that neither memory grows with the period nor a slow
reader keeps the store waiting. A part is some days (UTC) in the order of time; a day of very many events is several
parts by visitor, as its rows lie in the table.

A strict site tells figures only: who asks for its events is refused before this module is reached, see `exports`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trailhouse.core.clock import to_ms
from trailhouse.core.money import CURRENCIES
from trailhouse.core.periods import Period
from trailhouse.events.store import Store
from trailhouse.stats.answer import refusals
from trailhouse.stats.export import csv_line
from trailhouse.stats.export_table import neutral_sql
from trailhouse.stats.params import moment

PART = 20_000  # events
PARQUET_PART = 500_000
PIECE = 256 * 1024  # bytes that are sent at once
DAY_MS = 86_400_000
VISITORS = 2**64  # ids are spread evenly below this

# Format → the media type of its file, and its ending.
FORMATS = {
    "csv": ("text/csv; charset=utf-8", "csv"),
    "jsonl": ("application/x-ndjson", "jsonl"),
    "parquet": ("application/vnd.apache.parquet", "parquet"),
}
_ENGINE = {"csv": "CSV", "jsonl": "JSONEachRow", "parquet": "Parquet"}
_SETTINGS: dict[str, Any] = {
    "date_time_output_format": "iso",
    "format_csv_null_representation": "",
    "output_format_csv_crlf_end_of_line": 1,
    "output_format_json_quote_64bit_integers": 0,
    "output_format_json_quote_decimals": 0,
    "output_format_json_escape_forward_slashes": 0,
    "output_format_parquet_row_group_size": 50_000,
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name in the file, and its SQL. `text` comes from visitors and their browsers.

    What each means is said in docs/exports.md and on the page.
    """

    name: str
    sql: str
    text: bool = False


def _text(name: str, stored: str = "") -> Column:
    return Column(name, stored or name, text=True)


def _amount(column: str) -> str:
    """SQL: minor units of the currency beside them as an exact decimal; NULL where there is none."""
    odd = {code: places for code, places in CURRENCIES.items() if places != 2}
    codes = ", ".join(f"'{code}'" for code in odd)
    tens = ", ".join(str(10**places) for places in odd.values())
    per = f"transform(toString({{currency}}), [{codes}], [{tens}], 100)"
    return f"if(revenue_currency = '', NULL, toDecimal128({column}, 4) / {per})"


COLUMNS: tuple[Column, ...] = (
    Column("time", "ts"),
    _text("name"),
    Column("visitor", "lower(hex(visitor_id))"),
    Column("visit", "lower(hex(visit_id))"),
    Column("visit_started", "visit_started"),
    Column("interactive", "interactive"),
    _text("hostname"),
    _text("path"),
    _text("entry_path"),
    _text("referrer"),
    _text("source"),
    _text("channel"),
    _text("utm_source"),
    _text("utm_medium"),
    _text("utm_campaign"),
    _text("utm_term"),
    _text("utm_content"),
    _text("click_id"),
    _text("search_term"),
    _text("country"),
    _text("region"),
    _text("city"),
    _text("organisation"),
    _text("browser"),
    _text("browser_version"),
    _text("system", "os"),
    _text("system_version", "os_version"),
    _text("device"),
    _text("screen"),
    _text("language"),
    Column("properties", "props"),
    Column("revenue", _amount("revenue")),
    Column("original_revenue", _amount("revenue_amount")),
    _text("original_currency", "revenue_currency"),
    Column("scroll_depth", "scroll_depth"),
    Column("engaged_ms", "engaged_ms"),
    Column("origin", "origin"),
)


@dataclass(frozen=True, slots=True)
class Part:
    """Events from `start` to before `end` (milliseconds) of the visitors from `low` to before `high`; how many."""

    start: int
    end: int
    rows: int
    low: int = 0
    high: int = VISITORS

    def plain(self) -> list[int | str]:
        """As JSON keeps it; ids of visitors are larger than its numbers."""
        return [self.start, self.end, self.rows, str(self.low), str(self.high)]

    @classmethod
    def of(cls, plain: Sequence[Any]) -> "Part":
        """Read what `plain` wrote."""
        return cls(*(int(value) for value in plain))


def parts(store: Store, site_id: int, period: Period, most: int = PART) -> list[Part]:
    """The parts of a period, in order; each holds about `most` events at most. What happens later is not in them."""
    start, end = to_ms(period.start), to_ms(period.end)
    counted = store.rows(
        f"SELECT toUnixTimestamp64Milli(toDateTime64(toDate(ts), 3, 'UTC')) AS day, count() FROM events"
        f" WHERE {_where(site_id, Part(start, end, 0))} GROUP BY day ORDER BY day"
    )
    found: list[Part] = []
    for day, rows in counted:
        first, last = max(start, day), min(end, day + DAY_MS)
        before = found[-1] if found else None
        if before and before.high - before.low == VISITORS and before.rows + rows <= most:
            found[-1] = Part(before.start, last, before.rows + rows)
        else:
            found += _of_day(first, last, rows, most)
    return found


def whole(period: Period, rows: int) -> Part:
    """A period as one part, which holds `rows` events."""
    return Part(to_ms(period.start), to_ms(period.end), rows)


def _of_day(first: int, last: int, rows: int, most: int) -> Iterator[Part]:
    count = max(1, -(-rows // most))
    for n in range(count):
        own = rows * (n + 1) // count - rows * n // count
        yield Part(first, last, own, VISITORS * n // count, VISITORS * (n + 1) // count)


def _where(site_id: int, part: Part) -> str:
    found = f"site_id = {int(site_id)} AND ts >= {moment(part.start)} AND ts < {moment(part.end)}"
    if part.low:
        found += f" AND visitor_id >= {part.low}"
    return found if part.high == VISITORS else f"{found} AND visitor_id < {part.high}"


def header(form: str) -> bytes:
    """What stands before the first part of a file."""
    return csv_line([column.name for column in COLUMNS]).encode() if form == "csv" else b""


def read(store: Store, site_id: int, currency: str, part: Part, form: str) -> bytes:
    """The events of a part as text (`form` is csv or jsonl), in the order of time."""
    select = f"{_select(site_id, currency, part, form)} ORDER BY ts, visit_id, name"
    with refusals():
        return store.formatted(select, _ENGINE[form], **_SETTINGS)


def save(store: Store, site_id: int, currency: str, part: Part, target: Path) -> None:
    """Write the events of a part, however many, into a new file of Parquet."""
    with refusals():
        store.save(_select(site_id, currency, part, "parquet"), target, _ENGINE["parquet"], **_SETTINGS)


def stream(store: Store, site_id: int, currency: str, period: Period, form: str) -> Iterator[bytes]:
    """A whole file of text, part by part."""
    found = parts(store, site_id, period)
    yield header(form)
    for part in found:
        text = memoryview(read(store, site_id, currency, part, form))
        for at in range(0, len(text), PIECE):
            yield bytes(text[at : at + PIECE])


def _select(site_id: int, currency: str, part: Part, form: str) -> str:
    """The statement that reads a part. `currency` is the site's own: one that ISO 4217 knows."""
    if currency not in CURRENCIES:
        raise ValueError(f"{currency!r} is no currency of ISO 4217")
    names = [f"{_sql(column, currency, form)} AS `{column.name}`" for column in COLUMNS]
    inner = f"SELECT * FROM events WHERE {_where(site_id, part)}"
    return f"SELECT {', '.join(names)} FROM ({inner}) AS stored"


def _sql(column: Column, currency: str, form: str) -> str:
    if column.name.endswith("revenue"):
        own = f"'{currency}'" if column.name == "revenue" else "stored.revenue_currency"
        return column.sql.replace("{currency}", own)
    if form != "csv":
        return f"toString({column.sql})" if column.text and form == "parquet" else column.sql
    if column.name == "properties":
        return f"toJSONString({column.sql})"
    return neutral_sql(f"stored.{column.sql}") if column.text else column.sql
