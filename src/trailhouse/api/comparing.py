"""What a period is compared with, in the words of Plausible's queries."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from trailhouse.core.errors import UserError
from trailhouse.core.periods import Period, between
from trailhouse.stats.answer import Value, change
from trailhouse.stats.metrics import Unit

CUSTOM = "custom"
_MODES: dict[str, Callable[[Period], Period]] = {
    "previous_period": Period.previous,
    "year_over_year": Period.year_ago,
}
MODES = (*_MODES, CUSTOM)


def comparison(mode: Any, days: Any, period: Period, now: datetime, *, whole: bool = False) -> Period:
    """The period that `mode` names, or the one of two `days`; UserError for anything else.

    Of a running period only as much as has passed of it, unless the `whole` of it is drawn.
    """
    try:
        if isinstance(mode, str) and mode in _MODES and days is None and period.name != "all":
            found = _MODES[mode](period)
        elif mode == CUSTOM and isinstance(days, list) and len(days) == 2:
            found = between(date.fromisoformat(days[0]), date.fromisoformat(days[1]), period.zone)
        else:
            raise _wrong(mode)
        return found if whole else found.like(period, now)
    except (ValueError, OverflowError, TypeError):
        raise _wrong(mode) from None


def read_comparisons(given: Any, period: Period, now: datetime, *, whole: bool) -> Period | None:
    """The comparison that `include.comparisons` of a query asks for; None without one. Raises UserError."""
    if given is None:
        return None
    if not isinstance(given, Mapping) or not {"mode"} <= set(given) <= {"mode", "date_range"}:
        raise _wrong(given)
    return comparison(given["mode"], given.get("date_range"), period, now, whole=whole)


def moved(now: Value, then: Value, unit: Unit) -> float | int | None:
    """The change in per cent, of shares in points; None where there was nothing to grow from."""
    found = change(now, then, unit)
    if found is None:
        return None
    amount = round(found.amount, 1)
    return int(amount) if amount.is_integer() else amount


def _wrong(given: Any) -> UserError:
    return UserError(
        "wrong_comparison",
        f"Invalid comparison '{str(given)[:100]}'.",
        f"Use {', '.join(MODES)}, the last one with two days; all time is compared with days alone.",
    )
