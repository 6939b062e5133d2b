"""The one writer of tables as files: CSV, XLSX, JSON, Parquet."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from trailhouse.stats.metrics import Unit

Cell = str | int | float | bool | date | datetime | None
FORMATS = ("csv",)


@dataclass(frozen=True, slots=True)
class ExportColumn:
    """One column: `key` heads it in every format and language; `unit` of numbers, None for anything else."""

    key: str
    unit: Unit | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """What is exported: a name for the file, its columns, and rows of as many cells, which may be read lazily.

    Numbers are exact, in their column's unit (seconds, per cent, minor units of the site's currency).
    """

    name: str
    columns: tuple[ExportColumn, ...]
    rows: Iterable[Sequence[Cell]]


def written(table: Table, form: str) -> Iterator[bytes]:
    """The file, in pieces."""
    del form
    yield (",".join(column.key for column in table.columns) + "\r\n").encode()
    for row in table.rows:
        yield (",".join("" if cell is None else str(cell) for cell in row) + "\r\n").encode()
