"""Pages in the reader's language: nothing stays English, and each language has its own voice."""

import re
from html.parser import HTMLParser

import pytest
from django.test import Client
from django.utils import translation

from tests import people
from trailhouse.accounts import services as accounts
from trailhouse.collector import agents
from trailhouse.collector.channels import CHANNELS
from trailhouse.core.errors import UserError
from trailhouse.dashboard import error_texts, formats, names
from trailhouse.sites.models import Site

WORD = re.compile(r"[A-Za-z]{2,}")
# What the cast and their visitors are called, and names that are the same everywhere.
DATA = {
    *("EUR", "Europe", "Amsterdam", "url", "plan", "Gold"),
    *(a + b for a in "abcdef" for b in "abcdef"),  # of visitors' numbers
    *("CSV", "Excel", "JSON", "Parquet", "PNG", "SVG", "XLSX"),  # formats of files
    *("Trailhouse", "Northlight", "Studio", "harbour", "bakery", "example", "MK", "reseller", "northlight"),
    *(
        "Google",
        "Instagram",
        "instagram",
        "com",
        "https",
        "Newsletter",
        "autumn",
        "email",
        "Firefox",
        "Safari",
        "Chrome",
    ),
    *("Linux", "iOS", "Android", "menu", "order", "thanks", "about", "contact", "Order", "placed", "Asked", "for"),
    # The platforms of the guides.
    *("HTML", "WordPress", "Shopify", "Wix", "Webflow", "Squarespace", "Google", "Tag", "Manager", "Next", "Nuxt"),
    *("Django", "Laravel", "js"),
    *("vanleer", "law", "North", "Holland", "Den", "Helder", "Bavaria", "Munich", "maps", "UTC", "nowhere", "Large"),
}
SHOWN = ("aria-label", "aria-roledescription", "title", "placeholder", "alt", "data-label", "data-done")


