"""Trials, prices and payments in the reader's language, for who pays and for the operator: nothing stays English."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import translation

from tests import people
from tests.billing import money
from tests.i18n.test_pages import english
from trailhouse.billing import activating, changes, tick
from trailhouse.billing.book import Interval
from trailhouse.billing.models import Book, Payment, Subscription
from trailhouse.billing.states import State
from trailhouse.core import clock
from trailhouse.dashboard import billing_words
from trailhouse.events import current
from trailhouse.events.store import Store
from trailhouse.sites.models import Site

pytestmark = pytest.mark.django_db
METER = money.FlatMeter(per_day=400)
PAYER = (
    "/accounts/{account}/billing",
    "/accounts/{account}/billing?interval=yearly",
    "/accounts/{account}/billing/sites/{duin}",
    "/accounts/{account}/billing/sites/{strand}",
    "/accounts/{account}/billing/sites/{kust}",
    "/accounts/{account}/billing/sites/{eiland}",
    "/accounts/{account}/billing/pay/{invoice}",
    "/accounts/{account}/billing/documents",
    "/accounts/{account}/billing/details",
    "/accounts/{account}/audit",
    "/sites/{key}/usage",
    "/sites",
    "/prices",
)
OPERATOR = (
    "/operator/billing",
    "/operator/billing/documents",
    "/operator/billing/payments",
    "/operator/billing/requests",
    "/operator/billing/sites",
    "/operator/billing/accounts",
    "/operator/billing/accounts/{account}",
    "/operator/billing/accounts/{account}/sites/{duin}",
    "/operator/billing/accounts/{account}/sites/{kust}",
    "/operator/billing/accounts/{account}/payments/{payment}",
    "/operator/billing/books",
    "/operator/billing/books/{book}",
    "/operator/billing/seller",
    "/operator/billing/tax",
    "/operator/billing/rules",
    "/operator/billing/bank",
)
# What stands beside the cast: the seller's and the payer's addresses, sites, currencies, numbers of documents.
GIVEN = {
    *("Havenplein", "Kade", "AB", "NL", "BV", "Hosting", "ABNA", "ABNANL", "RF", "EUR", "PDF", "XML", "Standard"),
    *("OO", "The", "operator", "instance", "trailhouse", "bank", "duin", "strand", "kust", "eiland"),
}


@pytest.fixture
def shown(store: Store) -> Iterator[dict[str, object]]:
    """What the addresses name: sites in four states, an invoice that is open and a payment."""
    current.use(store)
    with ExitStack() as held:
        held.enter_context(clock.frozen(money.START))
        money.switch_on()
        sites = [money.site(f"{name}.example") for name in ("duin", "strand", "kust")]
        held.enter_context(clock.frozen(money.START + timedelta(days=29)))
        tick.run(METER)
        trial = money.site("eiland.example")
        money.activate(*sites[:2], days=METER)
        held.enter_context(clock.frozen(money.START + timedelta(days=61)))
        tick.run(METER)
        rows = Subscription.objects.select_related("site", "account")
        found = {one.domain.split(".")[0]: one for one in rows}
        changes.cancel(found["strand"], by=people.reseller())
        activating.activate(people.account(), {found["kust"]: Interval.YEARLY}, by=None, days=METER)
        yield {
            **{name: one.pk for name, one in found.items()},
            "account": people.account().pk,
            "key": Site.objects.get(domain="duin.example").key,
            "invoice": money.invoices()[-1].pk,
            "payment": Payment.objects.first().pk,  # type: ignore[union-attr]
            "book": Book.objects.first().pk,  # type: ignore[union-attr]
        }
        assert trial.state == State.TRIAL
    current.use(None)


@pytest.mark.parametrize(("who", "paths"), [("reseller", PAYER), ("operator", OPERATOR)])
def test_no_text_of_billing_stays_english(
    wide: str, shown: dict[str, object], client: Client, who: str, paths: tuple[str, ...]
) -> None:
    client.force_login(getattr(people, who)())
    client.post("/confirm/password", {"password": people.PASSWORD})
    found = []
    for path in paths:
        answer = client.get(path.format(**shown), headers={"accept-language": wide})
        text = answer.text.replace(people.reseller().email, "").replace(people.reseller().full_name, "")
        left = english(text) - GIVEN if answer.status_code == 200 else {str(answer.status_code)}
        if left:
            found.append(f"{path}: {' '.join(sorted(left))}")
    assert found == [], "\n".join(found)


def test_each_state_event_and_reason_has_words_that_are_translated(wide: str) -> None:
    with translation.override(wide):
        words = [*billing_words.EVENTS.values(), *billing_words.REASONS.values(), *billing_words.GROUNDS.values()]
        blank = dict.fromkeys(("rate", "on", "to", "held_because"), "")
        assert [text for text in (str(one) % blank for one in words) if english(text)] == []
