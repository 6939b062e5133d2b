"""The settings of an account: its name and zone, handing it over, closing it."""

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from trailhouse.accounts import handover, selectors, terms
from trailhouse.accounts.models import Account
from trailhouse.core.errors import UserError
from trailhouse.core.settings import settings
from trailhouse.dashboard.forms import ready
from trailhouse.dashboard.forms_profile import AccountForm, CloseForm, HandoverForm
from trailhouse.dashboard.views_offers import shown_link
from trailhouse.dashboard.views_profile import me
from trailhouse.outbox import sending
from trailhouse.sites import handover as sites
from trailhouse.sites.access import Privilege, account_access

manages = account_access(Privilege.MANAGE_ACCOUNT)


@require_http_methods(["GET", "POST"])
@manages
def account_settings(request: HttpRequest, account: Account) -> HttpResponse:
    """Name and time zone of an account."""
    form = AccountForm(account, request.POST or None)
    if request.method == "POST" and form.is_valid():
        handover.change_account(account, **form.cleaned_data, by=me(request))
        messages.success(request, _("Saved."))
        return redirect("account_settings", number=account.pk)
    context = {
        "account": account,
        "form": ready(form),
        "offer": selectors.waiting_handover(account),
        "acceptances": terms.acceptances(account),
    }
    return render(request, "profile/account.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@manages
@reauthentication_required  # type: ignore[untyped-decorator]
def hand_over(request: HttpRequest, account: Account) -> HttpResponseBase:
    """Offer the account to another owner by mail."""
    form = HandoverForm(request.POST or None)
    link = None
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            made, token = handover.offer(account, values["email"], leaves=values["leaves"], by=me(request))
        except UserError as error:
            if error.code not in ("own_email", "wrong_email"):
                raise
            form.add_error("email", f"{error.message} {error.hint}")
        else:
            if sending.is_configured():
                messages.success(request, _("The offer is on its way. Until it is accepted the account stays yours."))
                return redirect("account_settings", number=account.pk)
            link = shown_link(made, "handover", token)
    context = {"account": account, "form": ready(form), "link": link}
    return render(request, "profile/hand_over.html", context, status=422 if form.errors else 200)


@require_POST
@manages
def withdraw_handover(request: HttpRequest, account: Account) -> HttpResponse:
    """Take an offer back."""
    handover.withdraw(account, by=me(request))
    messages.success(request, _("The offer is withdrawn."))
    return redirect("account_settings", number=account.pk)


@require_http_methods(["GET", "POST"])
@manages
@reauthentication_required  # type: ignore[untyped-decorator]
def close_account(request: HttpRequest, account: Account) -> HttpResponseBase:
    """Close the account, once its name is typed."""
    form = CloseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            sites.close(account, form.cleaned_data["name"], by=me(request))
        except UserError as error:
            if error.code != "other_name":
                raise
            form.add_error("name", f"{error.message} {error.hint}")
        else:
            messages.success(request, _("The account is closed. A mail to you says what happens now."))
            return redirect("sites")
    context = {"account": account, "form": ready(form), "days": settings().closed_days}
    return render(request, "profile/close.html", context, status=422 if form.errors else 200)
