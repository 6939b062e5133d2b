"""People, clients and the audit log in a real browser; and a client's way in, from the invitation on."""

from collections.abc import Callable, Iterator

import pytest
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests import people
from tests.browser import browser
from tests.dashboard.test_pages_in_browser import NARROW, WIDE
from tests.dashboard.test_plain_pages_in_browser import check
from tests.sites.test_routes import places, routes
from trailhouse.accounts.models import User
from trailhouse.events.store import Store
from trailhouse.outbox.models import Mail
from trailhouse.sites.models import Membership, Site
from trailhouse.sites.services import NewSite, add_site

__all__ = ["browser"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Opener = Callable[..., Page]
SIZES = [pytest.param(WIDE, id="wide"), pytest.param(NARROW, id="narrow")]


@pytest.fixture
def opened(browser: Browser, live_server: LiveServer, transactional_db: None) -> Iterator[Opener]:
    """Opens a path as somebody, or as a stranger to the instance; at the end no script may have gone wrong."""
    contexts: list[BrowserContext] = []
    wrong: list[str] = []

    def open_page(path: str, who: User | None = None, *, viewport: dict[str, int] = WIDE, script: bool = True) -> Page:
        context = browser.new_context(viewport=viewport, reduced_motion="reduce", java_script_enabled=script)  # type: ignore[arg-type]
        contexts.append(context)
        if who is not None:
            client = Client()
            client.force_login(who)
            cookie = next(iter(client.cookies.values()))
            context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.goto(live_server.url + path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert wrong == []


@pytest.fixture
def site(transactional_db: None, bakery: Site) -> Site:
    """The bakery with its visits, visible to the server's threads."""
    return bakery


def invite(page: Page, email: str) -> str:
    """Send the form of a page of people; the path of the link that is mailed then."""
    page.locator("#invite > summary").click()
    page.locator("#invite [name=email]").fill(email)
    page.locator("#invite").get_by_role("button", name="Invite").click()
    page.get_by_text("is invited").wait_for()
    return f"/invitations/{Mail.objects.latest('pk').context['secret']['token']}"


def test_sites_are_found_in_a_long_list_and_only_what_the_choice_needs_is_shown(opened: Opener, site: Site) -> None:
    reseller = people.reseller()
    people.client()
    for number in range(12):
        add_site(site.account, NewSite(f"client{number}.example"), by=reseller, mail=False)
    page = opened(f"/accounts/{site.account_id}/people", reseller)
    page.get_by_text("Invite a person").click()
    search, sites = page.get_by_role("searchbox", name="Search the list"), page.locator("#group_sites .check")
    expect(sites.filter(visible=True)).to_have_count(13)
    search.fill("CLIENT1 .example")
    expect(sites.filter(visible=True)).to_have_text(["client1.example", "client10.example", "client11.example"])
    search.press("Enter")
    search.fill("nowhere")
    expect(page.get_by_text("Nothing in the list fits.")).to_be_visible()
    search.fill("client11")
    page.get_by_label("client11.example").check()
    expect(page.get_by_label("Client", exact=True)).to_be_hidden()
    check(page)
    page.get_by_label("The sites of a client").check()
    expect(search).to_be_hidden()
    expect(page.get_by_label("Client", exact=True)).to_be_visible()
    page.get_by_label("All sites", exact=True).check()
    expect(page.get_by_label("Client", exact=True)).to_be_hidden()
    page.get_by_label("The sites of a client").check()
    page.get_by_label("E-mail address").fill("new@client.example")
    page.get_by_role("button", name="Invite", exact=True).click()
    expect(page.get_by_text("Nothing was chosen that access could be given to.")).to_be_focused()
    page.get_by_label("Chosen sites").check()
    expect(sites.filter(visible=True).first).to_have_text("client11.example")  # what is ticked stands first


def test_an_invited_client_sets_a_name_and_sees_one_site_and_nothing_else(
    site: Site, opened: Opener, live_server: LiveServer
) -> None:
    law_firm = people.law_firm()
    every = places()
    link = invite(opened(f"/sites/{site.key}/people", people.reseller()), "bo@bakery.example")
    page = opened(link)
    check(page)
    page.get_by_label("Your name").fill("Bo Baker")
    page.get_by_role("button", name="Accept").click()
    page.wait_for_url(f"**/sites/{site.key}")
    expect(page.locator("#figures")).to_be_visible()
    page.goto(f"{live_server.url}/sites")
    page.wait_for_url(f"**/sites/{site.key}")  # where they land: they have no other
    assert "vanleer-law" not in page.content()
    tried = 0
    for path, route in routes():
        if route.name == "opt_out":
            continue  # open to every visitor of the site
        for place in every:
            if not any(f":{name}>" in path and name in ("key", "number") for name in place.ids):
                continue
            mine = place.ids.get("key") == site.key
            privilege = getattr(route.callback, "privilege", "")
            answer = page.request.get(live_server.url + place.address(path), max_redirects=0)
            if mine and privilege == "view_stats":
                unseen = {404} if "<str:visitor>" in path else set()  # there is no such visitor
                assert answer.status in {200, 302} | unseen, route.name
            else:
                assert answer.status in {404, 405}, f"{route.name} at {place.name}: {answer.status}"
            assert law_firm.domain not in answer.text()
            tried += 1
    assert tried >= 60
    used = "This invitation has been used, has expired or was taken back."
    expect(opened(link).locator("h1")).to_have_text(used)


def test_everything_about_people_works_without_scripts(site: Site, opened: Opener) -> None:
    page = opened(f"/sites/{site.key}/people", people.reseller(), script=False)
    path = invite(page, "bo@bakery.example")
    guest = opened(path, script=False)
    guest.get_by_label("Your name").fill("Bo Baker")
    guest.get_by_role("button", name="Accept").click()
    guest.wait_for_url(f"**/sites/{site.key}")
    page.goto(page.url)
    page.get_by_role("link", name="Change").click()
    page.get_by_label("Role").select_option("super")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text("was changed")
    page.get_by_role("button", name="View as").click()
    expect(page.locator(".viewing")).to_contain_text("You look as bo@bakery.example")
    page.get_by_role("button", name="Stop").click()
    expect(page.locator(".viewing")).to_have_count(0)
    page.get_by_role("link", name="Change").click()
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_role("status")).to_contain_text("no longer has this access")
    assert not Membership.objects.filter(user__email="bo@bakery.example").exists()


@pytest.mark.parametrize("viewport", SIZES)
def test_pages_of_people_are_open_to_everyone(
    viewport: dict[str, int], opened: Opener, live_server: LiveServer, reading: Store
) -> None:
    base, site = f"/accounts/{people.account().pk}", people.bakery()
    page = opened(f"{base}/clients", people.reseller(), viewport=viewport)
    check(page)  # none yet
    page.goto(f"{live_server.url}{base}/people")
    check(page)
    for make in (people.client_person, people.client_member, people.colleague, people.bookkeeper):
        make()
    page.locator("#invite > summary").click()
    page.locator("#invite .more-fields > summary").click()
    check(page)
    page.get_by_role("button", name="Invite").click()
    expect(page.locator("[aria-invalid=true]").first).to_be_visible()
    check(page)
    one = Membership.objects.get(user=people.client_person())
    for path in ("/people", f"/people/{one.pk}", "/clients", "/clients/add", f"/clients/{people.client().pk}"):
        page.goto(f"{live_server.url}{base}{path}")
        check(page)
    for path in (f"/clients/{people.client().pk}/delete", "/audit"):
        page.goto(f"{live_server.url}{base}{path}")
        check(page)
    page.goto(f"{live_server.url}/sites/{site.key}/people")
    link = invite(page, "bo@bakery.example")
    check(page)
    page.get_by_role("button", name="View as").first.click()
    expect(page.locator(".viewing")).to_be_visible()
    check(page)
    check(opened(link, viewport=viewport))
    check(opened(link, people.stranger(), viewport=viewport))
