"""The pages of domains: claimed, their records, checked, chosen for links, given up."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from trailhouse.accounts.models import Account
from trailhouse.branding import domains as services
from trailhouse.branding.models import Brand, Domain
from trailhouse.core.errors import UserError
from trailhouse.dashboard.domain_words import is_apex, records_of, shown, state_of
from trailhouse.dashboard.forms import ready
from trailhouse.dashboard.forms_domains import AddDomainForm, DomainBrandForm
from trailhouse.dashboard.views_profile import me
from trailhouse.sites.access import Privilege, account_access


@require_http_methods(["GET", "POST"])
@account_access(Privilege.MANAGE_ACCOUNT)
def domains(request: HttpRequest, account: Account) -> HttpResponse:
    """The domains of all brands, and a form for a further one."""
    has_brand = Brand.objects.filter(account=account).exists()
    form = AddDomainForm(account, request.POST or None) if has_brand else None
    if request.method == "POST" and form is not None and form.is_valid():
        try:
            made = services.add(account, form.chosen(), form.cleaned_data["name"], by=me(request))
        except UserError as error:
            form.add_error("name", f"{error.message} {error.hint}")
        else:
            return redirect("domain", number=account.pk, domain=made.pk)
    rows = [{"domain": one, "name": shown(one), "state": state_of(one)} for one in services.of_account(account)]
    context = {"account": account, "form": ready(form) if form else None, "rows": rows}
    return render(request, "domains/list.html", context, status=422 if form and form.errors else 200)


@require_http_methods(["GET", "POST"])
@account_access(Privilege.MANAGE_ACCOUNT)
def domain(request: HttpRequest, account: Account, domain: int) -> HttpResponse:
    """One domain: how it stands, the records of its DNS, and which brand it shows."""
    one = _domain(account, domain)
    form = DomainBrandForm(account, request.POST or None, initial={"brand": one.brand})
    if request.method == "POST" and form.is_valid():
        services.lead_to(one, form.cleaned_data["brand"], by=me(request))
        messages.success(request, _("%(domain)s shows %(brand)s now.") % {"domain": shown(one), "brand": one.brand})
        return redirect("domain", number=account.pk, domain=one.pk)
    return render(request, "domains/domain.html", _context(one, form), status=422 if form.errors else 200)


def _context(one: Domain, form: DomainBrandForm) -> dict[str, Any]:
    brands = Brand.objects.filter(account=one.account)
    return {
        "account": one.account,
        "domain": one,
        "name": shown(one),
        "state": state_of(one),
        "records": records_of(one),
        "is_apex": is_apex(one.name),
        "form": ready(form) if one.brand is None or brands.count() > 1 else None,
    }


@require_POST
@account_access(Privilege.MANAGE_ACCOUNT)
def check(request: HttpRequest, account: Account, domain: int) -> HttpResponse:
    """Ask the DNS now."""
    one = services.check(_domain(account, domain))
    if one.proved_at is not None and not one.problem:
        messages.success(request, _("%(domain)s is proved and leads here.") % {"domain": shown(one)})
    return redirect("domain", number=account.pk, domain=one.pk)


@require_POST
@account_access(Privilege.MANAGE_ACCOUNT)
def primary(request: HttpRequest, account: Account, domain: int) -> HttpResponse:
    """Have links and mail of the brand name this domain."""
    one = _domain(account, domain)
    services.make_primary(one, by=me(request))
    messages.success(request, _("Links and mail name %(domain)s from now on.") % {"domain": shown(one)})
    return redirect("domain", number=account.pk, domain=one.pk)


@require_http_methods(["GET", "POST"])
@account_access(Privilege.MANAGE_ACCOUNT)
def remove(request: HttpRequest, account: Account, domain: int) -> HttpResponse:
    """Ask once more, then give the name up."""
    one = _domain(account, domain)
    if request.method == "POST":
        services.remove(one, by=me(request))
        messages.success(request, _("%(domain)s was removed.") % {"domain": shown(one)})
        return redirect("domains", number=account.pk)
    return render(request, "domains/remove.html", {"account": account, "domain": one, "name": shown(one)})


def _domain(account: Account, number: int) -> Domain:
    found = services.of_account(account).filter(pk=number).first()
    if found is None:
        raise Http404
    return found
