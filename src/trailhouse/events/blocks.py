"""Rows as the store takes them in: one block in ClickHouse's Native format, column by column.

The engine copies a column of Native; rows of MsgPack it takes apart value by value, at four times the cost
(docs/decisions/0013). https://clickhouse.com/docs/interfaces/formats/Native
"""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache, partial
from itertools import accumulate
from operator import attrgetter
from struct import pack
from typing import Any

from trailhouse.events.model import COLUMNS, VISIT_COLUMNS, Event
from trailhouse.events.visits import Visit

Column = Sequence[Any]

MOMENT = "DateTime64(3, 'UTC')"
PROPS = "Map(String, String)"

_TYPES = {
    "site_id": "UInt32",
    "batch": "UInt64",
    "ts": MOMENT,
    "visitor_id": "UInt64",
    "visit_id": "UInt64",
    "visit_started": MOMENT,
    "interactive": "Bool",
    "props": PROPS,
    "revenue": "Int64",
    "revenue_amount": "Int64",
    "scroll_depth": "UInt8",
    "engaged_ms": "UInt32",
    # of the small tables
    "day": "Date",
    "n": "UInt64",
}  # of the columns that are no strings

# The columns of the small tables, in the order of their rows' values.
TABLES: dict[str, tuple[str, ...]] = {
    "drops": ("site_id", "batch", "day", "reason", "n"),
    "quarantine": ("site_id", "batch", "ts", "reason", "detail"),
    "titles": ("site_id", "batch", "ts", "path", "title"),
}

# What an event brings itself; all else comes from its visit and its batch.
_OWN = tuple(
    name for name in COLUMNS if name not in {*VISIT_COLUMNS, "batch", "visitor_id", "visit_id", "visit_started"}
)
_STITCHED = ("batch", "visitor_id", "visit_id", "visit_started", *_OWN, *VISIT_COLUMNS)
_all = attrgetter(*COLUMNS)
_own = attrgetter(*_OWN)


def of_events(events: Sequence[Event]) -> bytes:
    """Events that are complete."""
    return _block(COLUMNS, zip(*map(_all, events), strict=True), len(events))


def of_stitched(batch: int, events: Sequence[Event], visits: Sequence[Visit]) -> bytes:
    """Events of batch `batch`, each with its visit, which gives it the visitor, the visit and the attributes."""
    columns: list[Column] = [
        [batch] * len(events),
        [visit.visitor_id for visit in visits],
        [visit.visit_id for visit in visits],
        [visit.started for visit in visits],
        *zip(*map(_own, events), strict=True),
        *zip(*[visit.attributes for visit in visits], strict=True),
    ]
    return _block(_STITCHED, columns, len(events))


def of_rows(table: str, rows: Sequence[Sequence[Any]]) -> bytes:
    """Rows of one of TABLES."""
    return _block(TABLES[table], zip(*rows, strict=True), len(rows))


def _block(names: Sequence[str], columns: Iterable[Column], rows: int) -> bytes:
    parts = [_varint(len(names)), _varint(rows)]
    for name, values in zip(names, columns, strict=True):
        kind = _TYPES.get(name, "String")
        parts += _text(name), _text(kind), _ENCODERS[kind](values)
    return b"".join(parts)


def _numbers(code: str, values: Column) -> bytes:
    return pack(f"<{len(values)}{code}", *values)


def _strings(values: Column) -> bytes:
    return b"".join(map(_text, values))


def _maps(values: Column) -> bytes:
    ends = list(accumulate(map(len, values)))
    names = [name for props in values for name in props]
    contents = [content for props in values for content in props.values()]
    return _numbers("Q", ends) + _strings(names) + _strings(contents)


_ENCODERS: dict[str, Callable[[Column], bytes]] = {
    "String": _strings,
    PROPS: _maps,
    "Bool": partial(_numbers, "?"),
    "Date": partial(_numbers, "H"),
    "Int64": partial(_numbers, "q"),
    MOMENT: partial(_numbers, "q"),
    "UInt8": partial(_numbers, "B"),
    "UInt32": partial(_numbers, "I"),
    "UInt64": partial(_numbers, "Q"),
}


@lru_cache(maxsize=8192)
def _text(value: str) -> bytes:
    encoded = value.encode()
    return _varint(len(encoded)) + encoded


def _varint(number: int) -> bytes:
    """Seven bits a byte, the lowest first (LEB128)."""
    found = bytearray()
    while number > 127:
        found.append(number & 127 | 128)
        number >>= 7
    found.append(number)
    return bytes(found)
