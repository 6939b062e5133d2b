"""Invoices as PDF/A-3 with their e-invoice inside: how long one takes, each with other contents, in a warm process."""

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from bench import product, table

if TYPE_CHECKING:
    from trailhouse.billing.models import Document, Line

MOST_MS = 50.0
PARTY = {"name": "Northlight Studio", "address": "Havenplein 7", "postcode": "1781 AB", "city": "Den Helder",
         "country": "NL", "vat_number": "NL123456789B01", "registration": "KvK 12345678", "email": "a@b.example",
         "iban": "NL91ABNA0417164300", "bic": "ABNANL2A", "bank": "Bank"}  # fmt: skip


def _invoice(number: int, lines: int) -> "tuple[Document, list[Line]]":
    from trailhouse.billing.models import Document, Line

    net, tax = 855 * lines, round(855 * lines * 0.21)
    taxes = [{"category": "S", "rate": 2100, "ground": "standard", "base": net, "tax": tax}]
    document = Document(
        kind="invoice", number=f"2027-{number:06d}", reference="RF83202700000012", issued_on=date(2027, 1, 1),
        due_on=date(2027, 1, 15), currency="EUR", net=net, tax=tax, total=net + tax, taxes=taxes, seller_is=PARTY,
        buyer_is=PARTY, language="en",
    )  # fmt: skip
    rows = [
        Line(
            position=at, text=f"site-{number}-{at}.example", start=date(2027, 1, 1), end=date(2027, 2, 1), tier=10_000,
            list_price=900, rank=at + 1, rate=500, net=855,
        )
        for at in range(1, lines + 1)
    ]  # fmt: skip
    return document, rows


def _times(lines: int, repeats: int) -> tuple[list[float], list[float], int]:
    """Milliseconds on the clock and of the processor for each, and the bytes of the last."""
    from trailhouse.billing.documents import making

    clock, cpu, size = [], [], 0
    for number in range(repeats + 3):
        document, rows = _invoice(number, lines)
        began, worked = time.perf_counter(), time.process_time()
        size = len(making.pdf_of(document, rows))
        clock.append(1000 * (time.perf_counter() - began))
        cpu.append(1000 * (time.process_time() - worked))
    return clock[3:], cpu[3:], size


def measure(directory: Path, repeats: int) -> None:
    """Print the table."""
    product.use_data(directory)
    began = time.perf_counter()
    _times(1, 0)
    first = time.perf_counter() - began
    rows: list[Sequence[object]] = []
    for lines, times, most in ((5, repeats, f"{MOST_MS:.0f} ms"), (200, max(3, repeats // 10), "")):
        clock, cpu, size = _times(lines, times)
        rows.append(
            (f"{lines} lines", f"{statistics.median(clock):.1f} ms", f"{sorted(clock)[int(len(clock) * 0.9)]:.1f} ms",
             f"{statistics.median(cpu):.1f} ms", most, f"{size / 1000:.0f} kB")
        )  # fmt: skip
    head = ("an invoice with its e-invoice", "median", "p90", "processor, median", "at most (median)", "size")
    notes = (
        f"{repeats} different invoices one after another; the first one of a process, with its imports: {first:.2f} s.",
    )
    table.show("Documents", head, rows, directory, notes)


def main() -> None:
    """Measure in a directory of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=100)
    repeats = parser.parse_args().repeats
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trailhouse.settings")
    with tempfile.TemporaryDirectory(prefix="trailhouse-bench-") as directory:
        measure(Path(directory), repeats)


if __name__ == "__main__":
    main()
