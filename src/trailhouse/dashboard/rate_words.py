"""What the pages of clients' rates say: rates, and the months that an address names."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from babel.dates import format_interval
from django.http import QueryDict
from django.utils.translation import gettext as _

from trailhouse.billing import earning
from trailhouse.billing.earning import Kind
from trailhouse.billing.margins import MOST_MONTHS
from trailhouse.billing.models import ClientRate
from trailhouse.billing.periods import Span
from trailhouse.dashboard import billing_words, formats
from trailhouse.outbox.locales import locale

FIRST_YEAR, LAST_YEAR = 2000, 2999
DAY = timedelta(days=1)


def rate(one: ClientRate) -> str:
    """Such as "€35.00 a month", "cost + 50%"."""
    if one.kind == Kind.FIXED:
        return _("%(amount)s a month") % {"amount": billing_words.money(one.value, one.currency)}
    if one.kind == Kind.PLUS:
        return _("cost + %(rate)s") % {"rate": billing_words.rate(one.value)}
    return _("nothing")


@dataclass(frozen=True)
class Choice:
    """A period as a link."""

    label: str
    query: str
    chosen: bool


@dataclass(frozen=True)
class Months:
    """The whole months that an address names, and where it leads from there."""

    span: Span
    today: date

    @property
    def first(self) -> str:
        """The first month, as a browser's field of months has it: "2027-03"."""
        return f"{self.span.start:%Y-%m}"

    @property
    def last(self) -> str:
        """The last one."""
        return f"{self.span.end - DAY:%Y-%m}"

    @property
    def query(self) -> str:
        """The part of the address."""
        return f"from={self.first}&to={self.last}"

    @property
    def name(self) -> str:
        """Such as "March 2027", "Jan – Mar 2027"."""
        if self.one:
            return formats.month(self.span.start)
        return str(format_interval(self.span.start, self.span.end - DAY, "yMMM", locale=locale()))

    @property
    def whole(self) -> list[Span]:
        """Each of the months."""
        return earning.months(self.span)

    @property
    def one(self) -> bool:
        """Whether it is a single month."""
        return self.first == self.last

    @property
    def choices(self) -> list[Choice]:
        """The usual periods."""
        this = earning.month_of(self.today)
        last = earning.month_of(this.start - DAY)
        year = Span(date(self.today.year, 1, 1), date(self.today.year + 1, 1, 1))
        before = Span(date(self.today.year - 1, 1, 1), year.start)
        named = [
            (_("This month"), this), (_("Last month"), last), (str(year.start.year), year),
            (str(before.start.year), before),
        ]  # fmt: skip
        return [Choice(label, Months(span, self.today).query, span == self.span) for label, span in named]

    def moved(self, count: int) -> "Months":
        """One month earlier or later."""
        day = self.span.start - DAY if count < 0 else self.span.end
        return Months(earning.month_of(day), self.today)

    @property
    def earlier(self) -> "Months":
        """The month before."""
        return self.moved(-1)

    @property
    def later(self) -> "Months":
        """The month after."""
        return self.moved(1)


def months_of(values: QueryDict, today: date) -> Months:
    """The months from `from` to `to`, at most three years; the running one where they make no sense."""
    first, last = _month(values.get("from", "")), _month(values.get("to", "") or values.get("from", ""))
    this = earning.month_of(today)
    if first is None or last is None or last.start < first.start:
        return Months(this, today)
    span = Span(first.start, last.end)
    whole = earning.months(span)
    return Months(span if len(whole) <= MOST_MONTHS else Span(whole[-MOST_MONTHS].start, span.end), today)


def _month(text: str) -> Span | None:
    match = re.fullmatch(r"([0-9]{4})-([0-9]{2})", text, re.ASCII)
    if match is None or not (FIRST_YEAR <= int(match[1]) <= LAST_YEAR and 1 <= int(match[2]) <= 12):
        return None
    return earning.month_of(date(int(match[1]), int(match[2]), 1))
