"""Who is billed and how: company, address, VAT number, standing choices."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from trailhouse.billing import changes, vies
from trailhouse.billing import details as services
from trailhouse.billing.models import BillingAccount
from trailhouse.billing.vies import Verdict
from trailhouse.core.errors import UserError
from trailhouse.dashboard.forms import ready
from trailhouse.dashboard.forms_billing import DetailsForm
from trailhouse.dashboard.views_billing import pays
from trailhouse.dashboard.views_profile import me
from trailhouse.sites.access import Privilege

FIELDS = {"wrong_vat_number": "vat_number", "unknown_gateway": "gateway", "billing_day_fixed": "billing_day"}
register: services.Asks = vies.Register()  # tests put one here that asks their own server


@require_http_methods(["GET", "POST"])
@pays(Privilege.CHANGE_BILLING)
def details(request: HttpRequest, billing: BillingAccount) -> HttpResponse:
    """The form. A new VAT number is asked about at once."""
    fixed = billing.account.documents.exists()
    form = DetailsForm(billing, fixed=fixed, data=request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            saved = _save(billing, form, request)
        except UserError as error:
            form.add_error(FIELDS.get(error.code), f"{error.message} {error.hint}")
        else:
            messages.success(request, _("Saved."))
            if saved.vat_number and not saved.vat_asked_at and services.can_be_checked(saved):
                _ask(request, saved)
            return redirect("billing_details", number=billing.account_id)
    context = {
        "account": billing.account,
        "nav": "billing",
        "tab": "details",
        "billing": billing,
        "form": ready(form),
        "can_check": bool(billing.vat_number) and services.can_be_checked(billing),
    }
    return render(request, "billing/details.html", context, status=422 if form.errors else 200)


@transaction.atomic
def _save(billing: BillingAccount, form: DetailsForm, request: HttpRequest) -> BillingAccount:
    day = form.cleaned_data.get("billing_day")
    if day and day != billing.billing_day:
        changes.change_billing_day(billing, day, by=me(request))
    return services.change_details(billing.account, form.details(), by=me(request))


@require_POST
@pays(Privilege.CHANGE_BILLING)
def check(request: HttpRequest, billing: BillingAccount) -> HttpResponse:
    """Ask the register again."""
    if billing.vat_number and services.can_be_checked(billing):
        _ask(request, billing)
    return redirect("billing_details", number=billing.account_id)


def _ask(request: HttpRequest, billing: BillingAccount) -> None:
    verdict = services.check_vat(billing, register, by=me(request))
    if verdict is Verdict.VALID:
        messages.success(request, _("The EU's register says that the VAT number is valid."))
    elif verdict is Verdict.INVALID:
        messages.warning(request, _("The EU's register does not know this VAT number. Tax is charged as without one."))
    else:
        messages.warning(
            request,
            _("The EU's register cannot be asked just now. The number is kept, and not checked yet: try again later."),
        )
