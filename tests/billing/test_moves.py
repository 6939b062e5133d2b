"""Sites that go to another account: what is paid goes along, and what is owed does not."""

from datetime import date

import pytest
from django.test import Client

from tests import people
from tests.billing import invariants, money
from trailhouse.accounts.models import Account
from trailhouse.billing import activating, changes, tick
from trailhouse.billing.book import DEFAULT_BOOK, Interval, PriceBook
from trailhouse.billing.models import BillingAccount, Book, Document, Subscription, TrialUse
from trailhouse.billing.settling import balance
from trailhouse.billing.states import State
from trailhouse.core import clock
from trailhouse.core.errors import UserError
from trailhouse.sites import offering
from trailhouse.sites.lifecycle import transfer

QUIET = money.FlatMeter(0)


def _second_account() -> Account:
    owner = people.reseller()
    made: Account = Account.objects.create(name="Northlight Two", owner=owner, timezone="Europe/Amsterdam")
    return made


def _move(one: Subscription, to: Account) -> None:
    assert one.site is not None
    transfer(one.site, to, by=people.reseller())
    one.refresh_from_db()


def test_a_paid_site_goes_along_with_its_days_and_is_billed_there_from_then_on(time: money.Time) -> None:
    one, two = money.site("one.example"), money.site("two.example")
    money.activate(one, two, days=QUIET)
    time.passes(days=10)
    payer, to = people.account(), _second_account()
    _move(one, to)
    assert (one.account_id, one.state, one.paid_until) == (to.pk, State.ACTIVE, date(2027, 2, 4))
    assert TrialUse.objects.filter(account=to, registrable="one.example").exists()
    time.passes(days=30)
    tick.run(QUIET)
    theirs = Document.objects.get(account=to)
    line = theirs.lines.get()
    assert (line.start, line.end, line.rank) == (date(2027, 2, 4), date(2027, 3, 4), 1)
    former = Document.objects.filter(account=payer).order_by("-pk")[0]
    assert [row.text for row in former.lines.all()] == ["two.example"]
    invariants.check(payer)
    invariants.check(to)


def test_a_trial_that_an_account_has_used_up_stays_so_when_a_site_of_that_domain_comes(time: money.Time) -> None:
    one, to = money.site("one.example", visited=False), _second_account()
    TrialUse.objects.create(account=to, registrable="one.example", used_at=time.now)
    _move(one, to)
    assert TrialUse.objects.get(account=to).used_at == time.now


def test_a_site_that_owes_or_is_suspended_stays_where_it_is(time: money.Time) -> None:
    one = money.site("one.example")
    money.activate(one, days=QUIET)
    time.passes(days=32)
    tick.run(QUIET)
    to = _second_account()
    with pytest.raises(UserError, match="not paid"):
        _move(one, to)
    assert one.site is not None
    one.site.refresh_from_db()
    assert one.site.account_id == one.account_id
    taker = people.stranger()
    token, browser = offering.offer(one.site, taker.email, by=people.reseller())[1], Client()
    browser.force_login(taker)
    answer = browser.post(f"/site-offers/{token}", {"account": taker.accounts.get().pk})
    assert answer.status_code == 422
    assert "Ask whoever offers the site." in answer.content.decode()
    assert "paid" not in answer.content.decode(), "what the account before owes is no business of theirs"


def test_the_credit_of_a_moved_site_goes_to_who_paid_at_the_prices_it_paid_by(time: money.Time) -> None:
    one = money.site("one.example")
    money.activate(one, days=QUIET, interval=Interval.YEARLY)
    payer, to = people.account(), _second_account()
    dollars = PriceBook("USD", DEFAULT_BOOK.tiers, DEFAULT_BOOK.ladder)
    book = Book.objects.create(
        name="Dollars", currency="USD", content=dollars.to_json(), valid_from=date(2026, 1, 1), published_at=clock.now()
    )
    BillingAccount.objects.create(account=to, book=book, country="NL")
    _move(one, to)
    time.passes(days=40)
    changes.remove_now(one, by=people.reseller())
    assert balance(payer) == round((2_000 - 2 * 200) * 1.21)
    assert balance(to) == 0
    assert Document.objects.get(kind="credit_note").currency == "EUR"
    invariants.check(payer)


def test_a_request_of_the_former_account_no_longer_opens_a_site_that_went_away(time: money.Time) -> None:
    one, two = money.site("one.example"), money.site("two.example")
    activating.activate(one.account, dict.fromkeys([one, two], Interval.MONTHLY), by=None, days=QUIET)
    payer, to = people.account(), _second_account()
    _move(one, to)
    tick.run(QUIET)
    request = activating.open_request(payer)
    assert request is not None
    assert [line.text for line in request.lines.all()] == ["two.example"]
