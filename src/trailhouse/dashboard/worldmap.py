"""The world map of the Places panel: each country's path with its share as one of a few steps of colour."""

from dataclasses import dataclass

from trailhouse.dashboard.lists import Line
from trailhouse.dashboard.map import VIEW, paths, small

STEPS = 5


@dataclass(frozen=True, slots=True)
class Land:
    """A country that has visitors."""

    path: str
    step: int  # 1 (few) to STEPS (most)
    line: Line
    small: bool


@dataclass(frozen=True, slots=True)
class World:
    """The map: countries with visitors, and the paths of all others together."""

    lands: tuple[Land, ...]
    rest: str
    unplaced: int  # countries with visitors that are too small for a shape
    view: str = VIEW


def world_of(lines: tuple[Line, ...], amounts: tuple[float, ...]) -> World:
    """The map of `lines`, whose codes are countries, with `amounts` beside them.

    Steps are by the square root of the share of the highest, so that small countries do not all look alike.
    """
    shapes = paths()
    most = max(amounts, default=0)
    lands = tuple(
        Land(shapes[line.code], _step(amount, most), line, line.code in small())
        for line, amount in zip(lines, amounts, strict=True)
        if line.code in shapes and amount
    )
    placed = {land.line.code for land in lands}
    rest = "".join(path for code, path in shapes.items() if code not in placed)
    unplaced = sum(1 for line in lines if line.code and line.code not in shapes)
    return World(lands, rest, unplaced)


def _step(amount: float, most: float) -> int:
    return max(1, round(STEPS * (amount / most) ** 0.5)) if most else 1
