"""The operator's legal pages: company and texts, the agreement with accounts, sub-processors."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from trailhouse.accounts.models import Account, Staff
from trailhouse.accounts.staff import StaffPrivilege
from trailhouse.dashboard import views_legal as desk
from trailhouse.dashboard.forms import ready
from trailhouse.dashboard.forms_legal import PublishForm
from trailhouse.dashboard.views_legal import Desk
from trailhouse.dashboard.views_legal_agreements import PAGE, published
from trailhouse.legal import agreements as services
from trailhouse.legal.models import Signature
from trailhouse.sites.access import staff_access

runs = staff_access(StaffPrivilege.CHANGE_INSTANCE)


@require_http_methods(["GET", "POST"])
@runs
def legal(request: HttpRequest) -> HttpResponse:
    """Who the operator is before the law, and own texts for the instance's public pages."""
    return desk.texts_page(request, Desk(None))


@require_http_methods(["GET", "POST"])
@runs
def agreements(request: HttpRequest) -> HttpResponse:
    """The agreement with accounts: publishing a version, and who accepted which."""
    form = PublishForm(for_clients=False, data=request.POST or None)
    if request.method == "POST" and published(request, None, form):
        messages.success(request, _("The version is published. Administrators of accounts are asked to accept it."))
        return redirect("operator_legal_agreements")
    accounts = Account.objects.filter(closed_at=None, demo=False).exclude(owner__staff=Staff.OPERATOR)
    page = Paginator(accounts.order_by("name", "id"), PAGE).get_page(request.GET.get("page"))
    newest = services.newest(None)
    signed = Signature.objects.filter(account__in=list(page), of_client=False).select_related("agreement")
    last = {one.account_id: one for one in signed.order_by("agreement__published_at", "id")}
    rows = [(one, it, bool(it and it.agreement == newest)) for one in page for it in [last.get(one.pk)]]
    context = Desk(None).context("agreements") | {"form": ready(form), "newest": newest, "page": page, "rows": rows}
    return render(request, "legal/operator_agreements.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@runs
def processors(request: HttpRequest) -> HttpResponse:
    """The sub-processors of the whole instance."""
    return desk.processors_page(request, Desk(None))


@require_POST
@runs
def processor_remove(request: HttpRequest, processor: int) -> HttpResponse:
    """Take one off the list."""
    return desk.removed(request, Desk(None), processor)
