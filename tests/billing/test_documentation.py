"""The tables of docs/prices.md are what the functions compute."""

from pathlib import Path

from django.utils import translation

from trailhouse.billing import calculator
from trailhouse.billing.book import DEFAULT_BOOK, Interval, tier_for
from trailhouse.dashboard import billing_words, price_page

TEXT = (Path(__file__).parents[2] / "docs" / "prices.md").read_text()
UP_TO_100K = tier_for(DEFAULT_BOOK, 100_000)


def money(amount: int) -> str:
    return billing_words.money(amount, "EUR")


def test_the_tiers_are_those_that_ship() -> None:
    with translation.override("en"):
        rows = [f"| {t.pageviews:,} | {money(t.monthly)} | {money(t.yearly)} |" for t in DEFAULT_BOOK.tiers]
    assert [row for row in rows if row not in TEXT] == []


def test_the_ladder_is_the_one_that_ships() -> None:
    with translation.override("en"):
        rows = [f"| {bar.name} | {bar.rate} |" for bar in price_page._ladder(DEFAULT_BOOK)]
    assert "\n".join(rows) in TEXT


def test_the_examples_are_computed() -> None:
    with translation.override("en"):
        rows = []
        for sites in (1, 2, 5, 12, 25, 100):
            month = calculator.offer(DEFAULT_BOOK, sites, UP_TO_100K, Interval.MONTHLY)
            year = calculator.offer(DEFAULT_BOOK, sites, UP_TO_100K, Interval.YEARLY)
            kept = calculator.kept(39_00, sites, month, Interval.MONTHLY)
            amounts = (month.total, month.per_site, month.next.net, kept, year.total)
            rows.append(f"| {sites} | {' | '.join(map(money, amounts))} |")
    assert "\n".join(rows) in TEXT
