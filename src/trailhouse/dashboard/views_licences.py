"""The pages on which an account orders, renews and ends the licences of its brands."""

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from trailhouse.accounts.models import User
from trailhouse.billing import licences
from trailhouse.billing.licence_planning import LOGO, PLAIN
from trailhouse.billing.models import BillingAccount, Licence
from trailhouse.branding.models import Brand
from trailhouse.core.errors import UserError
from trailhouse.dashboard import billing_page, licence_page
from trailhouse.dashboard.card_payment import payment_methods
from trailhouse.dashboard.views_billing import frame_of, may_change, pays
from trailhouse.dashboard.views_profile import me
from trailhouse.sites.access import Privilege

TAB = "brands"


@require_GET
@pays(Privilege.VIEW_BILLING)
def brands(request: HttpRequest, billing: BillingAccount) -> HttpResponse:
    """All brands of the account with their licences, and what the licences cost."""
    rows = licence_page.standings(billing)
    context = {"rows": rows, "choices": licence_page.choices(billing, Licence(), "")}
    return render(request, "billing/brands.html", frame_of(request, billing, TAB) | context)


@require_http_methods(["GET", "POST"])
@pays(Privilege.VIEW_BILLING)
def brand(request: HttpRequest, billing: BillingAccount, brand: int) -> HttpResponse:
    """One brand's licence: where it stands, what an order costs, what can be done; a POST does one thing."""
    found = get_object_or_404(Brand.objects.select_related("account"), pk=brand, account=billing.account)
    if request.method == "POST":
        return _act(request, billing, found)
    context = licence_page.context_of(billing, licences.looked_at(found), request.GET.get("kind", ""))
    context |= billing_page.request_of(billing.account) | payment_methods(billing)
    part = "#offer" if request.headers.get("HX-Target") == "offer" else ""
    return render(request, f"billing/brand.html{part}", frame_of(request, billing, TAB) | context)


def _act(request: HttpRequest, billing: BillingAccount, found: Brand) -> HttpResponse:
    if not may_change(request, billing):
        raise PermissionDenied
    do, kind = request.POST.get("do", ""), request.POST.get("kind", "")
    try:
        if do == "order" and kind in (LOGO, PLAIN):
            said = _order(found, logo=kind == LOGO, by=me(request))
        elif do in ACTIONS:
            action, words = ACTIONS[do]
            action(licences.licence_of(found), by=me(request))
            said = words()
        else:
            raise UserError("unknown_action", _("Nothing was done."), _("Press one of the buttons of the page."))
        messages.success(request, said)
    except UserError as error:
        messages.error(request, f"{error.message} {error.hint}")
    return redirect("billing_brand", number=billing.account_id, brand=found.pk)


def _order(found: Brand, *, logo: bool, by: User) -> str:
    asks, charged = licences.order(found, logo=logo, by=by)
    if asks is None:
        return _("The licence is active.")
    if charged:
        return _("The payment is on its way. Your clients see the brand as soon as it has come.")
    return _("The payment request is below. Your clients see the brand as soon as it is paid.")


def _drop_logo(one: Licence, *, by: User) -> Licence:
    return licences.drop_logo(one, drop=True, by=by)


def _keep_logo(one: Licence, *, by: User) -> Licence:
    return licences.drop_logo(one, drop=False, by=by)


# What a payer can do, and what is said afterwards.
ACTIONS: dict[str, tuple[Callable[..., Licence], Callable[[], str]]] = {
    "cancel": (licences.cancel, lambda: _("The licence is cancelled. It holds to the end of what is paid.")),
    "keep": (licences.keep, lambda: _("The cancellation was taken back.")),
    "drop_logo": (_drop_logo, lambda: _("From the renewal on the licence is without the logo.")),
    "keep_logo": (_keep_logo, lambda: _("The licence is renewed with the logo.")),
}
