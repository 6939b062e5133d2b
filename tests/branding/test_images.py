"""Logos are drawn anew: small, without anything hidden in them, and whatever is no harmless picture is refused."""

import struct
import zlib

import pytest
from PIL import Image as Pillow

from tests.branding.pictures import BAR, SVG, opened, png, saved, svg
from trailhouse.branding import images
from trailhouse.branding.models import Image
from trailhouse.branding.svg import MOST_ELEMENTS, sanitised
from trailhouse.core.errors import UserError

LIGHT, ICON = Image.Kind.LIGHT, Image.Kind.ICON


def refusal(data: bytes) -> UserError:
    with pytest.raises(UserError) as refused:
        images.made(data, LIGHT)
    return refused.value


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_every_usual_kind_of_picture_becomes_a_small_png(kind: str) -> None:
    made = images.made(saved(Pillow.new("RGB", (2000, 500), "#0055aa"), kind), LIGHT)
    assert (made.width, made.height) == opened(made.content).size == (640, 160)
    assert opened(made.content).mode == "RGBA"


def test_a_small_logo_stays_as_it_is_and_an_empty_border_goes() -> None:
    picture = Pillow.new("RGBA", (200, 100))
    picture.paste("#0055aa", (50, 30, 150, 60))
    made = images.made(saved(picture, "PNG"), LIGHT)
    assert (made.width, made.height) == (100, 30)


def test_an_icon_is_a_square_with_the_whole_picture_in_it() -> None:
    made = images.made(png(300, 100), ICON)
    assert (made.width, made.height) == (64, 64)
    assert opened(made.content).getpixel((32, 2)) == (0, 0, 0, 0)
    assert opened(made.content).getpixel((32, 32)) == (0, 0x55, 0xAA, 255)


def test_nothing_that_is_hidden_in_a_file_is_kept() -> None:
    photograph = Pillow.new("RGB", (64, 32), "#0055aa")
    tags = Pillow.Exif()
    tags[0x010E], tags[0x0112] = "Havenplein 7", 6  # what it shows; turned by a quarter
    made = images.made(saved(photograph, "JPEG", exif=tags, comment=b"Havenplein"), LIGHT)
    assert (made.width, made.height) == (32, 64)
    assert b"Havenplein" not in made.content
    assert opened(made.content).info == {}


def test_the_same_picture_has_the_same_address() -> None:
    assert images.made(png(90, 30), LIGHT).digest == images.made(png(90, 30), LIGHT).digest


def test_a_file_that_is_too_large_is_refused_before_it_is_read() -> None:
    assert refusal(b"x" * (images.MOST_BYTES + 1)).code == "image_too_large"


def bomb(width: int, height: int) -> bytes:
    """A small PNG that claims to be large."""
    parts = [
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)),
        (b"IDAT", zlib.compress(bytes(1000))),
        (b"IEND", b""),
    ]
    chunks = (struct.pack(">I", len(b)) + n + b + struct.pack(">I", zlib.crc32(n + b)) for n, b in parts)
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def webp(width: int, height: int) -> bytes:
    """The head of a WebP that claims to be large."""
    body = b"\x10\0\0\0" + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return b"RIFF\x1e\0\0\0WEBPVP8X\x0a\0\0\0" + body


@pytest.mark.parametrize("data", [bomb(4000, 4000), bomb(12_000, 12_000), bomb(60_000, 60_000), webp(16_000, 16_000)])
def test_a_picture_that_unfolds_is_refused_before_it_does(data: bytes) -> None:
    assert refusal(data).code == "image_too_large"


@pytest.mark.parametrize(
    "data", [b"", b"hello", b"%PDF-1.7", b"<html><svg", b"\x89PNG\r\n\x1a\nrest", png(60, 60)[:70], webp(60, 60)]
)
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    assert refusal(data).code in {"image_refused", "svg_refused"}


def test_a_picture_without_anything_in_it_is_refused() -> None:
    assert refusal(png(60, 60, (0, 0, 0, 0))).code == "image_refused"
    assert refusal(svg("")).code == "image_refused"


def test_an_svg_is_drawn_sharp_and_cut_to_what_is_drawn() -> None:
    made = images.made(svg(), LIGHT)
    assert (made.width, made.height) == (640, 107)
    assert opened(made.content).getpixel((300, 50)) == (0, 0xAA, 0x55, 255)


