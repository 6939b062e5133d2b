"""The price book: tiers of pageviews with their prices, the ladder of discounts, fees; checked when it is made.

Pure: whole minor units of the book's currency; rates in basis points (500 is 5 %).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise

from trailhouse.billing.amounts import WHOLE
from trailhouse.core.money import CURRENCIES

MONTHS = 12
LARGEST_PRICE = 10**12  # minor units; sums of many lines still fit 64 bits
LARGEST_COUNT = 10**15  # pageviews

Problem = tuple[str, tuple[object, ...]]


class Interval(StrEnum):
    """How long a paid period lasts."""

    MONTHLY = "monthly"
    YEARLY = "yearly"

    @property
    def months(self) -> int:
        """1 or 12."""
        return MONTHS if self is Interval.YEARLY else 1


@dataclass(frozen=True, slots=True)
class Tier:
    """Holds up to `pageviews` in 28 days, for `monthly` or `yearly`; the last one of a book goes on above."""

    pageviews: int
    monthly: int
    yearly: int

    def price(self, interval: Interval) -> int:
        """The list price of one interval."""
        return self.yearly if interval is Interval.YEARLY else self.monthly


@dataclass(frozen=True, slots=True)
class Step:
    """From this rank on, the discount is `rate`."""

    rank: int
    rate: int


@dataclass(frozen=True, slots=True)
class Fees:
    """What rebranding costs, with a logo and without: set-up once, licence a year. None: not offered."""

    setup_logo: int | None = None
    setup_plain: int | None = None
    licence_logo: int | None = None
    licence_plain: int | None = None

    def setup(self, *, logo: bool) -> int | None:
        """The set-up of a brand with its logo, or without."""
        return self.setup_logo if logo else self.setup_plain

    def licence(self, *, logo: bool) -> int | None:
        """A year of it."""
        return self.licence_logo if logo else self.licence_plain

    def offers(self, *, logo: bool) -> bool:
        """Whether it can be ordered: only what is priced in full."""
        return self.setup(logo=logo) is not None and self.licence(logo=logo) is not None


class BookError(ValueError):
    """A price book that cannot be used; `problems` lists each as a stable code with its arguments."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(f"{code}{arguments}" for code, arguments in problems))
        self.problems = list(problems)


@dataclass(frozen=True, slots=True)
class PriceBook:
    """Tiers from small to large, the ladder from low to high rank, and fees. Raises BookError if anything is wrong."""

    currency: str
    tiers: tuple[Tier, ...]
    ladder: tuple[Step, ...] = ()
    fees: Fees = field(default_factory=Fees)

    def __post_init__(self) -> None:
        object.__setattr__(self, "tiers", tuple(self.tiers))
        object.__setattr__(self, "ladder", tuple(self.ladder))
        problems = [*_currency(self.currency), *_tiers(self.tiers), *_ladder(self.ladder), *_fees(self.fees)]
        if problems:
            raise BookError(problems)

    def to_json(self) -> dict[str, object]:
        """The book as plain values that JSON can hold; `from_json` makes the same book of it."""
        return {
            "currency": self.currency,
            "tiers": [[tier.pageviews, tier.monthly, tier.yearly] for tier in self.tiers],
            "ladder": [[step.rank, step.rate] for step in self.ladder],
            "fees": {name: getattr(self.fees, name) for name in _FEES},
        }

    @classmethod
    def from_json(cls, values: object) -> "PriceBook":
        """The book of what `to_json` made. Raises BookError for anything else."""
        match values:
            case {"currency": str(currency), "tiers": list(tiers), "ladder": list(ladder), "fees": dict(fees)}:
                pass
            case _:
                raise BookError([("malformed", ("currency, tiers, ladder, fees",))])
        if set(fees) != set(_FEES):
            raise BookError([("malformed", ("fees",))])
        return cls(
            currency,
            tuple(Tier(*_whole_numbers(row, 3, "tiers")) for row in tiers),
            tuple(Step(*_whole_numbers(row, 2, "ladder")) for row in ladder),
            Fees(**{name: None if fee is None else _whole_numbers([fee], 1, "fees")[0] for name, fee in fees.items()}),
        )


