"""Trials and payments on other pages: locked sites, the account page, usage, mails; and who reads nothing of it."""

import pytest
from django.test import Client

from tests import people
from tests.billing import money
from tests.dashboard.payer import DAY, MONEY_WORDS, Go, base, page, paid, reseller, signed_in, text_of, time
from trailhouse.accounts.services import create_api_key
from trailhouse.billing.models import MeteredDay
from trailhouse.billing.states import State
from trailhouse.core import clock
from trailhouse.outbox.models import Mail
from trailhouse.sites import sharing
from trailhouse.sites.models import Site
from trailhouse.sites.services import NewSite, add_site

__all__ = ["reseller", "time"]

pytestmark = pytest.mark.django_db


# -- locked


def test_who_pays_reads_what_opens_a_locked_site_and_nobody_else_a_word_of_money(time: Go) -> None:
    bakery = people.bakery()
    Site.objects.update(first_event_at=clock.now())
    link = sharing.add_link(bakery, sharing.LinkText("For all"), by=people.reseller())
    Site.objects.update(public=True)
    _key, token = create_api_key(people.account(), by=people.reseller())
    client = signed_in(people.client_member())
    reseller = signed_in(people.reseller())
    time(30 * DAY)
    bakery.refresh_from_db()
    assert bakery.locked
    said = page(reseller, f"/sites/{bakery.key}", 403)
    assert "The statistics of harbour-bakery.example are kept and locked until you activate it: €19.00 a month." in said
    assert f'href="{base()}?chosen=1&amp;site=' in reseller.get(f"/sites/{bakery.key}").text
    live = reseller.get(f"/sites/{bakery.key}/live-count", headers={"HX-Request": "true"})
    assert (live.status_code, live["HX-Refresh"]) == (403, "true")
    for path in (f"/sites/{bakery.key}", f"/sites/{bakery.key}/sources", f"/sites/{bakery.key}/live-count"):
        said = page(client, path, 503)
        assert "temporarily unavailable" in said
        assert not MONEY_WORDS.search(said)
    listed = page(client, "/sites")
    assert "Temporarily unavailable" in listed
    assert not MONEY_WORDS.search(listed)
    for path in (f"/share/{link.slug}", f"/share/{bakery.key}", f"/share/{link.slug}/live-count"):
        answer = Client().get(path)
        assert answer.status_code == 503
        assert "temporarily unavailable" in answer.text
        assert not MONEY_WORDS.search(text_of(answer.text))
    answer = Client().post(
        "/api/v2/query",
        {"site_id": bakery.domain, "metrics": ["visitors"], "date_range": "7d"},
        content_type="application/json",
        headers={"Authorization": f"Bearer {token}"},
    )
    assert (answer.status_code, answer.json()["code"]) == (503, "temporarily_unavailable")
    assert not MONEY_WORDS.search(answer.text)
    assert client.get(f"/sites/{bakery.key}/usage").status_code == 404


# -- the account page and the banner


def test_prices_stand_on_the_account_page_for_who_pays_alone(time: Go) -> None:
    paid(time, "a.example")
    money.site("b.example")
    said = page(signed_in(people.reseller()), "/sites")
    assert "A month" in said
    assert "a.example Active" in said
    assert "€19.00" in said
    assert "Trial · 29 days left" in said
    for who in (people.adding_super, people.site_super, people.client_member):
        reader = signed_in(who())
        said = page(reader, reader.get("/sites").headers.get("Location", "/sites"))  # who has one site lands on it
        assert "A month" not in said
        assert "€" not in said
        assert "Trial" not in said


def test_a_missing_payment_is_told_on_open_pages_to_who_pays(time: Go) -> None:
    (one,) = paid(time, "a.example")
    time(29 * DAY)
    time(15 * DAY)
    one.refresh_from_db()
    assert one.state == State.PAST_DUE
    assert one.site is not None
    reseller, colleague = signed_in(people.reseller()), signed_in(people.adding_super())
    for path in ("/sites", f"/sites/{one.site.key}", f"/sites/{one.site.key}/settings"):
        assert "a.example: a payment is missing." in page(reseller, path)
        assert "payment" not in page(colleague, path)
    said = page(reseller, base())
    assert "Past due" in said
    assert "Open invoices" in said


# -- usage


def test_usage_shows_the_measure_with_its_arithmetic(reseller: Client, time: Go) -> None:
    (one,) = paid(time, "a.example")
    assert one.site is not None
    today = clock.now().date()
    MeteredDay.objects.bulk_create(
        MeteredDay(site_number=one.site_number, day=today - n * DAY, pageviews=100 + n, rule=1) for n in range(1, 29)
    )
    said = page(reseller, f"/sites/{one.site.key}/usage")
    assert "11,200 pageviews in 28 whole days, × 28 ÷ 28 = 11,200 in 28 days" in said
    assert "up to 100,000 pageviews in 28 days · €19.00 a month · €190.00 a year" in said
    assert "At the end of the trial" in said
    assert f"{sum(100 + n for n in range(1, 28)):,} 3 % of the tier" in said  # today is one of the 28
    assert "by the last 28 complete days" in said


# -- mails about sites


def test_a_site_without_the_right_to_a_trial_says_so(reseller: Client, time: Go) -> None:
    time(DAY)
    add_site(money.account(), NewSite("shop.a.example"), by=people.reseller())
    add_site(money.account(), NewSite("blog.a.example"), by=people.reseller())
    first, second = Mail.objects.filter(template="sites/added").order_by("pk")
    assert first.context["trial_last_day"]
    assert not first.context["no_trial"]
    assert second.context["trial_last_day"] is None
    assert second.context["no_trial"]
    other = Site.objects.get(domain="blog.a.example")
    assert "free trial" not in page(reseller, f"/sites/{other.key}/usage")