class Words(HTMLParser):
    """Collects what a page shows or reads aloud, but for code and time zones."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.found += [values[name] or "" for name in SHOWN if name in values]
        zones = tag == "select" and values.get("name") == "timezone"
        if tag in ("script", "style", "code") or zones or (self._silent and tag == "select"):
            self._silent += 1

    def handle_endtag(self, tag: str) -> None:
        if self._silent and tag in ("script", "style", "code", "select"):
            self._silent -= 1

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.found.append(data)


def english(page: str) -> set[str]:
    """Words in Latin letters that are no data."""
    reader = Words()
    reader.feed(page)
    return {word for text in reader.found for word in WORD.findall(text)} - DATA


PAGES = [
    "/sites",
    "/sites/add",
    "/sites/{key}/script",
    "/sites/{key}",
    "/sites/{key}?compare=none&metric=visit_duration&f=is:page:/nowhere",
    "/sites/{key}?period=24h&metric=bounce_rate&tab_sources=channels&tab_places=map&tab_technology=devices",
    "/sites/{key}?period=12mo&compare=previous&tab_pages=entry&tab_technology=languages&tab_events=outbound",
    "/sites/{key}?f=is:device:Mobile&f=contains_not:page:nowhere&f=is:prop.Order:Order&f=is:campaign:&compare=year",
    "/sites/{key}/sources/channels",
    "/sites/{key}/sources/campaigns?q=nowhere",
    "/sites/{key}/pages/top",
    "/sites/{key}/places/cities",
    "/sites/{key}/events/goals",
    "/sites/{key}/pages/top?f=matches:page:(",
    "/sites/{key}/segments",
    "/sites/{key}/segments/new?f=is:page:/nowhere||is_empty:campaign&f=done:is,nocase:page:/menu&f=is:segment:1",
    "/sites/{key}/sources?wrong=pattern.range",
    "/sites/{key}/live",
    "/sites/{key}/visitors",
    "/sites/{key}/visitors/00000000000003e9",
    "/sites/{key}/trends?tab_by=week&tab_with=bounce_rate",
    "/sites/{key}/hours",
    "/sites/{key}/returning",
    "/sites/{key}/left-out",
    "/sites/{key}/properties",
    "/sites/{key}/properties/plan",
    "/sites/{key}/places/map",
    "/sites/{key}/journeys",
    "/sites/{key}/not-found",
    "/sites/{key}/goals",
    "/sites/{key}/funnels",
    "/sites/{key}/funnels/add",
    "/sites/{key}/revenue",
    "/sites/{key}/campaigns",
    "/sites/{key}/campaigns/costs",
    "/sites/{key}/campaigns/costs/upload",
    "/sites/{key}/export",
    "/sites/{key}/settings/notes",
    "/sites/{key}/settings/page-groups",
    "/sites/{key}/settings/reports",
    "/sites/{new}",
    "/sites/{new}/script",
    "/nowhere",
]
REFUSED = ("", "localhost", "10.0.0.1", "co.uk", "github.io", "bakery", "bakery.exampel", "harbour-bakery.example")
EXAMPLES = {"client", "shop", "name", "uk", "exampel"}  # in hints such as client.example/shop


def test_no_text_of_a_page_stays_english(wide: str, bakery: Site, reseller: Client) -> None:
    new = people.law_firm().key  # never visited

    def words(language: str) -> dict[str, set[str]]:
        pages = {
            path: reseller.get(path.format(key=bakery.key, new=new), headers={"accept-language": language})
            for path in PAGES
        }
        return {path: left for path, answer in pages.items() if (left := english(answer.text))}

    assert words("en").keys() == set(PAGES)
    assert words(wide) == {}


def test_no_refusal_of_a_domain_stays_english(wide: str, bakery: Site, reseller: Client) -> None:
    def words(domain: str) -> set[str]:
        sent = {"domain": domain, "account": bakery.account_id, "timezone": "UTC", "privacy": "visits"}
        answer = reseller.post("/sites/add", sent, headers={"accept-language": wide})
        assert answer.status_code == 422
        return english(answer.text.replace(domain, "?") if domain else answer.text) - EXAMPLES

    assert {domain: left for domain in REFUSED if (left := words(domain))} == {}


def test_sign_in_and_set_up_do_not_stay_english(wide: str, client: Client, db: None) -> None:
    language = {"accept-language": wide}
    token = accounts.make_setup_link()
    for form in ({}, {"email": "baker", "password": "x"}, {"email": "b@bakery.example", "password": "password12"}):
        answer = client.post(f"/set-up/{token}", form, headers=language)
        assert english(answer.text) == set()
    assert english(client.get("/sign-in", headers=language).text) <= {"setup", "link"}
    entry = f"/enter/{accounts.make_sign_in_link(people.reseller())}"
    assert english(client.get(entry, headers=language).text) == set()
    wrong = client.post("/sign-in", {"login": "a@bakery.example", "password": "wrong"}, headers=language)
    assert english(wrong.text) == set()


@pytest.mark.parametrize(
    ("language", "visitors", "duration"),
    [
        ("en", "Visitors", "2m 41s"),
        ("nl", "Bezoekers", "2 min 41 s"),
        ("de", "Besucher", "2 min 41 s"),
        ("fr", "Visiteurs", "2 min 41 s"),
        ("es", "Visitantes", "2 min 41 s"),
    ],
)
def test_an_overview_speaks_the_language_of_the_browser(
    bakery: Site, reseller: Client, language: str, visitors: str, duration: str
) -> None:
    answer = reseller.get(f"/sites/{bakery.key}", headers={"accept-language": f"{language}-XX,en;q=0.5"})
    assert f'<html lang="{language}">' in answer.text
    assert visitors in answer.text
    with translation.override(language):
        assert formats.duration(161).replace("\N{NO-BREAK SPACE}", " ") == duration


def test_the_language_that_a_person_chose_wins_over_the_browsers(db: None, reseller: Client) -> None:
    user = people.reseller()
    user.language = "nl"
    user.save()
    assert "Site toevoegen" in reseller.get("/sites", headers={"accept-language": "de"}).text


def test_stored_values_that_are_words_are_known_to_the_pages(wide: str) -> None:
    """Channels, devices and classes of screens come from the collector, which knows no languages."""
    screens = {agents.screen_class(width) for width in (300, 700, 1200, 2000)}
    with translation.override(wide):
        left = [v for v in CHANNELS if WORD.search(names.channel(v))]
        left += [v for v in screens if WORD.search(names.screen(v))]
        left += [v for v, *_signs in agents._DEVICES if WORD.search(names.device(v))]
        assert left == []


@pytest.mark.parametrize("code", error_texts.TEXTS)
def test_errors_of_rooms_without_languages_are_translated(wide: str, code: str) -> None:
    with translation.override(wide):
        message, hint = error_texts.words(UserError(code, "English", "English"))
    assert not WORD.search(message + hint.replace("RE2", ""))
