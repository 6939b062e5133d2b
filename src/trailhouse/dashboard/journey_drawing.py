"""Ways as the page draws them: seven columns of steps, and between two columns the bands that lead over."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import ceil

from django.utils.translation import gettext as _

from trailhouse.dashboard import formats
from trailhouse.stats.reports.journeys import STEPS, Kind, Node, Step, Ways

ROW = 52  # pixels from one step to the next, as in journeys.css
BAND = 40  # of them the bands of the most visited step; the centre is as tall as its own bands
GUTTER = 6  # of them between two boxes
GAP = 100  # width of the drawing between two columns; it is stretched


@dataclass(frozen=True, slots=True)
class Box:
    """One step: `link` makes it the centre; "" where it is none."""

    name: str
    title: str
    link: str
    count: str
    share: str
    width: str
    kind: str


@dataclass(frozen=True, slots=True)
class Column:
    """The steps at one place, and the bands from them to the next column; `height` is that of the tallest column."""

    title: str
    boxes: tuple[Box, ...]
    bands: tuple[str, ...]
    height: int
    centre: int = 0  # the height of the centre's box, in its own column


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    step: str
    start: str
    end: str
    count: str
    share: str


def columns(ways: Ways, link_of: Callable[[Step], str], titles: dict[str, str]) -> tuple[Column, ...]:
    """All columns, from the third step before the centre to the third one after it."""
    nodes = {place: ways.column(place) for place in range(-STEPS, STEPS + 1)}
    scale = BAND / max(node.visits for place in nodes if place for node in nodes[place])
    tall = max(ROW - GUTTER, ceil(scale * ways.visits) + GUTTER)
    middles = {place: {node.step: ROW * (i + 0.5) for i, node in enumerate(nodes[place])} for place in nodes}
    middles[0] = {ways.centre: (GUTTER + tall) / 2}
    height = max(ROW * max(map(len, nodes.values())), tall + GUTTER)
    return tuple(
        Column(
            title(place, ways.centre),
            tuple(_box(node, ways, place, link_of, titles) for node in nodes[place]),
            _bands(ways, place, middles[place], middles.get(place + 1, {}), scale),
            height,
            0 if place else tall,
        )
        for place in nodes
    )


def rows(ways: Ways) -> tuple[Row, ...]:
    """The ways as a table: one line a link."""
    return tuple(
        Row(
            title(link.place if link.place < 0 else link.place + 1, ways.centre),
            _name(link.start, link.place),
            _name(link.end, link.place + 1),
            formats.count(link.visits),
            formats.share(100 * link.visits / ways.visits),
        )
        for link in ways.links
    )


def title(place: int, centre: Step) -> str:
    """What a column is called."""
    if place == 0:
        return _("The event") if centre.kind is Kind.EVENT else _("The page")
    near = {-1: _("Just before"), 1: _("Just after")}
    far = _("%(number)d steps before") if place < 0 else _("%(number)d steps after")
    return near.get(place) or far % {"number": abs(place)}


def _name(step: Step, place: int) -> str:
    if step.kind is Kind.OTHER:
        return _("Other pages")
    if step.kind is Kind.EDGE:
        return _("Entered here") if place < 0 else _("Left the site")
    return step.name


def _box(node: Node, ways: Ways, place: int, link_of: Callable[[Step], str], titles: dict[str, str]) -> Box:
    share = 100 * node.visits / ways.visits
    name = _name(node.step, place)
    return Box(
        name=name,
        title=titles.get(node.step.name, "") if node.step.kind is Kind.PAGE else "",
        link="" if place == 0 else link_of(node.step),
        count=formats.count(node.visits),
        share=formats.share(share),
        width=f"{share:.1f}%",
        kind={Kind.PAGE: "page", Kind.EVENT: "event", Kind.EDGE: "edge", Kind.OTHER: "other"}[node.step.kind],
    )


def _bands(
    ways: Ways, place: int, left: Mapping[Step, float], right: Mapping[Step, float], scale: float
) -> tuple[str, ...]:
    """The outlines of the bands from one column to the next; `left` and `right` are the middles of their boxes.

    A strict site may tell a way and none of those that join it to the centre: then one of its ends has no box.
    """
    links = [link for link in ways.links if link.place == place and link.start in left and link.end in right]
    found = [(link, max(0.75, scale * link.visits)) for link in links]
    found.sort(key=lambda band: (left[band[0].start], right[band[0].end]))
    starts = _tops([(link.start, thick) for link, thick in found], left)
    outlines = dict(zip((link for link, _ in found), starts, strict=True))
    found.sort(key=lambda band: (right[band[0].end], left[band[0].start]))
    ends = _tops([(link.end, thick) for link, thick in found], right)
    return tuple(_band(outlines[link], end, thick) for (link, thick), end in zip(found, ends, strict=True))


def _tops(bands: list[tuple[Step, float]], middles: Mapping[Step, float]) -> list[float]:
    """Where each band begins at one side: those of one step one below the other, around the middle of its box."""
    at = dict(middles)
    for step, thick in bands:
        at[step] -= thick / 2
    found = []
    for step, thick in bands:
        found.append(at[step])
        at[step] += thick
    return found


def _band(start: float, end: float, thick: float) -> str:
    half = GAP / 2
    return (
        f"M0 {start:.1f}C{half:g} {start:.1f} {half:g} {end:.1f} {GAP} {end:.1f}"
        f"V{end + thick:.1f}C{half:g} {end + thick:.1f} {half:g} {start + thick:.1f} 0 {start + thick:.1f}Z"
    )
