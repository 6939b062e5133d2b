"""What a payer and the operator do about a brand's licence: order, cancel, grant. Part of the services of `billing`."""

from collections.abc import Callable
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from trailhouse.accounts.models import User
from trailhouse.accounts.services import record
from trailhouse.billing import activating, invoicing, licence_shifting, ordering, planning, telling
from trailhouse.billing.enrolment import billing_of
from trailhouse.billing.issuing import credit_note
from trailhouse.billing.licence_planning import LOGO, PLAIN, can_be_ordered, kind_of, ordered
from trailhouse.billing.licence_states import LicenceMove, LicenceState, can
from trailhouse.billing.locking import locked
from trailhouse.billing.models import BillingAccount, Document, Licence, Line, Request
from trailhouse.billing.planning import Plan
from trailhouse.billing.settling import settle_credit_note
from trailhouse.billing.values import day_of, midnight
from trailhouse.branding.models import Brand
from trailhouse.core import clock
from trailhouse.core.errors import UserError

Change = Callable[[BillingAccount, Licence, datetime], None]


def licence_of(brand: Brand) -> Licence:
    """What `brand` is to its payer, made at the first call. Raises ValueError for the operator's own."""
    if brand.account is None:
        raise ValueError("the operator's own brand needs no licence")
    values = {"account": brand.account, "brand_number": brand.pk, "name": brand.name}
    one = Licence.objects.select_related("account", "brand").get_or_create(brand=brand, defaults=values)[0]
    if one.name != brand.name:
        one.name = brand.name
        one.save(update_fields=["name"])
    return one


def looked_at(brand: Brand) -> Licence:
    """As `licence_of`, for pages: writes nothing, so that it has no number before anything was ordered or granted."""
    there = Licence.objects.select_related("account", "brand").filter(brand=brand).first()
    return there or Licence(account=brand.account, brand=brand, brand_number=brand.pk, name=brand.name)


def offer(billing: BillingAccount, one: Licence, *, logo: bool) -> Plan:
    """What an order costs today: the same figures as the request and the invoice. Writes nothing. Raises UserError."""
    _refuse(billing, one, logo=logo)
    today = day_of(billing.account, clock.now())
    return planning.activation(billing, {}, today, ordered(billing, one, today, logo=logo))


@transaction.atomic
def order(brand: Brand, *, logo: bool, by: User) -> tuple[Request | None, bool]:
    """Order the licence of `brand`: the payment request that is still open, if any, and whether it is charged.

    On invoice terms it begins at once and there is none, nor where credit covers all of it. What was ordered already is
    not ordered again. Raises UserError.
    """
    billing = locked(licence_of(brand).account_id)
    one = _fresh(brand)
    at = clock.now()
    if one.state == LicenceState.ACTIVE and one.kind == kind_of(logo=logo):
        return activating.open_request(billing.account), False
    _refuse(billing, one, logo=logo)
    if billing.terms_days is None:
        request = activating.asked(billing, {}, at=at, by=by, licences={one: logo})
        return ordering.settle(billing.account, request)
    today = day_of(billing.account, at)
    plan = planning.activation(billing, {}, today, ordered(billing, one, today, logo=logo))
    activating.begin_licences(plan, today, LicenceMove.ACTIVATED, at=at, by=by)
    invoicing.collect(billing, plan, f"licence/{one.pk}/ordered/{at.isoformat()}", now=at)
    BillingAccount.objects.filter(pk=billing.pk).update(look_at=at)
    return None, False


def _fresh(brand: Brand) -> Licence:
    return Licence.objects.select_related("account", "brand").get(brand=brand)


def _refuse(billing: BillingAccount, one: Licence, *, logo: bool) -> None:
    if billing.account.closed_at is None and can_be_ordered(billing, one, logo=logo):
        return
    raise UserError(
        "licence_not_to_order",
        _("This licence of %(brand)s cannot be ordered now.") % {"brand": one.name},
        _("Look at the page again: it says what can be ordered, and what is arranged with the operator."),
        status=409,
    )


def _apply(licence: Licence, possible: Callable[[Licence], bool], change: Change) -> Licence:
    """Carry out `change` under the account's lock on the row as it is now; a wrong moment is a clear error."""
    with transaction.atomic():
        billing = locked(licence.account_id)
        one = Licence.objects.select_related("account", "brand").get(pk=licence.pk)
        if not possible(one):
            raise UserError(
                "wrong_licence_state",
                _("This cannot be done to the licence of %(brand)s in its present state.") % {"brand": one.name},
                _("Look at the page again: it may have changed meanwhile."),
                status=409,
            )
        at = clock.now()
        change(billing, one, at)
        BillingAccount.objects.filter(pk=billing.pk).update(look_at=at)
        return one


