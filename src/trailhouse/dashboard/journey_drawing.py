"""Ways as the page draws them: seven columns of steps, and between two columns the bands that lead over."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from trailhouse.dashboard import formats
from trailhouse.stats.reports.journeys import STEPS, Kind, Link, Node, Step, Ways

ROW = 52  # pixels from one step to the next, as in journeys.css
BAND = 36  # of them a band that all visits take
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
    is_centre: bool


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
    height = ROW * max(map(len, nodes.values()))
    return tuple(
        Column(
            title(place, ways.centre),
            tuple(_box(node, ways, place, link_of, titles) for node in nodes[place]),
            _bands(ways, place, nodes[place], nodes.get(place + 1, ())),
            height,
            place == 0,
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


def _bands(ways: Ways, place: int, starts: tuple[Node, ...], ends: tuple[Node, ...]) -> tuple[str, ...]:
    """The outlines of the bands from one column to the next, in the drawing between them."""
    found = [link for link in ways.links if link.place == place]
    left, right = ({node.step: i for i, node in enumerate(nodes)} for nodes in (starts, ends))
    found.sort(key=lambda link: (left[link.start], right[link.end]))
    tops = _tops(found, left, ways.visits, lambda link: link.start)
    found.sort(key=lambda link: (right[link.end], left[link.start]))
    bottoms = _tops(found, right, ways.visits, lambda link: link.end)
    return tuple(_band(tops[link], bottoms[link], _thick(link, ways.visits)) for link in found)


def _tops(links: list[Link], places: dict[Step, int], visits: int, end: Callable[[Link], Step]) -> dict[Link, float]:
    """Where each band begins at one side: those of one step one below the other, together in the middle of its row."""
    whole: dict[Step, float] = {}
    for link in links:
        whole[end(link)] = whole.get(end(link), 0) + _thick(link, visits)
    at = {step: ROW * (places[step] + 0.5) - thick / 2 for step, thick in whole.items()}
    found = {}
    for link in links:
        found[link] = at[end(link)]
        at[end(link)] += _thick(link, visits)
    return found


def _thick(link: Link, visits: int) -> float:
    return max(0.75, BAND * link.visits / visits)


def _band(start: float, end: float, thick: float) -> str:
    half = GAP / 2
    return (
        f"M0 {start:.1f}C{half:g} {start:.1f} {half:g} {end:.1f} {GAP} {end:.1f}"
        f"V{end + thick:.1f}C{half:g} {end + thick:.1f} {half:g} {start + thick:.1f} 0 {start + thick:.1f}Z"
    )
