"""What the page for resellers shows: what they pay, take in and keep, by the functions of the price page."""

from collections.abc import Mapping
from typing import Any

from trailhouse.billing.amounts import half_up
from trailhouse.billing.book import PriceBook
from trailhouse.billing.calculator import MOST_SITES, Margin, margins, offer
from trailhouse.dashboard import formats, price_page
from trailhouse.dashboard.billing_words import money
from trailhouse.dashboard.price_state import PriceState

MOST_SIZES = 10
WIDE = 11  # characters of an amount that is set smaller


def page_of(state: PriceState, books: Mapping[str, PriceBook]) -> dict[str, Any]:
    """All that the page needs."""
    return price_page.page_of(state, books) | _own(state) | {"fees": price_page.all_fees(state.book)}


def changed(state: PriceState, books: Mapping[str, PriceBook]) -> dict[str, Any]:
    """What a move of a slider changes."""
    return price_page.changed(state, books) | _own(state)


def _own(state: PriceState) -> dict[str, Any]:
    month, year = _margins(state, state.sites)
    currency = state.book.currency
    left = (money(month.keeps, currency), money(year.keeps, currency))
    return {
        "takes": (money(month.takes, currency), money(year.takes, currency)),
        "pays": (money(month.pays, currency), money(year.pays, currency)),
        "left": left,
        "long": max(map(len, left)) > WIDE,
        "short": year.keeps < 0,
        "growth": [_size(state, sites) for sites in _sizes(state.book)],
    }


def _margins(state: PriceState, sites: int) -> tuple[Margin, Margin]:
    found = offer(state.book, sites, state.of_tier, state.interval)
    return margins(state.charge_minor, sites, found, state.interval)


def _sizes(book: PriceBook) -> list[int]:
    """One site, and each number of sites from which the discount is higher."""
    steps = [step.rank for step in book.ladder if step.rate and 1 < step.rank <= MOST_SITES]
    return [1, *steps][:MOST_SIZES]


def _size(state: PriceState, sites: int) -> tuple[str, str, str, str]:
    """So many sites, what they cost a month, each of them on average, and what is kept of them."""
    month, _year = _margins(state, sites)
    amounts = (month.pays, half_up(month.pays, sites), month.keeps)
    pays, each, keeps = (money(amount, state.book.currency) for amount in amounts)
    return formats.count(sites), pays, each, keeps
