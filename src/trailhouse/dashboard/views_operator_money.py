"""The operator's pages of money: booking a payment, giving it back, taking it back, credit."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from trailhouse.accounts.models import User
from trailhouse.accounts.staff import StaffPrivilege, staff_may
from trailhouse.billing import activating, banking, gateways, ledger, operating, receiving, refunding, settling
from trailhouse.billing.models import BillingAccount, Document, Payment, Subscription
from trailhouse.core.errors import UserError
from trailhouse.core.money import Money
from trailhouse.dashboard import billing_words, formats
from trailhouse.dashboard.confirming import confirm, confirmed
from trailhouse.dashboard.forms import ready
from trailhouse.dashboard.forms_operator_billing import AmountField, CreditForm, PaymentForm, ReasonForm
from trailhouse.dashboard.operator_billing import billed, fits, found, new_key, plain, today_text
from trailhouse.dashboard.views_profile import me

NAV = "operator_payers"
sees = billed(StaffPrivilege.VIEW_BILLING)
does = billed(StaffPrivilege.CHANGE_BILLING)


@require_http_methods(["GET", "POST"])
@does
def pay(request: HttpRequest, account: int) -> HttpResponse:
    """Book a transfer: it is first shown what it pays, exactly, and booked when that is confirmed."""
    billing = found(account)
    asked = activating.open_request(billing.account)
    opened = [(one, _told(one)) for one in ledger.open_invoices().filter(account=billing.account)]
    sites = _sites(billing, [one for one, _text in opened])
    if request.method != "POST":
        start = {"received_on": today_text(), "key": new_key(), "amount": _expected(billing, asked, opened)}
        return _pay(request, billing, PaymentForm(billing, opened, sites, initial=start))
    form = PaymentForm(billing, opened, sites, request.POST)
    if not form.is_valid():
        return _pay(request, billing, form, status=422)
    try:
        if confirmed(request):
            _receive(billing, form.cleaned_data, me(request))
            messages.success(request, _("The payment is booked."))
            return redirect("operator_payer", account=account)
        outcome = _outcome(billing, form.cleaned_data, me(request))
    except UserError as error:
        form.add_error(None, f"{error.message} {error.hint}")
        return _pay(request, billing, form, status=422)
    money = billing_words.money(form.cleaned_data["amount"], billing.book.currency)
    title = _("Book %(amount)s for %(account)s") % {"amount": money, "account": billing.account.name}
    back = reverse("operator_pay", args=[account])
    return confirm(request, title, outcome.facts, _("Book it"), back, nav=NAV, rows=outcome.rows)


def _pay(request: HttpRequest, billing: BillingAccount, form: PaymentForm, *, status: int = 200) -> HttpResponse:
    context = {"nav": NAV, "one": billing.account, "form": ready(form), "currency": billing.book.currency}
    return render(request, "operator/billing/pay.html", context, status=status)


def _told(one: Document) -> str:
    left = one.total - one.paid  # type: ignore[attr-defined]  # annotated
    return _("%(number)s of %(day)s: %(left)s open") % {
        "number": one.number,
        "day": formats.short_day(one.issued_on),
        "left": billing_words.money(left, one.currency),
    }


def _sites(billing: BillingAccount, opened: list[Document]) -> list[tuple[str, str]]:
    """The sites of open lines, to choose from where there are several."""
    lines = settling.open_lines(opened)
    named = {one.line.subscription_id: one.line.text for one in lines if one.line.subscription_id is not None}
    return [(str(number), text) for number, text in named.items()] if len(named) > 1 else []


def _expected(billing: BillingAccount, asked: Any, opened: list[tuple[Document, str]]) -> str:
    left = sum(one.total - one.paid for one, _text in opened)  # type: ignore[attr-defined]
    amount = left or (asked.total if asked else 0)
    return plain(amount, billing.book.currency) if amount else ""


def _receive(billing: BillingAccount, given: dict[str, Any], by: User) -> Payment:
    number = given["document"]
    return receiving.receive(
        billing.account, Money(given["amount"], billing.book.currency), gateway=banking.TRANSFER,
        key=f"{banking.TRANSFER}/{given['key']}", received_on=given["received_on"], payer=given["payer"],
        note=given["note"], sites=[int(one) for one in given.get("sites") or ()],
        document=Document.objects.get(pk=number, account=billing.account) if number else None, by=by,
    )  # fmt: skip


@dataclass(frozen=True)
class Outcome:
    """What a payment would do."""

    facts: list[str]
    rows: list[tuple[str, str]]


def _outcome(billing: BillingAccount, given: dict[str, Any], by: User) -> Outcome:
    """What booking would do: it is done, looked at, and rolled back."""
    currency = billing.book.currency
    with transaction.atomic():
        states = dict(Subscription.objects.filter(account=billing.account).values_list("pk", "state"))
        made = _receive(billing, given, by)
        rows = [
            (f"{one.document.number}: {one.line.text if one.line else ''}", billing_words.money(one.amount, currency))
            for one in made.allocations.select_related("document", "line").order_by("pk")
        ]
        over = sum(one.amount for one in made.credits.all())
        now = Subscription.objects.filter(account=billing.account).order_by("domain")
        opens = [one.domain for one in now if one.state == "active" and states.get(one.pk) != "active"]
        transaction.set_rollback(True)
    facts = []
    if opens:
        facts.append(_("These sites are active then: %(sites)s.") % {"sites": ", ".join(opens)})
    if over:
        facts.append(_("%(amount)s is left over and becomes credit.") % {"amount": billing_words.money(over, currency)})
    if not rows:
        facts.append(_("It pays no line in full."))
    return Outcome(facts, rows)


# -- a payment


@require_http_methods(["GET", "POST"])
@sees
def payment(request: HttpRequest, account: int, payment: int) -> HttpResponse:
    """One payment: what it paid; with POST it is given back (`do=refund`) or taken back (`do=take_back`)."""
    billing = found(account)
    rows = Payment.objects.filter(pk=payment, account=billing.account) if fits(payment) else Payment.objects.none()
    one = rows.select_related("account", "by", "refunds").first()
    if one is None:
        raise Http404
    if request.method != "POST":
        return _payment(request, one)
    if not staff_may(request.user, StaffPrivilege.CHANGE_BILLING):
        raise Http404
    return _give_back(request, one) if request.POST.get("do") == "refund" else _take_back(request, one)


class RefundForm(ReasonForm):
    """How much of a payment is given back, and why."""

    amount = AmountField()
    field_order = ("amount", "because")

    def __init__(self, currency: str, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        amount = self.fields["amount"]
        assert isinstance(amount, AmountField)
        amount.currency, amount.label = currency, _("Amount (%(currency)s)") % {"currency": currency}


def _left(one: Payment) -> int:
    return one.amount + sum(row.amount for row in one.refunded_by.all())


def _payment(request: HttpRequest, one: Payment, *, status: int = 200, **forms: Any) -> HttpResponse:
    left = _left(one)
    context = {
        "nav": NAV,
        "one": one,
        "left": left,
        "allocations": one.allocations.select_related("document", "line").order_by("pk"),
        "credits": one.credits.all(),
        "back": one.refunded_by.select_related("by").order_by("pk"),
        "by_transfer": one.gateway == banking.TRANSFER,
        "refund_form": ready(
            forms.get("refund_form")
            or RefundForm(one.currency, prefix="refund", initial={"amount": plain(max(left, 0), one.currency)})
        ),
        "wrong_form": ready(forms.get("wrong_form") or ReasonForm(prefix="wrong")),
        "key": new_key(),
    }
    return render(request, "operator/billing/payment.html", context, status=status)


def _give_back(request: HttpRequest, one: Payment) -> HttpResponse:
    form = RefundForm(one.currency, request.POST, prefix="refund")
    if not form.is_valid():
        return _payment(request, one, refund_form=form, status=422)
    amount, why = form.cleaned_data["amount"], form.cleaned_data["because"]
    back = reverse("operator_payment", args=[one.account_id, one.pk])
    if amount > _left(one):
        form.add_error("amount", _("That is more than is left of this payment."))
        return _payment(request, one, refund_form=form, status=422)
    if not confirmed(request):
        money = billing_words.money(amount, one.currency)
        facts = [
            _("It is collected back by the way it came.")
            if gateways.gateway(one.gateway)
            else _("You transfer it by your bank; here it is noted."),
            _("What it had paid is open again, unless it was credited. Credit that was left over goes first."),
        ]
        title = _("Give %(amount)s back to %(account)s") % {"amount": money, "account": one.account.name}
        return confirm(request, title, facts, _("Give it back"), back, nav=NAV, danger=True)
    refunding.refund(one, amount, why, by=me(request), key=request.POST.get("key", "")[:64])
    messages.success(request, _("The refund is noted."))
    return redirect(back)


def _take_back(request: HttpRequest, one: Payment) -> HttpResponse:
    form = ReasonForm(request.POST, prefix="wrong")
    if not form.is_valid():
        return _payment(request, one, wrong_form=form, status=422)
    back = reverse("operator_payment", args=[one.account_id, one.pk])
    if not confirmed(request):
        facts = [
            _("What it had paid here is open again, and what was left over is taken off the credit."),
            _("Its line of the bank statement is free again, to be booked for another account."),
        ]
        title = _("Take the payment of %(account)s back") % {"account": one.account.name}
        return confirm(request, title, facts, _("Take it back"), back, nav=NAV, danger=True)
    banking.take_back(one, form.cleaned_data["because"], by=me(request))
    messages.success(request, _("The payment is taken back."))
    return redirect(back)


# -- credit


@require_http_methods(["GET", "POST"])
@does
def credit(request: HttpRequest, account: int) -> HttpResponse:
    """Give an account credit."""
    billing = found(account)
    currency = billing.book.currency
    form = CreditForm(currency, request.POST or None, initial={"key": new_key()})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        if not confirmed(request):
            money = billing_words.money(given["amount"], currency)
            facts = [
                _("What is open is paid from it at once; the rest waits for the next invoice."),
                _("A movement of credit is never deleted."),
            ]
            title = _("Give %(account)s a credit of %(amount)s") % {"account": billing.account.name, "amount": money}
            return confirm(request, title, facts, _("Give it"), reverse("operator_credit", args=[account]), nav=NAV)
        operating.grant_credit(billing, given["amount"], given["note"], given["key"], by=me(request))
        messages.success(request, _("The credit is booked."))
        return redirect("operator_payer", account=account)
    context = {"nav": NAV, "one": billing.account, "form": ready(form), "currency": currency}
    return render(request, "operator/billing/credit.html", context, status=422 if form.is_bound else 200)
