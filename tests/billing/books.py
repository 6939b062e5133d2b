"""Random price books and accounts, for the rules that must hold whatever the operator sets."""

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from trailhouse.billing.pricing import Counted, Fees, Interval, PriceBook, Sized, Step, Tier

START = datetime(2026, 1, 1, tzinfo=UTC)
rates = st.integers(0, 10_000)
prices = st.one_of(st.integers(0, 30), st.integers(0, 100_000))
intervals = st.sampled_from(Interval)
fees = st.none() | prices


@st.composite
def ladders(draw: st.DrawFn) -> tuple[Step, ...]:
    ranks = sorted(draw(st.sets(st.integers(2, 9), max_size=5)))
    rising = sorted(draw(st.lists(rates, min_size=len(ranks), max_size=len(ranks))))
    return tuple(Step(rank, rate) for rank, rate in zip(ranks, rising, strict=True))


@st.composite
def books(draw: st.DrawFn) -> PriceBook:
    sizes = sorted(draw(st.sets(st.integers(1, 50), min_size=1, max_size=6)))
    each = st.lists(prices, min_size=len(sizes), max_size=len(sizes)).map(sorted)
    monthly, yearly = draw(each), draw(each)
    tiers = tuple(Tier(*row) for row in zip(sizes, monthly, yearly, strict=True))
    currency = draw(st.sampled_from(["JPY", "EUR", "KWD"]))
    return PriceBook(currency, tiers, draw(ladders()), Fees(*(draw(fees) for _ in range(4))))


@st.composite
def accounts(draw: st.DrawFn, kinds: st.SearchStrategy[Interval] = intervals) -> list[Counted]:
    """Up to ten sites at any prices."""
    rows = draw(st.lists(st.tuples(prices, prices, kinds, st.integers(0, 3)), min_size=1, max_size=10))
    return [
        Counted(number, monthly, yearly, interval, START + timedelta(days=age))
        for number, (monthly, yearly, interval, age) in enumerate(rows, start=1)
    ]


@st.composite
def sized_accounts(draw: st.DrawFn) -> list[Sized]:
    rows = draw(st.lists(st.tuples(st.integers(0, 60), intervals, st.integers(0, 3)), min_size=1, max_size=8))
    return [
        Sized(number, pageviews, interval, START + timedelta(days=age))
        for number, (pageviews, interval, age) in enumerate(rows, start=1)
    ]
