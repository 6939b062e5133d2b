"""An uploaded logo or icon → a small PNG that was drawn anew: nothing of the file itself is kept or served.

An SVG is sanitised and then drawn as well: mail and documents can show no SVG, and a picture can hold no script.
"""

import hashlib
import io
import struct
import threading
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.utils.translation import gettext as _
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont, ImageOps

from trailhouse.branding.models import Image
from trailhouse.branding.svg import sanitised
from trailhouse.core import clock
from trailhouse.core.colours import ink_on
from trailhouse.core.errors import UserError
from trailhouse.outbox import typesetting

MOST_BYTES = 300_000  # three of them fit into one form
MOST_PIXELS = 12_000_000
LOGO = (640, 160)  # pixels, at most: a multiple of what pages show, so that it is sharp on any screen
ICON = 64  # pixels, in width and height
PNG = "image/png"
_FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
_DRAWING = Path(__file__).parent / "typst" / "drawing.typ"
_FONT = typesetting.FONTS / "Inter-SemiBold.ttf"
_alone = threading.Lock()  # a large picture takes some 100 MB while it is made smaller


@dataclass(frozen=True)
class Made:
    """A picture as it is kept."""

    content: bytes
    width: int  # pixels
    height: int

    @property
    def digest(self) -> str:
        """What its address holds: hex SHA-256."""
        return hashlib.sha256(self.content).hexdigest()


def made(data: bytes, kind: Image.Kind) -> Made:
    """The logo or icon in an uploaded file: PNG, JPEG, WebP, GIF or SVG.

    A logo is cut to what is drawn and at most LOGO, an icon is a square of ICON. Raises UserError where the file is too
    large, is no such picture, or holds what a picture may not.
    """
    if len(data) > MOST_BYTES:
        raise _too_large(_("The file has more than 300 kB."))
    drawn = _drawn(sanitised(data)) if _is_svg(data) else data
    with _alone:
        picture = _cut(_decoded(drawn))
        return _icon(picture) if kind == Image.Kind.ICON else _logo(picture)


@lru_cache(maxsize=256)
def letter(text: str, colour: str) -> bytes:
    """The icon of a brand without one of its own, as PNG: the first letter of its name on its colour."""
    size, scale = ICON, 4  # drawn larger, so that its edges are smooth
    picture = Pillow.new("RGBA", (size * scale, size * scale))
    pen = ImageDraw.Draw(picture)
    pen.rounded_rectangle((0, 0, size * scale - 1, size * scale - 1), radius=size * scale // 4, fill=colour)
    shown = text[:1].upper()
    if shown and typesetting.is_printable(shown):
        font = ImageFont.truetype(str(_FONT), size * scale * 5 // 8)
        middle = size * scale / 2
        left, top, right, bottom = pen.textbbox((0, 0), shown, font=font)
        pen.text((middle - (left + right) / 2, middle - (top + bottom) / 2), shown, font=font, fill=ink_on(colour))
    return _png(picture.resize((size, size), Pillow.Resampling.LANCZOS)).content


def _is_svg(data: bytes) -> bool:
    return b"<svg" in data[:4096].lower() and data.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] == b"<"


def _drawn(svg: bytes) -> bytes:
    """An SVG as PNG, larger than any logo, so that it can be cut to what is drawn and still be sharp."""
    data = {"svg": svg.decode(), "width": 2 * LOGO[0], "height": 4 * LOGO[1]}
    try:
        return typesetting.pages(_DRAWING, data, clock.now().date(), ppi=72)[0]
    except RuntimeError:  # typst's only error: it says nothing that helps
        raise _unreadable() from None


def _decoded(data: bytes) -> Pillow.Image:
    """The picture's pixels, turned as its camera says; of a moving one the first. Its size is looked at before."""
    size = _size_of_webp(data)
    try:
        if size is None or size[0] * size[1] <= MOST_PIXELS:
            with Pillow.open(io.BytesIO(data), formats=_FORMATS) as opened:
                size = opened.size
                if size[0] * size[1] <= MOST_PIXELS:
                    return _in_colour(ImageOps.exif_transpose(opened))
    except (Pillow.DecompressionBombError, Pillow.DecompressionBombWarning):
        pass
    except Exception:  # whatever a decoder stumbles over, the file is no picture
        raise _unreadable() from None
    raise _too_large(_("The picture has more than 12 million pixels."))


def _in_colour(picture: Pillow.Image) -> Pillow.Image:
    """Whatever its channels are, in red, green, blue and alpha."""
    return (picture.convert("RGB") if picture.mode in {"CMYK", "YCbCr", "LAB", "HSV"} else picture).convert("RGBA")


def _size_of_webp(data: bytes) -> tuple[int, int] | None:
    """The size that a WebP file claims, by its first chunk (RFC 9649): its decoder makes room for it when it opens."""
    if data[:4] != b"RIFF" or data[8:12] != b"WEBP" or len(data) < 30:
        return None
    kind, body = data[12:16], data[20:30]
    if kind == b"VP8X":
        wide, high = (int.from_bytes(body[at : at + 3], "little") + 1 for at in (4, 7))
    elif kind == b"VP8L":
        bits = int.from_bytes(body[1:5], "little")
        wide, high = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    else:
        wide, high = (side & 0x3FFF for side in struct.unpack_from("<HH", body, 6))
    return wide, high


def _cut(picture: Pillow.Image) -> Pillow.Image:
    """The picture without the empty border that exports have."""
    drawn = picture.getchannel("A").getbbox()
    if drawn is None:
        raise UserError("image_refused", _("Nothing is to be seen in this picture."), _("Choose another file."))
    return picture.crop(drawn)


def _logo(picture: Pillow.Image) -> Made:
    picture.thumbnail(LOGO, Pillow.Resampling.LANCZOS)
    return _png(picture)


def _icon(picture: Pillow.Image) -> Made:
    return _png(ImageOps.pad(picture, (ICON, ICON), Pillow.Resampling.LANCZOS, color=(0, 0, 0, 0)))


def _png(picture: Pillow.Image) -> Made:
    picture.info.clear()  # the place and time of a photograph, a profile, the name of a program
    out = io.BytesIO()
    picture.save(out, "PNG", optimize=True)
    return Made(out.getvalue(), *picture.size)


def _too_large(what: str) -> UserError:
    return UserError("image_too_large", what, _("Make it smaller: a logo needs no more than 640 × 160 pixels."))


def _unreadable() -> UserError:
    return UserError(
        "image_refused", _("This file is no picture that can be read."), _("Use a PNG, JPEG, WebP, GIF or SVG.")
    )
