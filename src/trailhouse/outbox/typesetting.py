"""Data and a template → PDF, by typst: offline, from our own fonts alone, with the same bytes each time.

Data reaches a template as JSON through `sys.inputs`, never as markup, so that nothing in it is code.
"""

import json
import struct
import threading
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, cast

import typst

FONTS = Path(__file__).parent / "fonts"
ROOT = Path(__file__).parents[1]  # what templates may read: "/outbox/typst/look.typ" is shared
UNKNOWN = "□"  # stands for what our font has no picture of; PDF/A forbids to leave it to the reader
_alone = threading.Lock()


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)])


@lru_cache(maxsize=8)
def _compiler(template: Path) -> typst.Compiler:
    return typst.Compiler(str(template), root=str(ROOT), font_paths=_fonts())


def pdf(template: Path, data: Mapping[str, Any], on: date, *, attached: bytes | None = None) -> bytes:
    """The PDF/A-3b of `data`, dated `on`; with `attached` as its factur-x.xml. `template` may read ROOT."""
    inputs = {"data": json.dumps(printable(data)), "xml": "" if attached is None else attached.decode()}
    return cast(bytes, _compile(template, inputs, "pdf", on))


def pages(template: Path, data: Mapping[str, Any], on: date, *, ppi: float = 110) -> list[bytes]:
    """The same as pictures (PNG), one a page."""
    made = _compile(template, {"data": json.dumps(printable(data)), "xml": ""}, "png", on, ppi=ppi)
    return made if isinstance(made, list) else [made]


def _compile(
    template: Path, inputs: dict[str, str], to: Literal["pdf", "png"], on: date, ppi: float | None = None
) -> bytes | list[bytes]:
    moment = datetime.combine(on, time(), tzinfo=UTC)
    with _alone:  # a compiler keeps the inputs of one document at a time
        made = _compiler(template).compile(
            format=to, sys_inputs=inputs, pdf_standards=["a-3b"] if to == "pdf" else [], timestamp=moment, ppi=ppi
        )
    assert made is not None
    return made


def printable(value: Any) -> Any:
    """`value` with each character that our fonts cannot show replaced by UNKNOWN, and control characters by spaces."""
    if isinstance(value, str):
        return "".join(letter if ord(letter) in _covered() else _instead(letter) for letter in value)
    if isinstance(value, Mapping):
        return {name: printable(one) for name, one in value.items()}
    return [printable(one) for one in value] if isinstance(value, list | tuple) else value


def is_printable(text: str) -> bool:
    """Whether our fonts show all of `text`."""
    return all(ord(letter) in _covered() for letter in text)


def _instead(letter: str) -> str:
    return " " if ord(letter) < 32 or letter == "\x7f" else UNKNOWN


@lru_cache(maxsize=1)
def _covered() -> frozenset[int]:
    """What every one of our fonts has a picture of."""
    return frozenset.intersection(*(_characters(path.read_bytes()) for path in sorted(FONTS.glob("*.ttf"))))


def _characters(font: bytes) -> frozenset[int]:
    """The characters of a TrueType font: groups of its `cmap` table of format 12 (OpenType, "cmap")."""
    (count,) = struct.unpack_from(">H", font, 4)
    tables = {font[at : at + 4]: struct.unpack_from(">I", font, at + 8)[0] for at in range(12, 12 + 16 * count, 16)}
    cmap = tables[b"cmap"]
    (count,) = struct.unpack_from(">H", font, cmap + 2)
    for record in range(cmap + 4, cmap + 4 + 8 * count, 8):
        at = cmap + struct.unpack_from(">I", font, record + 4)[0]
        if struct.unpack_from(">H", font, at)[0] == 12:
            (groups,) = struct.unpack_from(">I", font, at + 12)
            spans = [struct.unpack_from(">II", font, at + 16 + 12 * number) for number in range(groups)]
            return frozenset(code for first, last in spans for code in range(first, last + 1))
    raise ValueError("the font has no table of characters of format 12")
