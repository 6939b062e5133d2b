"""Rows as the store takes them in: one block in ClickHouse's Native format, column by column.

The engine copies a column of Native; rows of MsgPack it takes apart value by value, at four times the cost
(docs/decisions/0013). https://clickhouse.com/docs/interfaces/formats/Native
"""

from collections.abc import Iterable, Iterator, Sequence
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
    "person": "UInt64",
    "first_seen": MOMENT,
    "by_key": "Bool",
    # of the small tables
    "day": "Date",
    "n": "UInt64",
    "started": MOMENT,
    "before": MOMENT,
}  # of the columns that are no strings

# What `struct` calls the types of numbers.
_CODES = {"Bool": "?", "UInt8": "B", "Date": "H", "UInt32": "I", "UInt64": "Q", "Int64": "q", MOMENT: "q"}

# The columns of the small tables, in the order of their rows' values.
TABLES: dict[str, tuple[str, ...]] = {
    "drops": ("site_id", "batch", "day", "reason", "n"),
    "quarantine": ("site_id", "batch", "ts", "reason", "detail"),
    "titles": ("site_id", "batch", "ts", "path", "title"),
    "visitors": ("site_id", "batch", "ts", "visitor_id", "person", "visit_id", "started", "first_seen", "before"),
    "visitor_names": ("site_id", "batch", "ts", "visitor_id", "name"),
}

# What an event brings itself; all else comes from its visit and its batch.
_OWN = tuple(
    name for name in COLUMNS if name not in {*VISIT_COLUMNS, "batch", "visitor_id", "visit_id", "visit_started"}
)
_STITCHED = ("batch", "visitor_id", "visit_id", "visit_started", *_OWN, *VISIT_COLUMNS)


def of_events(events: Sequence[Event]) -> bytes:
    """Events that are complete."""
    return _block(COLUMNS, _columns(COLUMNS, events), len(events))


def of_stitched(batch: int, events: Sequence[Event], visits: Sequence[Visit]) -> bytes:
    """Events of batch `batch`, each with its visit, which gives it the visitor, the visit and the attributes."""
    columns: list[Column] = [
        [batch] * len(events),
        *_columns(("visitor_id", "visit_id", "started"), visits),
        *_columns(_OWN, events),
        *zip(*[visit.attributes for visit in visits], strict=True),
    ]
    return _block(_STITCHED, columns, len(events))


def of_rows(table: str, rows: Sequence[Sequence[Any]]) -> bytes:
    """Rows of one of TABLES."""
    return _block(TABLES[table], zip(*rows, strict=True), len(rows))


def _columns(names: Iterable[str], things: Sequence[Event] | Sequence[Visit]) -> Iterator[Column]:
    for name in names:
        yield list(map(attrgetter(name), things))


def _block(names: Sequence[str], columns: Iterable[Column], rows: int) -> bytes:
    texts = _Texts()
    parts = [_varint(len(names)), _varint(rows)]
    for name, values in zip(names, columns, strict=True):
        kind = _TYPES.get(name, "String")
        if kind == "String":
            content = texts.joined(values)
        elif kind == PROPS:
            content = _maps(values, texts)
        else:
            content = pack(f"<{rows}{_CODES[kind]}", *values)
        parts += texts[name], texts[kind], content
    return b"".join(parts)


class _Texts(dict[str, bytes]):
    """Texts as they stand in a column, each encoded once: most of them come again and again in a block."""

    def __missing__(self, value: str) -> bytes:
        encoded = value.encode()
        found = self[value] = _varint(len(encoded)) + encoded
        return found

    def joined(self, values: Iterable[str]) -> bytes:
        return b"".join(map(self.__getitem__, values))


def _maps(values: Column, texts: _Texts) -> bytes:
    ends = list(accumulate(map(len, values)))
    names = [name for props in values for name in props]
    contents = [content for props in values for content in props.values()]
    return pack(f"<{len(ends)}Q", *ends) + texts.joined(names) + texts.joined(contents)


def _varint(number: int) -> bytes:
    """Seven bits a byte, the lowest first (LEB128)."""
    found = bytearray()
    while number > 127:
        found.append(number & 127 | 128)
        number >>= 7
    found.append(number)
    return bytes(found)
