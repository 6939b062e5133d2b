"""Plausible's query language, version 2: JSON → Question, Answer → JSON. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from babel.numbers import format_compact_currency, format_currency

from trailhouse.api.comparing import moved, read_comparisons
from trailhouse.api.filters import NOT_SET, read_filters
from trailhouse.core import money
from trailhouse.core.errors import UserError
from trailhouse.core.periods import Bucket, Period, between, named
from trailhouse.stats.answer import Answer, Row, Value
from trailhouse.stats.dimensions import TIME, Level, dimension
from trailhouse.stats.metrics import METRICS, Unit
from trailhouse.stats.question import MOST_ROWS, Question, SiteContext

KEYS = ("site_id", "metrics", "date_range", "dimensions", "filters", "order_by", "include", "pagination")
INCLUDES = ("imports", "time_labels", "total_rows", "totals")  # each true or false
COMPARISONS = "comparisons"
SECOND = timedelta(seconds=1)

# The interval of plain `time`: the first whose length the period does not exceed.
INTERVALS = (
    (timedelta(hours=48), "time:hour"),
    (timedelta(days=40), "time:day"),
    (timedelta(weeks=52), "time:week"),
)


@dataclass(frozen=True, slots=True)
class Parsed:
    """A question, what else was asked to be told, and the query as it was understood."""

    question: Question
    include: Mapping[str, bool]
    echo: Mapping[str, Any]


def parse(body: Mapping[str, Any], site: SiteContext, domain: str, now: datetime, first_day: date | None) -> Parsed:
    """Read a query. `first_day` is where `all` begins. Raises UserError by what is wrong with it."""
    if unknown := sorted(set(body) - set(KEYS)):
        raise _wrong(f"Unknown key '{unknown[0]}'")
    period = read_period(body.get("date_range"), ZoneInfo(site.timezone), now, first_day)
    auto = next((name for longest, name in INTERVALS if period.end - period.start <= longest), "time:month")
    metrics = _texts(body.get("metrics"), "metrics")
    dimensions = tuple(auto if name == TIME else name for name in _texts(body.get("dimensions", []), "dimensions"))
    for name in dimensions:
        dimension(name)
    if not metrics:
        raise _wrong("Missing metrics")
    raw_filters = body.get("filters") or []
    order = tuple((auto if name == TIME else name, way) for name, way in _order(body.get("order_by") or []))
    asked = body.get("include") or {}
    include = _include(asked, dimensions)
    timed = any(dimension(name).level is Level.TIME for name in dimensions)
    compared = read_comparisons(asked.get(COMPARISONS), period, now, whole=timed)
    limit, offset = _page(body.get("pagination") or {})
    question = Question(
        site,
        period,
        metrics,
        dimensions,
        read_filters(raw_filters),
        compared,
        order_by=order or _default_order(metrics, dimensions),  # type: ignore[arg-type]
        limit=limit,
        offset=offset,
        totals=include["totals"],
        total_rows=include["total_rows"],
        fill=False,
    )
    echo = _echo(domain, question, include) | {"filters": raw_filters}
    if compared is not None:
        echo["include"][COMPARISONS] = asked[COMPARISONS]
    return Parsed(question, include, echo)


def _echo(domain: str, question: Question, include: Mapping[str, bool]) -> dict[str, Any]:
    """The query as it was understood."""
    told: dict[str, Any] = {
        "site_id": domain,
        "metrics": question.metrics,
        "date_range": _ends(question.period),
        "dimensions": question.dimensions,
        "order_by": question.order_by,
        "include": {name: True for name, wanted in include.items() if wanted},
        "pagination": {"offset": question.offset, "limit": question.limit},
    }
    if question.comparison is not None:
        told["comparison_date_range"] = _ends(question.comparison)
    return told


def render(answer: Answer, parsed: Parsed) -> dict[str, Any]:
    """The answer as JSON-able values."""
    question = parsed.question
    meta: dict[str, Any] = {}
    if parsed.include["imports"]:
        meta["imports_included"] = False
        meta["imports_skip_reason"] = "no_imported_data"
    if parsed.include["time_labels"]:
        name = next(name for name in question.dimensions if dimension(name).level is Level.TIME)
        meta["time_labels"] = _time_labels(question.period, name)
    if parsed.include["total_rows"]:
        meta["total_rows"] = answer.total_rows or 0
    if answer.totals is not None:
        meta["totals"] = _told(answer.totals, replace(question, dimensions=()))
    results = [_told(row, question) for row in answer.rows]
    return {"results": results, "meta": meta, "query": dict(parsed.echo)}


def _told(row: Row, question: Question) -> dict[str, Any]:
    told: dict[str, Any] = {
        "metrics": _figures(question, row.metrics),
        "dimensions": [
            _label(name, value, row.bucket, question.period)
            for name, value in zip(question.dimensions, row.dimensions, strict=True)
        ],
    }
    if row.comparison is None or question.comparison is None:
        return told
    pairs = zip(question.metrics, row.metrics, row.comparison, strict=True)
    return told | {
        "comparison": {
            "metrics": _figures(question, row.comparison),
            "dimensions": [
                _label(name, value, row.comparison_bucket, question.comparison)
                for name, value in zip(question.dimensions, row.dimensions, strict=True)
            ],
            "change": [moved(now, then, METRICS[name].unit) for name, now, then in pairs],
        }
    }


def _figures(question: Question, values: Sequence[Value]) -> list[Any]:
    pairs = zip(question.metrics, values, strict=True)
    return [figure(METRICS[name].unit, value, question.site.currency, name) for name, value in pairs]


# -- reading


def read_period(given: Any, zone: ZoneInfo, now: datetime, first_day: date | None) -> Period:
    """A name, a pair of days or a pair of moments (both ends included)."""
    try:
        if isinstance(given, str):
            return named(given, zone, now, first=first_day)
        if isinstance(given, list) and len(given) == 2 and all(isinstance(text, str) for text in given):
            if all(len(text) == 10 for text in given):
                return between(date.fromisoformat(given[0]), date.fromisoformat(given[1]), zone)
            start, last = (datetime.fromisoformat(text) for text in given)
            if start.tzinfo and last.tzinfo:
                return Period(start.astimezone(UTC), last.astimezone(UTC) + SECOND, zone)
    except (ValueError, OverflowError):
        pass
    raise _wrong(f"Invalid date_range '{given}'", "Use a name such as 30d, two dates or two moments with their zone.")


def _texts(given: Any, what: str) -> tuple[str, ...]:
    if not isinstance(given, list) or not all(isinstance(text, str) for text in given):
        raise _wrong(f"Invalid {what} '{given}'", "Give a list of names.")
    return tuple(given)


def _order(given: Any) -> list[tuple[str, str]]:
    entries = given if isinstance(given, list) else [given]
    for entry in entries:
        pair = isinstance(entry, list) and len(entry) == 2 and isinstance(entry[0], str)
        if not pair or entry[1] not in ("asc", "desc"):
            raise _wrong(f"Invalid order_by entry '{entry}'", 'Use [["visitors", "desc"]].')
    return [(name, way) for name, way in entries]


def _default_order(metrics: tuple[str, ...], dimensions: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    times = tuple((name, "asc") for name in dimensions if dimension(name).level is Level.TIME)
    return (*times, (metrics[0], "desc"))


def _include(given: Any, dimensions: tuple[str, ...]) -> dict[str, bool]:
    right = isinstance(given, dict) and set(given) <= {*INCLUDES, COMPARISONS}
    if not right or not all(isinstance(wanted, bool) for name, wanted in given.items() if name != COMPARISONS):
        raise _wrong(f"Invalid include '{given}'", f"Use {', '.join(INCLUDES)} with true or false, and {COMPARISONS}.")
    if given.get("time_labels") and not any(dimension(name).level is Level.TIME for name in dimensions):
        raise _wrong("Invalid include.time_labels", "It needs a time dimension.")
    return {name: bool(given.get(name)) for name in INCLUDES}


def _page(given: Any) -> tuple[int, int]:
    known = isinstance(given, dict) and set(given) <= {"limit", "offset"}
    numbers = list(given.values()) if known else []
    if not known or not all(isinstance(number, int) and not isinstance(number, bool) for number in numbers):
        raise _wrong(f"Invalid pagination '{given}'", 'Use {"limit": 100, "offset": 0}.')
    limit, offset = given.get("limit", MOST_ROWS), given.get("offset", 0)
    if not 1 <= limit <= MOST_ROWS or not 0 <= offset < 2**63:
        raise _wrong(f"Invalid pagination '{given}'", f"The limit is 1 to {MOST_ROWS}, the offset 0 or more.")
    return limit, offset


def _wrong(what: str, hint: str = "") -> UserError:
    return UserError("wrong_query", f"{what}.", hint)


# -- writing


def _iso(moment: datetime, period: Period) -> str:
    return moment.astimezone(period.zone).replace(microsecond=0).isoformat()


def _ends(period: Period) -> list[str]:
    return [_iso(period.start, period), _iso(period.end - SECOND, period)]


def _time_labels(period: Period, name: str) -> list[str]:
    if name == "time:hour_of_week":
        return [f"{hour // 24 + 1}-{hour % 24:02}" for hour in range(7 * 24)]
    cut = period.buckets(name.removeprefix("time:"))  # type: ignore[arg-type]
    return [_time_label(bucket, name, period) for bucket in cut]


def _time_label(bucket: Bucket, name: str, period: Period) -> str:
    if name == "time:week":
        return max(bucket.label, period.first_day.isoformat())
    return bucket.label[:19].replace("T", " ")


def _label(name: str, value: str, bucket: Bucket | None, period: Period) -> str:
    if bucket is not None and dimension(name).level is Level.TIME:
        return _time_label(bucket, name, period)
    return worded(name, value)


def worded(name: str, value: str) -> str:
    """The value of a dimension as clients know it: with words for what is not known."""
    if name == "visit:source" and value == "Direct":
        return NOT_SET[name]
    return value or NOT_SET.get(name, "(none)" if name.startswith("event:props:") else "(not set)")


def revenue(amount: Value, currency: str) -> dict[str, Any] | None:
    """Minor units of a currency as clients know an amount; None for none."""
    if amount is None:
        return None
    value = round(amount) / 10 ** money.exponent(currency)
    return {
        "value": value,
        "currency": currency,
        "short": format_compact_currency(value, currency, locale="en", fraction_digits=1),
        "long": format_currency(value, currency, locale="en"),
    }


_ROUNDED: dict[Unit, Callable[[float], float]] = {
    Unit.COUNT: int,
    Unit.RATIO: lambda value: round(value, 2),
    Unit.PERCENT: lambda value: round(value, 2),
    Unit.SECONDS: round,
}
_WHOLE = ("bounce_rate", "scroll_depth")
_ZERO = (Unit.RATIO, Unit.PERCENT)


def figure(unit: Unit, value: Value, currency: str, name: str = "") -> Any:
    """A metric as clients know it: whole seconds and bounces, two places otherwise, 0 where a share is undefined."""
    if unit is Unit.MONEY:
        return revenue(value, currency)
    if value is None:
        return 0 if unit in _ZERO and name != "scroll_depth" else None
    return round(value) if name in _WHOLE else _ROUNDED[unit](value)
