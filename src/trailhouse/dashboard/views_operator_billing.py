"""The operator's first page of billing, and the lists that its figures lead to."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from trailhouse.accounts.models import Account
from trailhouse.accounts.staff import StaffPrivilege
from trailhouse.billing import ledger
from trailhouse.billing.documents import making, table
from trailhouse.billing.models import Document, Payment, Request, Subscription
from trailhouse.billing.states import State
from trailhouse.billing.values import PAYING
from trailhouse.dashboard import billing_words, console_rows, formats
from trailhouse.dashboard.operator_billing import billed, fits, sums
from trailhouse.dashboard.sparkline import Sparkline, sparkline
from trailhouse.dashboard.views_documents import file_answer

FEW = 10
sees = billed(StaffPrivilege.VIEW_BILLING)
DOCUMENTS = ("open", "overdue", "paid", "credit")  # what the list of documents is filtered by


@dataclass(frozen=True)
class Figure:
    """A figure of the first page: amounts by currency, a note, and the list behind it."""

    label: str
    values: list[str]
    note: str
    link: str
    mood: str = ""


@dataclass(frozen=True)
class Line:
    """The recurring revenue of one currency by month, as a line and a table."""

    currency: str
    line: Sparkline | None
    rows: list[tuple[str, str]]
    text: str


@require_GET
@sees
def overview(request: HttpRequest) -> HttpResponse:
    """What is due, paid and overdue; what comes in each month; who was won and lost."""
    recurring = ledger.recurring()
    largest = sorted(recurring.items(), key=lambda pair: -pair[1][1])[:FEW]
    named = Account.objects.in_bulk([number for number, _month in largest])
    context = {
        "nav": "operator_billing",
        "figures": _figures(recurring),
        "lines": _lines(),
        "movements": [
            (month_name(one.first), one.first.isoformat()[:7], one) for one in _since_the_first(ledger.movements())
        ],
        "overdue": list(ledger.overdue_invoices().order_by("due_on", "pk")[:FEW]),
        "largest": [(named[number], billing_words.money(amount, code)) for number, (code, amount) in largest],
    }
    return render(request, "operator/billing/overview.html", context)


def _since_the_first(found: list[ledger.Month]) -> list[ledger.Month]:
    """The months, newest first, without those before anything was paid for."""
    while found and not (found[-1].at_start or found[-1].won or found[-1].lost):
        found.pop()
    return found


def _figures(recurring: dict[int, tuple[str, int]]) -> list[Figure]:
    opened = list(ledger.open_invoices())
    late = list(ledger.overdue_invoices())
    requests = Request.objects.filter(state=Request.State.OPEN).count()
    states = Subscription.objects.order_by().aggregate(
        paying=Count("pk", filter=Q(state__in=PAYING)),
        trial=Count("pk", filter=Q(state=State.TRIAL)),
        due=Count("pk", filter=Q(state=State.DUE)),
    )
    documents, sites = reverse("operator_documents"), reverse("operator_subscriptions")
    return [
        Figure(
            _("Monthly recurring"), sums(ledger.totals(recurring)),
            ngettext("%(n)s paying account", "%(n)s paying accounts", len(recurring))
            % {"n": formats.count(len(recurring))}, reverse("operator_payers"),
        ),
        Figure(_("Open"), sums(ledger.owed(opened)), _invoices(len(opened)), f"{documents}?state=open"),
        Figure(
            _("Overdue"), sums(ledger.owed(late)), _invoices(len(late)), f"{documents}?state=overdue",
            "due" if late else "",
        ),
        Figure(
            _("Received in 30 days"), sums(ledger.received(ledger.lately())), _("less what was given back"),
            f"{reverse('operator_payments')}?days={ledger.DAYS}",
        ),
        Figure(
            _("Asked for"), sums(ledger.asked()),
            ngettext("%(n)s payment request", "%(n)s payment requests", requests) % {"n": formats.count(requests)},
            reverse("operator_requests"),
        ),
        Figure(_("Paid sites"), [formats.count(states["paying"])], _("active, past due, cancelled to the end"),
               f"{sites}?state=paying"),
        Figure(_("On trial"), [formats.count(states["trial"])], "", f"{sites}?state=trial"),
        Figure(_("Payment due"), [formats.count(states["due"])], _("locked until they are activated"),
               f"{sites}?state=due"),
    ]  # fmt: skip


def _invoices(number: int) -> str:
    return ngettext("%(n)s invoice", "%(n)s invoices", number) % {"n": formats.count(number)}


def _lines() -> list[Line]:
    months = ledger.months()
    found = []
    for currency, by_month in sorted(ledger.recurring_by_month().items()):
        values = [by_month.get(month, 0) for month in months]
        text = _("%(now)s this month, %(before)s a year ago") % {
            "now": billing_words.money(values[-1], currency),
            "before": billing_words.money(values[0], currency),
        }
        rows = [(month_name(month), billing_words.money(value, currency))
                for month, value in zip(months, values, strict=True)]  # fmt: skip
        found.append(Line(currency, sparkline(values), rows[::-1], text))
    return found


def month_name(first: date) -> str:
    """Such as "November 2026"."""
    return formats.month(first)


# -- the lists


@dataclass(frozen=True)
class Asked:
    """How a list is narrowed: by account (its number), and by a word of its own."""

    account: Account | None
    state: str


def _asked(request: HttpRequest, states: tuple[str, ...]) -> Asked:
    number = console_rows.text_of(request, "account")
    known = number.isascii() and number.isdigit() and fits(int(number))
    state = request.GET.get("state", "")
    return Asked(Account.objects.filter(pk=int(number)).first() if known else None, state if state in states else "")


def _documents(asked: Asked) -> QuerySet[Document, Document]:
    found = ledger.invoices()
    if asked.state == "open":
        found = ledger.open_invoices()
    elif asked.state == "overdue":
        found = ledger.overdue_invoices()
    elif asked.state == "paid":
        found = found.filter(kind=Document.Kind.INVOICE).exclude(pk__in=ledger.open_invoices().values("pk"))
    elif asked.state == "credit":
        found = found.filter(kind=Document.Kind.CREDIT_NOTE)
    return found.filter(account=asked.account) if asked.account else found


@require_GET
@sees
def documents(request: HttpRequest) -> HttpResponse:
    """Invoices and credit notes of all accounts."""
    asked = _asked(request, DOCUMENTS)
    page = console_rows.page_of(request, _documents(asked))
    context = {
        "nav": "operator_documents",
        "asked": asked,
        "page": page,
        "rows": [(one, _left(one)) for one in page],
        "states": [("", _("All")), ("open", _("Open")), ("overdue", _("Overdue")), ("paid", _("Paid")),
                   ("credit", _("Credit notes"))],
        "open_sum": sums(ledger.owed(_documents(asked))) if asked.state in ("open", "overdue") else [],
    }  # fmt: skip
    return render(request, "operator/billing/documents.html", context)


def _left(one: Document) -> int:
    return one.total - one.paid if one.kind == Document.Kind.INVOICE else 0  # type: ignore[attr-defined]


@require_GET
@sees
def documents_csv(request: HttpRequest) -> HttpResponse:
    """The documents of all accounts as a table, oldest first."""
    asked = _asked(request, DOCUMENTS)
    rows = _documents(asked).select_related("corrects").order_by("issued_on", "pk")
    return file_answer(table.csv_of(rows), "documents.csv")


@require_GET
@sees
def document_pdf(request: HttpRequest, document: int) -> HttpResponse:
    """One document as its payer has it."""
    one = Document.objects.filter(pk=document).first() if fits(document) else None
    if one is None:
        raise Http404
    return file_answer(making.pdf(one), making.file_name(one, "pdf"), shown=True)


@require_GET
@sees
def payments(request: HttpRequest) -> HttpResponse:
    """Money that came and went."""
    asked = _asked(request, ())
    found = Payment.objects.select_related("account", "by").order_by("-received_on", "-pk")
    found = found.filter(account=asked.account) if asked.account else found
    lately = request.GET.get("days") == str(ledger.DAYS)
    if lately:
        found = found.filter(received_on__gte=ledger.lately())
    page = console_rows.page_of(request, found)
    context = {"nav": "operator_payments", "asked": asked, "page": page, "rows": list(page), "lately": lately}
    return render(request, "operator/billing/payments.html", context)


@require_GET
@sees
def requests(request: HttpRequest) -> HttpResponse:
    """Payment requests that are open."""
    found = Request.objects.filter(state=Request.State.OPEN).select_related("account").order_by("-created_at", "-pk")
    page = console_rows.page_of(request, found)
    return render(
        request, "operator/billing/requests.html", {"nav": "operator_documents", "page": page, "rows": list(page)}
    )


@require_GET
@sees
def subscriptions(request: HttpRequest) -> HttpResponse:
    """Sites by what they are to billing."""
    words: list[tuple[str, Any]] = [("paying", _("All that are paid for"))]
    words += [(state.value, text) for state, text in billing_words.STATES.items()]
    asked = _asked(request, tuple(name for name, _text in words))
    found = Subscription.objects.select_related("account", "site").order_by("domain", "pk")
    if asked.state:
        found = found.filter(state__in=PAYING if asked.state == "paying" else [asked.state])
    if asked.account:
        found = found.filter(account=asked.account)
    page = console_rows.page_of(request, found)
    context = {"nav": "operator_subscriptions", "asked": asked, "page": page, "rows": list(page), "states": words}
    return render(request, "operator/billing/subscriptions.html", context)


@require_GET
@sees
def moves(request: HttpRequest) -> HttpResponse:
    """Sites that were won or lost in a month."""
    what = "won" if request.GET.get("what") == "won" else "lost"
    every = ledger.months()
    month = next((one for one in every if one.isoformat()[:7] == request.GET.get("month")), every[-1])
    page = console_rows.page_of(request, ledger.won_or_lost(month, what))
    context = {
        "nav": "operator_billing", "what": what, "month": month_name(month), "key": month.isoformat()[:7],
        "page": page, "rows": list(page),
    }  # fmt: skip
    return render(request, "operator/billing/moves.html", context)
