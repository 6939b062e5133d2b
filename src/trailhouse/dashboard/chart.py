"""The chart of one figure over time: its axis, its points, and the lines that a page without JavaScript shows.

The table below the chart holds every value; the script draws from that table, so there is one truth on the page.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from math import ceil, floor, log10

from trailhouse.core.periods import Bucket
from trailhouse.core.periods import Unit as Interval
from trailhouse.dashboard import formats
from trailhouse.dashboard.state import CUSTOM, State
from trailhouse.stats.answer import Answer, Row, Value
from trailhouse.stats.metrics import Unit

WIDTH = 1000
HEIGHT = 186
TOP = 14  # pixels above the plot, of the picture around it
MOST_LABELS = 7
STEPS = (1, 2, 2.5, 5, 10)
TIME_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 36000, 86400)


@dataclass(frozen=True, slots=True)
class Tick:
    """A line across: its value, its words, its place in pixels from the top of the picture."""

    value: float
    label: str
    y: float


@dataclass(frozen=True, slots=True)
class Point:
    """One interval: what it is called, its value and the one it is compared with, as numbers and in words."""

    title: str
    tick: str
    value: Value
    text: str
    before: Value
    before_text: str
    before_title: str
    link: str
    running: bool
    x: str = ""  # its place in per cent of the width
    notes: tuple[str, ...] = ()  # what happened in this interval


@dataclass(frozen=True, slots=True)
class Note:
    """What happened, and the moment at which its day begins."""

    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Label:
    """A name under the axis, at `x` per cent of the width."""

    text: str
    x: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Everything the template draws."""

    points: tuple[Point, ...]
    ticks: tuple[Tick, ...]
    labels: tuple[Label, ...]
    line: str
    running: str  # the last, unfinished stretch
    area: str
    before: str
    compared: bool
    empty: bool

    @property
    def top(self) -> float:
        """The value at the upper edge."""
        return self.ticks[-1].value

    @property
    def marks(self) -> tuple[Point, ...]:
        """The points that have notes."""
        return tuple(point for point in self.points if point.notes)

    @property
    def axis(self) -> str:
        """The ticks for the script: "0=0;200=200"."""
        return ";".join(f"{tick.value:g}={tick.label}" for tick in self.ticks)


def chart_of(
    answer: Answer, interval: Interval, state: State, now: datetime, notes: Sequence[Note] = (), place: int = 0
) -> Chart:
    """The chart of the metric at `place` of `answer`, whose only dimension is time.

    Intervals that have not begun are left out.
    """
    unit = answer.units[answer.question.metrics[place]]
    rows = [row for row in answer.rows if row.bucket and row.bucket.start < now]
    places = _places(len(rows)) if rows else []
    points = tuple(
        replace(_point(row, answer, interval, state, now, place), x=f"{x / WIDTH * 100:.2f}%", notes=_noted(row, notes))
        for row, x in zip(rows, places, strict=True)
    )
    values = [point.value for point in points]
    before = [point.before for point in points]
    top = max([v for v in (*values, *before) if v is not None], default=0)
    ticks = _ticks(top, unit, answer.question.site.currency)
    ends = points[-1].running if points else False
    solid = [*values[:-1], None] if ends and len(values) > 1 else values
    return Chart(
        points=points,
        ticks=ticks,
        labels=_labels(points),
        line=_line(solid, ticks[-1].value),
        running=_line([None] * (len(values) - 2) + values[-2:], ticks[-1].value) if ends and len(values) > 1 else "",
        area=_area(values, ticks[-1].value),
        before=_line(before, ticks[-1].value),
        compared=answer.question.comparison is not None,
        empty=not any(values) and not any(before),
    )


def _noted(row: Row, notes: Sequence[Note]) -> tuple[str, ...]:
    bucket = row.bucket
    return tuple(note.text for note in notes if bucket and bucket.start <= note.at < bucket.end)


def _point(row: Row, answer: Answer, interval: Interval, state: State, now: datetime, place: int) -> Point:
    assert row.bucket is not None  # only asked with a time dimension
    unit, currency = answer.units[answer.question.metrics[place]], answer.question.site.currency
    value, before = _rounded(row.metrics[place]), _rounded(row.comparison[place] if row.comparison else None)
    earlier = row.comparison_bucket
    return Point(
        title=formats.bucket_title(row.bucket, interval),
        tick=formats.bucket_tick(row.bucket, interval),
        value=value,
        text=formats.value(value, unit, currency),
        before=before if earlier else None,
        before_text=formats.value(before, unit, currency) if earlier else formats.NONE,
        before_title=formats.bucket_title(earlier, interval) if earlier else "",
        link=_zoom(row.bucket, interval, state),
        running=row.bucket.end > now,
    )


def _rounded(value: Value) -> Value:
    return round(value, 2) if isinstance(value, float) else value


def _zoom(bucket: Bucket, interval: Interval, state: State) -> str:
    """A link to the report of this day, week or month alone; "" for anything shorter."""
    if interval not in ("day", "week", "month"):
        return ""
    zone_days = datetime.fromisoformat(bucket.label).date()
    length = (bucket.end - bucket.start).total_seconds() / 86400
    last = zone_days.fromordinal(zone_days.toordinal() + max(1, round(length)) - 1)
    return state.during(CUSTOM, zone_days, last).url()


def _ticks(most: float, unit: Unit, currency: str) -> tuple[Tick, ...]:
    step = _step(most, unit)
    count = max(1, ceil(most / step - 1e-9))
    return tuple(
        Tick(n * step, formats.axis(n * step, unit, currency), round(TOP + HEIGHT * (1 - n / count), 1))
        for n in range(count + 1)
    )


def _step(most: float, unit: Unit) -> float:
    """The distance of the lines: a round number that gives three or four of them."""
    if unit is Unit.SECONDS and most <= 4 * TIME_STEPS[-1]:
        return next((step for step in TIME_STEPS if most <= 4 * step), TIME_STEPS[-1])
    least = 1.0 if unit in (Unit.COUNT, Unit.MONEY) else 0.1
    rough = max(most / 4, least)
    scale = 10.0 ** floor(log10(rough))
    step = next(s * scale for s in STEPS if rough <= s * scale * (1 + 1e-9))
    return float(ceil(step)) if unit in (Unit.COUNT, Unit.MONEY) else step


def _places(count: int) -> list[float]:
    return [WIDTH / 2] if count == 1 else [WIDTH * n / (count - 1) for n in range(count)]


def _line(values: Sequence[Value], top: float) -> str:
    """Path data through the values, broken where one is undefined; a lone value is a short dash."""
    path: list[str] = []
    down = False
    for x, value in zip(_places(len(values)), values, strict=True):
        if value is None:
            down = False
            continue
        path.append(f"{'L' if down else 'M'}{x:.1f} {HEIGHT * (1 - value / top):.1f}")
        down = True
    if len(path) == 1:
        path.append("h0")
    return "".join(path)


def _area(values: Sequence[Value], top: float) -> str:
    known = [0 if value is None else value for value in values]
    if len(known) < 2:
        return ""
    return f"{_line(known, top)}L{WIDTH} {HEIGHT}L0 {HEIGHT}Z"


def _labels(points: Sequence[Point]) -> tuple[Label, ...]:
    count = len(points)
    every = max(1, ceil(count / MOST_LABELS))
    places = _places(count) if count else []
    return tuple(
        Label(points[n].tick, f"{places[n] / WIDTH * 100:.1f}%")
        for n in range(0, count, every)
        if count == 1 or places[n] <= WIDTH * 0.97
    )
