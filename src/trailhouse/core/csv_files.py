"""The one writer of CSV: what people typed stays text in a spreadsheet, and numbers stay numbers."""

import csv as writer
import io
import re
from collections.abc import Iterable, Sequence

# A cell that begins so is taken for a formula by one spreadsheet or another; the wide forms by those for East Asia.
FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_AMOUNT = re.compile(r"-?[0-9]+(\.[0-9]+)?", re.ASCII)


def neutral(cell: str) -> str:
    """`cell` so that no spreadsheet calculates it: behind an apostrophe where it would."""
    return f"'{cell}" if cell.lstrip(" ").startswith(FORMULAS) else cell


def csv(head: Sequence[str], rows: Iterable[Sequence[str]], *, amounts: frozenset[int] = frozenset()) -> bytes:
    """The file, in UTF-8 with the mark by which spreadsheets know it.

    `amounts` are the columns, from 0, of plain decimal numbers that we made ourselves: a negative one is left alone.
    """
    file = io.StringIO()
    out = writer.writer(file, lineterminator="\r\n")
    out.writerow([neutral(cell) for cell in head])
    out.writerows([_cell(cell, at in amounts) for at, cell in enumerate(row)] for row in rows)
    return file.getvalue().encode("utf-8-sig")


def _cell(cell: str, is_amount: bool) -> str:
    return cell if is_amount and _AMOUNT.fullmatch(cell) else neutral(cell)
