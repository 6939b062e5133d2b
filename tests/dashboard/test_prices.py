"""The public page of prices: figures of invoices, in the reader's language, for whoever looks while billing is on."""

import re
from datetime import date
from html import unescape

import pytest
from django.test import Client

from tests import people
from tests.billing import money
from trailhouse.accounts.models import Instance
from trailhouse.billing import activating, books, receiving, tick
from trailhouse.billing.book import DEFAULT_BOOK, Fees, Interval, PriceBook
from trailhouse.billing.models import BillingAccount, Document, Rule
from trailhouse.core import clock
from trailhouse.core.money import Money
from trailhouse.dashboard.price_state import parse

pytestmark = pytest.mark.django_db

ALL = {"EUR": DEFAULT_BOOK}


@pytest.fixture
def on() -> None:
    """Billing is on."""
    money.switch_on()


def text_of(page: str) -> str:
    """What is read of a page, on one line."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def publish(book: PriceBook, *, valid_from: date = date(2026, 2, 1)) -> None:
    books.publish(books.draft("Standard", book, valid_from, by=people.operator()), by=people.operator())


@pytest.mark.parametrize("mode", [Instance.Billing.OFF, Instance.Billing.EXTERNAL])
def test_without_billing_there_is_no_page_and_no_link_to_it(client: Client, mode: Instance.Billing) -> None:
    Instance.objects.update_or_create(pk=Instance.ONLY, defaults={"billing": mode})
    assert client.get("/prices").status_code == 404
    for page in ("/sign-in", "/sign-up"):
        assert "/prices" not in client.get(page).text


def test_pages_before_sign_in_lead_to_the_prices(client: Client, on: None) -> None:
    for page in ("/sign-in", "/sign-up"):
        assert 'href="/prices"' in client.get(page).text


def test_the_calculator_shows_each_step_and_what_a_reseller_keeps(client: Client, on: None) -> None:
    shown = text_of(client.get("/prices?sites=12&tier=4&charge=39").text)
    for words in ("Site 1 €19.00", "Sites 2 to 4, 5% off €54.15", "Sites 5 to 9, 10% off €85.50",
                  "Sites 10 to 12, 20% off €45.60", "You pay €204.25", "a site €17.02", "You keep €263.75",
                  "A month, excluding tax. The next site: €15.20 a month. From site 25 on the discount is 25%.",
                  "From site 100 on 40%", "100,000 €19.00 €190.00", "Yearly, 2 months free"):  # fmt: skip
        assert words in shown
    assert "Under your name" not in shown


@pytest.mark.parametrize("interval", Interval)
def test_the_total_is_the_net_of_an_invoice_for_the_same_sites(client: Client, interval: Interval) -> None:
    with clock.frozen(money.START):
        money.switch_on()
        sites = [money.site(f"site{number}.example") for number in range(6)]
        tick.run(money.FlatMeter())
    with clock.frozen(money.START.replace(month=2, day=20)):
        tick.run(money.FlatMeter(per_day=400))
        for one in sites:
            one.refresh_from_db()
        request = activating.activate(sites[0].account, dict.fromkeys(sites, interval), by=None)
        assert request is not None
        paid = Money(request.total, "EUR")
        receiving.receive(sites[0].account, paid, gateway="transfer", key="1", received_on=clock.now().date())
        invoice = Document.objects.get()
        page = text_of(client.get(f"/prices?sites=6&tier=4&pay={interval}").text)
    assert f"You pay €{invoice.net / 100:,.2f}" in page


def test_a_slider_gets_only_what_it_changes_and_the_address_keeps_the_state(client: Client, on: None) -> None:
    answer = client.get("/prices?sites=3&tier=1&charge=9&pay=yearly&currency=EUR", headers={"HX-Target": "sums"})
    assert answer["HX-Replace-Url"] == "/prices?sites=3&tier=1&charge=9&pay=yearly&currency=EUR"
    assert "<h1" not in answer.text
    assert 'id="shown-tier" hx-swap-oob="true">up to 1,000</b>' in answer.text
    assert "You pay €58.00, you keep €266.00. A year, excluding tax." in text_of(answer.text)


@pytest.mark.parametrize(
    ("language", "total"),
    [
        ("en", "€204.25"),
        ("nl", "€ 204,25"),
        ("de", "204,25 €"),
        ("fr", "204,25 €"),
        ("es", "204,25 €"),
    ],
)
def test_amounts_are_written_in_the_readers_manner(client: Client, on: None, language: str, total: str) -> None:
    page = client.get("/prices?sites=12&tier=4", headers={"accept-language": language}).text
    assert total in page.replace("\N{NO-BREAK SPACE}", " ")


def test_the_books_of_other_currencies_can_be_chosen(client: Client, on: None) -> None:
    assert "Prices in" not in client.get("/prices").text
    publish(PriceBook("JPY", tuple(tier for tier in DEFAULT_BOOK.tiers), DEFAULT_BOOK.ladder))
    page = client.get("/prices?currency=jpy&sites=1&tier=4").text
    assert "You pay ¥1,900" in text_of(page)
    assert "currency=EUR" in page
    assert "¥" not in client.get("/prices").text


def test_a_book_that_holds_later_a_draft_and_a_negotiated_one_are_nobodys_business(client: Client, on: None) -> None:
    dear = PriceBook("EUR", tuple(tier for tier in DEFAULT_BOOK.tiers[-1:]))
    publish(dear, valid_from=date(2999, 1, 1))
    books.draft("Standard", dear, date(2026, 1, 1), by=people.operator())
    own = books.draft("Own", dear, date(2026, 1, 1), by=people.operator(), account=people.account())
    books.publish(own, by=people.operator())
    assert "100,000 €19.00" in text_of(client.get("/prices").text)


def test_fees_for_rebranding_are_shown_as_far_as_the_book_has_them(client: Client, on: None) -> None:
    publish(PriceBook("EUR", DEFAULT_BOOK.tiers, DEFAULT_BOOK.ladder, Fees(setup_logo=150_00, licence_logo=None)))
    page = text_of(client.get("/prices").text)
    assert "Set-up, once €150.00 on request" in page
    assert "Licence" not in page


@pytest.mark.parametrize(
    ("given", "sites", "tier", "charge"),
    [
        pytest.param({}, 12, 4, 38, id="what it begins with: twice the price"),
        pytest.param({"sites": "0", "tier": "0"}, 1, 1, 4, id="too few"),
        pytest.param({"sites": "9" * 400, "tier": "99", "charge": "7"}, 1_000, 10, 7, id="too many"),
        pytest.param({"sites": "-3", "tier": "x", "charge": "1.5", "currency": "XXX"}, 12, 4, 38, id="no numbers"),
    ],
)
def test_an_address_that_makes_no_sense_is_forgiven(given: dict[str, str], sites: int, tier: int, charge: int) -> None:
    state = parse(given, ALL)
    assert (state.sites, state.tier, state.charge) == (sites, tier, charge)


def test_a_page_costs_the_same_few_queries_for_any_number_of_sites(
    client: Client, on: None, django_assert_max_num_queries: object
) -> None:
    with django_assert_max_num_queries(8):  # type: ignore[operator]
        client.get("/prices?sites=1000&tier=10")


# -- where sites are added


def test_who_adds_a_site_reads_of_the_trial_and_where_the_prices_are(client: Client, on: None) -> None:
    client.force_login(people.reseller())
    page = client.get("/sites/add").text
    assert "Each new site has four weeks free, then a price by its pageviews." in page
    assert 'href="/prices"' in page


def test_a_list_says_how_many_trials_may_run_until_something_was_paid(client: Client, on: None) -> None:
    Rule.objects.create(limits={"most_trials": 3})
    money.site("first.example")
    address = f"/accounts/{people.account().pk}/sites/bulk"
    client.force_login(people.reseller())
    text = text_of(client.post(address, {"text": "a.example\nb.example"}).text)
    assert "At most 3 sites can be on trial at once before the first payment. 2 more can begin now." in text
    assert "The list is longer" not in text
    assert "The list is longer" in client.post(address, {"text": "a.example\nb.example\nc.example"}).text
    BillingAccount.objects.update(paid_once_at=clock.now())
    paid = text_of(client.post(address, {"text": "a.example\nb.example\nc.example"}).text)
    assert "four weeks free" in paid
    assert "At most" not in paid


@pytest.mark.parametrize("mode", [Instance.Billing.OFF, Instance.Billing.EXTERNAL])
def test_without_billing_nobody_who_adds_sites_reads_of_a_trial(client: Client, mode: Instance.Billing) -> None:
    Instance.objects.update_or_create(pk=Instance.ONLY, defaults={"billing": mode})
    client.force_login(people.reseller())
    address = f"/accounts/{people.account().pk}/sites/bulk"
    for page in (client.get("/sites/add"), client.get(address), client.post(address, {"text": "a.example"})):
        assert page.status_code == 200
        assert "four weeks" not in page.text
