"""The pages of clients: the list, adding and changing one, its people, deleting it."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from trailhouse.accounts.models import Account
from trailhouse.core.errors import UserError
from trailhouse.dashboard import views_people
from trailhouse.dashboard.forms import ready
from trailhouse.dashboard.forms_clients import ClientForm
from trailhouse.dashboard.forms_people import InviteForm
from trailhouse.dashboard.people_rows import Place
from trailhouse.dashboard.views_people import reader
from trailhouse.sites import clients as services
from trailhouse.sites.access import Privilege, account_access, running
from trailhouse.sites.brands import set_client_brand
from trailhouse.sites.models import Client
from trailhouse.sites.roles import powers_of

PAGE = 100
FIELDS = {"client_exists": "name", "wrong_name": "name", "wrong_email": "contact_email", "wrong_site": "sites"}


@require_GET
@account_access(Privilege.MANAGE_CLIENTS)
def clients(request: HttpRequest, account: Account) -> HttpResponse:
    """The clients of the account, by name."""
    found = (
        Client.objects.filter(account=account)
        .order_by("name", "id")
        .annotate(
            number_of_sites=Count("sites", distinct=True),
            number_of_people=Count("memberships", filter=running("memberships__"), distinct=True),
        )
    )
    search = request.GET.get("q", "").strip().replace("\0", "")[:120]
    if search:
        found = found.filter(Q(name__icontains=search) | Q(contact__icontains=search) | Q(email__icontains=search))
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    context = {"account": account, "nav": "clients", "page": page, "search": search}
    return render(request, "clients/list.html", context)


@require_http_methods(["GET", "POST"])
@account_access(Privilege.MANAGE_CLIENTS)
def client_add(request: HttpRequest, account: Account) -> HttpResponse:
    """The form of a further client."""
    form = ClientForm(account, None, request.POST or None)
    if request.method == "POST" and form.is_valid() and (client := _saved(request, account, None, form)):
        messages.success(request, _("%(name)s was added. Invite its people below.") % {"name": client.name})
        return redirect("client", number=account.pk, client=client.pk)
    context = {"account": account, "nav": "clients", "form": ready(form)}
    return render(request, "clients/add.html", context, status=422 if form.errors else 200)


def _saved(request: HttpRequest, account: Account, client: Client | None, form: ClientForm) -> Client | None:
    by = reader(request)
    try:
        with transaction.atomic():
            if client is None:
                client = services.add_client(account, form.values(), by=by)
            else:
                services.change_client(client, form.values(), by=by)
            services.set_sites(client, form.site_ids(), by=by)
            if "brand" in form.fields:
                set_client_brand(client, form.brand(), by=by)
    except UserError as error:
        if client is not None:
            client.refresh_from_db()
        form.add_error(FIELDS.get(error.code), f"{error.message} {error.hint}")
        return None
    return client


def _client(account: Account, number: int) -> Client:
    found = Client.objects.filter(account=account, pk=number).select_related("account").first()
    if found is None:
        raise Http404
    return found


@require_http_methods(["GET", "POST"])
@account_access(Privilege.MANAGE_CLIENTS)
def client(request: HttpRequest, account: Account, client: int) -> HttpResponse:
    """One client: what is kept of it, its sites and its people."""
    one = _client(account, client)
    form = ClientForm(account, one, request.POST or None)
    if request.method == "POST" and form.is_valid() and _saved(request, account, one, form):
        messages.success(request, _("The changes of %(name)s were saved.") % {"name": one.name})
        return redirect("client", number=account.pk, client=one.pk)
    invite = InviteForm(Place(account, client=one), powers_of(reader(request), account))
    return _page(request, one, {"client_form": ready(form), "form": ready(invite)}, failed=bool(form.errors))


@require_http_methods(["POST"])
@account_access(Privilege.MANAGE_CLIENTS)
def client_people(request: HttpRequest, account: Account, client: int) -> HttpResponse:
    """Invite somebody to see the sites of the client."""
    one = _client(account, client)
    form, link = views_people.invite(request, Place(account, client=one))
    shown = {"client_form": ready(ClientForm(account, one)), "form": form, "link": link}
    return _page(request, one, shown, failed=bool(form.errors))


def _page(request: HttpRequest, one: Client, more: dict[str, Any], *, failed: bool) -> HttpResponse:
    lists = views_people.list_context(request, Place(one.account, client=one))
    context = lists | {"nav": "clients", "client": one} | more
    return render(request, "clients/client.html", context, status=422 if failed else 200)


@require_http_methods(["GET", "POST"])
@account_access(Privilege.MANAGE_CLIENTS)
def client_delete(request: HttpRequest, account: Account, client: int) -> HttpResponse:
    """Ask once more, then delete the client."""
    one = _client(account, client)
    if request.method == "POST":
        services.delete_client(one, by=reader(request))
        messages.success(request, _("%(name)s was deleted. Its sites are still in the account.") % {"name": one.name})
        return redirect("clients", number=account.pk)
    return render(request, "clients/delete.html", {"account": account, "nav": "clients", "client": one})
