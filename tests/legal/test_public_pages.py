"""Legal notice, privacy statement and the page of those who do not want to be counted, as anybody meets them."""

import html

import pytest
from django.conf import settings as django_settings
from django.http import Http404
from django.test import Client, RequestFactory
from pytest_django import Settings

from tests import people
from trailhouse.accounts.models import Account
from trailhouse.branding import codes, looks
from trailhouse.branding.models import Brand
from trailhouse.core import clock
from trailhouse.dashboard import views_legal_pages as pages
from trailhouse.legal import services, site_texts
from trailhouse.legal.models import Kind
from trailhouse.legal.services import DetailsText
from trailhouse.sites.models import Privacy, Site

pytestmark = pytest.mark.django_db
COMPANY = DetailsText("Northlight GmbH", "Hafenstr. 7\n20457 Hamburg", "DE", "hello@northlight.example")


def address(account: Account, kind: str, brand: Brand | None = None) -> str:
    return f"/legal/{codes.code_of(account.pk, brand.pk if brand else None)}/{kind}"


def words(client: Client, path: str, language: str = "en") -> str:
    answer = client.get(path, headers={"Accept-Language": language})
    assert answer.status_code == 200, path
    return html.unescape(answer.content.decode())


def test_the_notice_of_an_account_says_what_it_entered_and_nothing_of_the_product(client: Client) -> None:
    account = people.account()
    services.set_details(account, COMPANY, by=people.reseller())
    shown = words(client, address(account, "notice"))
    for part in ("Northlight Studio", "Northlight GmbH", "20457 Hamburg", "Germany", "hello@northlight.example"):
        assert part in shown
    body = shown.partition("<body")[2]
    assert "Trailhouse" not in body


def test_the_privacy_statement_names_who_processes_data_for_whom_and_every_level(client: Client) -> None:
    account = people.account()
    shown = words(client, address(account, "privacy"))
    assert (
        "Northlight Studio is the processor on the owner's behalf, and Trailhouse runs the technical service" in shown
    )
    for part in ("Strict:", "Visits:", "Recognised:", "never stored", "No cookies", "25 unless", "Your rights"):
        assert part in shown


def test_the_instance_has_both_pages_of_its_own_and_a_brands_host_those_of_the_brand(client: Client) -> None:
    assert "Trailhouse" in words(client, "/legal/notice")
    assert "on behalf of the agency" in words(client, "/legal/privacy")
    brand = Brand.objects.create(account=people.account(), name="Lighthouse")
    request = RequestFactory().get("/legal/notice")
    request.brand = brand  # type: ignore[attr-defined]
    request.session, request.user = {}, people.reseller()  # type: ignore[assignment]
    shown = pages.notice(request).content.decode()
    assert "Lighthouse" in shown
    assert "Northlight Studio" in shown


def test_nobody_finds_another_account_by_counting_or_on_a_brands_host(client: Client) -> None:
    account, (other,) = people.account(), people.stranger().accounts.all()
    code = codes.code_of(account.pk)
    mark = code.partition("-")[2]
    for wrong in (str(account.pk), f"{account.pk + 1}-{mark}", f"{account.pk}-", f"x-{mark}", "-"):
        assert client.get(f"/legal/{wrong}/notice").status_code == 404, wrong
    request = RequestFactory().get("/")
    request.brand = Brand.objects.create(account=other, name="Elsewhere")  # type: ignore[attr-defined]
    with pytest.raises(Http404):
        pages.notice_of(request, code)
    with pytest.raises(Http404):
        pages.opt_out(request, people.bakery().key)
    Account.objects.filter(pk=account.pk).update(closed_at=clock.now())
    assert client.get(f"/legal/{code}/notice").status_code == 404


def test_addresses_outlive_a_new_signing_key(client: Client, settings: Settings) -> None:
    path = address(people.account(), "notice")
    settings.SECRET_KEY_FALLBACKS = [django_settings.SECRET_KEY]
    settings.SECRET_KEY = "another one"
    assert client.get(path).status_code == 200
    settings.SECRET_KEY_FALLBACKS = []
    assert client.get(path).status_code == 404


