"""Paid periods: half-open spans of days that follow one billing day a month, without gap or overlap. Pure.

The billing day is the anchor: 31 January is followed by 28 (or 29) February and then by 31 March. Days are those of the
account's time zone; `core.periods.start_of` gives the moment at which one begins.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from trailhouse.billing.book import Interval

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Span:
    """The days from `start` to before `end`. ValueError unless there is at least one."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise ValueError(f"{self.start} to {self.end}: a span ends after it starts")

    def __contains__(self, day: date) -> bool:
        return self.start <= day < self.end

    @property
    def days(self) -> int:
        """How many days it holds."""
        return (self.end - self.start).days

    @property
    def last_day(self) -> date:
        """The last day that is in it."""
        return self.end - DAY


def billing_date(anchor_day: int, year: int, month: int) -> date:
    """The billing day of that month: `anchor_day`, or the month's last day where it is shorter.

    Raises ValueError for an anchor outside 1 to 31.
    """
    if not 1 <= anchor_day <= 31:
        raise ValueError(f"a billing day is 1 to 31, got {anchor_day}")
    return date(year, month, min(anchor_day, monthrange(year, month)[1]))


def is_billing_date(anchor_day: int, day: date) -> bool:
    """Whether the account is billed on that day."""
    return billing_date(anchor_day, day.year, day.month) == day


def next_billing_date(anchor_day: int, after: date) -> date:
    """The first billing day that comes after `after`."""
    this_month = billing_date(anchor_day, after.year, after.month)
    return this_month if this_month > after else months_after(after, 1, anchor_day)


def last_billing_date(anchor_day: int, on: date) -> date:
    """The last billing day that is not after `on`."""
    this_month = billing_date(anchor_day, on.year, on.month)
    return this_month if this_month <= on else months_after(on, -1, anchor_day)


def months_after(start: date, count: int, anchor_day: int) -> date:
    """The billing day of the month that comes `count` months after that of `start`; before it for a negative count."""
    months = start.year * 12 + start.month - 1 + count
    return billing_date(anchor_day, months // 12, months % 12 + 1)


def paid_span(start: date, interval: Interval, anchor_day: int) -> Span:
    """The period that is paid from a billing day on: one month or twelve.

    Raises ValueError where `start` is no billing day: the days before one are a `stub`.
    """
    if not is_billing_date(anchor_day, start):
        raise ValueError(f"{start} is no billing day of an account billed on day {anchor_day}")
    return Span(start, months_after(start, interval.months, anchor_day))


def stub(start: date, anchor_day: int) -> Span | None:
    """The days from an activation to the next billing day; None where it comes on a billing day."""
    return None if is_billing_date(anchor_day, start) else Span(start, next_billing_date(anchor_day, start))


def billing_month(anchor_day: int, day: date) -> Span:
    """The billing month in which `day` lies: from one billing day to before the next."""
    start = last_billing_date(anchor_day, day)
    return Span(start, next_billing_date(anchor_day, start))


def days_of_billing_month(anchor_day: int, day: date) -> int:
    """How many days the billing month of `day` has, 28 to 31."""
    return billing_month(anchor_day, day).days


def started_months(start: date, day: date, anchor_day: int) -> int:
    """How many months of a period that began on the billing day `start` have begun by `day`: 1 on its first day.

    Raises ValueError for a day before the start.
    """
    if day < start:
        raise ValueError(f"{day} comes before the period that starts on {start}")
    month = last_billing_date(anchor_day, day)
    return (month.year - start.year) * 12 + month.month - start.month + 1
