"""Two brands of two resellers on two host names, in a real browser: one instance that looks like two companies."""

import asyncio
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests import people
from tests.branding.name_server import NameServer, answering
from tests.browser import check, headless, started
from tests.dashboard.conftest import bakery, reading
from tests.dashboard.test_pages_in_browser import NARROW, WIDE
from trailhouse.accounts.models import Account, User
from trailhouse.accounts.persons import create_person
from trailhouse.accounts.services import NewPerson
from trailhouse.branding import domains
from trailhouse.branding.domain_check import look, proof_name, text_of
from trailhouse.branding.models import Brand
from trailhouse.core.settings import settings
from trailhouse.outbox import rendering
from trailhouse.outbox.models import Mail
from trailhouse.sites.clients import ClientValues, add_client, set_sites
from trailhouse.sites.models import Client, Membership, Role, Site
from trailhouse.sites.services import NewSite, add_site

__all__ = ["bakery", "reading"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TIDE, DUNE = "stats.tide.example", "zahlen.dune.example"
TIDE_ALONE = ("Tide Stats", "harbour-bakery.example")
DUNE_ALONE = ("Dune Figures", "kite-school.example")
OPERATOR = ("Trailhouse", "The instance")
READ = """async address => {
  let answer = await fetch(address)
  return JSON.stringify([...answer.headers]) + (await answer.text())
}"""


@dataclass
class World:
    """Two resellers who know nothing of each other, each with a brand on a domain of its own and a client."""

    port: int
    bakery: Site
    school: Site
    owner_of_bakery: User
    owner_of_school: User

    def url(self, host: str, path: str = "/") -> str:
        """The address of `path` at `host`."""
        return f"http://{host}:{self.port}{path}"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium for which every name leads to this machine."""
    with started(headless(), "--host-resolver-rules=MAP * 127.0.0.1") as browser:
        yield browser


@pytest.fixture
def world(live_server: LiveServer, bakery: Site) -> World:
    port = urlsplit(live_server.url).port
    assert port is not None
    owner = people.client_member()
    owner.language = "en"  # the client's people read German
    owner.save()
    with answering() as server:
        brand_at(server, people.account(), "Tide Stats", "#1d4ed8", TIDE)
        other = people.stranger().accounts.get()
        brand_at(server, other, "Dune Figures", "#9a3412", DUNE)
    school = add_site(other, NewSite("kite-school.example"), by=other.owner)
    client = add_client(other, ClientValues("Kite School"), by=other.owner)
    set_sites(client, [school.pk], by=other.owner)
    guest = create_person(NewPerson("kim@kite-school.example", full_name="Kim Kite"))
    Membership.objects.create(user=guest, account=other, client=Client.objects.get(pk=client.pk), role=Role.STANDARD)
    # This site is older than the brand: its reseller has given the script's function another name since.
    bakery.tracker |= {"name": "stats"}
    bakery.save(update_fields=["tracker"])
    return World(port, bakery, school, owner, guest)


def brand_at(server: NameServer, account: Account, name: str, colour: str, host: str) -> Brand:
    """A brand whose host is proved by what the name server says."""
    brand = Brand.objects.create(account=account, name=name, colour=colour)
    domain = domains.add(account, brand, host, by=account.owner)
    server.records[proof_name(host)] = [text_of(domain.token)]
    server.aliases[host] = urlsplit(settings().url).hostname or "localhost"
    with ThreadPoolExecutor(1) as pool:  # Playwright's loop runs in this thread
        found = pool.submit(lambda: asyncio.run(look(host, server.resolver()))).result()
    domains.settle(domain.pk, found)
    domain.refresh_from_db()
    assert domain.proved_at is not None
    domains.make_primary(domain, by=account.owner)
    return brand


def somebody(browser: Browser, viewport: dict[str, int]) -> BrowserContext:
    """A browser that was never here."""
    return browser.new_context(viewport=viewport, locale="en-GB", reduced_motion="reduce")  # type: ignore[arg-type]


def sign_in(page: Page, address: str, email: str) -> int:
    """Ask for a code at `address` and use it, where one comes; how many came."""
    before = Mail.objects.filter(to=email).count()
    page.goto(address)
    page.get_by_role("link", name="Sign in with a mailed code").click()
    expect(page.get_by_role("button", name="Mail me a code")).to_be_visible()  # the page before asks for an address too
    page.get_by_label("E-mail address").fill(email)
    page.get_by_role("button", name="Mail me a code").click()
    expect(page.get_by_label("Code")).to_be_visible()
    came = Mail.objects.filter(to=email, template="accounts/sign_in_code").order_by("-pk")
    if came.count() == before or not came:
        return 0
    page.get_by_label("Code").fill(came[0].context["secret"]["code"])
    page.get_by_role("button", name="Go on").click()
    page.wait_for_url("**/sites/**")
    return 1


def colour_of(page: Page) -> str:
    """The colour that the page shows as the brand's."""
    return str(page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--brand').trim()"))


def walk(page: Page, forbidden: tuple[str, ...], most: int = 40) -> int:
    """Read every page that links of this one lead to; none names what is `forbidden`. How many were read."""
    links = page.evaluate("[...document.querySelectorAll('a[href]')].map(a => a.href)")
    here = {link.partition("#")[0] for link in links if urlsplit(link).netloc == urlsplit(page.url).netloc}
    for link in [page.url, *sorted(here)][:most]:
        if urlsplit(link).path.startswith(("/legal/", "/agreements")):
            continue  # who processes data for whom stands there, as the law asks
        text = page.evaluate(READ, link)
        found = [name for name in forbidden if re.search(re.escape(name), text, re.I)]
        assert not found, f"{link} names {found}"
    return len(here)


def read(page: Page, address: str) -> tuple[int, str, str]:
    """The status, the last address and the text of what is at `address`."""
    answer = page.goto(address)
    assert answer is not None
    return answer.status, page.url, page.content()


@pytest.mark.parametrize("viewport", [pytest.param(WIDE, id="wide"), pytest.param(NARROW, id="narrow")])
def test_one_instance_looks_like_two_companies(world: World, browser: Browser, viewport: dict[str, int]) -> None:
    shown = {}
    for host, own, other, person in (
        (TIDE, TIDE_ALONE, DUNE_ALONE, world.owner_of_bakery),
        (DUNE, DUNE_ALONE, TIDE_ALONE, world.owner_of_school),
    ):
        context = somebody(browser, viewport)
        page = context.new_page()
        page.goto(world.url(host))
        expect(page.locator(".mark")).to_contain_text(own[0])
        check(page)
        assert sign_in(page, world.url(host), person.email) == 1
        letter = rendering.render(Mail.objects.filter(to=person.email).latest("pk"))
        assert own[0] in letter.sender
        for name in (*other, *OPERATOR):
            assert name not in letter.text + letter.html + letter.sender + letter.subject
        expect(page.locator("header .mark")).to_contain_text(own[0])
        shown[host] = colour_of(page)
        check(page)
        assert walk(page, (*other, *OPERATOR)) >= 10
        context.close()
    assert shown == {TIDE: "#1d4ed8", DUNE: "#9a3412"}


def test_a_client_of_one_cannot_tell_that_the_other_exists(world: World, browser: Browser) -> None:
    context = somebody(browser, WIDE)
    page = context.new_page()
    assert sign_in(page, world.url(TIDE), world.owner_of_bakery.email) == 1

    # The other site is not there, at either host, and the other host knows neither her session nor her address.
    status, _url, text = read(page, world.url(TIDE, f"/sites/{world.school.key}"))
    assert status == 404
    assert "kite-school" not in text
    assert text.replace(world.school.key, "") == read(page, world.url(TIDE, "/sites/zzzzzzzzzz"))[2].replace(
        "zzzzzzzzzz", ""
    )
    elsewhere = context.new_page()
    for path in ("/sites", f"/sites/{world.school.key}", f"/sites/{world.bakery.key}"):
        status, url, text = read(elsewhere, world.url(DUNE, path))
        assert "/sign-in" in url
        assert not re.search("tide|harbour|kite-school", text, re.I)
    stranger = somebody(browser, WIDE)
    unknown = stranger.new_page()
    assert sign_in(unknown, world.url(DUNE), world.owner_of_bakery.email) == 0
    assert "Tide" not in unknown.content()

    # Her cookie, taken to the other host, is worth nothing there, and goes on at her own.
    (session,) = [one for one in context.cookies(world.url(TIDE)) if one["name"] == "session"]
    stranger.add_cookies([{"name": "session", "value": session["value"], "url": world.url(DUNE)}])
    assert "/sign-in" in read(unknown, world.url(DUNE, "/sites"))[1]
    assert read(page, world.url(TIDE, f"/sites/{world.bakery.key}"))[0] == 200
    stranger.close()
    context.close()


def test_a_name_that_is_nobodys_leads_nowhere(world: World, browser: Browser) -> None:
    context = somebody(browser, WIDE)
    status, _url, text = read(context.new_page(), world.url("stats.nobody.example"))
    assert status == 404
    for name in (*TIDE_ALONE, *DUNE_ALONE, *OPERATOR):
        assert name not in text
    context.close()
