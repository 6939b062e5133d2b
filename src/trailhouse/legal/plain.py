"""Plain text with headings: an empty line begins a paragraph, "# " a heading, "- " an entry of a list."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_APART = re.compile(r"\n\s*\n")
LONGEST = 60_000  # letters of a text of one's own


@dataclass(frozen=True)
class Block:
    """A part of a text; `kind` is heading, text or list. A list has its entries as lines, text its lines as typed."""

    kind: str
    lines: tuple[str, ...]


def blocks(text: str) -> tuple[Block, ...]:
    """The parts of `text` in order. Nothing in it is markup but what the module describes: show it escaped."""
    parts = _APART.split(text.replace("\r\n", "\n").replace("\r", "\n"))
    return tuple(block for part in parts for block in _part(part))


def _part(text: str) -> Iterator[Block]:
    gathered: list[str] = []
    kind = "text"
    for line in filter(None, map(str.strip, text.splitlines())):
        if line.startswith("# "):
            yield from _closed(kind, gathered)
            gathered, kind = [], "text"
            yield Block("heading", (line[2:].strip(),))
            continue
        now = "list" if line.startswith("- ") else "text"
        if now != kind:
            yield from _closed(kind, gathered)
            gathered, kind = [], now
        gathered.append(line[2:].strip() if now == "list" else line)
    yield from _closed(kind, gathered)


def _closed(kind: str, lines: list[str]) -> Iterator[Block]:
    if lines:
        yield Block(kind, tuple(lines))
