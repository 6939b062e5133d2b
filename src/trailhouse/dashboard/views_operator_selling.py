"""The operator's pages of who sells, tax rates and the rules."""

from dataclasses import fields
from typing import Any

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from trailhouse.accounts.staff import StaffPrivilege
from trailhouse.billing import operating, values
from trailhouse.billing.limits import Limits, LimitsError
from trailhouse.billing.models import Seller, TaxRate
from trailhouse.core.errors import UserError
from trailhouse.dashboard import billing_words, book_words
from trailhouse.dashboard.forms import ready
from trailhouse.dashboard.forms_billing import countries
from trailhouse.dashboard.forms_operator_billing import RateForm, RulesForm, SellerForm
from trailhouse.dashboard.operator_billing import fits
from trailhouse.dashboard.views_profile import me
from trailhouse.sites.access import staff_access

changes = staff_access(StaffPrivilege.CHANGE_PRICES)
FIELDS = {"wrong_iban": "iban", "wrong_bic": "bic", "wrong_vat_number": "vat_number"}


@require_http_methods(["GET", "POST"])
@changes
def seller(request: HttpRequest) -> HttpResponseBase:
    """Who sells, as it stands on documents. Since payers transfer to it, it is asked again who changes it."""
    return _change_seller(request) if request.method == "POST" else _seller(request, SellerForm(instance=_there()))


def _there() -> Seller | None:
    return Seller.objects.filter(is_default=True).first()


@reauthentication_required  # type: ignore[untyped-decorator]  # allauth is only partly typed
def _change_seller(request: HttpRequest) -> HttpResponse:
    form = SellerForm(request.POST, instance=_there())
    if not form.is_valid():
        return _seller(request, form, status=422)
    try:
        operating.set_seller(form.values(), by=me(request))
    except UserError as error:
        form.add_error(FIELDS.get(error.code), f"{error.message} {error.hint}")
        return _seller(request, form, status=422)
    messages.success(request, _("Saved. Documents that are there keep what they say."))
    return redirect("operator_seller")


def _seller(request: HttpRequest, form: SellerForm, *, status: int = 200) -> HttpResponse:
    context = {"nav": "operator_seller", "form": ready(form)}
    return render(request, "operator/billing/seller.html", context, status=status)


@require_http_methods(["GET", "POST"])
@changes
def tax(request: HttpRequest) -> HttpResponse:
    """The tax rates of each place, and a new one."""
    form = RateForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            operating.add_rate(
                given["country"], given["region"], int(given["rate"] * 100), given["valid_from"], by=me(request)
            )
        except UserError as error:
            form.add_error(None, f"{error.message} {error.hint}")
        else:
            messages.success(request, _("Saved."))
            return redirect("operator_tax")
    rates, named = list(TaxRate.objects.all()), dict(countries())
    used = operating.used_rates(rates)
    rows = [
        (one, named.get(one.country, one.country), billing_words.rate(one.rate), one.pk not in used) for one in rates
    ]
    rows.sort(key=lambda row: (row[1].casefold(), row[0].region, -row[0].valid_from.toordinal()))
    context: dict[str, Any] = {"nav": "operator_tax", "form": ready(form), "rows": rows}
    return render(request, "operator/billing/tax.html", context, status=422 if form.errors else 200)


@require_POST
@changes
def remove_rate(request: HttpRequest, rate: int) -> HttpResponse:
    """Take away a rate that was never used."""
    one = TaxRate.objects.filter(pk=rate).first() if fits(rate) else None
    if one is None:
        raise Http404
    operating.remove_rate(one, by=me(request))
    messages.success(request, _("The rate is taken away."))
    return redirect("operator_tax")


@require_http_methods(["GET", "POST"])
@changes
def rules(request: HttpRequest) -> HttpResponse:
    """All counts of days by which subscriptions run."""
    form = RulesForm(values.limits(), book_words.RULES, request.POST or None)
    problems: list[str] = []
    if request.method == "POST" and form.is_valid():
        try:
            operating.set_limits({one.name: form.cleaned_data[one.name] for one in fields(Limits)}, by=me(request))
        except LimitsError as error:
            problems = book_words.limit_problems(error.problems)
        else:
            messages.success(request, _("Saved. They hold from now on, also for what runs."))
            return redirect("operator_rules")
    context = {"nav": "operator_rules", "form": ready(form), "problems": problems}
    return render(request, "operator/billing/rules.html", context, status=422 if problems or form.errors else 200)
