"""What licences cost and when their years run, for any fees and days; and what documents say of them."""

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import people
from tests.billing import brands, money
from tests.billing.test_documents_xml import read
from trailhouse.accounts.models import User
from trailhouse.billing import licence_planning, licences
from trailhouse.billing.book import Fees, Interval
from trailhouse.billing.documents import content, making
from trailhouse.billing.licence_states import LicenceMove, LicenceState, can
from trailhouse.billing.models import Licence, Line
from trailhouse.billing.periods import paid_span

days = st.dates(date(2024, 1, 1), date(2060, 12, 31))
fees = st.integers(0, 100_000)


@given(days, st.integers(1, 12))
def test_years_follow_one_another_from_any_day(start: date, count: int) -> None:
    years = [licence_planning._year(start)]
    for _more in range(count):
        years.append(paid_span(years[-1].end, Interval.YEARLY, start.day))
    assert all(before.end == after.start for before, after in pairwise(years))
    assert all(year.days in (365, 366) for year in years)
    assert {(year.start.month, min(year.start.day, 28)) for year in years} == {(start.month, min(start.day, 28))}


@given(fees, fees, st.lists(st.booleans(), min_size=1, max_size=6))
def test_set_up_is_paid_once_whatever_is_ordered_in_which_order(plain: int, logo: int, orders: list[bool]) -> None:
    prices = Fees(setup_logo=logo, setup_plain=plain, licence_logo=0, licence_plain=0)
    one, paid = Licence(), 0
    for wanted in orders:
        due = licence_planning.setup_due(prices, one, logo=wanted)
        assert due >= 0
        paid += due
        if due:
            one.setup, one.setup_paid = licence_planning.kind_of(logo=wanted), one.setup_paid + due
    assert paid <= max(plain, logo)
    assert licence_planning.setup_due(prices, one, logo=orders[-1]) == 0
    if True in orders:
        assert paid >= logo


@given(st.sampled_from(LicenceState), st.sampled_from(LicenceMove))
def test_only_money_and_the_operator_begin_a_licence(state: LicenceState, what: LicenceMove) -> None:
    begins = {LicenceMove.PAID, LicenceMove.ACTIVATED, LicenceMove.GRANTED}
    if state in (LicenceState.NEW, LicenceState.ENDED) and can(state, what):
        assert what in begins | {LicenceMove.REMOVED}


def test_the_e_invoice_has_fees_as_lines_with_their_year(time: money.Time) -> None:
    brands.publish()
    money.activate(money.site("one.example"), days=money.FlatMeter(0))
    brands.order()
    at = read(money.invoices()[1])
    assert at("ram:SpecifiedTradeProduct/ram:Name") == [
        "Rebranding with logo, Tide Stats: set-up",
        "Rebranding with logo, Tide Stats: licence for a year",
    ]
    note = licences.credit_fee(Line.objects.get(fee="licence"), 40_00, "As agreed", by=people.operator())
    assert read(note)("ram:SpecifiedTradeProduct/ram:Name") == ["Rebranding with logo, Tide Stats: licence for a year"]


@pytest.mark.parametrize("name", ["Tide Stats", "Ω & Söhne <b>", "統計.example"])
def test_the_pdf_is_made_for_any_name_the_same_each_time(time: money.Time, name: str) -> None:
    brands.publish()
    brands.order(brands.brand(name))
    [invoice] = money.invoices()
    first = making.pdf(invoice)
    assert first.startswith(b"%PDF")
    assert first == making.pdf(invoice)


def test_lines_are_in_the_language_of_the_account(time: money.Time) -> None:
    User.objects.filter(pk=people.reseller().pk).update(language="de")
    brands.publish()
    brands.order()
    [invoice] = money.invoices()
    assert invoice.language == "de"
    shown = content.content(invoice, list(invoice.lines.all()))
    assert shown["head"][0] == "Wofür"
    assert shown["lines"][1][1] == "4. Jan. 2027\u2009–\u20093. Jan. 2028"