def test_what_illustrators_write_is_drawn() -> None:
    written = (
        '<?xml version="1.0" encoding="utf-8"?><!-- made by hand -->'
        '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">'
        + SVG.format(
            '<metadata><x xmlns="http://elsewhere.example/">by me</x></metadata><title>Logo</title>'
            "<style>.st0{fill: url( '#a' );} .st1 {stroke:#FFF}</style>"
            '<defs><linearGradient id="a"><stop offset="0" stop-color="#0055aa"/></linearGradient>'
            '<rect id="r" width="200" height="100"/><clipPath id="c"><use xlink:href="#r"/></clipPath></defs>'
            '<g clip-path="url(#c)" data-name="Layer 1"><rect class="st0" width="400" height="100"/></g>'
        )
    )
    made = images.made(written.encode(), LIGHT)
    assert made.width == 2 * made.height
    assert opened(made.content).getpixel((100, 50)) == (0, 0x55, 0xAA, 255)
    clean = sanitised(written.encode())
    assert not [word for word in (b"DOCTYPE", b"metadata", b"data-name", b"by hand", b"Logo") if word in clean]


NEST = "<g>" * 30 + BAR + "</g>" * 30


@pytest.mark.parametrize(
    "inside",
    [
        pytest.param("<script>alert(1)</script>", id="a script"),
        pytest.param('<path d="M0 0h9v9z" onload="alert(1)"/>', id="a handler"),
        pytest.param('<g ONCLICK="alert(1)"/>', id="a handler in capitals"),
        pytest.param('<foreignObject><p xmlns="http://www.w3.org/1999/xhtml">x</p></foreignObject>', id="HTML"),
        pytest.param('<image href="https://elsewhere.example/x.png"/>', id="a picture from elsewhere"),
        pytest.param('<image href="data:image/png;base64,AAAA"/>', id="a picture within"),
        pytest.param('<use href="https://elsewhere.example/x.svg#a"/>', id="a part from elsewhere"),
        pytest.param('<use xlink:href="//elsewhere.example/x.svg#a"/>', id="a part from elsewhere, as before"),
        pytest.param('<a href="javascript:alert(1)"><path d="M0 0h9v9z"/></a>', id="a link"),
        pytest.param('<path d="M0 0h9v9z" fill="url(https://elsewhere.example/#a)"/>', id="paint from elsewhere"),
        pytest.param('<path d="M0 0h9v9z" style="fill:url( \'//elsewhere.example\')"/>', id="style from elsewhere"),
        pytest.param("<style>@import 'https://elsewhere.example/x.css';</style>", id="an import"),
        pytest.param("<style>p{fill:u\\72l(//elsewhere.example)}</style>", id="an escaped address"),
        pytest.param("<style>p{fill:ur/**/l(x)}</style>", id="a comment in a style"),
        pytest.param("<text>Tide</text>", id="text"),
        pytest.param('<animate attributeName="x"/>', id="motion"),
        pytest.param('<filter id="f"><feTurbulence/></filter>', id="a filter"),
        pytest.param('<pattern id="p"/>', id="a pattern"),
        pytest.param(NEST, id="too deep"),
        pytest.param(BAR * (MOST_ELEMENTS + 1), id="too much"),
        pytest.param('<g id="a"><use href="#b"/></g><g id="b"><use href="#a"/></g>', id="a circle of parts"),
        pytest.param('<g id="a"><use href="#a"/></g>', id="a part of itself"),
        pytest.param('<clipPath id="a" clip-path="url(#b)"/><clipPath id="b"/>', id="a cut of a cut"),
        pytest.param('<mask id="a"><g mask="url(#b)"/></mask>', id="a mask in a mask"),
        pytest.param("<style>*{mask:url(#a)}</style>", id="a mask by a rule"),
        pytest.param('<g id="g" mask="url(#b)"/><mask id="a"><use href="#g"/></mask>', id="a mask by a part"),
    ],
)
def test_an_svg_that_does_more_than_draw_is_refused(inside: str) -> None:
    error = refusal(svg(inside))
    assert error.code == "svg_refused"
    assert error.hint


@pytest.mark.parametrize(
    "data",
    [
        b'<!DOCTYPE svg [<!ENTITY a "b">]>' + svg("&a;"),
        b'<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + svg("&a;"),
        svg().decode().encode("utf-16"),
        b'<?xml version="1.0" encoding="UTF-7"?>' + svg("+ADw-script+AD4-"),
        svg()[:-4],
        b"<svg><path/></svg>",
        b'<html xmlns="http://www.w3.org/1999/xhtml"><svg/></html>',
    ],
)
def test_an_svg_with_entities_or_in_no_known_form_is_refused(data: bytes) -> None:
    assert refusal(data).code in {"svg_refused", "image_refused"}


@pytest.mark.parametrize("text", ["Northlight", "ß", "Ä", "日本", "😀", "", "."])
def test_a_brand_without_an_icon_has_the_first_letter_of_its_name(text: str) -> None:
    picture = opened(images.letter(text, "#facc15"))
    assert picture.size == (64, 64)
    assert picture.getpixel((32, 3)) == (0xFA, 0xCC, 0x15, 255)
    assert picture.getpixel((0, 0))[3] == 0  # type: ignore[index]
