"""A site that has ended: for 30 days its statistics can be taken by whoever sees what was paid for it."""

import gzip
import json
from datetime import timedelta

import pytest
from django.test import Client

from tests import people
from tests.billing import money
from tests.dashboard import visits
from tests.dashboard.payer import DAY, Go, base, due, page, reseller, signed_in, time
from tests.events.makers import event
from trailhouse.accounts import suspension
from trailhouse.billing.models import Subscription
from trailhouse.billing.states import State
from trailhouse.core import clock
from trailhouse.events.store import Store
from trailhouse.exports.models import Export
from trailhouse.outbox.models import Mail
from trailhouse.outbox.rendering import render
from trailhouse.outbox.working import carry_out_due
from trailhouse.sites.models import Privacy, Site

__all__ = ["reseller", "time"]
pytestmark = pytest.mark.django_db
DOMAIN = "dune-hotel.example"


@pytest.fixture
def ended(time: Go, store: Store) -> Subscription:
    """A site that nobody paid for, with three events."""
    (one,) = due(time, DOMAIN)
    assert one.site is not None
    moment = clock.now_ms() - 3_600_000
    visits.add(store, [event(moment + n, site_id=one.site.pk, path=f"/{n}") for n in range(3)])
    time(31 * DAY)
    one.refresh_from_db()
    assert one.state == State.CANCELLED
    return one


def where(one: Subscription) -> str:
    """The page of the site."""
    return f"{base()}/sites/{one.pk}"


def asked(client: Client, one: Subscription, what: str = "events/csv") -> str:
    """Where an export leads that was asked for."""
    answer = client.post(f"{where(one)}/export", {"what": what})
    assert answer.status_code == 302
    return str(answer["Location"])


def test_its_page_offers_the_statistics_that_are_locked(ended: Subscription, reseller: Client) -> None:
    assert Site.objects.get().locked
    text = page(reseller, where(ended))
    assert "Take its statistics with you" in text
    address = asked(reseller, ended)
    carry_out_due()
    assert "The file is ready" in page(reseller, address)
    answer = reseller.get(f"{address}/file")
    assert len(gzip.decompress(answer.getvalue()).splitlines()) == 4
    assert "All events · CSV" in page(reseller, where(ended))


def test_totals_are_offered_as_well(ended: Subscription, reseller: Client) -> None:
    address = asked(reseller, ended, "totals/json")
    carry_out_due()
    days = json.loads(reseller.get(f"{address}/file").getvalue())
    assert sum(day["pageviews"] for day in days) == 3


def test_the_mail_about_it_leads_there(ended: Subscription) -> None:
    mail = Mail.objects.filter(template="billing/day").latest("pk")
    told = render(mail)
    assert f"{DOMAIN} has ended. Its statistics can be exported until " in told.text
    assert f"{where(ended)}" in told.text
    assert "Export its statistics" in told.html


def test_the_mail_that_the_file_is_ready_leads_to_what_was_paid(ended: Subscription, reseller: Client) -> None:
    address = asked(reseller, ended)
    carry_out_due()
    told = render(Mail.objects.get(template="exports/ready"))
    assert address in told.text


def test_after_thirty_days_there_is_nothing_to_take(ended: Subscription, reseller: Client, time: Go) -> None:
    address = asked(reseller, ended)
    carry_out_due()
    time(ended.since + 30 * DAY - timedelta(minutes=1) - clock.now())
    assert "Take its statistics with you" in page(reseller, where(ended))
    time(timedelta(minutes=1))
    assert "Take its statistics with you" not in page(reseller, where(ended))
    assert "export until" not in page(reseller, where(ended))
    for path in (address, f"{address}/file"):
        assert reseller.get(path)["Location"] == where(ended)
    assert asked(reseller, ended) == where(ended)
    assert Export.objects.count() == 1


def test_a_site_that_goes_on_has_none_of_it(time: Go, reseller: Client) -> None:
    (one,) = due(time, DOMAIN)
    assert "Take its statistics with you" not in page(reseller, where(one))
    assert asked(reseller, one) == where(one)
    assert not Export.objects.exists()


def test_a_payment_ends_it_and_the_file_under_way(ended: Subscription, reseller: Client) -> None:
    asked(reseller, ended)
    money.activate(ended)
    carry_out_due()
    assert Export.objects.get().state == Export.State.FAILED


def test_the_bookkeeper_may_take_it_and_others_may_not(ended: Subscription, reseller: Client) -> None:
    address = asked(reseller, ended)
    carry_out_due()
    books = signed_in(people.bookkeeper())
    assert books.get(f"{address}/file").getvalue()
    assert "/exports/" in asked(books, ended)
    for other in (people.colleague(), people.stranger(), people.operator()):
        for path in (address, f"{address}/file"):
            assert signed_in(other).get(path).status_code == 404
        assert signed_in(other).post(f"{where(ended)}/export", {"what": "events/csv"}).status_code == 404


def test_what_the_statistics_pages_made_is_not_given_out_here(ended: Subscription, reseller: Client) -> None:
    made = Export.objects.create(
        site=Site.objects.get(), what="events", through="statistics", form="csv",
        first_day=clock.now().date(), last_day=clock.now().date(),
    )  # fmt: skip
    assert reseller.get(f"{base()}/exports/{made.pk}").status_code == 404


def test_a_suspended_account_takes_nothing(ended: Subscription, reseller: Client) -> None:
    address = asked(reseller, ended)
    carry_out_due()
    suspension.suspend(money.account(), because="Abuse", by=people.operator())
    assert "Take its statistics with you" not in page(reseller, where(ended))
    assert reseller.get(f"{address}/file")["Location"] == where(ended)


def test_a_strict_site_has_totals_alone(ended: Subscription, reseller: Client) -> None:
    Site.objects.update(privacy=Privacy.STRICT)
    text = page(reseller, where(ended))
    assert "All events" not in text
    assert "Totals by day · CSV" in text
    assert asked(reseller, ended) == where(ended)
    assert not Export.objects.exists()
