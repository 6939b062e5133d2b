"""A small line without axes: the path data of an SVG whose box is WIDTH × HEIGHT. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH = 96
HEIGHT = 24
_MARGIN = 2  # above and below, so that the stroke is not cut


@dataclass(frozen=True, slots=True)
class Sparkline:
    """Path data: the whole days, the stretch to the day that still runs, and the area below both; `before` behind."""

    line: str
    running: str
    area: str
    before: str = ""


def sparkline(values: Sequence[int], before: Sequence[int] = ()) -> Sparkline | None:
    """The line through `values`, whose last one still grows; None where there is nothing to draw."""
    top = max((*values, *before), default=0)
    if not top or len(values) < 2:
        return None
    points = _points(values, top)
    return Sparkline(
        line=_path(points[:-1]),
        running=_path(points[-2:]),
        area=f"{_path(points)}V{HEIGHT}H0Z",
        before=_path(_points(before, top)) if any(before) else "",
    )


def _points(values: Sequence[int], top: int) -> list[str]:
    step, high = WIDTH / (len(values) - 1), HEIGHT - 2 * _MARGIN
    return [f"{n * step:.4g} {HEIGHT - _MARGIN - high * value / top:.4g}" for n, value in enumerate(values)]


def _path(points: Sequence[str]) -> str:
    return "M" + "L".join(points)
