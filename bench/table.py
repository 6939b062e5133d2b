"""Markdown tables on standard output."""

from collections.abc import Sequence
from pathlib import Path

from bench import fsync


def show(
    title: str, head: Sequence[str], rows: Sequence[Sequence[object]], disk: Path, notes: Sequence[str] = ()
) -> None:
    """Print one table with the fsync latency of `disk`; columns but the first are set to the right."""
    print(f"\n### {title}\n")
    print("|", " | ".join(head), "|")
    print("|---|" + "---:|" * (len(head) - 1))
    for row in rows:
        print("|", " | ".join(str(cell) for cell in row), "|")
    print()
    for note in (*notes, fsync.line(disk)):
        print(note)
    print(flush=True)
