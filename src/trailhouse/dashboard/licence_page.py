"""What the pages of brands' licences show: where each stands, what an order costs, what was billed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trailhouse.accounts import selectors as accounts
from trailhouse.billing import activating, licence_planning, licence_shifting, licences
from trailhouse.billing.book import Fees
from trailhouse.billing.licence_planning import LOGO, PLAIN
from trailhouse.billing.licence_states import LicenceState
from trailhouse.billing.models import BillingAccount, BillingEvent, Licence, Line, Request
from trailhouse.billing.planning import Plan
from trailhouse.billing.settling import balance
from trailhouse.billing.values import book_of, day_of
from trailhouse.branding.models import Brand
from trailhouse.core.errors import UserError
from trailhouse.dashboard import billing_words, formats

Text = str | Promise
ROWS = 100

STATES: dict[LicenceState, Text] = {
    LicenceState.NEW: gettext_lazy("No licence"),
    LicenceState.ACTIVE: gettext_lazy("Active"),
    LicenceState.PAST_DUE: gettext_lazy("Past due"),
    LicenceState.LAPSED: gettext_lazy("Lapsed"),
    LicenceState.ENDED: gettext_lazy("Ended"),
    LicenceState.GRANTED: gettext_lazy("Without charge"),
}
MOODS = {
    LicenceState.ACTIVE: "active",
    LicenceState.GRANTED: "active",
    LicenceState.PAST_DUE: "due",
    LicenceState.LAPSED: "due",
}


@dataclass(frozen=True)
class Standing:
    """A licence as its payer reads it."""

    licence: Licence
    text: str
    mood: str
    more: str
    asked: bool  # an open payment request asks for it


def standing(one: Licence, asked: frozenset[int]) -> Standing:
    """Where it stands, in words; `asked`: the licences of the open request."""
    state = LicenceState(one.state)
    if one.pk in asked and state in (LicenceState.NEW, LicenceState.ENDED):
        return Standing(one, _("Waits for payment"), "due", "", asked=True)
    return Standing(one, str(STATES[state]), MOODS.get(state, ""), _more(one, state), one.pk in asked)


def _more(one: Licence, state: LicenceState) -> str:
    until = licence_shifting.ends_at(one)
    day = formats.short_day(day_of(one.account, until)) if until is not None else ""
    if state is LicenceState.LAPSED:
        return _("a payment is missing")
    if state is LicenceState.PAST_DUE:
        return _("shown until %(day)s") % {"day": day}
    if state is LicenceState.GRANTED:
        return _("until %(day)s") % {"day": day} if day else ""
    if state is LicenceState.ACTIVE and one.paid_until:
        if not one.renews:
            return _("ends on %(day)s") % {"day": formats.short_day(one.paid_until)}
        return _("renewed on %(day)s") % {"day": formats.short_day(one.paid_until)}
    return ""


def asked_in(request: Request | None) -> frozenset[int]:
    """The numbers of the licences that a request asks for."""
    if request is None:
        return frozenset()
    return frozenset(line.licence_id for line in request.lines.all() if line.licence_id is not None)


def standings(billing: BillingAccount) -> list[Standing]:
    """All brands of the account."""
    asked = asked_in(activating.open_request(billing.account))
    brands = Brand.objects.filter(account=billing.account).select_related("account")
    return [standing(licences.looked_at(one), asked) for one in brands]


def standing_in(billing: BillingAccount, one: Licence) -> Standing:
    """Where one licence stands."""
    return standing(one, asked_in(activating.open_request(billing.account)))


def kind_of(one: Licence) -> str:
    """What may be shown by it, in words; "" for nothing."""
    return kind_words(one.shows) if one.shows and one.state != LicenceState.ENDED else ""


@dataclass(frozen=True)
class Choice:
    """One of the two licences, with its prices in words; what is not offered is arranged with the operator."""

    kind: str
    name: str
    setup: str
    year: str
    can_be_ordered: bool
    chosen: bool


def choices(billing: BillingAccount, one: Licence, wanted: str) -> list[Choice]:
    """With the logo and without; chosen is what was wanted, else the first that can be ordered."""
    fees = book_of(billing).fees
    can = [kind for kind in (LOGO, PLAIN) if licence_planning.can_be_ordered(billing, one, logo=kind == LOGO)]
    chosen = wanted if wanted in can else can[0] if can else ""
    return [_choice(billing, fees, kind, can=kind in can, chosen=kind == chosen) for kind in (LOGO, PLAIN)]


def _choice(billing: BillingAccount, fees: Fees, kind: str, *, can: bool, chosen: bool) -> Choice:
    def said(fee: int | None) -> str:
        return _("on request") if fee is None else billing_words.money(fee, billing.book.currency)

    logo = kind == LOGO
    return Choice(kind, kind_words(kind), said(fees.setup(logo=logo)), said(fees.licence(logo=logo)), can, chosen)


def kind_words(kind: str) -> str:
    """Such as "with logo"."""
    return str(Brand.Licence(kind).label)


@dataclass(frozen=True)
class Offer:
    """What an order costs today, or why it cannot be said."""

    plan: Plan | None = None
    tax: str = ""
    refusal: UserError | None = None
    to_pay: int = 0  # without what credit covers


def offer_of(billing: BillingAccount, one: Licence, chosen: Sequence[Choice]) -> Offer:
    """The offer for what is chosen."""
    kind = next((choice.kind for choice in chosen if choice.chosen), "")
    if not kind:
        return Offer()
    try:
        plan = licences.offer(billing, one, logo=kind == LOGO)
    except UserError as error:
        return Offer(refusal=error)
    tax = billing_words.tax_words(plan.treatment.ground, plan.treatment.rate)
    return Offer(plan, tax, to_pay=max(0, plan.total - balance(billing.account)))


def billed(one: Licence) -> QuerySet[Line, Line]:
    """What was billed of a licence and credited, newest first."""
    rows = Line.objects.filter(licence__isnull=False, licence=one.pk).select_related("document", "corrects")
    return rows.prefetch_related("corrections").order_by("-document__issued_on", "-pk")


def events(one: Licence) -> QuerySet[BillingEvent, BillingEvent]:
    """What happened to a licence, newest first."""
    rows = BillingEvent.objects.filter(account=one.account_id, subscription=None, details__licence=one.pk or 0)
    return rows.select_related("by", "subscription").order_by("-at", "-pk")


def context_of(billing: BillingAccount, one: Licence, wanted: str) -> dict[str, Any]:
    """What the page of a licence shows."""
    request = activating.open_request(billing.account)
    found = standing(one, asked_in(request))
    chosen = choices(billing, one, wanted)
    year: tuple[int, date] | None = None
    if one.state == LicenceState.ACTIVE and one.renews and one.paid_until is not None:
        year = licence_planning.renewed(billing, one)[0].net, one.paid_until
    return {
        "one": one,
        "standing": found,
        "kind": kind_of(one),
        "choices": chosen,
        "orders": any(choice.can_be_ordered for choice in chosen),
        "adds_logo": one.state == LicenceState.ACTIVE,
        "arranged": any(not book_of(billing).fees.offers(logo=logo) for logo in (True, False)),
        "support": accounts.instance().support_email,
        "offer": offer_of(billing, one, chosen),
        "chosen": next((choice.kind for choice in chosen if choice.chosen), ""),
        "year": year,
        "may_cancel": licences.may_cancel(one),
        "may_keep": licences.may_keep(one),
        "may_drop_logo": licences.may_drop_logo(one),
        "billed": billed(one)[:ROWS],
        "events": events(one)[:ROWS],
    }
