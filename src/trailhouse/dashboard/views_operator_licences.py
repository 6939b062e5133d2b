"""The operator's page of one brand's licence: granting it without charge, ending that, crediting a fee."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from trailhouse.accounts.staff import StaffPrivilege, staff_may
from trailhouse.billing import licences
from trailhouse.billing.licence_planning import LOGO
from trailhouse.billing.licence_states import LicenceMove, LicenceState, can
from trailhouse.billing.models import Line
from trailhouse.branding.models import Brand
from trailhouse.core.errors import UserError
from trailhouse.dashboard import billing_words, formats, licence_page
from trailhouse.dashboard.confirming import confirm, confirmed
from trailhouse.dashboard.forms import ready
from trailhouse.dashboard.forms_licences import CreditFeeForm, GrantForm
from trailhouse.dashboard.operator_billing import billed, fits, found
from trailhouse.dashboard.views_profile import me

NAV = "operator_payers"
sees = billed(StaffPrivilege.VIEW_BILLING)
Forms = GrantForm | CreditFeeForm


@require_http_methods(["GET", "POST"])
@sees
def brand(request: HttpRequest, account: int, brand: int) -> HttpResponse:
    """One brand's licence; with POST what is done to it (`do`)."""
    billing = found(account)
    rows = Brand.objects.filter(pk=brand, account=billing.account).select_related("account")
    row = rows.first() if fits(brand) else None
    if row is None:
        raise Http404
    if request.method != "POST":
        return _page(request, row)
    if not staff_may(request.user, StaffPrivilege.CHANGE_BILLING):
        raise Http404
    deeds = {"grant": _grant, "end_grant": _end_grant, "credit": _credit}
    do = deeds.get(request.POST.get("do", ""))
    return _page(request, row, status=422) if do is None else do(request, row)


def _page(request: HttpRequest, row: Brand, *, status: int = 200, **forms: Forms) -> HttpResponse:
    one = licences.looked_at(row)
    billing = found(one.account_id)
    lines = list(licence_page.billed(one))
    left = [line for line in lines if line.corrects_id is None and licences.creditable(line) > 0]
    context = {
        "nav": NAV,
        "one": one,
        "currency": billing.book.currency,
        "standing": licence_page.standing_in(billing, one),
        "kind": licence_page.kind_of(one),
        "may_end": can(LicenceState(one.state), LicenceMove.GRANT_ENDED),
        "lines": lines,
        "events": licence_page.events(one)[: licence_page.ROWS],
        "grant_form": ready(forms.get("grant_form") or GrantForm(prefix="grant")),
        "credit_form": ready(forms.get("credit_form") or CreditFeeForm(left, prefix="credit")) if left else None,
    }
    return render(request, "operator/billing/brand.html", context, status=status)


def _back(row: Brand) -> str:
    return reverse("operator_payer_brand", args=[row.account_id, row.pk])


def _grant(request: HttpRequest, row: Brand) -> HttpResponse:
    form = GrantForm(request.POST, prefix="grant")
    if form.is_valid():
        try:
            logo = form.cleaned_data["kind"] == LOGO
            licences.grant(row, logo=logo, until=form.cleaned_data["until"], by=me(request))
        except UserError as error:
            form.add_error("until", f"{error.message} {error.hint}")
        else:
            messages.success(request, _("Done. The account reads it under what happened."))
            return redirect(_back(row))
    return _page(request, row, grant_form=form, status=422)


def _end_grant(request: HttpRequest, row: Brand) -> HttpResponse:
    if not confirmed(request):
        facts = [
            _("Its clients see the account's name in plain text at once, unless a year is paid that still runs."),
            _("The account is told, and can order a licence where the price book has its price."),
        ]
        title = _("End the licence without charge of %(brand)s") % {"brand": row.name}
        return confirm(request, title, facts, _("End it"), _back(row), nav=NAV, danger=True)
    try:
        licences.end_grant(licences.licence_of(row), by=me(request))
        messages.success(request, _("The licence without charge has ended."))
    except UserError as error:
        messages.error(request, f"{error.message} {error.hint}")
    return redirect(_back(row))


def _credit(request: HttpRequest, row: Brand) -> HttpResponse:
    lines = [line for line in licence_page.billed(licences.looked_at(row)) if licences.creditable(line) > 0]
    form = CreditFeeForm(lines, request.POST, prefix="credit")
    if not form.is_valid():
        return _page(request, row, credit_form=form, status=422)
    line = Line.objects.select_related("document").get(pk=form.cleaned_data["line"])
    net, why = form.cleaned_data["amount"], form.cleaned_data["why"]
    if not confirmed(request):
        amount = billing_words.money(net, line.document.currency)
        facts = [
            _("A credit note of %(amount)s net, with its tax: “%(why)s”.") % {"amount": amount, "why": why},
            _("It pays what is open of %(invoice)s; the rest is credit. The licence stays as it is.")
            % {"invoice": line.document.number},
        ]
        title = _("Credit “%(fee)s”") % {"fee": line.text}
        return confirm(request, title, facts, _("Make the credit note"), _back(row), nav=NAV)
    try:
        made = licences.credit_fee(line, net, why, by=me(request))
    except UserError as error:
        form.add_error("amount", f"{error.message} {error.hint}")
        return _page(request, row, credit_form=form, status=422)
    day = formats.short_day(made.issued_on)
    messages.success(request, _("Credit note %(number)s of %(day)s was made.") % {"number": made.number, "day": day})
    return redirect(_back(row))
