"""The account page in a real browser: open to everyone with much, little and nothing to show, and quick to search."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests import people
from tests.billing import money, resale
from tests.browser import browser
from tests.dashboard import visits
from tests.dashboard.test_pages_in_browser import NARROW, WIDE
from tests.dashboard.test_plain_pages_in_browser import Opener, check, opened
from trailhouse.billing import enrolment
from trailhouse.billing.earning import Kind
from trailhouse.billing.models import Subscription
from trailhouse.core import clock
from trailhouse.events.store import Store
from trailhouse.sites import labelling
from trailhouse.sites.models import Client, Site, SiteKey

__all__ = ["browser", "opened"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

MIDDLE = {"width": 830, "height": 900}
SIZES = [pytest.param(WIDE, id="wide"), pytest.param(MIDDLE, id="middle"), pytest.param(NARROW, id="narrow")]
LONG = "a-very-long-name-of-a-shop-that-never-seems-to-end-in-a-list-of-sites.department.example"


def much(store: Store) -> None:
    """130 sites, of which two are visited, with clients, labels and every state."""
    account = people.account()
    for site in (people.bakery(), people.law_firm()):
        visits.fill(store, site.pk)
    domains = [LONG, *(f"site-{n:03}.example" for n in range(127))]
    sites = Site.objects.bulk_create(Site(account=account, domain=domain) for domain in domains)
    SiteKey.objects.bulk_create(SiteKey(site=site) for site in sites)
    client = Client.objects.create(account=account, name="Bakery of the Harbour and the Whole Coast, Limited")
    labelling.set_client([people.bakery(), sites[0]], client, by=None)
    labelling.add_label([people.bakery(), sites[0]], "Shops", by=None)
    labelling.add_label([people.bakery(), sites[0]], "A label as long as a label may ever be", by=None)
    Site.objects.filter(pk=sites[0].pk).update(name="Ünïcödé " * 10, counts=False)


@pytest.mark.parametrize("viewport", SIZES)
def test_the_page_is_open_to_everyone_with_much_and_little_and_nothing(
    viewport: dict[str, int], opened: Opener, reading: Store
) -> None:
    look = {"viewport": viewport, "signed_in": True}
    check(opened("/sites", **look))  # none yet
    people.bakery()
    check(opened("/sites", **look))  # one, and nobody was there
    much(reading)
    page = opened("/sites", **look)
    expect(page.locator("tbody .name")).to_have_count(100)
    check(page)
    check(opened("/sites?sort=-visitors&label=Shops", **look))
    check(opened("/sites?q=nothing-like-it", **look))


def test_the_list_follows_as_one_types_and_the_address_with_it(opened: Opener, reading: Store) -> None:
    much(reading)
    page = opened("/sites?sort=-visitors", signed_in=True)
    page.locator("#find-text").press_sequentially("vanleer")
    expect(page.locator("tbody .name")).to_have_text(["vanleer-law.example"])
    expect(page.locator("#find-text")).to_be_focused()
    expect(page).to_have_url(re.compile(r"/sites\?q=vanleer&sort=-visitors$"))
    page.reload()
    expect(page.locator("tbody .name")).to_have_text(["vanleer-law.example"])


def choose_all(page: Page) -> None:
    """Tick the box above the column of boxes."""
    page.get_by_role("checkbox", name="Choose all on this page").check()


def test_sites_are_labelled_by_a_few_presses(opened: Opener, reading: Store) -> None:
    people.bakery(), people.law_firm()
    page = opened("/sites", signed_in=True)
    choose_all(page)
    page.get_by_role("textbox", name="Label").or_(page.get_by_role("combobox", name="Label")).last.fill("Retail")
    page.get_by_role("button", name="Add label").click()
    expect(page.locator(".messages")).to_contain_text("2 sites were changed")
    expect(page.locator(".labels")).to_have_text(["Retail", "Retail"])
    page.locator(".labels a").first.click()
    expect(page).to_have_url(re.compile(r"/sites\?label=Retail$"))
    check(page)


def test_boxes_can_be_chosen_all_at_once_after_a_search_too(opened: Opener, reading: Store) -> None:
    people.bakery(), people.law_firm()
    page = opened("/sites", signed_in=True)
    page.locator("#find-text").fill("law")
    expect(page.locator("tbody .name")).to_have_count(1)
    choose_all(page)
    expect(page.locator("tbody input:checked")).to_have_count(1)


@pytest.fixture
def paying(reading: Store) -> None:
    """An instance that bills: the bakery is paid for and its client has a rate, the law firm is due, a third is new."""
    money.switch_on()
    bakery, law_firm = people.bakery(), people.law_firm()
    enrolment.enrol_missing()
    today = clock.now().date()
    terms = {"interval": "monthly", "tier": 100_000, "paid_until": today}
    Subscription.objects.filter(site=bakery).update(state="active", **terms)
    Subscription.objects.filter(site=law_firm).update(state="due", tier=500_000)
    Site.objects.filter(pk=law_firm.pk).update(locked=True)
    resale.rate(people.client(), Kind.FIXED, 35_00, today)
    money.site("kite-school.example", visited=False)


@pytest.mark.usefixtures("paying")
@pytest.mark.parametrize("viewport", SIZES)
def test_what_is_paid_and_charged_is_open_to_everyone(viewport: dict[str, int], opened: Opener) -> None:
    page = opened("/sites", viewport=viewport, signed_in=True)
    expect(page.locator(".paid")).to_contain_text("€16.00 margin")
    page.get_by_text("What the next site would cost").press("Enter")
    expect(page.locator(".nexts tbody tr")).to_have_count(10)
    page.evaluate("scrollTo(0, 0)")  # what lies under the bar on top is no target
    check(page)


@pytest.mark.usefixtures("paying")
def test_the_list_with_prices_stays_within_its_card_at_any_width(opened: Opener) -> None:
    page = opened("/sites", signed_in=True)
    over = "table => table.getBoundingClientRect().right - table.parentElement.getBoundingClientRect().right"
    for width in (360, 820, 821, 900, 961, 1130, 1131, 1240, 1241, 1600):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.locator("table.sites").evaluate(over) <= 0, width


@pytest.mark.usefixtures("paying")
def test_the_list_follows_the_state_of_payment_that_is_chosen(opened: Opener) -> None:
    page = opened("/sites", signed_in=True)
    page.get_by_label("State", exact=True).select_option("Payment due")
    expect(page.locator("tbody .name")).to_have_text(["vanleer-law.example"])
    expect(page).to_have_url(re.compile(r"/sites\?state=due$"))
    page.get_by_label("State", exact=True).select_option("Trial")
    expect(page.locator("tbody .name")).to_have_text(["kite-school.example"])
    expect(page.locator("#newest-script")).to_contain_text("<script defer")
    page.get_by_role("link", name="Send it by e-mail").click()
    expect(page).to_have_url(re.compile(r"/script#send$"))
