"""The audit log as CSV: what people typed stays text in a spreadsheet."""

import csv as writer
import io
from collections.abc import Iterable, Sequence

# A cell that begins so is taken for a formula by one spreadsheet or another; the wide forms by those for East Asia.
FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def neutral(cell: str) -> str:
    """`cell` so that no spreadsheet calculates it: behind an apostrophe where it would."""
    return f"'{cell}" if cell.lstrip(" ").startswith(FORMULAS) else cell


def csv(head: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """The file, in UTF-8 with the mark by which spreadsheets know it."""
    file = io.StringIO()
    out = writer.writer(file, lineterminator="\r\n")
    out.writerow([neutral(cell) for cell in head])
    out.writerows([neutral(cell) for cell in row] for row in rows)
    return file.getvalue().encode("utf-8-sig")
