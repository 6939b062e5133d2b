"""A brand's licence from its order to its end: what it costs, when it holds, what is missing, who decides."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from django.db import IntegrityError, transaction

from tests import people
from tests.billing import brands, invariants, money
from trailhouse.billing import activating, ledger, licences, planning, statement, tick
from trailhouse.billing.book import Fees, Interval
from trailhouse.billing.enrolment import billing_of
from trailhouse.billing.models import BillingAccount, Document, LicenceSpan, Line, Request
from trailhouse.billing.settling import balance
from trailhouse.branding.models import Brand
from trailhouse.core import clock
from trailhouse.core.errors import UserError
from trailhouse.outbox.models import Mail

QUIET = money.FlatMeter(0)
Time = money.Time


def _years(of: Brand | None = None) -> list[tuple[date, date]]:
    return [(span.start, span.end) for span in LicenceSpan.objects.filter(licence=brands.licence(of))]


def test_a_licence_from_its_order_to_its_end_and_back(time: Time) -> None:
    brands.publish()
    brand = brands.brand()
    assert brands.standing() == ("", False)
    request, charged = licences.order(brand, logo=True, by=people.reseller())
    assert request is not None
    assert not charged
    assert (request.net, request.tax, request.total) == (540_00, 113_40, 653_40)
    assert brands.standing() == ("", False)  # paid before it starts

    time.passes(days=3)
    money.pay(request.total)
    assert brands.licence().state == "active"
    assert brands.standing() == ("logo", True)
    [invoice] = money.invoices()
    lines = [(line.kind, line.text, line.start, line.end, line.net, line.rate) for line in invoice.lines.all()]
    assert lines == [
        ("fee", "Rebranding with logo, Tide Stats: set-up", None, None, 300_00, 0),
        ("fee", "Rebranding with logo, Tide Stats: licence for a year", date(2027, 1, 7), date(2028, 1, 7), 240_00, 0),
    ]
    assert billing_of(people.account()).billing_day is None  # that is of sites: a licence has a day of its own

    brands.run(time, datetime(2027, 12, 8, 12, tzinfo=UTC))
    assert brands.told() == ["licence_renews"]
    mail = Mail.objects.get(template="billing/day")
    assert "Tide Stats: its licence (with logo) is renewed on January 7, 2028" in str(mail.context)
    assert len(money.invoices()) == 1

    brands.run(time, datetime(2028, 1, 7, 12, tzinfo=UTC))
    assert _years() == [(date(2027, 1, 7), date(2028, 1, 7)), (date(2028, 1, 7), date(2029, 1, 7))]
    renewal = money.invoices()[1]
    assert (renewal.net, renewal.due_on) == (240_00, date(2028, 1, 21))  # no set-up a second time
    assert brands.standing() == ("logo", True)

    brands.run(time, datetime(2028, 1, 22, 12, tzinfo=UTC))  # unpaid: past due, and shown
    assert brands.licence().state == "past_due"
    assert brands.standing() == ("logo", True)
    brands.run(time, datetime(2028, 2, 6, 12, tzinfo=UTC))  # 14 days later
    assert brands.licence().state == "lapsed"
    assert brands.standing() == ("", False)
    assert brands.told()[-2:] == ["licence_past_due", "licence_lapsed"]

    time.passes(days=10)
    money.pay_all()
    assert brands.licence().state == "active"
    assert brands.standing() == ("logo", True)
    assert _years()[-1] == (date(2028, 1, 7), date(2029, 1, 7))
    tick.run(QUIET)
    invariants.check(people.account())


def test_ordering_twice_is_one_order(time: Time) -> None:
    brands.publish()
    first, _charged = licences.order(brands.brand(), logo=True, by=people.reseller())
    again, _charged = licences.order(brands.brand(), logo=True, by=people.reseller())
    assert first == again
    assert first is not None
    money.pay(first.total)
    assert licences.order(brands.brand(), logo=True, by=people.reseller()) == (None, False)
    assert len(money.invoices()) == 1


def test_a_change_of_mind_before_the_payment_replaces_the_request(time: Time) -> None:
    brands.publish()
    licences.order(brands.brand(), logo=True, by=people.reseller())
    request, _charged = licences.order(brands.brand(), logo=False, by=people.reseller())
    assert request is not None
    assert request.net == 220_00
    assert Request.objects.filter(state="open").count() == 1
    money.pay(request.total)
    assert brands.standing() == ("plain", True)


def test_a_licence_joins_the_request_for_sites_and_part_payments_open_the_sites_first(time: Time) -> None:
    brands.publish()
    one = money.site("one.example")
    activating.activate(people.account(), {one: Interval.MONTHLY}, by=people.reseller(), days=QUIET)
    request, _charged = licences.order(brands.brand(), logo=False, by=people.reseller())
    assert request is not None
    assert [line.kind for line in request.lines.all()] == ["site", "fee", "fee"]
    money.pay(20_00)
    one.refresh_from_db()
    assert one.state == "active"
    assert brands.standing() == ("", False)
    rest = activating.open_request(people.account())
    assert rest is not None
    assert [line.kind for line in rest.lines.all()] == ["fee", "fee"]
    money.pay(rest.total)
    assert brands.standing() == ("plain", True)
    invariants.check(people.account())


def test_on_invoice_terms_it_begins_at_once(time: Time) -> None:
    brands.publish()
    BillingAccount.objects.update(terms_days=30)
    assert licences.order(brands.brand(), logo=False, by=people.reseller()) == (None, False)
    assert licences.order(brands.brand(), logo=False, by=people.reseller()) == (None, False)
    [invoice] = money.invoices()
    assert (invoice.net, invoice.due_on) == (220_00, date(2027, 2, 3))
    assert brands.standing() == ("plain", True)
    assert brands.told() == ["licence_activated_open", "invoice"]


def test_credit_that_covers_it_pays_it(time: Time) -> None:
    brands.publish()
    money.pay(1_000_00)
    assert licences.order(brands.brand(), logo=True, by=people.reseller()) == (None, False)
    assert brands.standing() == ("logo", True)
    assert balance(people.account()) == 346_60


def test_a_cancelled_licence_runs_to_its_end_without_money_back(time: Time) -> None:
    brands.publish()
    one = brands.order()
    time.passes(days=100)
    licences.cancel(one, by=people.reseller())
    assert brands.standing() == ("logo", True)
    assert Brand.objects.get().licensed_until == datetime(2028, 1, 3, 23, tzinfo=UTC)  # midnight in Amsterdam
    with clock.frozen(datetime(2028, 1, 3, 23, tzinfo=UTC)):
        assert brands.standing() == ("logo", False)  # also where the job is late
    brands.run(time, datetime(2028, 1, 5, tzinfo=UTC))
    assert brands.licence().state == "ended"
    assert brands.standing() == ("", False)
    assert len(money.invoices()) == 1
    assert balance(people.account()) == 0
    assert brands.told() == ["licence_ends", "licence_over"]


def test_a_cancellation_can_be_taken_back(time: Time) -> None:
    brands.publish()
    licences.cancel(brands.order(), by=people.reseller())
    licences.keep(brands.licence(), by=people.reseller())
    brands.run(time, datetime(2028, 1, 5, tzinfo=UTC))
    assert len(_years()) == 2
    with pytest.raises(UserError, match="present state"):
        licences.keep(brands.licence(), by=people.reseller())


def test_what_ended_is_ordered_again_without_set_up(time: Time) -> None:
    brands.publish()
    licences.cancel(brands.order(), by=people.reseller())
    brands.run(time, datetime(2028, 6, 1, tzinfo=UTC))
    brands.order(logo=False)
    assert [line.net for line in money.invoices()[1].lines.all()] == [120_00]  # the set-up with the logo covers it
    assert _years() == [(date(2027, 1, 4), date(2028, 1, 4)), (date(2028, 6, 1), date(2029, 6, 1))]


def test_the_logo_is_added_for_the_differences(time: Time) -> None:
    brands.publish()
    brands.order(logo=False)
    time.at(datetime(2027, 7, 5, 12, tzinfo=UTC))  # 183 of 365 days are left
    one = brands.order(logo=True)
    assert brands.standing() == ("logo", True)
    setup, rest = money.invoices()[1].lines.all()
    assert (setup.fee, setup.net) == ("setup", 200_00)
    assert (rest.fee, rest.net) == ("upgrade", 60_16)  # 120.00 × 183 ÷ 365
    assert (rest.start, rest.end) == (date(2027, 7, 5), date(2028, 1, 4))
    assert (one.setup, one.setup_paid) == ("logo", 300_00)
    brands.run(time, datetime(2028, 1, 5, tzinfo=UTC))
    assert [line.net for line in money.invoices()[2].lines.all()] == [240_00]
    invariants.check(people.account())


def test_a_request_for_the_difference_holds_no_longer_than_its_year(time: Time) -> None:
    brands.publish()
    brands.order(logo=False)
    time.at(datetime(2027, 12, 30, 12, tzinfo=UTC))
    licences.order(brands.brand(), logo=True, by=people.reseller())
    cheap = activating.open_request(people.account())
    assert cheap is not None
    assert cheap.holds_until == date(2028, 1, 4)
    brands.run(time, datetime(2028, 1, 5, tzinfo=UTC))
    dear = activating.open_request(people.account())
    assert dear is not None
    assert dear.net == 200_00 + 120_00  # asked for anew on the first day of the new year


def test_the_logo_can_be_left_out_from_the_renewal_on(time: Time) -> None:
    brands.publish()
    licences.drop_logo(brands.order(), drop=True, by=people.reseller())
    assert brands.standing() == ("logo", True)
    brands.run(time, datetime(2028, 1, 5, tzinfo=UTC))
    assert brands.standing() == ("plain", True)
    assert [line.text for line in money.invoices()[1].lines.all()] == [
        "Rebranding without logo, Tide Stats: licence for a year"
    ]


def test_fees_that_are_blank_cannot_be_ordered(time: Time) -> None:
    brands.publish(Fees(setup_plain=0, licence_plain=0, licence_logo=240_00))
    with pytest.raises(UserError, match="cannot be ordered"):
        licences.order(brands.brand(), logo=True, by=people.reseller())
    assert licences.order(brands.brand(), logo=False, by=people.reseller()) == (None, False)  # a fee of zero is a price
    assert brands.standing() == ("plain", True)


def test_a_renewal_on_the_billing_day_is_on_its_invoice(time: Time) -> None:
    brands.publish()
    money.activate(money.site("one.example"), interval=Interval.YEARLY, days=QUIET)
    brands.order()
    billing = billing_of(people.account())
    assert billing.billing_day == 4
    time.at(datetime(2027, 12, 20, tzinfo=UTC))
    tick.run(QUIET)
    billing.refresh_from_db()
    planned = planning.next_invoice(billing)
    assert planned is not None
    assert [fee.net for fee in planned.fees] == [240_00]
    brands.run(time, datetime(2028, 1, 5, tzinfo=UTC))
    last = money.invoices()[-1]
    assert [line.kind for line in last.lines.all()] == ["site", "fee"]
    assert last.net == planned.totals.net
    invariants.check(people.account())


def test_fees_touch_neither_the_ladder_nor_the_month(time: Time) -> None:
    brands.publish()
    for name in ("one.example", "two.example"):
        money.activate(money.site(name), days=QUIET)
    billing = billing_of(people.account())
    before = statement.month_of(billing), statement.next_sites(billing)
    lost = ledger.movements()
    brands.order()
    assert (statement.month_of(billing), statement.next_sites(billing)) == before
    assert ledger.movements() == lost
    fees = Line.objects.filter(kind="fee")
    assert {(line.rank, line.rate) for line in fees} == {(None, 0)}


def test_recurring_revenue_holds_a_twelfth_of_the_year_and_no_set_up(time: Time) -> None:
    brands.publish()
    brands.order()
    number = people.account().pk
    assert ledger.recurring()[number] == ("EUR", 20_00)
    assert ledger.recurring_by_month()["EUR"] == {date(2027, 1, 1): 20_00}
    for moment in (datetime(2028, 1, 5, tzinfo=UTC), datetime(2028, 2, 6, tzinfo=UTC)):
        brands.run(time, moment)
    assert brands.licence().state == "lapsed"
    assert number not in ledger.recurring()


def test_a_charge_back_makes_it_past_due_and_a_payment_restores_it(time: Time) -> None:
    from trailhouse.billing import receiving

    brands.publish()
    brands.order()
    paid = people.account().payments.get()
    receiving.take_back(paid, "back/1", note="disputed")
    assert brands.licence().state == "past_due"
    time.passes(days=15)
    tick.run(QUIET)
    assert brands.standing() == ("", False)
    money.pay_all()
    assert brands.standing() == ("logo", True)
    invariants.check(people.account())


def test_a_lapsed_licence_ends_with_its_year_and_can_then_be_ordered(time: Time) -> None:
    brands.publish()
    BillingAccount.objects.update(terms_days=10)
    brands.order(logo=False)
    brands.run(time, datetime(2027, 3, 1, tzinfo=UTC))
    assert brands.licence().state == "lapsed"
    with pytest.raises(UserError, match="cannot be ordered"):
        licences.order(brands.brand(), logo=False, by=people.reseller())
    brands.run(time, datetime(2028, 1, 5, tzinfo=UTC))
    assert brands.licence().state == "ended"
    assert len(_years()) == 1


def test_a_removed_brand_ends_its_licence_and_its_request(time: Time) -> None:
    brands.publish()
    brands.order()
    other = brands.brand("Other")
    licences.order(other, logo=True, by=people.reseller())
    Brand.objects.all().delete()
    time.passes(days=1)
    BillingAccount.objects.update(look_at=clock.now())
    tick.run(QUIET)
    assert activating.open_request(people.account()) is None
    assert list(people.account().licences.values_list("state", flat=True)) == ["new", "ended"]
    brands.run(time, datetime(2028, 1, 5, tzinfo=UTC))
    assert len(money.invoices()) == 1


def test_dearer_licences_are_told_before_they_hold(time: Time) -> None:
    from trailhouse.billing.models import BookChange

    brands.publish()
    brands.order()
    brands.publish(Fees(300_00, 100_00, 360_00, 120_00))
    change = BookChange.objects.get(done_at=None, account=people.account())
    assert change.on == date(2027, 3, 5)
    assert "licence_price" in brands.told()


def test_a_fee_is_credited_by_the_operator_as_far_as_it_was_billed(time: Time) -> None:
    brands.publish()
    brands.order()
    setup = Line.objects.get(fee="setup")
    note = licences.credit_fee(setup, 100_00, "As agreed", by=people.operator())
    assert (note.kind, note.net, note.total) == (Document.Kind.CREDIT_NOTE, 100_00, 121_00)
    [line] = note.lines.all()
    assert (line.kind, line.text, line.licence) == ("fee", setup.text, setup.licence)
    assert balance(people.account()) == 121_00
    with pytest.raises(UserError, match="more than is left"):
        licences.credit_fee(setup, 200_01, "", by=people.operator())
    assert brands.standing() == ("logo", True)
    invariants.check(people.account())


def test_the_database_bills_no_day_of_a_licence_twice(time: Time) -> None:
    brands.publish()
    one = brands.order()
    line = Line.objects.get(fee="setup")
    for start in (date(2027, 1, 4), date(2027, 6, 1)):
        with pytest.raises(IntegrityError), transaction.atomic():
            LicenceSpan.objects.create(licence=one, start=start, end=start + timedelta(days=365), line=line)
    with pytest.raises(IntegrityError), transaction.atomic():
        LicenceSpan.objects.all().delete()


@pytest.mark.parametrize("start", [datetime(2028, 2, 29, 12, tzinfo=UTC), datetime(2027, 1, 31, 12, tzinfo=UTC)])
def test_years_follow_one_another_without_gap_also_after_years_without_the_job(time: Time, start: datetime) -> None:
    brands.publish()
    time.at(start)
    brands.order()
    brands.run(time, start.replace(year=start.year + 6, month=3, day=1))
    years = _years()
    assert len(years) == 7
    assert all(before[1] == after[0] for before, after in pairwise(years))
    assert years[4][0].day == start.day or start.month == 2
