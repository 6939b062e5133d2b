"""The hours of the week as a table of 7 × 24 cells, coloured in five steps."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from babel.dates import get_day_names
from django.utils.translation import gettext as _

from trailhouse.core.periods import Period
from trailhouse.dashboard import formats
from trailhouse.dashboard.state import State
from trailhouse.dashboard.vocabulary import FIGURES, Figure, Text
from trailhouse.outbox.locales import locale
from trailhouse.stats.answer import Answer, Value
from trailhouse.stats.metrics import Unit

STEPS = 5
HOURS = range(24)
_MONDAY = datetime(2001, 1, 1)


@dataclass(frozen=True, slots=True)
class Cell:
    """One hour of the week: when, how much in short and in full, and its step from 0 (nothing) to 5 (most)."""

    title: str
    short: str
    text: str
    step: int


@dataclass(frozen=True, slots=True)
class Line:
    """The cells of one day, or of one hour, under its name."""

    name: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """A figure that the table can show."""

    label: Text
    link: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Week:
    """The table both ways: a line a day for wide screens, a line an hour for narrow ones."""

    days: tuple[Line, ...]
    hours: tuple[Line, ...]
    day_names: tuple[str, ...]
    hour_names: tuple[str, ...]
    most: str  # when there is most of it, in words; "" where there is nothing
    uneven: bool  # the period is no whole number of weeks


def values_of(answer: Answer) -> dict[tuple[int, int], Value]:
    """The value of each hour of the week by weekday (1: Monday) and hour; hours without anything are missing."""
    found = {}
    for row in answer.rows:
        day, hour = row.dimensions[0].split("-")
        found[int(day), int(hour)] = row.metrics[0]
    return found


def week_of(answer: Answer, figure: Figure, period: Period) -> Week:
    """The table of an answer that is split by the hour of the week."""
    values = values_of(answer)
    most = max((value for value in values.values() if value is not None), default=0)
    order = [(locale().first_week_day + place) % 7 + 1 for place in range(7)]
    cells = {(day, hour): _cell(day, hour, values.get((day, hour)), answer, most) for day in order for hour in HOURS}
    return Week(
        days=tuple(Line(_day(day), tuple(cells[day, hour] for hour in HOURS)) for day in order),
        hours=tuple(Line(_hour(hour), tuple(cells[day, hour] for day in order)) for hour in HOURS),
        day_names=tuple(_day(day, "abbreviated") for day in order),
        hour_names=tuple(f"{hour:02d}" for hour in HOURS),
        most=_most(values, answer, figure, most),
        uneven=((period.last_day - period.first_day).days + 1) % 7 != 0,
    )


def choices(state: State) -> tuple[Choice, ...]:
    """The figures to choose from."""
    return tuple(
        Choice(figure.label, replace(state, metric=figure.metric).url(), figure.metric == state.metric)
        for figure in FIGURES
    )


def _cell(day: int, hour: int, value: Value, answer: Answer, most: float) -> Cell:
    known = value or 0
    unit, currency = _unit(answer)
    step = min(STEPS, 1 + int(STEPS * known / most)) if known and most else 0
    return Cell(
        title=_("%(day)s, %(from)s to %(to)s") % {"day": _day(day), "from": _hour(hour), "to": _hour((hour + 1) % 24)},
        short=formats.axis(known, unit, currency) if known else "",
        text=formats.value(value, unit, currency),
        step=step,
    )


def _most(values: dict[tuple[int, int], Value], answer: Answer, figure: Figure, most: float) -> str:
    if not most:
        return ""
    unit, currency = _unit(answer)
    (day, hour), value = max(values.items(), key=lambda pair: (pair[1] or 0, -pair[0][0], -pair[0][1]))
    return _("Most: %(day)s, %(from)s to %(to)s (%(figure)s: %(value)s)") % {
        "day": _day(day),
        "from": _hour(hour),
        "to": _hour((hour + 1) % 24),
        "figure": figure.label,
        "value": formats.value(value, unit, currency),
    }


def _unit(answer: Answer) -> tuple[Unit, str]:
    return answer.units[answer.question.metrics[0]], answer.question.site.currency


def _day(number: int, width: str = "wide") -> str:
    return str(get_day_names(width, context="stand-alone", locale=locale())[number - 1])  # type: ignore[arg-type]


def _hour(hour: int) -> str:
    return formats.time_of_day(_MONDAY + timedelta(hours=hour))
