"""What the reseller earns: the margin page, the rates of clients, and the statements that clients get."""

import uuid
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from trailhouse.billing import client_rates, client_statements, earning, margins
from trailhouse.billing.documents import client_statement
from trailhouse.billing.earning import Kind
from trailhouse.billing.models import BillingAccount, ClientRate, ClientStatement
from trailhouse.billing.values import day_of
from trailhouse.core import clock
from trailhouse.core.errors import UserError
from trailhouse.dashboard import billing_words, rate_words
from trailhouse.dashboard.forms import ready
from trailhouse.dashboard.forms_rates import RateForm
from trailhouse.dashboard.rate_words import Months
from trailhouse.dashboard.views_billing import frame_of, pays
from trailhouse.dashboard.views_documents import file_answer
from trailhouse.dashboard.views_profile import me
from trailhouse.sites.access import Privilege
from trailhouse.sites.models import Client

PAGE = 100
FIELDS = {"wrong_rate_day": "valid_from", "rate_exists": "valid_from"}


def _today(billing: BillingAccount) -> date:
    return day_of(billing.account, clock.now())


def _months(request: HttpRequest, billing: BillingAccount) -> Months:
    return rate_words.months_of(request.POST if request.method == "POST" else request.GET, _today(billing))


def _client(billing: BillingAccount, number: int) -> Client:
    return get_object_or_404(Client.objects.select_related("account"), pk=number, account=billing.account)


@require_GET
@pays(Privilege.VIEW_BILLING)
def margin(request: HttpRequest, billing: BillingAccount) -> HttpResponse:
    """Cost, price and margin by client and site, and by month."""
    months = _months(request, billing)
    found = margins.report(billing, months.span)
    one = _row(found, request.GET["client"]) if "client" in request.GET else None
    context = {
        "months": months,
        "report": found,
        "one": one,
        "shown": one.sums if one else found.sums,
        "page": Paginator(found.rows, PAGE).get_page(request.GET.get("page")),
        "query": f"&{months.query}",
        "by_month": _by_month(one.months(months.whole) if one else found.months, months),
    }
    return render(request, "rates/margin.html", frame_of(request, billing, "margin") | context)


def _row(found: margins.Report, number: str) -> margins.ClientRow:
    """The row of the client with that number."""
    for row in found.clients:
        if row.client is not None and str(row.client.pk) == number:
            return row
    raise Http404


def _by_month(sums: Sequence[tuple[date, margins.Sums]], months: Months) -> list[dict[str, Any]]:
    """Rows of the table of months: each leads to its own."""
    found = []
    for first, one in sums:
        month = Months(earning.month_of(first), months.today)
        found.append({"name": month.name, "query": month.query, "sums": one})
    return found


@require_GET
@pays(Privilege.VIEW_BILLING)
def margin_csv(request: HttpRequest, billing: BillingAccount) -> HttpResponse:
    """The same as a table with a row a client, site and month."""
    months = _months(request, billing)
    head = [_("Client"), _("Site"), _("Month"), _("Cost"), _("Price"), _("Margin"), _("Currency")]
    made = margins.csv(margins.report(billing, months.span), head, no_client=_("No client"))
    return file_answer(made, f"margin-{billing.account_id}-{months.first}-{months.last}.csv")


# -- rates


@require_http_methods(["GET", "POST"])
@pays(Privilege.VIEW_BILLING)
def client_rate(request: HttpRequest, billing: BillingAccount, client: int) -> HttpResponse:
    """A client's rates, and the form of the next one."""
    one, today = _client(billing, client), _today(billing)
    frame = frame_of(request, billing, "margin")
    if request.method == "POST" and not frame["may_change"]:
        raise PermissionDenied
    history = client_rates.history(one)
    form = RateForm(billing.book.currency, today.replace(day=1) if not history else today, request.POST or None)
    if request.method == "POST" and form.is_valid() and _set(request, billing, one, form):
        return redirect("client_rate", number=billing.account_id, client=one.pk)
    holds = client_rates.rate_on(one, today)
    used = {rate.pk for rate in history if client_rates.is_used(rate)}
    context = {
        "client": one,
        "form": ready(form),
        "rates": [(rate, rate == holds, rate.pk not in used) for rate in history],
        "month_cost": client_rates.month_cost(billing, one),
        "sites": one.sites.count(),
    }
    return render(request, "rates/client.html", frame | context, status=422 if form.errors else 200)


