"""What a brand's licence costs: ordered, with the logo added, renewed. Reads, writes nothing.

A licence begins on the day it is paid for (on invoice terms: ordered) and runs by years of its own from that day of the
month, like the billing day an anchor: 31 January, 29 February. So its price is never of a part of a year, and an
account without paid sites, which has no billing day, can have one.
"""

from collections.abc import Mapping
from datetime import date

from trailhouse.billing.amounts import half_up
from trailhouse.billing.book import Fees, Interval
from trailhouse.billing.licence_states import OVER, LicenceState
from trailhouse.billing.models import BillingAccount, Licence, LicenceSpan, Line, Request
from trailhouse.billing.periods import Span, paid_span
from trailhouse.billing.planning import PlannedFee
from trailhouse.billing.values import book_of
from trailhouse.branding.models import Brand

LOGO, PLAIN = Brand.Licence.LOGO.value, Brand.Licence.PLAIN.value
Wanted = Mapping[Licence, bool]  # with its logo, or without


def kind_of(*, logo: bool) -> str:
    """As `Brand.licence` has it."""
    return LOGO if logo else PLAIN


def can_be_ordered(billing: BillingAccount, one: Licence, *, logo: bool) -> bool:
    """Whether its payer may order it now: what has ended or not begun, and the logo where it runs without.

    Not what the book leaves blank, which is arranged with the operator.
    """
    if one.brand_id is None or not book_of(billing).fees.offers(logo=logo):
        return False
    adds_logo = one.state == LicenceState.ACTIVE and logo and one.kind == PLAIN
    return one.state in OVER or adds_logo


def setup_due(fees: Fees, one: Licence, *, logo: bool) -> int:
    """What is still to be paid for set-up: nothing where it is covered, else the rest above what was paid before."""
    if one.setup == LOGO or one.setup == kind_of(logo=logo):
        return 0
    return max(0, (fees.setup(logo=logo) or 0) - one.setup_paid)


def ordered(
    billing: BillingAccount, one: Licence, on: date, *, logo: bool, asked: Request | None = None
) -> list[PlannedFee]:
    """The fees of an order on that day; none above what `asked` asks for: who pays a request pays what it says.

    A year from the day on, or, of a licence that runs without the logo, the difference for the days that are left.
    """
    fees = book_of(billing).fees
    found = []
    setup = setup_due(fees, one, logo=logo)
    if setup:
        found.append(PlannedFee(one, Line.Fee.SETUP, logo, setup))
    if one.state == LicenceState.ACTIVE:
        found += _difference(fees, one, on)
    else:
        year = _year(max(on, one.paid_until or on))
        found.append(PlannedFee(one, Line.Fee.LICENCE, logo, fees.licence(logo=logo) or 0, year.start, year.end))
    return [_as_asked(fee, asked) for fee in found]


def _year(start: date) -> Span:
    return paid_span(start, Interval.YEARLY, start.day)


def _difference(fees: Fees, one: Licence, on: date) -> list[PlannedFee]:
    """The difference to a year with the logo, for the days of the running year that are left; rounded half up, once."""
    span = LicenceSpan.objects.filter(licence=one, start__lte=on, end__gt=on).select_related("line").first()
    if span is None:
        return []
    more = max(0, (fees.licence(logo=True) or 0) - span.line.net)
    share = half_up(more * (span.end - on).days, (span.end - span.start).days)
    return [PlannedFee(one, Line.Fee.UPGRADE, True, share, on, span.end)]


def _as_asked(fee: PlannedFee, asked: Request | None) -> PlannedFee:
    if asked is None:
        return fee
    this = (fee.licence.pk, fee.fee, fee.logo)
    said = [line.net for line in asked.lines.all() if (line.licence_id, line.fee, line.with_logo) == this]
    net = min([fee.net, *said])
    return PlannedFee(fee.licence, fee.fee, fee.logo, net, fee.start, fee.end)


def due(billing: BillingAccount, on: date) -> list[Licence]:
    """The licences whose billed years end by that day and that go on."""
    rows = Licence.objects.filter(
        account=billing.account_id, state=LicenceState.ACTIVE, renews=True, paid_until__lte=on, brand__isnull=False
    )
    return list(rows.select_related("account", "brand").order_by("pk"))


def renewed(billing: BillingAccount, one: Licence) -> list[PlannedFee]:
    """The next year of a licence, by the book that holds now; where that leaves it blank, at the last price."""
    assert one.paid_until is not None
    assert one.anchor_day is not None
    year = paid_span(one.paid_until, Interval.YEARLY, one.anchor_day)
    logo = (one.next_kind or one.kind) == LOGO
    return [PlannedFee(one, Line.Fee.LICENCE, logo, year_price(billing, one, logo=logo), year.start, year.end)]


def year_price(billing: BillingAccount, one: Licence, *, logo: bool) -> int:
    """What a year of a licence that runs costs, net."""
    price = book_of(billing).fees.licence(logo=logo)
    if price is not None:
        return price
    last = LicenceSpan.objects.filter(licence=one).order_by("-start").select_related("line").first()
    return last.line.net if last else 0
