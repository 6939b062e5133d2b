"""The pages of domains in a real browser, and two brands at two host names of one instance."""

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests import people
from tests.branding.name_server import NameServer, answering
from tests.browser import check, headless, started
from tests.dashboard.test_plain_pages_in_browser import SIZES, Opener, opened
from trailhouse.branding import dns_records, hosts
from trailhouse.branding.domain_check import proof_name, text_of
from trailhouse.branding.models import Brand, Domain
from trailhouse.core import clock
from trailhouse.events import current
from trailhouse.events.store import Store
from trailhouse.sites.models import Client

__all__ = ["opened"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

HOST = "stats.agency.example"
SHOTS = os.environ.get("SHOTS", "")  # a directory to put pictures into


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium in which the names of examples lead to this machine."""
    with started(headless(), "--host-resolver-rules=MAP *.example 127.0.0.1") as browser:
        yield browser


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[NameServer]:
    with answering() as server:
        monkeypatch.setattr(dns_records, "MACHINE", server.resolver())
        monkeypatch.setattr(hosts, "instance_host", lambda: "stats.operator.example")
        server.addresses["stats.operator.example"] = "192.0.2.10"
        yield server


def shoot(page: Page, name: str) -> None:
    """Look at the pages: SHOTS=/tmp/shots pytest …"""
    if SHOTS and page.viewport_size:
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            page.screenshot(path=f"{SHOTS}/{name}-{page.viewport_size['width']}-{scheme}.png", full_page=True)


@pytest.mark.parametrize("viewport", SIZES)
def test_a_domain_is_added_proved_and_removed(viewport: dict[str, int], opened: Opener, server: NameServer) -> None:
    address = f"/accounts/{people.account().pk}/brand/domains"
    page = opened(address, signed_in=True, viewport=viewport)
    expect(page.get_by_text("Make the brand first")).to_be_visible()
    check(page)
    for name in ("Tide Stats", "Harbour Numbers"):
        Brand.objects.create(account=people.account(), name=name)
    page = opened(address, signed_in=True, viewport=viewport)
    page.get_by_label("Host name").fill("localhost")
    page.get_by_role("button", name="Add domain").click()
    expect(page.locator("[aria-invalid=true]")).to_be_visible()
    check(page)
    page.get_by_label("Host name").fill("https://agency.example/")
    page.get_by_role("button", name="Add domain").click()
    expect(page.get_by_role("heading", name="agency.example", exact=True)).to_be_visible()
    expect(page.get_by_text("a CNAME cannot stand there")).to_be_visible()
    check(page)
    shoot(page, "apex")
    page.get_by_role("button", name="Check now").click()
    expect(page.get_by_text("The TXT record is not there yet.")).to_be_visible()
    one = Domain.objects.get()
    server.records[proof_name(one.name)] = [f'"{text_of(one.token)}"']
    server.addresses[one.name] = "198.51.100.7"
    page.get_by_role("button", name="Check now").click()
    expect(page.get_by_text("Proved, with a problem")).to_be_visible()
    expect(page.get_by_text("198.51.100.7")).to_be_visible()
    check(page)
    shoot(page, "problem")
    server.addresses[one.name] = "192.0.2.10"
    page.get_by_role("button", name="Check now").click()
    expect(page.get_by_text("is proved and leads here")).to_be_visible()
    Domain.objects.create(account=people.account(), brand=one.brand, name=HOST, token="0", proved_at=clock.now())
    page.get_by_role("link", name="All domains").click()
    page.get_by_role("link", name=HOST).click()
    page.get_by_role("button", name="Name it in links and mail").click()
    expect(page.get_by_text(f"Links and mail name {HOST}")).to_be_visible()
    page.get_by_role("link", name="All domains").click()
    expect(page.get_by_role("row", name=HOST)).to_contain_text("Named in links and mail")
    check(page)
    shoot(page, "list")
    page.get_by_role("link", name=HOST).click()
    page.get_by_role("link", name="Remove the domain").click()
    expect(page.get_by_role("heading", name=f"Remove {HOST}?")).to_be_visible()
    check(page)
    shoot(page, "remove")
    page.get_by_role("button", name="Remove the domain").click()
    expect(page.get_by_text(f"{HOST} was removed.")).to_be_visible()
    assert not Domain.objects.filter(name=HOST).exists()


def test_two_brands_at_two_hosts_are_two_companies(browser: Browser, live_server: LiveServer, store: Store) -> None:
    current.use(store)
    bakery, law_firm = people.bakery(), people.law_firm()
    baker = people.client_member()
    for name, host in (("Tide", "stats.tide.example"), ("Harbour", "numbers.harbour.example")):
        brand = Brand.objects.create(account=people.account(), name=name)
        Domain.objects.create(
            account=people.account(), brand=brand, name=host, token="0", proved_at=clock.now(), primary=True
        )
    Client.objects.update(brand=Brand.objects.get(name="Harbour"))
    port = live_server.url.rpartition(":")[2]
    tide, harbour = f"http://stats.tide.example:{port}", f"http://numbers.harbour.example:{port}"
    context = browser.new_context()
    page = context.new_page()

    def sign_in(at: str, email: str) -> None:
        page.goto(f"{at}/sign-in")
        page.get_by_label("E-mail address").fill(email)
        page.get_by_label("Password", exact=True).fill(people.PASSWORD)
        page.locator("main button[type=submit]").first.click()

    sign_in(tide, baker.email)
    expect(page.get_by_text("The e-mail address or the password is not right.")).to_be_visible()
    sign_in(harbour, baker.email)
    expect(page).to_have_url(f"{harbour}/sites/{bakery.key}")
    page.goto(f"{tide}/sites/{bakery.key}")
    expect(page).to_have_url(f"{tide}/sign-in?next=/sites/{bakery.key}")
    sign_in(tide, people.reseller().email)
    expect(page).to_have_url(f"{tide}/sites")
    expect(page.locator("main").get_by_text(law_firm.domain).first).to_be_visible()
    expect(page.get_by_text(bakery.domain)).to_have_count(0)
    expect(page.get_by_text("Harbour Bakery")).to_have_count(0)
    page.goto(f"{harbour}/profile")
    expect(page.locator("main").get_by_text(baker.email).first).to_be_visible()
    cookies = {cookie["domain"] for cookie in context.cookies() if "csrf" not in cookie["name"]}
    assert cookies == {"stats.tide.example", "numbers.harbour.example"}, "each host has a cookie of its own"
    answer = page.goto(f"http://unknown.example:{port}/sign-in")
    assert answer is not None
    assert answer.status == 404
    context.close()
    current.use(None)
