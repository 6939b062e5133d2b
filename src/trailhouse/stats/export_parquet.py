"""A table as Parquet, by the event store's own engine: it reads our rows from a file and writes typed columns."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

from trailhouse.events.store import Store
from trailhouse.stats.export_table import Table, Told, told_rows
from trailhouse.stats.metrics import Unit

NUMBERS = {
    Unit.COUNT: "Int64",
    Unit.RATIO: "Float64",
    Unit.PERCENT: "Float64",
    Unit.SECONDS: "Float64",
    Unit.MONEY: "Decimal(38, 6)",  # the minor units of no currency are smaller than 0.0001; means are rounded
}
TEXT = "String"
_TYPES: dict[type, str] = {
    str: TEXT,
    bool: "Bool",
    int: "Int64",
    float: "Float64",
    datetime: "DateTime64(3, 'UTC')",
    date: "Date32",
}


def write(table: Table, currency: str, store: Store, directory: Path) -> Path:
    """Write the table into a file in `directory`; which one."""
    rows, target = directory / "rows.jsonl", directory / "table.parquet"
    seen: list[set[str]] = [set() for _ in table.columns]
    with rows.open("w", encoding="utf-8") as file:
        file.writelines(_lines(table, currency, seen))
    types = [_type(column.unit, found) for column, found in zip(table.columns, seen, strict=True)]
    names = [column.key.replace("\\", "\\\\").replace("`", "\\`") for column in table.columns]
    structure = ", ".join(f"`{name}` Nullable({kind})" for name, kind in zip(names, types, strict=True))
    store.convert(rows, "JSONCompactEachRow", structure, target, "Parquet")
    return target


def _lines(table: Table, currency: str, seen: list[set[str]]) -> Iterator[str]:
    for row in told_rows(table, currency):
        for cell, found in zip(row, seen, strict=True):
            if cell is not None and type(cell) in _TYPES:
                found.add(_TYPES[type(cell)])
        yield json.dumps([_plain(cell) for cell in row], ensure_ascii=True) + "\n"


def _type(unit: Unit | None, found: set[str]) -> str:
    """The type of a column: by its unit, else what its cells are; text where they differ."""
    if unit is not None:
        return "Float64" if unit is Unit.COUNT and "Float64" in found else NUMBERS[unit]
    return found.pop() if len(found) == 1 else TEXT


def _plain(cell: Told) -> str | int | float | bool | None:
    match cell:
        case Decimal():
            return format(cell.quantize(Decimal("0.000001")), "f")
        case datetime():
            moment = cell.astimezone(UTC).replace(tzinfo=None) if cell.tzinfo else cell
            return moment.isoformat(sep=" ", timespec="milliseconds")
        case date():
            return cell.isoformat()
        case str():
            return cell.encode(errors="replace").decode()
    return cell
