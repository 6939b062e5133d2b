"""What is exported: a table, and what each of its cells says in a file, whatever the format."""

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from trailhouse.core.money import exponent
from trailhouse.stats.metrics import Unit

Cell = str | int | float | bool | date | datetime | None
Told = Cell | Decimal


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


# -- text that a spreadsheet would take for a formula

# Control characters are of no use in a cell and break readers: each becomes a space.
CONTROL = "[\\x00-\\x1f\\x7f]"
# What Excel, LibreOffice and Google Sheets take for a formula, the full-width forms of Japanese keyboards included.
FORMULA = "^ *[=+\\-@＝＋－＠]"
_CONTROL, _FORMULA = re.compile(CONTROL), re.compile(FORMULA)


def neutral(text: str) -> str:
    """`text` as a cell of CSV or XLSX: no control characters, and never a formula (an apostrophe comes before it).

    https://owasp.org/www-community/attacks/CSV_Injection
    """
    clean = _CONTROL.sub(" ", text)
    return f"'{clean}" if _FORMULA.match(clean) else clean


def neutral_sql(column: str) -> str:
    """SQL that does to a text column what `neutral` does."""
    control, formula = (pattern.replace("\\", "\\\\") for pattern in (CONTROL, FORMULA))
    clean = f"replaceRegexpAll({column}, '{control}', ' ')"
    return f"if(match({clean}, '{formula}'), concat('\\'', {clean}), {clean})"


# -- numbers


def told(cell: Cell, unit: Unit | None, currency: str) -> Told:
    """A cell as files hold it: money exactly, in major units of `currency`; counts whole; no NaN."""
    if isinstance(cell, float) and not math.isfinite(cell):
        return None
    if cell is None or unit is None or isinstance(cell, str | bool | date):
        return cell
    if unit is Unit.MONEY:
        return in_major_units(cell, currency)
    return int(cell) if unit is Unit.COUNT and float(cell).is_integer() else cell


def in_major_units(minor: float, currency: str) -> Decimal:
    """Minor units as an exact decimal: 4200 of EUR is 42.00, of JPY 4200."""
    return Decimal(repr(minor)).scaleb(-exponent(currency))


def told_rows(table: Table, currency: str) -> Iterator[list[Told]]:
    """The rows of a table, each cell as files hold it."""
    units = [column.unit for column in table.columns]
    for row in table.rows:
        yield [told(cell, unit, currency) for cell, unit in zip(row, units, strict=True)]
