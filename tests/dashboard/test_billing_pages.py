"""Trials and payments for who pays: what is due, what it costs, and what can be done."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests import people
from tests.billing import money
from tests.dashboard.payer import (
    DAY,
    MONEY_WORDS,
    Go,
    base,
    due,
    page,
    paid,
    receive,
    reseller,
    signed_in,
    text_of,
    time,
)
from trailhouse.accounts.models import Instance
from trailhouse.billing import activating, changes, choosing, planning, settling
from trailhouse.billing.book import Interval
from trailhouse.billing.models import BillingAccount, Document, PayChoice, Request, Subscription
from trailhouse.billing.references import grouped, is_reference
from trailhouse.billing.states import State

__all__ = ["reseller", "time"]

pytestmark = pytest.mark.django_db


# -- whether there is anything of it at all


@pytest.mark.parametrize("mode", [Instance.Billing.OFF, Instance.Billing.EXTERNAL])
def test_where_nobody_is_billed_no_word_of_it_appears(reseller: Client, time: Go, mode: str) -> None:
    (one,) = paid(time, "dune-hotel.example")
    Instance.objects.update(billing=mode)
    assert one.site is not None
    for path in (base(), f"{base()}/documents", f"{base()}/details", f"/sites/{one.site.key}/usage"):
        assert reseller.get(path).status_code == 404
    for path in ("/sites", f"/sites/{one.site.key}/script"):
        assert not MONEY_WORDS.search(page(reseller, path))


def test_an_account_without_sites_says_what_will_appear(reseller: Client) -> None:
    said = page(reseller, base())
    assert "No sites yet" in said
    assert "site 1 0%" in said
    assert "No documents yet" in page(reseller, f"{base()}/documents")


# -- on the account page


def test_the_account_page_tells_who_pays_what_waits_and_what_the_next_site_costs(reseller: Client, time: Go) -> None:
    (one,) = due(time, "dune-hotel.example")
    said = page(reseller, "/sites")
    assert "dune-hotel.example waits to be activated." in said
    assert "kept and locked until then, also to its people: €19.00 a month, net." in said
    assert f'href="{base()}#due"' in reseller.get("/sites").text
    assert "Sites paid for 0 Trials and payments + 0 on trial, 1 due" in said
    activating.activate(money.account(), {one: Interval.MONTHLY}, by=None)
    receive(22_99, "first")
    said = page(reseller, "/sites")
    assert "waits to be activated" not in said
    assert "Sites paid for 1 Trials and payments + 0 on trial, 0 due Discount of the next site −5%" in said
    assert "−10% from site 5 on You pay a month, net €19.00 next invoice on" in said
    assert "€19.00 up to 100,000" in said
    assert not MONEY_WORDS.search(page(signed_in(people.adding_super()), "/sites"))


def test_many_sites_that_ended_cost_no_more_questions_than_few(reseller: Client, time: Go) -> None:
    def questions(path: str) -> int:
        reseller.get(path)
        with CaptureQueriesContext(connection) as asked:
            assert reseller.get(path).status_code == 200
        return len(asked)

    def end(*domains: str) -> None:
        for domain in domains:
            Subscription.objects.filter(pk=money.site(domain).pk).update(state=State.CANCELLED)

    end("a.example", "b.example")
    few = [questions(path) for path in ("/sites", base())]
    end(*(f"more-{n}.example" for n in range(5)))
    assert [questions(path) for path in ("/sites", base())] == few


# -- activating


def test_what_is_due_is_calculated_as_it_is_asked_for(reseller: Client, time: Go) -> None:
    ones = due(time, "a.example", "b.example")
    said = page(reseller, base())
    assert "2 sites are locked until they are activated" in said
    # 19.00 + 19.00 less 5 %, and 21 % on the sum of 37.05
    assert "Net €37.05 Tax 21%, at the seller's place €7.78 Total €44.83" in said
    assert "With 3 more sites the discount of the last one is 10%" in said
    some = page(reseller, f"{base()}?chosen=1&site={ones[1].pk}&interval=yearly", target="offer")
    assert some.startswith("Site Days") or some.startswith("What activating costs")
    assert "Total €229.90" in some
    assert "a.example" not in some
    assert "Choose at least one site" in page(reseller, f"{base()}?chosen=1")
    asked = {"chosen": "1", "site": [one.pk for one in ones], "interval": "monthly"}
    answer = reseller.post(f"{base()}/activate", asked, follow=True)
    request = Request.objects.get()
    assert (request.net, request.tax, request.total) == (3705, 778, 4483)
    said = text_of(answer.text)
    assert "The payment request is below" in said
    for told in ("Amount €44.83", grouped(request.reference), "NL91 ABNA 0417 1643 00", "ABNANL2A"):
        assert told in said
    reseller.post(f"{base()}/activate", asked)
    assert Request.objects.count() == 1
    receive(4483, "bank/1")
    assert "To be paid now" not in page(reseller, base())
    assert {one.state for one in Subscription.objects.all()} == {State.ACTIVE}


def test_a_request_can_be_withdrawn(reseller: Client, time: Go) -> None:
    (one,) = due(time, "a.example")
    reseller.post(f"{base()}/activate", {"site": one.pk, "interval": "yearly"})
    assert Request.objects.get().total == 22990
    assert "was withdrawn" in text_of(reseller.post(f"{base()}/withdraw", follow=True).text)
    assert activating.open_request(money.account()) is None


def test_on_invoice_terms_sites_are_open_at_once(reseller: Client, time: Go) -> None:
    (one,) = due(time, "a.example")
    BillingAccount.objects.update(terms_days=14)
    assert "Open at once; the invoice is to be paid within 14 days." in page(reseller, base())
    reseller.post(f"{base()}/activate", {"site": one.pk, "interval": "monthly"})
    one.refresh_from_db()
    assert one.state == State.ACTIVE


def test_credit_that_covers_it_opens_sites_at_once(reseller: Client, time: Go) -> None:
    (one,) = due(time, "a.example")
    receive(5000, "bank/early")
    assert "Your credit pays it: the sites are open at once." in page(reseller, base())
    reseller.post(f"{base()}/activate", {"site": one.pk, "interval": "monthly"})
    one.refresh_from_db()
    assert one.state == State.ACTIVE
    assert settling.balance(money.account()) == 5000 - 2299
    said = page(reseller, f"{base()}/documents")
    assert "paid more than was asked" in said
    assert "used for a document" in said


def test_a_trial_is_measured_as_it_is_activated_early(reseller: Client, time: Go) -> None:
    one = money.site("early.example")
    time(10 * DAY)
    said = page(reseller, f"{base()}?chosen=1&site={one.pk}")
    assert "Activate early" in said
    assert "up to 1,000" in said  # the store holds no pageview
    reseller.post(f"{base()}/activate", {"site": one.pk, "interval": "monthly"})
    assert Request.objects.get().net == 200


def test_what_cannot_be_activated_is_refused_in_words(reseller: Client, time: Go) -> None:
    (one,) = paid(time, "a.example")
    answer = reseller.post(f"{base()}/activate", {"site": one.pk, "interval": "monthly"}, follow=True)
    assert "cannot be activated: a.example" in text_of(answer.text)


def test_a_bookkeeper_looks_and_pays_but_changes_nothing(time: Go) -> None:
    (one,) = due(time, "a.example")
    books = signed_in(people.bookkeeper())
    said = page(books, base())
    assert "Total €22.99" in said
    assert "The administrator of the account can activate them." in said
    assert books.post(f"{base()}/activate", {"site": one.pk}).status_code == 404
    assert books.post(f"{base()}/sites/{one.pk}", {"do": "cancel"}).status_code == 403
    assert books.get(f"{base()}/details").status_code == 404


# -- a site


def test_each_thing_that_can_be_done_to_a_site(reseller: Client, time: Go) -> None:
    (one,) = paid(time, "a.example")
    path = f"{base()}/sites/{one.pk}"

    def do(what: str, **more: str) -> str:
        return text_of(reseller.post(path, {"do": what, **more}, follow=True).text)

    assert "Pauses on" not in page(reseller, path)
    assert "It is paused from 3 Mar 2027 on." in do("pause")
    assert "The pause of a.example was taken back." in do("unpause")
    assert "From the period's end on it is paid yearly." in do("interval", interval="yearly")
    assert "Pay by the year" in do("interval", interval="monthly")
    assert "Ends on 3 Mar 2027" in do("cancel")
    assert "cannot be done to a.example in its present state" in do("pause")
    assert "The cancellation of a.example was taken back." in do("keep")
    assert "A pause was asked for, from 3 Mar 2027 on. reseller@northlight.example" in page(reseller, path)
    assert "there is no credit" in page(reseller, path)
    assert "was removed" in do("remove")
    one.refresh_from_db()
    assert one.state == State.CANCELLED
    assert "Nothing was done." in do("nonsense")


def test_the_credit_that_is_announced_is_the_one_that_comes(reseller: Client, time: Go) -> None:
    (one,) = paid(time, "a.example", interval=Interval.YEARLY)
    time(40 * DAY)
    assert changes.credit_if_removed(one) == (19000 - 2 * 1900, 18392)
    assert "A credit note of €183.92 (€152.00 net) is made" in page(reseller, f"{base()}/sites/{one.pk}")
    reseller.post(f"{base()}/sites/{one.pk}", {"do": "remove"})
    assert settling.balance(money.account()) == 18392


def test_the_next_invoice_is_the_one_that_is_made(reseller: Client, time: Go) -> None:
    a, b = paid(time, "a.example", "b.example")
    changes.set_interval(b, Interval.YEARLY, by=None)
    billing = BillingAccount.objects.select_related("account", "book").get()
    planned = planning.next_invoice(billing)
    assert planned is not None
    said = page(reseller, base())
    assert "Next invoice" in said
    time(29 * DAY)
    made = Document.objects.first()
    assert made is not None
    assert made.total == planned.total
    assert [line.net for line in made.lines.all()] == [line.net for line in planned.lines]
    assert {a.domain, b.domain} == {line.text for line in made.lines.all()}


def test_lines_that_the_payer_chose_are_paid_by_their_reference(reseller: Client, time: Go) -> None:
    ones = paid(time, "a.example", "b.example")
    time(29 * DAY)
    invoice = Document.objects.first()
    assert invoice is not None
    assert "To be paid by" in page(reseller, f"{base()}/pay/{invoice.pk}")
    said = text_of(reseller.post(f"{base()}/pay/{invoice.pk}", {"site": ones[1].pk}).text)
    choice = PayChoice.objects.get()
    assert is_reference(choice.reference)
    assert grouped(choice.reference) in said
    assert f"Amount €{choice.amount / 100:.2f}" in said
    named = choosing.sites_named(money.account(), f"for you: {grouped(choice.reference)}")
    assert named == [ones[1].pk]
    receive(choice.amount, "bank/2", sites=named)
    (left,) = settling.open_lines(settling.unpaid(money.account()))
    assert left.line.subscription_id == ones[0].pk
    again = reseller.post(f"{base()}/pay/{invoice.pk}", {"site": ones[1].pk})
    assert "None of the chosen lines is open." in text_of(again.text)