def may_cancel(one: Licence) -> bool:
    """Whether it would be renewed."""
    return one.renews and one.state in (LicenceState.ACTIVE, LicenceState.PAST_DUE, LicenceState.LAPSED)


def may_keep(one: Licence) -> bool:
    """Whether it was cancelled and still runs."""
    return not one.renews and one.state in (LicenceState.ACTIVE, LicenceState.PAST_DUE)


def may_drop_logo(one: Licence) -> bool:
    """Whether it can be renewed without the logo, or that can be taken back."""
    return one.renews and one.state == LicenceState.ACTIVE and one.kind == LOGO


def cancel(licence: Licence, *, by: User) -> Licence:
    """Do not renew it: the brand is shown to the end of what is paid; no money back."""

    def change(_billing: BillingAccount, one: Licence, at: datetime) -> None:
        one.renews, one.next_kind = False, ""
        one.save(update_fields=["renews", "next_kind"])
        licence_shifting.note(one, "licence_cancel", f"cancel/{at.isoformat()}", at=at, by=by)
        licence_shifting.show(one, by=by)
        until = str(one.paid_until)
        licence_shifting.tell(one, "licence_ends", f"licence/{one.pk}/ends/{at.isoformat()}", at=at, on=until)

    return _apply(licence, may_cancel, change)


def keep(licence: Licence, *, by: User) -> Licence:
    """Take a cancellation back."""

    def change(_billing: BillingAccount, one: Licence, at: datetime) -> None:
        one.renews = True
        one.save(update_fields=["renews"])
        licence_shifting.note(one, "licence_kept", f"kept/{at.isoformat()}", at=at, by=by)
        licence_shifting.show(one, by=by)

    return _apply(licence, may_keep, change)


def drop_logo(licence: Licence, *, drop: bool, by: User) -> Licence:
    """Renew it without the logo, or take that back."""

    def change(_billing: BillingAccount, one: Licence, at: datetime) -> None:
        one.next_kind = PLAIN if drop else ""
        one.save(update_fields=["next_kind"])
        what = "licence_logo_dropped" if drop else "licence_logo_kept"
        licence_shifting.note(one, what, f"logo/{at.isoformat()}", at=at, by=by)

    return _apply(licence, may_drop_logo, change)


@transaction.atomic
def grant(brand: Brand, *, logo: bool, until: date | None, by: User | None) -> Licence:
    """Show `brand` without charge before that day (None: until the operator ends it); a paid year runs on behind it.

    `by` None: it came with the switch of billing. Raises UserError for a day that is not to come.
    """
    account = licence_of(brand).account
    billing_of(account)
    billing = locked(account)
    one = _fresh(brand)
    at = clock.now()
    if until is not None and until <= day_of(account, at):
        raise UserError("day_passed", _("That day has passed."), _("Choose a day that is to come."))
    ends = midnight(account, until) if until is not None else None
    licence_shifting.shift(
        one, LicenceMove.GRANTED, at=at, by=by, granted_kind=kind_of(logo=logo), granted_until=ends, dunning_since=None
    )
    BillingAccount.objects.filter(pk=billing.pk).update(look_at=at)
    return one


def end_grant(licence: Licence, *, by: User) -> Licence:
    """By the operator: what was granted ends now."""

    def possible(one: Licence) -> bool:
        return can(LicenceState(one.state), LicenceMove.GRANT_ENDED)

    return _apply(licence, possible, lambda billing, one, at: licence_shifting.end_grant(billing, one, at=at, by=by))


def creditable(line: Line) -> int:
    """What can still be credited of a line, net."""
    return line.net - sum(one.net for one in line.corrections.all())


@transaction.atomic
def credit_fee(line: Line, net: int, why: str, *, by: User) -> Document:
    """By the operator: a credit note over `net` of a fee that was billed. The licence stays as it is.

    It pays what is open of the invoice; the rest is credit. Raises UserError for more than was billed.
    """
    billing = locked(line.document.account_id)
    left = creditable(line)
    if line.kind != Line.Kind.FEE or not 0 < net <= left:
        raise UserError(
            "too_much_credited",
            _("That is more than is left of this fee."),
            _("Enter an amount up to what was billed and not credited."),
        )
    at = clock.now()
    made = credit_note(
        line.document, {line: net}, f"fee/{line.pk}/{left}", on=day_of(billing.account, at), note=why[:300]
    )
    settle_credit_note(made, at=at)
    telling.tell_document(billing, made, at)
    from trailhouse.billing import receiving

    receiving.reopen_paid(billing, at=at)
    BillingAccount.objects.filter(pk=billing.pk).update(look_at=at)
    record("billing.fee_credited", account=billing.account, by=by, subject=made.number, details={"why": why[:300]})
    return made