def test_own_text_stands_below_or_alone_and_is_never_markup(client: Client) -> None:
    account, by = people.account(), people.reseller()
    own = "# Our rule\n\nHello <script>alert(1)</script>\n\n- one\n- two"
    services.set_wording(Kind.PRIVACY, account, own, replaces=False, by=by)
    raw = client.get(address(account, "privacy")).content.decode()
    assert "<h2>Our rule</h2>" in raw
    assert "&lt;script&gt;alert(1)" in raw
    assert "<li>one</li><li>two</li>" in raw
    assert "Your rights" in raw
    services.set_wording(Kind.PRIVACY, account, own, replaces=True, by=by)
    assert "Your rights" not in client.get(address(account, "privacy")).content.decode()
    services.set_wording(Kind.PRIVACY, account, " ", replaces=True, by=by)
    assert "Your rights" in client.get(address(account, "privacy")).content.decode()


def test_a_brand_has_its_own_text_its_own_name_and_may_link_elsewhere(client: Client) -> None:
    account, by = people.account(), people.reseller()
    brand = Brand.objects.create(account=account, name="Lighthouse")
    services.set_wording(Kind.NOTICE, account, "Of all", replaces=False, by=by)
    services.set_wording(Kind.NOTICE, account, "Of the lighthouse", replaces=False, brand=brand, by=by)
    shown = words(client, address(account, "notice", brand))
    assert "Of the lighthouse" in shown
    assert "Of all" not in shown
    assert looks.of_brand(brand).notice_link.endswith(address(account, "notice", brand))
    Brand.objects.filter(pk=brand.pk).update(notice_url="https://northlight.example/imprint")
    assert client.get(address(account, "notice", brand))["Location"] == "https://northlight.example/imprint"


def test_texts_of_another_accounts_brand_are_refused() -> None:
    brand = Brand.objects.create(account=people.stranger().accounts.get(), name="Elsewhere")
    with pytest.raises(ValueError, match="somebody else"):
        services.set_wording(Kind.NOTICE, people.account(), "x", replaces=False, brand=brand, by=people.reseller())


def test_the_opt_out_page_leads_to_each_host_of_the_site_and_names_no_product(client: Client) -> None:
    site = people.bakery()
    site.aliases.create(hostname="shop.harbour-bakery.example")
    shown = words(client, f"/opt-out/{site.key}")
    assert 'href="https://harbour-bakery.example/#visits_ignore"' in shown
    assert 'href="https://shop.harbour-bakery.example/#visits_ignore"' in shown
    assert "Northlight Studio" in shown
    assert "railhouse" not in shown.partition("<body")[2].replace("trailhouse.example", "")
    assert client.get("/opt-out/nosuchkey2").status_code == 404


@pytest.mark.parametrize(
    ("level", "says", "says_not"),
    [
        pytest.param(Privacy.STRICT, "Only figures are shown", "your consent", id="strict"),
        pytest.param(Privacy.VISITS, "lasts for one day", "your consent", id="visits"),
        pytest.param(Privacy.RECOGNISED, "your consent (Article 6(1)(a) GDPR)", "Only figures", id="recognised"),
    ],
)
def test_the_text_for_the_website_follows_the_sites_settings(level: str, says: str, says_not: str) -> None:
    site = people.bakery()
    Site.objects.filter(pk=site.pk).update(privacy=level, retention_months=1, tracker={"respect_gpc": True})
    site.refresh_from_db()
    text = site_texts.paragraphs(site, "https://x.example/opt-out/k", "en")
    assert says in text
    assert says_not not in text
    for part in ("Northlight Studio", "after 1 month.", "Global Privacy Control", "https://x.example/opt-out/k"):
        assert part in text
    assert "Trailhouse" not in text


def test_the_settings_page_shows_the_text_in_the_language_that_is_asked_for(client: Client) -> None:
    people.client()  # reads German
    client.force_login(people.reseller())
    path = f"/sites/{people.bakery().key}/settings/privacy-text"
    assert 'lang="de"' in client.get(path).content.decode()
    assert 'lang="nl"' in client.get(f"{path}?language=nl").content.decode()
    assert 'lang="en"' in client.get(f"{path}?language=xx").content.decode()
    assert f"/opt-out/{people.bakery().key}" in client.get(path).content.decode()
