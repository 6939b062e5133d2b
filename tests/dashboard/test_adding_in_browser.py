"""Adding sites in a real browser: one, many, the guides and the check; open to everyone."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from tests import people
from tests.browser import browser
from tests.dashboard.test_plain_pages_in_browser import SIZES, Opener, check, opened, send
from tests.events.makers import MINUTE, NOON, event
from tests.sites.pages import Answer, Server, serving
from tests.sites.stores import insert
from trailhouse.events.store import Store
from trailhouse.outbox.working import carry_out_due
from trailhouse.sites import bulk, fetching, proving
from trailhouse.sites.models import Site

__all__ = ["browser", "opened"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """The bakery's own server, to which its check is led."""
    with serving() as there:
        real = proving.check_page

        def led(site: Site, reach: fetching.Reach | None = None, **_more: Any) -> Any:
            return real(site, there.reach(), scheme="http", port=there.port)

        monkeypatch.setattr(proving, "check_page", led)
        yield there


@pytest.mark.parametrize("viewport", SIZES)
def test_many_sites_are_added_from_a_list(viewport: dict[str, int], opened: Opener, reading: Store) -> None:
    people.bakery()
    page = opened("/sites/add", signed_in=True, viewport=viewport)
    page.get_by_role("link", name="Add many at once").click()
    expect(page.get_by_role("heading", name="Add many sites")).to_be_visible()
    check(page)
    send(page)  # nothing was typed
    expect(page.locator("[aria-invalid=true]").first).to_be_visible()
    check(page)
    page.locator("[name=text]").fill("a.example, Baker\nb.example\nharbour-bakery.example\nlocalhost\n")
    send(page)
    expect(page.get_by_text("2 sites will be added")).to_be_visible()
    check(page)
    page.get_by_role("button", name="Add 2 sites").click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    check(page)
    carry_out_due()
    expect(page.get_by_text("Done: 2 sites added")).to_be_visible()  # by itself
    check(page)
    assert Site.objects.filter(client__name="Baker").count() == 1


def test_a_list_with_refused_lines_ends_with_their_reasons(opened: Opener, reading: Store) -> None:
    task = bulk.begin(people.account(), bulk.read("a.example\nlocalhost"), by=people.reseller())
    carry_out_due()
    page = opened(f"/accounts/{people.account().pk}/sites/bulk/{task.pk}", signed_in=True)
    expect(page.get_by_text("localhost is another one on every machine")).to_be_visible()
    check(page)


@pytest.mark.parametrize("viewport", SIZES)
def test_the_page_is_checked_in_place(viewport: dict[str, int], opened: Opener, reading: Store, server: Server) -> None:
    site = people.bakery()
    server.answers["/"] = Answer(
        f"<script src='http://127.0.0.1:8000/s/{site.key}.js'></script>".encode() * 2,
        headers={"Content-Security-Policy": "script-src 'self'"},
    )
    page = opened(f"/sites/{site.key}/script", signed_in=True, viewport=viewport)
    check(page)
    address = page.url
    page.get_by_role("button", name="Check the page").click()
    expect(page.get_by_text("Content-Security-Policy blocks the script")).to_be_visible()
    expect(page.get_by_text("The script is on the page 2 times")).to_be_visible()
    assert page.url == address
    page.get_by_text("Prove that the domain is yours").click()
    check(page)
    page.locator("[name=to]").fill("nobody")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator("[aria-invalid=true]")).to_be_visible()
    check(page)


@pytest.mark.parametrize("viewport", SIZES)
def test_a_guide_is_open_to_everyone(viewport: dict[str, int], opened: Opener, reading: Store) -> None:
    page = opened(f"/sites/{people.bakery().key}/script", signed_in=True, viewport=viewport)
    for platform in ("WordPress", "Next.js"):
        page.get_by_role("link", name=platform, exact=True).click()
        expect(page.get_by_role("heading", name=platform)).to_be_visible()
        check(page)


@pytest.mark.parametrize("viewport", SIZES)
def test_visits_by_the_domain_alone_are_said_until_one_comes_by_key(
    viewport: dict[str, int], opened: Opener, reading: Store
) -> None:
    site = people.bakery()
    insert(reading, event(site_id=site.pk))
    page = opened(f"/sites/{site.key}/script", signed_in=True, viewport=viewport)
    expect(page.get_by_role("status").filter(has_text="by its domain alone")).to_be_visible()
    check(page)
    insert(reading, event(NOON + MINUTE, site_id=site.pk, by_key=True))
    expect(page.get_by_text("The first visit has come")).to_be_visible(timeout=30_000)  # by itself
    check(page)
