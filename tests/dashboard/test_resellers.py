"""The page for resellers: the figures of the price page, for whoever looks while billing is on."""

from dataclasses import replace

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from tests.billing import money
from tests.dashboard.test_prices import publish, text_of
from trailhouse.accounts.models import Instance
from trailhouse.billing.book import DEFAULT_BOOK, Fees, Interval, PriceBook, Tier
from trailhouse.billing.calculator import MOST_SITES, kept, margins, offer

pytestmark = pytest.mark.django_db


@pytest.fixture
def on() -> None:
    """Billing is on."""
    money.switch_on()


@pytest.mark.parametrize("mode", [Instance.Billing.OFF, Instance.Billing.EXTERNAL])
def test_without_billing_there_is_no_page(client: Client, mode: Instance.Billing) -> None:
    Instance.objects.update_or_create(pk=Instance.ONLY, defaults={"billing": mode})
    assert client.get("/resellers").status_code == 404


def test_it_tells_what_is_paid_taken_in_and_kept_a_month_and_a_year(client: Client, on: None) -> None:
    shown = text_of(client.get("/resellers?sites=12&tier=4&charge=39").text)
    for words in ("Your clients pay you €468.00 €5,616.00", "You pay us €204.25 €2,451.00",
                  "You keep €263.75 €3,165.00", "The next site: €15.20 a month. From site 25 on the discount is 25%.",
                  "Sites 2 to 4 5%", "25 €400.90 €16.04 €574.10", "Set-up, once on request on request"):  # fmt: skip
        assert words in shown
    shown = text_of(client.get("/resellers?sites=12&tier=4&charge=5&pay=yearly").text)
    assert "You pay us €170.21 €2,042.50" in shown
    assert "Your clients would pay less than you do." in shown


@pytest.mark.parametrize("query", ["sites=12&tier=4&charge=39", "sites=7&tier=2&charge=9&pay=yearly", "sites=300"])
def test_the_price_page_says_the_same(client: Client, on: None, query: str) -> None:
    here, there = (client.get(f"/{page}?{query}").context for page in ("resellers", "prices"))
    year = "yearly" in query
    assert (here["pays"][year], here["left"][year]) == (there["total"], there["keeps"])


def test_a_slider_gets_only_what_it_changes(client: Client, on: None) -> None:
    answer = client.get("/resellers?sites=3&tier=1&charge=9&pay=yearly&currency=EUR", headers={"HX-Target": "sums"})
    assert answer["HX-Replace-Url"] == "/resellers?sites=3&tier=1&charge=9&pay=yearly&currency=EUR"
    assert "<h1" not in answer.text
    for part in ('id="growth" hx-swap-oob="true"', 'id="shown-tier" hx-swap-oob="true">up to 1,000</b>'):
        assert part in answer.text
    assert "and keep" in text_of(answer.text)


def test_fees_for_rebranding_stand_beside_what_is_on_request(client: Client, on: None) -> None:
    publish(replace(DEFAULT_BOOK, fees=Fees(setup_logo=150_00, licence_plain=490_00)))
    page = text_of(client.get("/resellers").text)
    assert "Set-up, once €150.00 on request" in page
    assert "Licence, a year on request €490.00" in page


def test_a_book_without_a_ladder_is_shown_without_one(client: Client, on: None) -> None:
    publish(PriceBook("EUR", DEFAULT_BOOK.tiers))
    page = text_of(client.get("/resellers?sites=3&tier=4&charge=39").text)
    assert "Reseller discount" not in page
    assert "You pay us €57.00 €684.00" in page


def test_it_leads_to_sign_up_and_to_the_form_where_they_are_open(client: Client, on: None) -> None:
    Instance.objects.update(sign_up=Instance.SignUp.OPEN)
    page = client.get("/resellers").text
    for link in (
        'href="/sign-up"',
        'href="/contact?topic=reseller"',
        'href="/contact?topic=rebranding"',
        "/prices?sites=",
    ):
        assert link in page
    Instance.objects.update(
        sign_up=Instance.SignUp.CLOSED, contact_form=Instance.Contact.OFF, support_email="h@b.example"
    )
    page = client.get("/resellers").text
    assert 'href="/sign-up"' not in page
    assert "/contact" not in page
    assert 'href="mailto:h@b.example"' in page


def test_it_costs_the_same_few_queries_for_any_number_of_sites(
    client: Client, on: None, django_assert_max_num_queries: object
) -> None:
    with django_assert_max_num_queries(8):  # type: ignore[operator]
        client.get("/resellers?sites=1000&tier=10")


@given(
    st.integers(0, 500_00), st.integers(1, MOST_SITES), st.sampled_from(DEFAULT_BOOK.tiers), st.sampled_from(Interval)
)
def test_a_margin_is_what_is_taken_in_less_what_is_paid(charge: int, sites: int, tier: Tier, pays: Interval) -> None:
    found = offer(DEFAULT_BOOK, sites, tier, pays)
    month, year = margins(charge, sites, found, pays)
    assert (month.takes, year.takes) == (charge * sites, 12 * charge * sites)
    assert kept(charge, sites, found, pays) == (year if pays is Interval.YEARLY else month).keeps
    if pays is Interval.MONTHLY:
        assert year.pays == 12 * month.pays == 12 * found.total
    else:
        assert year.pays == found.total
        assert abs(year.pays - 12 * month.pays) <= 12 * sites
