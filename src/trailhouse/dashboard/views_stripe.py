"""Payment by card: the payer goes to Stripe's pages and comes back; Stripe tells what happened meanwhile."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from trailhouse.billing import charging, gateways
from trailhouse.billing.gateways.stripe import NAME
from trailhouse.billing.models import BillingAccount, Charge
from trailhouse.billing.money_text import money_text
from trailhouse.core.errors import UserError
from trailhouse.core.money import Money
from trailhouse.core.settings import settings
from trailhouse.dashboard.views_billing import pays
from trailhouse.dashboard.views_profile import me
from trailhouse.sites.access import Privilege

WEBHOOK_BYTES = 256_000  # Stripe's events have a few thousand
SESSION = "{CHECKOUT_SESSION_ID}"  # filled in by Stripe


def _details(billing: BillingAccount) -> HttpResponse:
    return redirect("billing_details", number=billing.account_id)


def _address(name: str, *numbers: int) -> str:
    return settings().url + reverse(name, args=numbers)


@require_POST
@pays(Privilege.CHANGE_BILLING)
def add(request: HttpRequest, billing: BillingAccount) -> HttpResponse:
    """Go to Stripe's page to leave a card or a bank account."""
    _set_up()
    from trailhouse.billing.gateways.stripe import leaving

    back = _address("card_back", billing.account_id)
    page = leaving.start(
        billing.account, done=f"{back}?session={SESSION}", cancelled=back, language=get_language() or ""
    )  # fmt: skip
    return HttpResponse(status=303, headers={"Location": page})


def _set_up() -> None:
    if gateways.gateway(NAME) is None:
        raise UserError("no_card_payment", _("Payment by card is not set up here."), _("Pay by bank transfer."))


@require_GET
@pays(Privilege.CHANGE_BILLING)
def back(request: HttpRequest, billing: BillingAccount) -> HttpResponse:
    """Coming back from there; without a session the payer gave up."""
    session = request.GET.get("session", "")
    if not session or gateways.gateway(NAME) is None:
        messages.info(request, _("Nothing was changed."))
        return _details(billing)
    from trailhouse.billing.gateways.stripe import leaving

    try:
        done = leaving.finish(billing.account, session[:200], by=me(request))
    except UserError as error:
        messages.error(request, f"{error.message} {error.hint}")
        return _details(billing)
    if done:
        messages.success(request, _("From now on payments are collected by it."))
    else:
        messages.info(request, _("Nothing was left there yet. Start again if it was not finished."))
    return _details(billing)


@require_POST
@pays(Privilege.CHANGE_BILLING)
def remove(request: HttpRequest, billing: BillingAccount) -> HttpResponse:
    """Have the card forgotten here and at Stripe."""
    _set_up()
    from trailhouse.billing.gateways.stripe import leaving

    leaving.remove(billing.account, by=me(request))
    messages.success(request, _("It is removed. Invoices are paid by bank transfer from now on."))
    return _details(billing)


@require_http_methods(["GET", "POST"])
@pays(Privilege.CHANGE_BILLING)
def confirm(request: HttpRequest, billing: BillingAccount, charge: int) -> HttpResponse:
    """Confirm a payment at the bank: says what, then goes there."""
    one = get_object_or_404(Charge.objects.select_related("document", "account"), account=billing.account, pk=charge)
    if request.method == "POST" and one.state == Charge.State.ACTION:
        address = charging.confirm(one, _address("charge_back", billing.account_id, one.pk))
        if address:
            return HttpResponse(status=303, headers={"Location": address})
        return redirect("charge_confirm", number=billing.account_id, charge=one.pk)
    context = {
        "account": billing.account,
        "nav": "billing",
        "billing": billing,
        "charge": one,
        "amount": money_text(Money(one.amount, one.currency), get_language() or "en"),
        "waits": one.state == Charge.State.ACTION,
        "paid": one.state == Charge.State.DONE,
        "failed": one.state == Charge.State.FAILED,
    }
    return render(request, "billing/confirm.html", context)


@require_GET
@pays(Privilege.CHANGE_BILLING)
def confirmed(request: HttpRequest, billing: BillingAccount, charge: int) -> HttpResponse:
    """Coming back from the bank."""
    one = get_object_or_404(Charge.objects.select_related("account", "document"), account=billing.account, pk=charge)
    charging.look(one)
    return redirect("charge_confirm", number=billing.account_id, charge=one.pk)


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
