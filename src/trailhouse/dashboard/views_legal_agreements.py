"""An account's processing agreements: the operator's, and those with its clients."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from trailhouse.accounts.models import Account, Staff
from trailhouse.core.errors import UserError
from trailhouse.dashboard.forms import ready
from trailhouse.dashboard.forms_legal import PaperForm, PublishForm
from trailhouse.dashboard.views_agreements import accept_shown, answer_pdf, reading
from trailhouse.dashboard.views_legal import Desk, manages
from trailhouse.dashboard.views_profile import me
from trailhouse.legal import agreements as services
from trailhouse.legal.agreements import Signing
from trailhouse.legal.models import Agreement, Signature
from trailhouse.sites.models import Client

PAGE = 100


@require_http_methods(["GET", "POST"])
@manages
def agreements(request: HttpRequest, account: Account) -> HttpResponse:
    """The state of the operator's agreement and of that with each client; publishing a version for clients."""
    form = PublishForm(for_clients=True, data=request.POST or None)
    if request.method == "POST" and published(request, account, form):
        messages.success(request, _("The version is published. People of clients are asked to accept it."))
        return redirect("legal_agreements", number=account.pk)
    page = Paginator(Client.objects.filter(account=account).order_by("name", "id"), PAGE).get_page(
        request.GET.get("page")
    )
    newest = services.newest(account)
    context = Desk(account).context("agreements") | {
        "form": ready(form),
        "newest": newest,
        "page": page,
        "rows": _states(list(page), newest),
        **_with_operator(account),
    }
    return render(request, "legal/agreements.html", context, status=422 if form.errors else 200)


def published(request: HttpRequest, account: Account | None, form: PublishForm) -> bool:
    """Publish what the form says; False with the errors in it where that cannot be."""
    if not form.is_valid():
        return False
    values = form.cleaned_data
    try:
        services.publish(account, values["version"], form.own_text(), values["language"], by=me(request))
    except UserError as error:
        form.add_error("text" if error.code == "text_too_long" else "version", f"{error.message} {error.hint}")
        return False
    return True


def _states(clients: list[Client], newest: Agreement | None) -> list[dict[str, Any]]:
    """Each client with its newest acceptance, and whether that is of the version that holds now."""
    last: dict[int, Signature] = {}
    found = Signature.objects.filter(client__in=clients).select_related("agreement")
    for one in found.order_by("agreement__published_at", "id"):
        assert one.client_id is not None
        last[one.client_id] = one
    signed = [(client, last.get(client.pk)) for client in clients]
    return [{"client": one, "signed": it, "current": bool(it and it.agreement == newest)} for one, it in signed]


def _with_operator(account: Account) -> dict[str, Any]:
    newest = services.newest(None)
    return {
        "operators": newest if account.owner.staff != Staff.OPERATOR else None,
        "accepted": services.last_signature(account),
        "is_accepted": bool(newest and services.signature(newest, account)),
    }


@require_http_methods(["GET", "POST"])
@manages
def accept(request: HttpRequest, account: Account) -> HttpResponse:
    """Read the operator's agreement, and accept it for the account."""
    found = services.newest(None)
    if found is None:
        raise Http404
    if request.method == "POST":
        accept_shown(request, found, account, None)
        return redirect("legal_accept", number=account.pk)
    context = Desk(account).context("agreements") | reading(found, account, None)
    return render(request, "legal/accept.html", context)


@require_GET
@manages
def operator_pdf(request: HttpRequest, account: Account) -> HttpResponse:
    """The operator's agreement with this account as a file."""
    return answer_pdf(services.newest(None), account, None)


@require_http_methods(["GET", "POST"])
@manages
def client(request: HttpRequest, account: Account, client: int) -> HttpResponse:
    """The agreement with one client: what was accepted, and noting that it was signed on paper."""
    one = get_object_or_404(Client.objects.select_related("account"), account=account, pk=client)
    newest = services.newest(account)
    form = PaperForm(request.POST or None)
    if request.method == "POST" and newest is None:
        raise Http404
    if request.method == "POST" and form.is_valid() and newest and _noted(request, newest, one, form):
        messages.success(request, _("It is noted that the agreement was signed on paper."))
        return redirect("legal_client", number=account.pk, client=one.pk)
    context = Desk(account).context("agreements") | {
        "client": one,
        "newest": newest,
        "signed": services.signature(newest, account, one) if newest else None,
        "all": list(Signature.objects.filter(client=one).select_related("agreement")),
        "form": ready(form),
    }
    return render(request, "legal/client.html", context, status=422 if form.errors else 200)


def _noted(request: HttpRequest, newest: Agreement, client: Client, form: PaperForm) -> bool:
    language = client.language or get_language() or "en"
    how = Signing(language, form.cleaned_data["on_paper"], form.cleaned_data["person"])
    try:
        services.sign(newest, client.account, client, how, by=me(request))
    except UserError as error:
        form.add_error({"wrong_day": "on_paper"}.get(error.code, "person"), f"{error.message} {error.hint}")
        return False
    return True


@require_GET
@manages
def client_pdf(request: HttpRequest, account: Account, client: int) -> HttpResponse:
    """The agreement with one client as a file: as accepted, else for reading and signing."""
    one = get_object_or_404(Client.objects.select_related("account"), account=account, pk=client)
    return answer_pdf(services.newest(account), account, one)
