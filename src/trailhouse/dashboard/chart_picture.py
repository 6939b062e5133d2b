"""The chart of a report as a picture that stands alone: SVG, and PNG made of it. Light, whatever the reader's page is.

It is drawn from the same `Chart` as the page. The colours are those of `app.css`, and the one of the reader's look.
"""

import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path
from xml.etree import ElementTree as Xml

import typst

from trailhouse.branding.looks import Look
from trailhouse.core.colours import drawn_on_white
from trailhouse.dashboard.chart import HEIGHT, TOP, WIDTH, Chart
from trailhouse.outbox import typesetting

INK, MUTED, LINE, CONTROL, CARD = "#1b1f23", "#545b62", "#e6e3da", "#8b8a82", "#ffffff"
FONT = "Inter, Helvetica, Arial, sans-serif"
LEFT, ABOVE, RIGHT, BELOW = 76, 92, 40, 42  # pixels around the plot
WHOLE = (LEFT + WIDTH + RIGHT, ABOVE + HEIGHT + BELOW)
PPI = 144.0
LONGEST = 130  # characters of a line of words
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_alone = threading.Lock()


@dataclass(frozen=True, slots=True)
class Words:
    """What is written on a picture: the figure, the site, the days, those it is compared with, the filters."""

    figure: str
    site: str
    days: str
    compared: str = ""
    filters: Sequence[str] = ()


def svg(chart: Chart, words: Words, look: Look) -> bytes:
    """The picture as SVG, in UTF-8."""
    width, height = WHOLE
    root = Xml.Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg", "width": str(width), "height": str(height),
            "viewBox": f"0 0 {width} {height}", "font-family": FONT, "role": "img",
        },
    )  # fmt: skip
    Xml.SubElement(root, "title").text = _clean(f"{words.figure} · {words.site} · {words.days}")
    Xml.SubElement(root, "rect", width="100%", height="100%", fill=CARD)
    _head(root, words)
    _axes(root, chart)
    _lines(root, chart, drawn_on_white(look.colour))
    made: bytes = Xml.tostring(root, encoding="utf-8", xml_declaration=True)
    return made


def png(chart: Chart, words: Words, look: Look) -> bytes:
    """The same as PNG, twice as fine."""
    printed = Words(**typesetting.printable({one.name: getattr(words, one.name) for one in fields(words)}))
    width, height = WHOLE
    inputs = {"svg": svg(chart, printed, look).decode(), "width": f"{width / 2}", "height": f"{height / 2}"}
    with _alone:  # a compiler keeps the inputs of one picture at a time
        made = _compiler().compile(format="png", sys_inputs=inputs, ppi=2 * PPI)
    assert isinstance(made, bytes)
    return made


@lru_cache(maxsize=1)
def _compiler() -> typst.Compiler:
    template = Path(__file__).with_name("chart_picture.typ")
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(typesetting.FONTS)])
    return typst.Compiler(str(template), root=str(template.parent), font_paths=fonts)


def _head(root: Xml.Element, words: Words) -> None:
    _text(root, 24, 34, words.figure, size=19, colour=INK, weight="600")
    _text(root, 24, 56, f"{words.site} · {words.days}", size=13, colour=MUTED)
    if words.filters:
        _text(root, 24, 75, " · ".join(words.filters), size=12, colour=MUTED)
    if words.compared:
        right = WHOLE[0] - RIGHT
        _text(root, right, 56, words.compared, size=12, colour=MUTED, anchor="end")
        Xml.SubElement(
            root, "line", {"stroke": CONTROL, "stroke-width": "1.5", "stroke-dasharray": "4 4"},
            x1=str(right - 34), x2=str(right), y1="34", y2="34",
        )  # fmt: skip


def _axes(root: Xml.Element, chart: Chart) -> None:
    for tick in chart.ticks:
        y = f"{ABOVE + tick.y - TOP:.1f}"
        Xml.SubElement(root, "line", stroke=LINE, x1=str(LEFT), x2=str(LEFT + WIDTH), y1=y, y2=y)
        _text(root, LEFT - 10, ABOVE + tick.y - TOP + 4, tick.label, anchor="end")
    for label in chart.labels:
        x = LEFT + WIDTH * float(label.x.rstrip("%")) / 100
        _text(root, x, ABOVE + HEIGHT + 24, label.text, anchor="middle")


def _lines(root: Xml.Element, chart: Chart, brand: str) -> None:
    plot = Xml.SubElement(
        root, "g", {"fill": "none", "stroke-linejoin": "round", "stroke-linecap": "round"},
        transform=f"translate({LEFT} {ABOVE})",
    )  # fmt: skip
    Xml.SubElement(plot, "path", {"fill": brand, "fill-opacity": ".09"}, d=chart.area or "M0 0")
    for path, colour, width, dashes in (
        (chart.before, CONTROL, "1.5", "4 4"),
        (chart.line, brand, "2.2", ""),
        (chart.running, brand, "2.2", "2 5"),
    ):
        if path:
            style = {"stroke": colour, "stroke-width": width} | ({"stroke-dasharray": dashes} if dashes else {})
            Xml.SubElement(plot, "path", style, d=path)


def _text(
    root: Xml.Element, x: float, y: float, text: str, *, size: int = 11, colour: str = MUTED, weight: str = "400",
    anchor: str = "start",
) -> None:  # fmt: skip
    style = {"font-size": str(size), "fill": colour, "font-weight": weight, "text-anchor": anchor}
    Xml.SubElement(root, "text", style, x=f"{x:g}", y=f"{y:g}").text = _clean(text)


def _clean(text: str) -> str:
    """`text` without what XML cannot hold, on one line of bounded length."""
    whole = " ".join(_NOT_XML.sub(" ", text).split())
    return whole if len(whole) <= LONGEST else whole[: LONGEST - 1] + "…"
