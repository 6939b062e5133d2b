<<<<<<< HEAD
"""Pictures to upload."""

import io
from typing import Any

from PIL import Image as Pillow

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 400 100">{}</svg>'
)
BAR = '<path fill="#0a5" d="M20 20h360v60h-360z"/>'


def svg(inside: str = BAR) -> bytes:
    """An SVG, four times as wide as high."""
    return SVG.format(inside).encode()


def png(width: int, height: int, colour: str | tuple[int, ...] = "#0055aa") -> bytes:
    """A PNG of one colour."""
    return saved(Pillow.new("RGBA", (width, height), colour), "PNG")


def saved(picture: Pillow.Image, kind: str, **options: Any) -> bytes:
    """A picture as a file."""
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def opened(content: bytes) -> Pillow.Image:
    """A file as a picture."""
    return Pillow.open(io.BytesIO(content), formats=["PNG"])
=======
"""Pictures for tests, made by hand."""

import struct
import zlib


def png(width: int, height: int) -> bytes:
    """A blue picture."""
    rows = b"".join(b"\0" + b"\x1d\x4e\xd8" * width for _ in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    chunks = (struct.pack(">I", len(d)) + k + d + struct.pack(">I", zlib.crc32(k + d)) for k, d in parts)
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)
>>>>>>> branded
