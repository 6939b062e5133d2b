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
