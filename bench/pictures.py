"""Makes a PNG of a page a third as heavy: 256 colours, the rare ones by the nearest of these."""

import struct
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

COLOURS = 256
_HEAD = b"\x89PNG\r\n\x1a\n"


def lighten(file: Path) -> None:
    """Write the picture again, of 8 bits RGB and not interlaced as a browser makes them, in COLOURS colours."""
    parts = list(_parts(file.read_bytes()))
    width, height, *kind = struct.unpack(">IIBBBBB", next(data for name, data in parts if name == b"IHDR"))
    if kind != [8, 2, 0, 0, 0]:
        raise ValueError(f"{file.name} is of another kind of PNG: {kind}")
    lines = _lines(zlib.decompress(b"".join(data for name, data in parts if name == b"IDAT")), width * 3, height)
    pixels = [[line[at : at + 3] for at in range(0, len(line), 3)] for line in lines]
    counts = Counter(colour for line in pixels for colour in line)
    palette = _palette(counts)
    place = {colour: _nearest(colour, palette) for colour in counts}
    rows = b"".join(b"\0" + bytes(map(place.__getitem__, line)) for line in pixels)
    file.write_bytes(
        _HEAD
        + _part(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0))
        + _part(b"PLTE", b"".join(palette))
        + _part(b"IDAT", zlib.compress(rows, 9))
        + _part(b"IEND", b"")
    )


def _palette(counts: Counter[bytes]) -> list[bytes]:
    """The most frequent colour of each kind, so that a few red letters stay red, then the most frequent ones."""
    ordered = [colour for colour, _ in counts.most_common()]
    kinds: dict[tuple[int, ...], bytes] = {}
    for colour in ordered:
        kinds.setdefault(tuple(value >> 5 for value in colour), colour)
    return list(dict.fromkeys([*kinds.values()][: COLOURS // 2] + ordered))[:COLOURS]


def _nearest(colour: bytes, palette: list[bytes]) -> int:
    return min(range(len(palette)), key=lambda i: sum((a - b) ** 2 for a, b in zip(colour, palette[i], strict=True)))


def _parts(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(_HEAD)
    while at < len(png):
        (length,) = struct.unpack_from(">I", png, at)
        yield png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        at += 12 + length


def _part(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _lines(raw: bytes, length: int, height: int) -> Iterator[bytes]:
    """The lines without their filters (PNG specification, 9.2)."""
    above = bytes(length)
    for number in range(height):
        start = number * (length + 1)
        line = bytearray(raw[start + 1 : start + 1 + length])
        kind = raw[start]
        for i in range(length) if kind else ():
            left = line[i - 3] if i >= 3 else 0
            if kind == 1:
                guess = left
            elif kind == 2:
                guess = above[i]
            elif kind == 3:
                guess = (left + above[i]) // 2
            else:
                guess = _paeth(left, above[i], above[i - 3] if i >= 3 else 0)
            line[i] = (line[i] + guess) & 255
        above = bytes(line)
        yield above


def _paeth(left: int, up: int, corner: int) -> int:
    guess = left + up - corner
    return min((left, up, corner), key=lambda value: abs(guess - value))
