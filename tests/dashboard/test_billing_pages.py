"""Trials and payments for who pays: what is due, what it costs, what can be done; and what nobody else reads."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client

from tests import people
from tests.billing import money, vies_server
from trailhouse.accounts.models import Instance, User
from trailhouse.accounts.services import create_api_key
from trailhouse.billing import activating, changes, choosing, details, planning, receiving, settling, tick
from trailhouse.billing.book import Interval
from trailhouse.billing.models import BillingAccount, Document, MeteredDay, PayChoice, Request, Subscription
from trailhouse.billing.references import grouped, is_reference
from trailhouse.billing.states import State
from trailhouse.billing.vies import Verdict
from trailhouse.core import clock
from trailhouse.core.errors import UserError
from trailhouse.core.money import Money
from trailhouse.dashboard import views_billing_details
from trailhouse.dashboard.transfer_code import transfer_code
from trailhouse.events import current
from trailhouse.events.store import Store
from trailhouse.outbox.models import Mail
from trailhouse.sites import sharing
from trailhouse.sites.models import Site
from trailhouse.sites.services import NewSite, add_site

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
METER = money.FlatMeter(per_day=400)  # 11,200 in 28 days: up to 100,000, €19.00 a month
MONEY_WORDS = re.compile(r"€|EUR|\bpa(?:y|id|yment)|\bdue\b|trial|invoice|price|activate", re.I)
Go = Callable[[timedelta], None]


@pytest.fixture
def time(store: Store) -> Iterator[Go]:
    """An instance that bills; moves its clock on."""
    current.use(store)
    moment = [money.START]
    with ExitStack() as held:
        held.enter_context(clock.frozen(moment[0]))
        money.switch_on()
        money.account()

        def go(delta: timedelta) -> None:
            moment[0] += delta
            held.enter_context(clock.frozen(moment[0]))
            tick.run(METER)

        yield go
    current.use(None)


def signed_in(who: User) -> Client:
    """A browser of somebody."""
    client = Client()
    client.force_login(who)
    return client


@pytest.fixture
def reseller(time: Go) -> Client:
    return signed_in(people.reseller())


def base() -> str:
    return f"/accounts/{money.account().pk}/billing"


def page(client: Client, path: str, status: int = 200, **more: str) -> str:
    """What a page says, without its tags."""
    answer = client.get(path, headers=more)
    assert answer.status_code == status, answer.status_code
    return text_of(answer.text)


def text_of(html: str) -> str:
    return unescape(" ".join(re.sub(r"<[^>]+>", " ", html).split()))


def due(time: Go, *domains: str) -> list[Subscription]:
    """Sites whose trial is over."""
    ones = [money.site(domain) for domain in domains]
    time(30 * DAY)
    for one in ones:
        one.refresh_from_db()
        assert one.state == State.DUE
    return ones


def paid(time: Go, *domains: str, interval: Interval = Interval.MONTHLY) -> list[Subscription]:
    """Sites that are paid for since today."""
    ones = due(time, *domains)
    request = activating.activate(money.account(), dict.fromkeys(ones, interval), by=None)
    assert request is not None
    receive(request.total, "first")
    for one in ones:
        one.refresh_from_db()
        assert one.state == State.ACTIVE
    return ones


def receive(amount: int, key: str, **more: object) -> None:
    today = clock.now().date()
    receiving.receive(
        money.account(), Money(amount, "EUR"), gateway="transfer", key=key, received_on=today, **more  # type: ignore[arg-type]
    )  # fmt: skip


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


# -- activating


def test_what_is_due_is_calculated_as_it_is_asked_for(reseller: Client, time: Go) -> None:
    ones = due(time, "a.example", "b.example")
    said = page(reseller, base())
    assert "2 sites are locked until they are activated" in said
    # 19.00 + 19.00 less 5 %, and 21 % on the sum of 37.05
    assert "Net €37.05 Tax 21%, at the seller's place €7.78 Total €44.83" in said
    assert "With 3 more sites the discount of the last one is 10%" in said
    some = page(reseller, f"{base()}?chosen=1&site={ones[1].pk}&interval=yearly", **{"HX-Target": "offer"})
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


# -- details


def form(**changes_: str) -> dict[str, str]:
    return {
        "company": "Northlight Studio", "address": "Havenplein 7", "postcode": "1781 AB", "city": "Den Helder",
        "country": "DE", "at_trial_end": "", **changes_,
    }  # fmt: skip


def test_a_vat_number_is_checked_in_form_and_in_the_register(reseller: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    path = f"{base()}/details"

    def send(**values: str) -> str:
        return text_of(reseller.post(path, form(**values), follow=True).text)

    with vies_server.serving() as vies:
        monkeypatch.setattr(views_billing_details, "register", vies.register)
        assert "This is no VAT number of this country." in send(vat_number="DE123")
        assert "another country" in send(vat_number="NL853746333B01")
        assert vies.asked == []
        vies.valid["DE136695976"] = True
        assert "says that the VAT number is valid" in send(vat_number="de 136 695 976")
        assert vies.asked == ["/rest-api/ms/DE/vat/136695976"]
        billing = BillingAccount.objects.get()
        assert (billing.vat_number, billing.vat_result) == ("DE136695976", "valid")
        assert billing.vat_checked_at == billing.vat_asked_at == clock.now()
        assert send(vat_number="DE136695976").count("says that") == 0  # not asked again
        vies.broken = True
        assert "cannot be asked just now" in text_of(reseller.post(f"{path}/check", follow=True).text)
        billing.refresh_from_db()
        assert billing.vat_result == "away"
        assert billing.vat_checked_at is not None  # what it said before holds
        vies.broken, vies.valid["DE136695976"] = False, False
        assert "not known to the register" in text_of(reseller.post(f"{path}/check", follow=True).text)
        billing.refresh_from_db()
        assert billing.vat_checked_at is None
        # Another number is unchecked until the register has said so.
        assert "cannot be asked just now" in send(vat_number="DE129274202")
        assert "not checked yet" in page(reseller, path)


def test_a_register_that_nobody_answers_for_is_away() -> None:
    with vies_server.serving() as vies:
        register = vies.register
    assert register.ask("DE136695976") is Verdict.AWAY


@pytest.mark.parametrize(
    ("number", "country", "kept"),
    [
        ("", "NL", ""),
        ("853746333b01", "NL", "NL853746333B01"),
        ("EL094259216", "GR", "EL094259216"),
        ("12-3456789", "US", "12-3456789"),
    ],
)
def test_a_vat_number_is_kept_as_documents_show_it(number: str, country: str, kept: str) -> None:
    assert details.normal_vat_number(number, country) == kept


def test_a_wrong_check_digit_is_refused() -> None:
    with pytest.raises(UserError, match="no VAT number"):
        details.normal_vat_number("DE136695977", "DE")


def test_the_billing_day_is_chosen_before_the_first_invoice(reseller: Client, time: Go) -> None:
    reseller.post(f"{base()}/details", form(billing_day="15", country="NL", at_trial_end="yearly"))
    billing = BillingAccount.objects.get()
    assert (billing.billing_day, billing.at_trial_end) == (15, "yearly")
    paid_one = money.site("a.example")
    time(30 * DAY)
    request = activating.open_request(money.account())
    assert request is not None
    receive(request.total, "bank/1")
    paid_one.refresh_from_db()
    assert paid_one.interval == "yearly"
    assert "Billing day" not in page(reseller, f"{base()}/details")


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
        said = page(signed_in(who()), "/sites")
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


def test_the_code_of_a_transfer_is_of_euros_alone() -> None:
    code = transfer_code("Trailhouse Hosting BV", "NL91 ABNA 0417 1643 00", "ABNANL2A", 4483, "EUR", "RF83000700012")
    assert code is not None
    assert code.side >= 29
    assert transfer_code("Trailhouse", "NL91ABNA0417164300", "", 4483, "USD", "RF83000700012") is None
    assert transfer_code("Trailhouse", "", "", 4483, "EUR", "RF83000700012") is None