def _set(request: HttpRequest, billing: BillingAccount, client: Client, form: RateForm) -> bool:
    given = form.cleaned_data
    try:
        made = client_rates.set_rate(
            billing, client, Kind(given["kind"]), given["value"], given["valid_from"], by=me(request)
        )
    except UserError as error:
        form.add_error(FIELDS.get(error.code), f"{error.message} {error.hint}")
        return False
    messages.success(request, _("The rate of %(client)s was set.") % {"client": client.name})
    cost = client_rates.month_cost(billing, client)
    if made.kind != Kind.PLUS and made.value < cost:
        money = {
            "cost": billing_words.money(cost, made.currency),
            "lost": billing_words.money(cost - made.value, made.currency),
        }
        messages.warning(
            request,
            _("The client's sites cost you %(cost)s a month: by this rate you lose %(lost)s a month.") % money,
        )
    return True


@require_POST
@pays(Privilege.CHANGE_BILLING)
def client_rate_remove(request: HttpRequest, billing: BillingAccount, client: int, client_rate: int) -> HttpResponse:
    """Take a rate back."""
    one = _client(billing, client)
    found = get_object_or_404(ClientRate.objects.select_related("client__account"), pk=client_rate, client=one)
    try:
        client_rates.take_back(found, by=me(request))
    except UserError as error:
        messages.error(request, f"{error.message} {error.hint}")
    else:
        messages.success(request, _("The rate was taken back."))
    return redirect("client_rate", number=billing.account_id, client=one.pk)


# -- statements


@require_GET
@pays(Privilege.VIEW_BILLING)
def statements(request: HttpRequest, billing: BillingAccount) -> HttpResponse:
    """The statements that are ready for a month, and what was sent when to whom."""
    months = _months(request, billing)
    rows = client_statements.ready(billing, months.span)
    context = {
        "months": months,
        "rows": [(row, uuid.uuid4()) for row in rows],
        "total": sum(row.facts["total"] for row in rows if row.facts),
        "has_rates": client_rates.has_rates(billing.account),
        "is_open": margins.is_open(billing, months.span),
        "is_running": months.span.end > months.today,
    }
    return render(request, "rates/statements.html", frame_of(request, billing, "statements") | context)


@require_GET
@pays(Privilege.VIEW_BILLING)
def statement_pdf(request: HttpRequest, billing: BillingAccount, client: int) -> HttpResponse:
    """A client's statement as it is now."""
    facts = _facts(request, billing, client)
    made = client_statement.pdf(facts, client_statement.look_of(billing.account, _client(billing, client)))
    return file_answer(made, client_statement.file_name(facts, "pdf"), shown=True)


@require_GET
@pays(Privilege.VIEW_BILLING)
def statement_csv(request: HttpRequest, billing: BillingAccount, client: int) -> HttpResponse:
    """The same as a table."""
    facts = _facts(request, billing, client)
    return file_answer(client_statement.csv(facts), client_statement.file_name(facts, "csv"))


def _facts(request: HttpRequest, billing: BillingAccount, number: int) -> client_statement.Facts:
    facts = client_statements.facts_for(billing, _client(billing, number), _months(request, billing).span)
    if facts is None:
        raise Http404
    return facts


@require_GET
@pays(Privilege.VIEW_BILLING)
def statement_sent(request: HttpRequest, billing: BillingAccount, statement: int) -> HttpResponse:
    """A statement as it was sent."""
    found = get_object_or_404(ClientStatement, pk=statement, account=billing.account)
    made = client_statement.pdf(found.facts, client_statement.look_of(billing.account, found.client))
    return file_answer(made, client_statement.file_name(found.facts, "pdf"), shown=True)


@require_POST
@pays(Privilege.CHANGE_BILLING)
def statement_send(request: HttpRequest, billing: BillingAccount, client: int) -> HttpResponse:
    """Mail a client its statement, once a click."""
    one, months = _client(billing, client), _months(request, billing)
    try:
        sent = client_statements.send(billing, one, months.span, key=request.POST.get("key", ""), by=me(request))
    except UserError as error:
        messages.error(request, f"{error.message} {error.hint}")
    else:
        messages.success(request, _("The statement is on its way to %(to)s.") % {"to": sent.to})
    return redirect(f"{reverse('statements', args=[billing.account_id])}?{months.query}")
