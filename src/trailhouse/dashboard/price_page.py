"""What the price page shows: amounts and numbers in the reader's manner, all from the functions of invoices."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from babel.numbers import format_compact_decimal
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from trailhouse.billing.book import Interval, PriceBook
from trailhouse.billing.calculator import Offer, kept, months_free, offer
from trailhouse.billing.pricing import rate_at
from trailhouse.dashboard import formats
from trailhouse.dashboard.billing_words import money, rate
from trailhouse.dashboard.price_state import PriceState
from trailhouse.outbox.locales import locale

Row = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Bar:
    """A step of the ladder; `width` is a length of SVG."""

    name: str
    rate: str
    width: str


def page_of(state: PriceState, books: Mapping[str, PriceBook]) -> dict[str, Any]:
    """All that the page needs."""
    return changed(state, books) | {
        "tiers": [_tier(state.book, number) for number in range(len(state.book.tiers))],
        "ladder": _ladder(state.book),
        "fees": _fees(state.book),
        "site_ticks": [formats.count(n) for n in (1, state.most_sites // 2, state.most_sites)],
        "tier_ticks": [_compact(state.book.tiers[place].pageviews) for place in _ticks(len(state.book.tiers))],
        "yearly": _yearly(state.book),
    }


def changed(state: PriceState, books: Mapping[str, PriceBook]) -> dict[str, Any]:
    """What a move of a slider changes."""
    book, currency = state.book, state.book.currency
    found = offer(book, state.sites, state.of_tier, state.interval)
    keeps = kept(state.charge_minor, state.sites, found, state.interval)
    return {
        "state": state,
        "shown": {
            "sites": formats.count(state.sites),
            "tier": _("up to %(pageviews)s") % {"pageviews": formats.count(state.of_tier.pageviews)},
            "charge": money(state.charge_minor, currency),
        },
        "parts": [(_part(one.first, one.last, one.rate), money(one.net, currency)) for one in found.parts],
        "total": money(found.total, currency),
        "per_site": money(found.per_site, currency),
        "keeps": money(keeps, currency),
        "loses": keeps < 0,
        "span": _("A month, excluding tax.") if state.interval is Interval.MONTHLY else _("A year, excluding tax."),
        "a_month": money(found.month, currency) if state.interval is Interval.YEARLY else "",
        "next_site": money(found.next.net, currency),
        "next_step": _next_step(found),
        "currencies": [(code, f"currency={code}&sites={state.sites}&tier={state.tier}&pay={state.interval.value}")
                       for code in books] if len(books) > 1 else [],
    }  # fmt: skip


def _ranks(first: int, last: int | None) -> str:
    if last is None:
        return _("From site %(first)s on") % {"first": formats.count(first)}
    if first == last:
        return _("Site %(first)s") % {"first": formats.count(first)}
    return _("Sites %(first)s to %(last)s") % {"first": formats.count(first), "last": formats.count(last)}


def _part(first: int, last: int, points: int) -> str:
    name = _ranks(first, last)
    return _("%(sites)s, %(rate)s off") % {"sites": name, "rate": rate(points)} if points else name


def _next_step(found: Offer) -> str:
    step = found.next.step
    if step is None:
        return ""
    return _("From site %(rank)s on the discount is %(rate)s.") % {
        "rank": formats.count(step.rank), "rate": rate(step.rate),
    }  # fmt: skip


def _tier(book: PriceBook, number: int) -> tuple[str, str, str]:
    tier = book.tiers[number]
    return formats.count(tier.pageviews), money(tier.monthly, book.currency), money(tier.yearly, book.currency)


def _ladder(book: PriceBook) -> list[Bar]:
    steps = [step for step in book.ladder if step.rate]
    highest = max((step.rate for step in steps), default=0)
    ends = [later.rank - 1 for _earlier, later in pairwise(steps)]
    return [
        Bar(_ranks(step.rank, last), rate(rate_at(book, step.rank)), f"{100 * step.rate / highest:.1f}%")
        for step, last in zip(steps, [*ends, None], strict=False)
    ]


def _fees(book: PriceBook) -> list[tuple[str, str, str]]:
    """What rebranding costs with a logo and without; rows that the operator left blank altogether are not shown."""
    asked = [logo is not None or plain is not None for _name, logo, plain in _fee_rows(book)]
    return [row for row, shown in zip(all_fees(book), asked, strict=True) if shown]


def all_fees(book: PriceBook) -> list[tuple[str, str, str]]:
    """The same with every row; on request where the operator left one blank."""
    return [(name, _fee(logo, book), _fee(plain, book)) for name, logo, plain in _fee_rows(book)]


def _fee_rows(book: PriceBook) -> tuple[tuple[str, int | None, int | None], ...]:
    fees = book.fees
    return (
        (_("Set-up, once"), fees.setup_logo, fees.setup_plain),
        (_("Licence, a year"), fees.licence_logo, fees.licence_plain),
    )


def _fee(fee: int | None, book: PriceBook) -> str:
    return _("on request") if fee is None else money(fee, book.currency)


def _yearly(book: PriceBook) -> str:
    free = months_free(book)
    if not free:
        return _("Yearly")
    return ngettext("Yearly, %(n)s month free", "Yearly, %(n)s months free", free) % {"n": free}


def _compact(number: int) -> str:
    return str(format_compact_decimal(number, locale=locale(), fraction_digits=1))


def _ticks(tiers: int) -> list[int]:
    """Places that divide the slider evenly: four, three, or its ends."""
    last = tiers - 1
    parts = next((parts for parts in (3, 2) if last and last % parts == 0), 1)
    return [last * part // parts for part in range(parts + 1)] if last else [0]
