"""A table as XLSX: typed cells, one row in memory at a time."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, BinaryIO

import xlsxwriter

from trailhouse.core.money import exponent
from trailhouse.stats.export_table import Table, Told, neutral, told_rows
from trailhouse.stats.metrics import Unit

DAY_S = 86_400
LONGEST_TEXT = 32_767  # of a cell, by the format
WIDTHS = (10, 48)  # of a column, in characters
NUMBERS = {Unit.COUNT: "#,##0", Unit.RATIO: "#,##0.00", Unit.PERCENT: "0.0%", Unit.SECONDS: "[h]:mm:ss"}
# What a spreadsheet calls a percentage is a share of one; a time is a share of a day.
SHARES = {Unit.PERCENT: 100, Unit.SECONDS: DAY_S}
# Nothing in a cell is ever read as anything but what it is.
OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "remove_timezone": True,
}


def write(table: Table, currency: str, file: BinaryIO) -> None:
    """Write the whole workbook into `file`."""
    book = xlsxwriter.Workbook(file, OPTIONS)
    sheet = book.add_worksheet()
    sheet.freeze_panes(1, 0)
    bold = book.add_format({"bold": True})
    units = [column.unit for column in table.columns]
    formats = [book.add_format({"num_format": _number(unit, currency)}) if unit else None for unit in units]
    moments: dict[type, Any] = {kind: book.add_format({"num_format": text}) for kind, text in _MOMENTS.items()}
    for place, column in enumerate(table.columns):
        least, most = WIDTHS
        sheet.set_column(place, place, most if column.unit is None else max(least, len(column.key) + 2))
        sheet.write_string(0, place, neutral(column.key), bold)
    for line, row in enumerate(told_rows(table, currency), start=1):
        for place, cell in enumerate(row):
            _write(sheet, line, place, _share(cell, units[place]), moments.get(type(cell), formats[place]))
    book.close()


_MOMENTS = {date: "yyyy-mm-dd", datetime: "yyyy-mm-dd hh:mm:ss"}


def _number(unit: Unit, currency: str) -> str:
    if unit is not Unit.MONEY:
        return NUMBERS[unit]
    places = exponent(currency)
    return f"#,##0.{'0' * places}" if places else "#,##0"


def _share(cell: Told, unit: Unit | None) -> Told:
    if unit in SHARES and isinstance(cell, int | float) and not isinstance(cell, bool):
        return cell / SHARES[unit]
    return cell


def _write(sheet: Any, line: int, place: int, cell: Told, how: Any) -> None:
    match cell:
        case None:
            pass
        case str():
            sheet.write_string(line, place, neutral(cell)[:LONGEST_TEXT])
        case bool():
            sheet.write_boolean(line, place, cell)
        case date():
            sheet.write_datetime(line, place, cell, how)
        case Decimal():
            sheet.write_number(line, place, float(cell), how)
        case _:
            sheet.write_number(line, place, cell, how)
