"""The state of the price page, wholly in its address: sites, size, charge, interval and currency. Pure; no Django.

`parse` forgives: what makes no sense is left out, what is out of range goes to the nearest that is not.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from trailhouse.billing.book import Interval, PriceBook, Tier
from trailhouse.billing.calculator import MOST_SITES
from trailhouse.core.money import exponent

SITES = 12  # what the calculator begins with
PAGEVIEWS = 100_000
SLIDES_TO = 100  # sites; more can be asked for by the address
STEPS_OF_CHARGE = 300


@dataclass(frozen=True, slots=True)
class PriceState:
    """What is calculated: so many sites of the `tier`-th tier from 1, and a client price in whole units a month."""

    book: PriceBook
    sites: int
    tier: int
    charge: int
    interval: Interval

    @property
    def of_tier(self) -> Tier:
        """The tier of each site."""
        return self.book.tiers[self.tier - 1]

    @property
    def charge_minor(self) -> int:
        """The client price in minor units."""
        return self.charge * _unit(self.book)

    @property
    def most_sites(self) -> int:
        """How far the slider of sites goes: at least to where the ladder ends."""
        return max(SLIDES_TO, self.sites, *(step.rank for step in self.book.ladder if step.rank <= MOST_SITES))

    @property
    def most_charge(self) -> int:
        """How far the slider of the client price goes: one and a half times the dearest tier, rounded up."""
        return max(_reach(self.book), self.charge)

    @property
    def charge_step(self) -> int:
        """By how much that slider moves."""
        return _round_up(max(1, _reach(self.book) // STEPS_OF_CHARGE))

    def query(self) -> str:
        """The query string of this state."""
        return urlencode(
            {"sites": self.sites, "tier": self.tier, "charge": self.charge, "pay": self.interval.value,
             "currency": self.book.currency}
        )  # fmt: skip

    def paid(self, interval: Interval) -> "PriceState":
        """The same, paid the other way."""
        return replace(self, interval=interval)


def parse(given: Mapping[str, str], books: Mapping[str, PriceBook]) -> PriceState:
    """What an address asks for; the first of the books (there is one at least) where it names no other."""
    book = books.get(given.get("currency", "").upper()) or next(iter(books.values()))
    number = next((place for place, tier in enumerate(book.tiers, 1) if tier.pageviews >= PAGEVIEWS), len(book.tiers))
    tier = _within(given.get("tier", ""), 1, len(book.tiers), number)
    twice = 2 * book.tiers[tier - 1].monthly // _unit(book)
    charge = _within(given.get("charge", ""), 0, max(1_000, 10 * _reach(book)), twice)
    pays = Interval.YEARLY if given.get("pay") == Interval.YEARLY else Interval.MONTHLY
    return PriceState(book, _within(given.get("sites", ""), 1, MOST_SITES, SITES), tier, charge, pays)


def _within(text: str, least: int, most: int, otherwise: int) -> int:
    if not (text.isascii() and text.isdigit()):
        return otherwise
    return most if len(text) > 15 else min(max(int(text), least), most)


def _unit(book: PriceBook) -> int:
    return int(10 ** exponent(book.currency))


def _reach(book: PriceBook) -> int:
    return _round_up(max(10, 3 * book.tiers[-1].monthly // (2 * _unit(book))))


def _round_up(number: int) -> int:
    """To 1, 2, 3, 4, 5 … times a power of ten."""
    power = int(10 ** (len(str(number)) - 1))
    return -(-number // power) * power
