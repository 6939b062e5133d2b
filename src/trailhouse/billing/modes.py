"""Switching billing on, to external, or off. Part of the services of `billing`."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from trailhouse.accounts.instance import change_billing
from trailhouse.accounts.models import Instance, User
from trailhouse.billing import enrolment, licences
from trailhouse.billing.licence_states import OVER
from trailhouse.billing.locking import locked
from trailhouse.billing.models import BillingAccount, BillingEvent, Book, Licence, Seller, Subscription
from trailhouse.billing.periods import next_billing_date
from trailhouse.billing.shifting import apply_state
from trailhouse.billing.states import State
from trailhouse.billing.values import day_of, limits
from trailhouse.branding.licensing import set_licence
from trailhouse.branding.models import Brand
from trailhouse.core import clock
from trailhouse.core.errors import UserError
from trailhouse.sites.locking import close_site
from trailhouse.sites.models import Site
from trailhouse.sites.trial import trial_ends

# Where time went on while nobody was billed, a site begins anew with a trial; what was paid is kept.
BEGINS_ANEW = (State.TRIAL, State.DUE, State.SUSPENDED, State.CANCELLED)
GOES_ON = (State.ACTIVE, State.PAST_DUE, State.CANCELLING)


@transaction.atomic
def set_mode(mode: Instance.Billing, *, by: User) -> bool:
    """Bill accounts, leave it to the operator, or not at all. False where it is so already.

    On: each site has a trial from that moment; UserError where prices or the seller are missing. Off and external:
    everything is open, and every site counts.
    """
    if mode == Instance.Billing.ON:
        _check_ready()
    if not change_billing(mode, by=by):
        return False
    if mode == Instance.Billing.ON:
        _begin_anew(clock.now())
    else:
        for number in Site.objects.filter(locked=True).values_list("pk", flat=True):
            close_site(number, locked=False, stopped=False)
        for number in Site.objects.filter(stopped=True).values_list("pk", flat=True):
            close_site(number, locked=False, stopped=False)
    return True


def missing() -> list[str]:
    """What billing needs and has not: "book", a published default price book that holds; "seller", who sells."""
    today = clock.now().date()
    books = Book.objects.filter(account=None, published_at__isnull=False, valid_from__lte=today)
    lacks = {"book": not books.exists(), "seller": not Seller.objects.filter(is_default=True).exists()}
    return [what for what, is_missing in lacks.items() if is_missing]


def _check_ready() -> None:
    lacks = missing()
    if not lacks:
        return
    words = {"book": _("a published price book that holds now"), "seller": _("the seller's name and address")}
    raise UserError(
        "billing_not_ready",
        _("Billing cannot be switched on yet. What is missing: %(what)s.")
        % {"what": "; ".join(words[what] for what in lacks)},
        _("Enter it under Prices and Seller, then switch billing on."),
        status=409,
    )


def _begin_anew(now: datetime) -> None:
    for one in Subscription.objects.exclude(site=None).select_related("account", "site"):
        if one.held_because or one.state not in BEGINS_ANEW:
            _go_on(one, now)
            continue
        before, one.state, one.since, one.began_at = one.state, State.TRIAL.value, now, now
        one.first_visit_at = now if one.first_visit_at else None
        one.trial_ends_at = trial_ends(one.first_visit_at, now, one.account.timezone)
        one.dunning_since = one.pause_on = None
        one.save()
        BillingEvent.objects.create(
            account=one.account, subscription=one, key=f"{one.pk}/switched_on/{now.isoformat()}",
            transition="switched_on", before=before, after=one.state, at=now,
        )  # fmt: skip
        apply_state(one)
    _go_on_with_brands(now)
    for billing in BillingAccount.objects.exclude(billing_day=None):
        row = locked(billing.account_id)
        today = day_of(row.account, now)
        assert row.billing_day is not None
        row.next_billing_on, row.look_at = next_billing_date(row.billing_day, today), now
        row.save(update_fields=["next_billing_on", "look_at"])
        late = Subscription.objects.filter(account=row.account, state__in=GOES_ON, paid_until__lt=today)
        late.update(paid_until=today)
    enrolment.enrol_missing()


def _go_on_with_brands(now: datetime) -> None:
    """Brands that are there are shown on without charge, for as long as dearer prices are told before they hold.

    A licence that was paid for or granted before goes on by itself; its days of grace begin anew, and days that passed
    while nobody was billed are not billed. The brand of a demo needs none for good.
    """
    rows = Licence.objects.exclude(state__in=OVER).select_related("account", "brand")
    for licence in rows:
        today = day_of(licence.account, now)
        if licence.dunning_since is not None:
            licence.dunning_since = now
        if licence.paid_until is not None and licence.paid_until < today and licence.renews:
            licence.paid_until, licence.anchor_day = today, today.day
        licence.save(update_fields=["dunning_since", "paid_until", "anchor_day"])
    held = set(rows.values_list("brand", flat=True))
    for brand in Brand.objects.filter(account__closed_at=None).exclude(account=None).select_related("account"):
        assert brand.account is not None
        if brand.account.demo:
            set_licence(brand, Brand.Licence.LOGO, None, None)
        elif brand.pk not in held:
            until = day_of(brand.account, now) + timedelta(days=limits().price_notice)
            licences.grant(brand, logo=True, until=until, by=None)


def _go_on(one: Subscription, now: datetime) -> None:
    """What was paid for, paused, free or suspended stays so; days of grace begin anew."""
    if one.state == State.SUSPENDED:
        one.since = now
    if one.dunning_since is not None:
        one.dunning_since = now
    one.save(update_fields=["since", "dunning_since"])
    apply_state(one)