_FEES = ("setup_logo", "setup_plain", "licence_logo", "licence_plain")


def _whole_numbers(row: object, length: int, what: str) -> list[int]:
    if not isinstance(row, list) or len(row) != length or any(type(number) is not int for number in row):
        raise BookError([("malformed", (what,))])
    return row


def _currency(currency: str) -> Iterable[Problem]:
    if currency not in CURRENCIES:
        yield "unknown_currency", (currency,)


def _tiers(tiers: tuple[Tier, ...]) -> Iterable[Problem]:
    if not tiers:
        yield "no_tier", ()
    for tier in tiers:
        if not 1 <= tier.pageviews <= LARGEST_COUNT:
            yield "pageviews_out_of_range", (tier.pageviews,)
        if min(tier.monthly, tier.yearly) < 0:
            yield "price_negative", (tier.pageviews,)
        if max(tier.monthly, tier.yearly) > LARGEST_PRICE:
            yield "price_too_high", (tier.pageviews,)
    yield from _order_of(tiers)


def _order_of(tiers: tuple[Tier, ...]) -> Iterable[Problem]:
    for smaller, larger in pairwise(tiers):
        if larger.pageviews == smaller.pageviews:
            yield "pageviews_repeat", (larger.pageviews,)
        if larger.pageviews < smaller.pageviews:
            yield "pageviews_fall", (larger.pageviews,)
        if larger.monthly < smaller.monthly:
            yield "monthly_falls", (larger.pageviews,)
        if larger.yearly < smaller.yearly:
            yield "yearly_falls", (larger.pageviews,)


def _ladder(ladder: tuple[Step, ...]) -> Iterable[Problem]:
    for step in ladder:
        if step.rank < 2:
            yield "rank_too_low", (step.rank,)
        if not 0 <= step.rate <= WHOLE:
            yield "rate_out_of_range", (step.rank, step.rate)
    for lower, higher in pairwise(ladder):
        if higher.rank <= lower.rank:
            yield "ranks_not_rising", (higher.rank,)
        if higher.rate < lower.rate:
            yield "rate_falls", (higher.rank, higher.rate)


def _fees(fees: Fees) -> Iterable[Problem]:
    for name in _FEES:
        fee: int | None = getattr(fees, name)
        if fee is not None and fee < 0:
            yield "fee_negative", (name,)
        if fee is not None and fee > LARGEST_PRICE:
            yield "fee_too_high", (name,)


_EUROS = (
    (1_000, 2),
    (3_000, 4),
    (10_000, 9),
    (100_000, 19),
    (200_000, 29),
    (500_000, 49),
    (1_000_000, 69),
    (2_000_000, 89),
    (5_000_000, 129),
    (10_000_000, 169),
)

# What an instance starts with: a year is ten months; the operator edits it, and fills in the fees.
DEFAULT_BOOK = PriceBook(
    "EUR",
    tuple(Tier(pageviews, euros * 100, euros * 1_000) for pageviews, euros in _EUROS),
    (Step(2, 500), Step(5, 1_000), Step(10, 2_000), Step(25, 2_500), Step(50, 3_000), Step(100, 4_000)),
)


def tier_for(book: PriceBook, pageviews: int) -> Tier:
    """The smallest tier that holds `pageviews` in 28 days; above the last one its price goes on.

    Raises ValueError for a negative count: that is a bug of measuring, not a price.
    """
    if pageviews < 0:
        raise ValueError(f"pageviews must be >= 0, got {pageviews}")
    return next((tier for tier in book.tiers if pageviews <= tier.pageviews), book.tiers[-1])


def rate_at(book: PriceBook, rank: int) -> int:
    """The discount of the site at this rank, in basis points; the first (rank 1) pays in full. ValueError below 1."""
    if rank < 1:
        raise ValueError(f"ranks begin at 1, got {rank}")
    return next((step.rate for step in reversed(book.ladder) if step.rank <= rank), 0)
