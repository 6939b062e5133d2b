"""What the device remembers: consent, names, and the wish not to be counted."""

import pytest
from msgspec.structs import replace
from playwright.sync_api import Page

from tests.tracker.site import TrackedSite

pytestmark = pytest.mark.browser


def kept(page: Page) -> dict[str, str]:
    """All that this browser remembers for the site."""
    assert page.context.cookies() == []
    storage: dict[str, str] = page.evaluate("({...localStorage})")
    return storage


def test_without_consent_nothing_is_kept_and_nobody_has_a_name(page: Page, site: TrackedSite) -> None:
    site.settings = replace(site.settings, recognised=True)
    page.goto(f"{site.url}/one")
    page.evaluate("trailhouse.name('Ann')")
    page.evaluate("trailhouse('End')")
    site.only("pageview", "End")
    assert all("c" not in event for event in site.sent)
    assert kept(page) == {}


def test_consent_gives_an_id_that_lasts_and_withdrawing_it_erases_it(page: Page, site: TrackedSite) -> None:
    site.settings = replace(site.settings, recognised=True)
    page.goto(f"{site.url}/one")
    page.evaluate("trailhouse.consent(true)")
    page.evaluate("trailhouse('Yes')")
    [yes] = site.named("Yes")
    person = yes["c"]
    assert kept(page) == {"trailhouse_id": person}
    assert 20 <= len(person) <= 64

    page.goto(f"{site.url}/two")
    page.evaluate("trailhouse.consent(true)")  # a consent tool says so on every page
    page.evaluate("trailhouse('Still')")
    [still] = site.named("Still")
    assert still["c"] == person
    assert [event.get("c") for event in site.named("pageview", 2)] == [None, person]

    page.evaluate("trailhouse.consent(false)")
    page.evaluate("trailhouse('No')")
    [no] = site.named("No")
    assert "c" not in no
    assert kept(page) == {}


def test_a_person_is_named_once_there_is_consent(page: Page, site: TrackedSite) -> None:
    site.settings = replace(site.settings, recognised=True)
    page.goto(f"{site.url}/one")
    page.evaluate("trailhouse.consent(true)")
    page.evaluate("trailhouse.name('Ann', {plan: 'pro'})")
    [event] = site.named("identify")
    assert event["props"] == {"name": "Ann", "plan": "pro"}
    assert event["interactive"] is False
    assert event["c"]


def test_consent_does_nothing_where_the_site_is_not_of_the_recognised_level(page: Page, site: TrackedSite) -> None:
    page.goto(f"{site.url}/one")
    page.evaluate("localStorage.trailhouse_id = 'of-an-earlier-level'")
    page.evaluate("trailhouse('Before')")
    page.evaluate("trailhouse.consent(true)")
    page.evaluate("trailhouse.name('Ann')")
    site.named("Before")  # what is sent at the same time may overtake
    page.evaluate("trailhouse('End')")
    site.only("pageview", "Before", "End")
    assert all("c" not in event for event in site.sent)
    assert kept(page) == {}


def test_a_site_that_left_the_recognised_level_erases_what_it_finds(page: Page, site: TrackedSite) -> None:
    site.settings = replace(site.settings, recognised=True)
    page.goto(f"{site.url}/one")
    page.evaluate("trailhouse.consent(true)")
    page.evaluate("localStorage.of_the_page = 'stays'")
    assert "trailhouse_id" in kept(page)
    site.settings = replace(site.settings, recognised=False)
    page.goto(f"{site.url}/two")
    page.evaluate("trailhouse('End')")
    site.named("End")
    assert kept(page) == {"of_the_page": "stays"}
    assert all("c" not in event for event in site.sent if event["u"].endswith("/two"))


def test_whoever_opted_out_is_left_alone_until_that_is_taken_back(page: Page, site: TrackedSite) -> None:
    page.goto(f"{site.url}/one")
    site.named("pageview")
    page.evaluate("localStorage.visits_ignore = 'true'")
    page.evaluate("trailhouse('Hidden')")
    page.goto(f"{site.url}/two")
    page.evaluate("delete localStorage.visits_ignore")
    page.evaluate("trailhouse('Back')")
    site.only("pageview", "Back")


@pytest.mark.parametrize("link", ["/one#trailhouse_ignore", "/one?trailhouse_ignore=1", "/one#visits_ignore"])
def test_a_link_leaves_the_own_visits_out_from_then_on(page: Page, site: TrackedSite, link: str) -> None:
    page.goto(site.url + link)
    page.goto(f"{site.url}/two")
    assert kept(page) == {"visits_ignore": "true"}
    page.evaluate("localStorage.clear()")
    page.evaluate("trailhouse('Back')")
    site.named("Back")
    assert site.names() == ["Back"]


@pytest.mark.parametrize("respected", [True, False])
def test_global_privacy_control_is_respected_where_the_site_says_so(
    page: Page, site: TrackedSite, respected: bool
) -> None:
    site.settings = replace(site.settings, respect_gpc=respected)
    page.add_init_script("Object.defineProperty(navigator, 'globalPrivacyControl', {value: location.hash == '#gpc'})")
    page.goto(f"{site.url}/one#gpc")
    page.goto("about:blank")
    page.goto(f"{site.url}/two")
    counted = ["/two"] if respected else ["/one#gpc", "/two"]
    site.wait(lambda: len(site.paths()) >= len(counted))
    assert sorted(site.paths()) == counted
