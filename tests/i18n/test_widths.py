"""Longer words than English has: on a phone and on a desk nothing is cut off and no page scrolls sideways."""

import pytest
from django.test import Client
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer
from tools import messages

from tests import people
from tests.browser import browser
from trailhouse.accounts import services
from trailhouse.sites.models import Site

__all__ = ["browser"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PATHS = (
    "/sites",
    "/sites/add",
    "/sites/{key}/script",
    "/sites/{key}?f=is:device:Mobile&compare=year",
    "/sites/{key}/sources/channels",
    "/sites/{key}/pages/top",
    "/sites/{new}",
    "/sites/{new}/script",
)
# What reaches beyond the page, and words of our own that are wider than their place. Names of rows are data: a long one
# ends in "…" and has its title.
CUT = """() => {
  const page = document.documentElement;
  const words = document.querySelectorAll('.btn, .kpi *, .tabs a, .side a, thead th, label, h1, h2, .badge, .item');
  const shown = [...words].filter((e) => e.clientWidth > 1 && !e.closest('table.cards thead'));
  const cut = shown.filter((e) => e.scrollWidth > e.clientWidth + 1).map((e) => e.textContent.trim());
  return page.scrollWidth > page.clientWidth ? ['the page', ...cut] : cut;
}"""


@pytest.mark.parametrize(
    ("width", "languages"),
    [
        pytest.param(360, messages.LANGUAGES, id="a phone"),
        pytest.param(1360, ("de", "nl"), id="a desk, in the languages of the longest words"),
    ],
)
def test_no_language_is_too_long_for_a_page(
    width: int,
    languages: tuple[str, ...],
    transactional_db: None,
    browser: Browser,
    live_server: LiveServer,
    bakery: Site,
    client: Client,
) -> None:
    client.force_login(people.reseller())
    cookie = next(iter(client.cookies.values()))
    strangers = ("/sign-in", f"/set-up/{services.make_setup_link()}")
    new = people.law_firm().key  # never visited
    wrong: dict[tuple[str, str], list[str]] = {}
    for language in languages:
        context = browser.new_context(viewport={"width": width, "height": 800}, locale=language)
        page = context.new_page()
        for path in (*strangers, *PATHS):
            if path == PATHS[0]:
                context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
            page.goto(live_server.url + path.format(key=bakery.key, new=new))
            assert page.locator("html").get_attribute("lang") == language
            wrong[language, path] = page.evaluate(CUT)
        context.close()
    assert {where: words for where, words in wrong.items() if words} == {}
