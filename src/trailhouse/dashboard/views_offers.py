"""Offering a site to the administrator of another account, and the page behind the link of such an offer."""

from typing import Any

from allauth.account.decorators import reauthentication_required
from allauth.core import ratelimit
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from trailhouse.accounts import selectors
from trailhouse.accounts.models import Instance, Offer, User
from trailhouse.core.errors import UserError
from trailhouse.core.settings import settings
from trailhouse.dashboard.forms import ready
from trailhouse.dashboard.forms_profile import OfferForm, TakeIntoForm
from trailhouse.dashboard.views_profile import me
from trailhouse.outbox import sending
from trailhouse.sites import offering
from trailhouse.sites.access import Privilege, site_access
from trailhouse.sites.models import Site

FIELDS = {"site_exists": "account", "no_transfer": "account", "own_email": "email", "wrong_email": "email"}
OWES = "site_owes"  # that the account before has not paid is no business of whoever takes the site


def shown_link(offer: Offer, page: str, token: str) -> dict[str, Any]:
    """What a page says of the link that was just made, where no mail carries it; it is shown this once."""
    return {"email": offer.to, "url": settings().url + reverse(page, args=[token])}


@require_http_methods(["GET", "POST"])
@site_access(Privilege.MANAGE_ACCOUNT)
@reauthentication_required  # type: ignore[untyped-decorator]
def offer(request: HttpRequest, site: Site) -> HttpResponseBase:
    """Offer the site to an address."""
    form = OfferForm(request.POST or None)
    link = None
    if request.method == "POST" and form.is_valid():
        try:
            made, token = offering.offer(site, form.cleaned_data["email"], by=me(request))
        except UserError as error:
            if error.code not in FIELDS:
                raise
            form.add_error("email", f"{error.message} {error.hint}")
        else:
            if sending.is_configured():
                messages.success(request, _("The offer is on its way. Until it is accepted the site stays here."))
                return redirect("site_danger", key=site.key)
            link = shown_link(made, "site_offer_accept", token)
    context = {"site": site, "nav": "settings", "form": ready(form), "link": link}
    return render(request, "offers/site.html", context, status=422 if form.errors else 200)


@require_POST
@site_access(Privilege.MANAGE_ACCOUNT)
def withdraw(request: HttpRequest, site: Site) -> HttpResponse:
    """Take the offer back."""
    offering.withdraw_offer(site, by=me(request))
    messages.success(request, _("The offer is withdrawn."))
    return redirect("site_danger", key=site.key)


@require_http_methods(["GET", "HEAD", "POST"])
def accept(request: HttpRequest, token: str) -> HttpResponseBase:
    """Look at the offer of a site, choose one of one's accounts, and take it: only a button uses the link up."""
    refusal: HttpResponseBase | None = ratelimit.consume_or_429(request, action="handover")
    if refusal:
        return refusal
    offered = offering.open_offer(token)
    user = request.user if isinstance(request.user, User) else None
    accounts = offering.accounts_to_take_into(offered, user) if user and user.email == offered.to else []
    form = TakeIntoForm(accounts, request.POST or None) if accounts else None
    if request.method == "POST" and user is not None and form is not None and form.is_valid():
        try:
            site = offering.accept_offer(token, form.cleaned_data["account"], by=user)
        except UserError as error:
            if error.code not in {*FIELDS, OWES}:
                raise
            said = f"{error.message} {error.hint}"
            form.add_error("account", said if error.code != OWES else _("Not just now. Ask whoever offers the site."))
        else:
            messages.success(request, _("The site is in your account."))
            return redirect("site_settings", key=site.key)
    context = {
        "offer": offered,
        "form": form and ready(form),
        "other": user is not None and user.email != offered.to,
        "sign_in": f"{reverse('account_login')}?{urlencode({'next': request.path})}",
        "may_sign_up": selectors.instance().sign_up == Instance.SignUp.OPEN and sending.is_configured(),
    }
    return render(request, "offers/take_into.html", context, status=422 if form and form.errors else 200)
