"""The one writer of tables as files: CSV, XLSX, JSON, Parquet. Each is made in pieces, with flat memory.

CSV is UTF-8 by RFC 4180; JSON an array of objects. Money stands in major units of the currency, exactly; per cent as
0 to 100 and durations in seconds, but in XLSX as what a spreadsheet calls a percentage and a time. Text that came from
visitors is no formula anywhere, see `export_table.neutral`.
"""

import csv
import io
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import BinaryIO

from trailhouse.events.store import Store
from trailhouse.stats import export_parquet
from trailhouse.stats.export_table import Cell, ExportColumn, Table, Told, neutral, told_rows

__all__ = ["FORMATS", "TYPES", "Cell", "ExportColumn", "Table", "written"]

# Format → its media type.
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
    "parquet": "application/vnd.apache.parquet",
}
FORMATS = tuple(TYPES)
PIECE = 64 * 1024  # bytes


def written(table: Table, form: str, *, currency: str = "EUR", store: Store | None = None) -> Iterator[bytes]:
    """The file, in pieces. `currency` is that of the table's money; `store` is the one whose engine writes Parquet.

    Raises KeyError for a format that is none of FORMATS.
    """
    return _WRITERS[form](table, currency, store)


def csv_line(cells: list[str]) -> str:
    """One line of CSV by RFC 4180, its end included."""
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerow(cells)
    return out.getvalue()


def _csv(table: Table, currency: str, store: Store | None) -> Iterator[bytes]:
    del store
    lines = csv_line([neutral(column.key) for column in table.columns])
    for row in told_rows(table, currency):
        lines += csv_line([_plain(cell) for cell in row])
        if len(lines) > PIECE:
            yield lines.encode()
            lines = ""
    yield lines.encode()


def _plain(cell: Told) -> str:
    match cell:
        case None:
            return ""
        case str():
            return neutral(cell)
        case bool():
            return "true" if cell else "false"
        case date():
            return cell.isoformat()
        case Decimal():
            return format(cell, "f")
    return repr(cell)


def _json(table: Table, currency: str, store: Store | None) -> Iterator[bytes]:
    del store
    names = [json.dumps(column.key) for column in table.columns]
    text, separator = "[", "\n"
    for row in told_rows(table, currency):
        cells = (f"{name}: {_value(cell)}" for name, cell in zip(names, row, strict=True))
        text += f"{separator}{{{', '.join(cells)}}}"
        separator = ",\n"
        if len(text) > PIECE:
            yield text.encode()
            text = ""
    yield f"{text}\n]\n".encode()


def _value(cell: Told) -> str:
    """A cell as JSON. A decimal is a number with all its digits, which a float would not keep."""
    if isinstance(cell, Decimal):
        return format(cell, "f")
    return json.dumps(cell.isoformat() if isinstance(cell, date) else _encodable(cell), ensure_ascii=False)


def _encodable(cell: Told) -> Told:
    """Text without what no encoding can hold."""
    return cell.encode(errors="replace").decode() if isinstance(cell, str) else cell


def _xlsx(table: Table, currency: str, store: Store | None) -> Iterator[bytes]:
    del store
    with tempfile.TemporaryFile() as file:
        from trailhouse.stats import export_xlsx  # late: its library takes long to load, and few write a workbook

        export_xlsx.write(table, currency, file)
        file.seek(0)
        yield from pieces(file)


def _parquet(table: Table, currency: str, store: Store | None) -> Iterator[bytes]:
    if store is None:
        raise ValueError("Parquet is written by the engine of a store: give one")
    with scratch() as directory:
        made = export_parquet.write(table, currency, store, directory)
        with made.open("rb") as file:
            yield from pieces(file)


def pieces(file: BinaryIO) -> Iterator[bytes]:
    """What is left of a file, piece by piece."""
    while piece := file.read(PIECE):
        yield piece


@contextmanager
def scratch() -> Iterator[Path]:
    """A directory for files that are made on the way; gone afterwards."""
    directory = Path(os.path.realpath(tempfile.mkdtemp(prefix="export-")))
    try:
        yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)


_WRITERS: dict[str, Callable[[Table, str, Store | None], Iterator[bytes]]] = {
    "csv": _csv,
    "xlsx": _xlsx,
    "json": _json,
    "parquet": _parquet,
}
