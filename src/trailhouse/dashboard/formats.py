"""Numbers, durations, changes and dates as the reader writes them."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache

from babel import Locale
from babel import dates as babel_dates
from babel import numbers as babel_numbers
from django.utils.translation import gettext as _

from trailhouse.core.money import MINUS, decimal_text, exponent
from trailhouse.core.periods import Bucket, Period
from trailhouse.core.periods import Unit as Interval
from trailhouse.outbox.locales import duration as duration
from trailhouse.outbox.locales import locale
from trailhouse.stats.answer import Change, ChangeKind, Value
from trailhouse.stats.metrics import Unit

NONE = "–"


@lru_cache(maxsize=8192)
def _decimal(value: float, pattern: str, where: Locale) -> str:
    return babel_numbers.format_decimal(value, format=pattern, locale=where).replace("-", MINUS)


def count(value: float) -> str:
    """A whole number, grouped: 11,482."""
    return _decimal(int(value), "#,##0", locale())


def short_count(value: float) -> str:
    """A number for an axis: 400, 12K."""
    if value < 10_000:
        return _decimal(value, "#,##0.##", locale())
    text = babel_numbers.format_compact_decimal(value, locale=locale(), fraction_digits=1)
    return count(value) if len(text) > len(str(int(value))) - 1 else text


@lru_cache(maxsize=8192)
def _percent(value: float, digits: str, where: Locale) -> str:
    pattern = where.percent_formats[None].pattern.replace("##0", f"##0{digits}")
    return babel_numbers.format_percent(value / 100, format=pattern, locale=where).replace("-", MINUS)


def percent(value: float) -> str:
    """A share with one decimal: 38.2%."""
    return _percent(round(value, 1), ".0", locale())


def share(value: float) -> str:
    """A share without decimals: 36%; below one half per cent "<1%"."""
    if 0 < value < 0.5:
        return "<" + _percent(1, "", locale())
    return _percent(round(value), "", locale())


def short_duration(seconds: float) -> str:
    """A length of time for an axis, in one unit where it can be: 30s, 2m, 1h."""
    whole = round(seconds)
    if whole >= 3600 and whole % 3600 == 0:
        return _("%(h)dh") % {"h": whole // 3600}
    if whole >= 60 and whole % 60 == 0:
        return _("%(m)dm") % {"m": whole // 60}
    return duration(whole)


def ratio(value: float) -> str:
    """A quotient with one decimal."""
    return _decimal(round(value, 1), "#,##0.0", locale())


def money(minor: Value, currency: str) -> str:
    """An amount of minor units in its currency: €12.34; a dash where there is none."""
    if minor is None:
        return NONE
    amount = Decimal(decimal_text(round(minor), currency))
    return babel_numbers.format_currency(amount, currency, locale=locale()).replace("-", MINUS)


_VALUES: dict[Unit, Callable[[float], str]] = {
    Unit.COUNT: count,
    Unit.PERCENT: percent,
    Unit.SECONDS: duration,
    Unit.RATIO: ratio,
}
_AXIS: dict[Unit, Callable[[float], str]] = {
    **_VALUES,
    Unit.COUNT: short_count,
    Unit.PERCENT: lambda value: _percent(value, "", locale()),
    Unit.SECONDS: short_duration,
}


def value(amount: Value, unit: Unit, currency: str = "") -> str:
    """A metric's value, of money in its currency; a dash where it is undefined."""
    if unit is Unit.MONEY:
        return money(amount, currency)
    return NONE if amount is None else _VALUES[unit](amount)


def axis(amount: float, unit: Unit, currency: str = "") -> str:
    """A metric's value as a tick of an axis; of money the number alone."""
    return short_count(amount / 10 ** exponent(currency)) if unit is Unit.MONEY else _AXIS[unit](amount)


def change(moved: Change) -> str:
    """A signed change: +12.4%, −2.1 pt, 0%."""
    amount = abs(moved.amount)
    rounded = round(amount, 1) if amount < 100 else round(amount)
    sign = "" if rounded == 0 else "+" if moved.amount > 0 else MINUS
    if moved.kind is ChangeKind.POINTS:
        return sign + _("%(points)s pt") % {"points": _decimal(rounded, "#,##0.0", locale())}
    return sign + _percent(rounded, ".0" if 0 < rounded < 100 else "", locale())


# -- dates


@lru_cache(maxsize=4096)
def _skeleton(day: date, skeleton: str, where: Locale) -> str:
    moment = day if isinstance(day, datetime) else datetime(day.year, day.month, day.day)
    return babel_dates.format_skeleton(skeleton, moment, locale=where, tzinfo=UTC)


def day(moment: date) -> str:
    """15 November 2026."""
    return _skeleton(moment, "yMMMMd", locale())


def month(first: date) -> str:
    """November 2026."""
    return _skeleton(first, "yMMMM", locale())


def short_day(moment: date) -> str:
    """15 Nov 2026."""
    return _skeleton(moment, "yMMMd", locale())


def moment(at: datetime) -> str:
    """A day and a time, as they stand in `at`: 15 Nov 2026, 14:05."""
    local = at.replace(tzinfo=None)
    return f"{short_day(local)}, {_skeleton(local, 'Hm', locale())}"


def time_of_day(at: datetime) -> str:
    """14:05."""
    return _skeleton(at.replace(tzinfo=None), "Hm", locale())


def day_range(first: date, last: date) -> str:
    """15 Nov 2026, or 25 Oct – 23 Nov 2026."""
    if first == last:
        return short_day(first)
    beginning = _skeleton(first, "MMMd" if first.year == last.year else "yMMMd", locale())
    return f"{beginning} – {short_day(last)}"


def period(span: Period) -> str:
    """The days of a period."""
    return day_range(span.first_day, span.last_day)


def exact_time(at: datetime) -> str:
    """14:05:09."""
    return _skeleton(at.replace(tzinfo=None), "Hms", locale())


_TICKS: dict[Interval, str] = {"minute": "Hm", "hour": "Hm", "day": "MMMd", "week": "MMMd", "month": "yMMM"}
_TITLES: dict[Interval, tuple[str, ...]] = {
    "minute": ("MMMEd", "Hm"),
    "hour": ("MMMEd", "Hm"),
    "day": ("yMMMEd",),
    "week": ("yMMMd",),
    "month": ("yMMMM",),
}


def bucket_tick(bucket: Bucket, unit: Interval) -> str:
    """A bucket's name at an axis: 25 Oct, 14:00, Nov 2026."""
    return _skeleton(_local(bucket), _TICKS[unit], locale())


def bucket_title(bucket: Bucket, unit: Interval) -> str:
    """A bucket's full name: Sun 15 Nov 2026; of an hour also its time; of a week "Week of …"."""
    local = _local(bucket)
    text = " ".join(_skeleton(local, skeleton, locale()) for skeleton in _TITLES[unit])
    return _("Week of %(day)s") % {"day": text} if unit == "week" else text


def _local(bucket: Bucket) -> datetime:
    return datetime.fromisoformat(bucket.label).replace(tzinfo=None)
