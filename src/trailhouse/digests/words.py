"""Figures, days and names as reports write them, in the language that is active."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time

from babel import dates, numbers
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from trailhouse.core.money import MINUS
from trailhouse.outbox.locales import duration, locale
from trailhouse.stats.answer import Change, ChangeKind, Value
from trailhouse.stats.metrics import Unit

NONE = "–"
_CHANNELS = (gettext_noop("Direct"),)


def count(value: float) -> str:
    """Such as "11,482"."""
    return str(numbers.format_decimal(int(value), "#,##0", locale=locale())).replace("-", MINUS)


def percent(value: float, places: str = ".0") -> str:
    """Such as "38.2%"."""
    pattern = locale().percent_formats[None].pattern.replace("##0", f"##0{places}")
    return str(numbers.format_percent(value / 100, pattern, locale=locale())).replace("-", MINUS)


def share(value: float) -> str:
    """Such as "36%", and "<1%" below one half per cent."""
    return f"<{percent(1, '')}" if 0 < value < 0.5 else percent(round(value), "")


_VALUES: dict[Unit, Callable[[float], str]] = {
    Unit.COUNT: count,
    Unit.PERCENT: percent,
    Unit.SECONDS: duration,
}


def value(amount: Value, unit: Unit) -> str:
    """A figure; a dash where it is undefined."""
    return NONE if amount is None else _VALUES[unit](amount)


def change(moved: Change) -> str:
    """Such as "+12.4%", "−2.1 pt"."""
    amount = abs(moved.amount)
    rounded = round(amount, 1) if amount < 100 else round(amount)
    sign = "" if rounded == 0 else "+" if moved.amount > 0 else MINUS
    if moved.kind is ChangeKind.POINTS:
        text = numbers.format_decimal(rounded, "#,##0.0", locale=locale())
        return sign + _("%(points)s pt") % {"points": text}
    return sign + percent(rounded, ".0" if 0 < rounded < 100 else "")


def _skeleton(moment: date, skeleton: str) -> str:
    at = moment if isinstance(moment, datetime) else datetime.combine(moment, time())
    return str(dates.format_skeleton(skeleton, at.replace(tzinfo=None), locale=locale(), tzinfo=UTC))


def days(first: date, last: date) -> str:
    """Such as "Sunday, 22 November 2026", "16 Nov – 22 Nov 2026" or "October 2026"."""
    if first == last:
        return _skeleton(first, "yMMMMEEEEd")
    if first.day == 1 and (last.year, last.month) == (first.year, first.month) and last.day >= 28:
        return _skeleton(first, "yMMMM")
    return f"{_skeleton(first, 'MMMd' if first.year == last.year else 'yMMMd')} – {_skeleton(last, 'yMMMd')}"


def day_tick(day: date) -> str:
    """Such as "22 Nov"."""
    return _skeleton(day, "MMMd")


def weekday(day: date) -> str:
    """Such as "Mon"."""
    return _skeleton(day, "EEE")


def clock_time(moment: datetime) -> str:
    """A time of day, as `moment` has it: "14:05"."""
    return _skeleton(moment, "Hm")


def moment(at: datetime) -> str:
    """A day and a time, as `at` has them: "22 Nov 2026, 14:05"."""
    return f"{_skeleton(at, 'yMMMd')}, {_skeleton(at, 'Hm')}"


def country(code: str) -> str:
    """Name of a country by its code."""
    return str(locale().territories.get(code, code)) if code else _("Unknown")


def source(name: str) -> str:
    """Name of a source."""
    return _(name) if name in _CHANNELS else name or _("Direct / none")


def channel(name: str) -> str:
    """Name of a channel: one of a fixed list, which the pages translate as well."""
    return _(name) if name else _("Unknown")


def plain(name: str) -> str:
    """A name as it stands."""
    return name or _("Unknown")
