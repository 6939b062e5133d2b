"""Payment by card: the payer goes to Stripe's pages and comes back; Stripe tells what happened meanwhile."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from trailhouse.accounts.models import Account
from trailhouse.billing import charging, enrolment, gateways
from trailhouse.billing.gateways.stripe import NAME
from trailhouse.billing.models import BillingAccount, Charge
from trailhouse.billing.money_text import money_text
from trailhouse.core.errors import UserError
from trailhouse.core.money import Money
from trailhouse.core.settings import settings
from trailhouse.dashboard.views_profile import me
from trailhouse.sites.access import Privilege, account_access

changes_billing = account_access(Privilege.CHANGE_BILLING)
WEBHOOK_BYTES = 256_000  # Stripe's events have a few thousand
SESSION = "{CHECKOUT_SESSION_ID}"  # filled in by Stripe


def payment_methods(billing: BillingAccount) -> dict[str, Any]:
    """What `billing/_stripe.html` shows: whether cards can be left, the one that is, and what waits to be confirmed."""
    waiting = Charge.objects.filter(account=billing.account, gateway=NAME, state=Charge.State.ACTION)
    return {
        "card_offered": gateways.gateway(NAME) is not None,
        "card": billing.method_label if billing.gateway == NAME else "",
        "card_waits": [
            {
                "url": reverse("charge_confirm", args=[billing.account_id, one.pk]),
                "amount": money_text(Money(one.amount, one.currency), get_language() or "en"),
                "what": one.document.number if one.document else "",
            }
            for one in waiting.select_related("document")
        ],
    }


def _billed(account: Account) -> None:
    if account.demo or not enrolment.billing_on():
        raise Http404
    enrolment.billing_of(account)


def _details(account: Account) -> HttpResponse:
    return redirect(f"/accounts/{account.pk}/billing/details")


def _address(name: str, *numbers: int) -> str:
    return settings().url + reverse(name, args=numbers)


@require_POST
@changes_billing
def add(request: HttpRequest, account: Account) -> HttpResponse:
    """Go to Stripe's page to leave a card or a bank account."""
    _billed(account)
    _set_up()
    from trailhouse.billing.gateways.stripe import leaving

    back = _address("card_back", account.pk)
    page = leaving.start(
        account, done=f"{back}?session={SESSION}", cancelled=back, language=get_language() or ""
    )  # fmt: skip
    return HttpResponse(status=303, headers={"Location": page})


def _set_up() -> None:
    if gateways.gateway(NAME) is None:
        raise UserError("no_card_payment", _("Payment by card is not set up here."), _("Pay by bank transfer."))


@require_GET
@changes_billing
def back(request: HttpRequest, account: Account) -> HttpResponse:
    """Coming back from there; without a session the payer gave up."""
    _billed(account)
    session = request.GET.get("session", "")
    if not session or gateways.gateway(NAME) is None:
        messages.info(request, _("Nothing was changed."))
        return _details(account)
    from trailhouse.billing.gateways.stripe import leaving

    try:
        done = leaving.finish(account, session[:200], by=me(request))
    except UserError as error:
        messages.error(request, f"{error.message} {error.hint}")
        return _details(account)
    if done:
        messages.success(request, _("From now on payments are collected by it."))
    else:
        messages.info(request, _("Nothing was left there yet. Start again if it was not finished."))
    return _details(account)


@require_POST
@changes_billing
def remove(request: HttpRequest, account: Account) -> HttpResponse:
    """Have the card forgotten here and at Stripe."""
    _billed(account)
    _set_up()
    from trailhouse.billing.gateways.stripe import leaving

    leaving.remove(account, by=me(request))
    messages.success(request, _("It is removed. Invoices are paid by bank transfer from now on."))
    return _details(account)


@require_http_methods(["GET", "POST"])
@changes_billing
def confirm(request: HttpRequest, account: Account, charge: int) -> HttpResponse:
    """Confirm a payment at the bank: says what, then goes there."""
    _billed(account)
    one = get_object_or_404(Charge.objects.select_related("document", "account"), account=account, pk=charge)
    if request.method == "POST" and one.state == Charge.State.ACTION:
        address = charging.confirm(one, _address("charge_back", account.pk, one.pk))
        if address:
            return HttpResponse(status=303, headers={"Location": address})
        return redirect("charge_confirm", number=account.pk, charge=one.pk)
    context = {
        "account": account,
        "charge": one,
        "amount": money_text(Money(one.amount, one.currency), get_language() or "en"),
        "waits": one.state == Charge.State.ACTION,
        "paid": one.state == Charge.State.DONE,
        "failed": one.state == Charge.State.FAILED,
        "billing_url": f"/accounts/{account.pk}/billing",
    }
    return render(request, "billing/confirm.html", context)


@require_GET
@changes_billing
def confirmed(request: HttpRequest, account: Account, charge: int) -> HttpResponse:
    """Coming back from the bank."""
    _billed(account)
    one = get_object_or_404(Charge.objects.select_related("account", "document"), account=account, pk=charge)
    charging.look(one)
    return redirect("charge_confirm", number=account.pk, charge=one.pk)


@csrf_exempt
@require_POST
def webhook(request: HttpRequest) -> HttpResponse:
    """What Stripe tells: 200 once it is heard, 400 where it is not Stripe's, 503 where it is to be told again."""
    if gateways.gateway(NAME) is None:
        raise Http404
    from trailhouse.billing.gateways.stripe import client, events

    try:
        size = int(request.headers.get("Content-Length") or 0)
    except ValueError:
        size = 0
    if max(size, len(request.body) if size <= WEBHOOK_BYTES else 0) > WEBHOOK_BYTES:
        return HttpResponse("too large", status=413, content_type="text/plain")
    try:
        events.hear(client.required(), request.body, request.headers.get("Stripe-Signature", ""))
    except UserError as error:
        return HttpResponse(f"{error.code}: {error.message}", status=error.status, content_type="text/plain")
    return HttpResponse("ok", content_type="text/plain")
