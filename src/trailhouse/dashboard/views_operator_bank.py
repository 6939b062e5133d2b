"""The operator's pages of bank statements: taking one in, what its lines seem to pay, booking them."""

import base64
import binascii
from dataclasses import dataclass, replace
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from trailhouse.accounts.models import Account
from trailhouse.accounts.staff import StaffPrivilege
from trailhouse.billing import banking, enrolment
from trailhouse.billing.bank import camt, csv_files
from trailhouse.billing.bank.lines import Statement, StatementError
from trailhouse.billing.banking import Found
from trailhouse.billing.models import BankLine
from trailhouse.core.errors import UserError
from trailhouse.core.money import CURRENCIES
from trailhouse.dashboard import billing_words, book_words, console_rows, formats
from trailhouse.dashboard.forms import ready
from trailhouse.dashboard.forms_operator_billing import StatementForm
from trailhouse.dashboard.operator_billing import billed, fits
from trailhouse.dashboard.views_profile import me
from trailhouse.sites import console

NAV = "operator_bank"
sees = billed(StaffPrivilege.VIEW_BILLING)
does = billed(StaffPrivilege.CHANGE_BILLING)
MOST_CSV = 700 * 1024  # bytes: it is sent along while its columns are confirmed
SHOWN = 5  # rows of a table of which the columns are confirmed
MOST_CHOICES = 20
STATES = {
    "": gettext_lazy("To be booked"),
    "booked": gettext_lazy("Booked"),
    "aside": gettext_lazy("Set aside"),
}
WHY = {
    "reference": gettext_lazy("by its reference"),
    "chosen": gettext_lazy("chosen by hand"),
    "iban": gettext_lazy("this bank account paid for it before"),
    "currency": gettext_lazy("the account pays in another currency"),
    "several": gettext_lazy("its references are of several accounts"),
    "twice": gettext_lazy("the same amount was booked by hand in these days"),
}
ROLES = {
    "on": gettext_lazy("Day"), "amount": gettext_lazy("Amount"), "direction": gettext_lazy("In or out"),
    "credit": gettext_lazy("Came in"), "debit": gettext_lazy("Went out"), "currency": gettext_lazy("Currency"),
    "payer": gettext_lazy("Payer"), "iban": gettext_lazy("IBAN of the payer"), "text": gettext_lazy("Text"),
    "reference": gettext_lazy("The bank's own number of the line"), "": gettext_lazy("nothing"),
}  # fmt: skip


@dataclass(frozen=True)
class Row:
    """A line of the list."""

    line: BankLine
    account: Account | None
    why: str
    what: str


@require_GET
@sees
def lines(request: HttpRequest) -> HttpResponse:
    """What the statements say: what is matched, uncertain, unknown; or what is booked or set aside."""
    return _lines(request, StatementForm())


def _lines(request: HttpRequest, form: StatementForm, *, status: int = 200) -> HttpResponse:
    show = request.GET.get("show", "")
    show = show if show in STATES else ""
    if show == "booked":
        found = BankLine.objects.exclude(payment=None).select_related("account", "payment")
    elif show == "aside":
        found = BankLine.objects.filter(payment=None, set_aside=True).select_related("account")
    else:
        found = banking.waiting()
    page = console_rows.page_of(request, found.order_by("-booked_on", "-pk"))
    matched = banking.matches(list(page))
    groups: dict[Found, list[Row]] = {}
    for line in page:
        match = matched[line.pk]
        what = match.document.number if match.document else match.request.reference if match.request else ""
        row = Row(line, match.account or line.account, str(WHY.get(match.why, "")), what)
        groups.setdefault(match.found, []).append(row)
    context = {
        "nav": NAV,
        "show": show,
        "states": STATES.items(),
        "page": page,
        "matched": groups.pop(Found.MATCHED, []),
        "uncertain": groups.pop(Found.UNCERTAIN, []),
        "unknown": groups.pop(Found.UNKNOWN, []),
        "rows": [row for rows in groups.values() for row in rows],
        "form": ready(form),
    }
    return render(request, "operator/billing/bank.html", context, status=status)


@require_POST
@does
def take_in(request: HttpRequest) -> HttpResponse:
    """Import a file: CAMT.053 at once, a CSV after its columns were confirmed."""
    if "content" in request.POST:
        return _confirmed(request)
    form = StatementForm(request.POST, request.FILES)
    if not form.is_valid():
        return _lines(request, form, status=422)
    content = form.cleaned_data["file"]
    try:
        if camt.looks_like_xml(content):
            return _import(request, camt.read(content))
        if len(content) > MOST_CSV:
            raise StatementError("statement_too_large", "0.7")
        table = csv_files.table(content)
    except StatementError as error:
        form.add_error("file", book_words.statement_problem(error))
        return _lines(request, form, status=422)
    means = csv_files.guess(table, enrolment.default_book("EUR").currency)
    return _columns(request, content, table, means)


def _import(request: HttpRequest, statement: Statement) -> HttpResponse:
    new, there = banking.import_lines(statement.lines, by=me(request))
    told = [ngettext("%(n)s line is new.", "%(n)s lines are new.", new) % {"n": formats.count(new)}]
    for number, text in (
        (there, _("There already: %(n)s.")),
        (statement.outgoing, _("Left out, since money went out: %(n)s.")),
        (statement.pending, _("Left out, since the bank has not booked it: %(n)s.")),
    ):
        if number:
            told.append(text % {"n": formats.count(number)})
    messages.success(request, " ".join(told))
    return redirect("operator_bank")


def _columns(
    request: HttpRequest, content: bytes, table: csv_files.Table, means: csv_files.Mapping, problem: str = ""
) -> HttpResponse:
    context = {
        "nav": NAV,
        "problem": problem,
        "columns": [
            (number, head, _role(means, number), [row[number] for row in table.rows[:SHOWN]])
            for number, head in enumerate(table.heads)
        ],
        "roles": ROLES.items(),
        "means": means,
        "currencies": sorted(CURRENCIES),
        "content": base64.urlsafe_b64encode(content).decode(),
        "count": len(table.rows),
    }
    return render(request, "operator/billing/columns.html", context, status=422 if problem else 200)


def _role(means: csv_files.Mapping, number: int) -> str:
    if number in means.text:
        return "text"
    names = ("on", "amount", "credit", "debit", "direction", "payer", "iban", "reference")
    return next((name for name in names if getattr(means, name) == number),
                "currency" if means.currency_column == number else "")  # fmt: skip


def _confirmed(request: HttpRequest) -> HttpResponse:
    try:
        content = base64.urlsafe_b64decode(request.POST["content"])
        table = csv_files.table(content)
    except (binascii.Error, ValueError):
        raise UserError("stale_form", _("The file did not come along."), _("Choose it again.")) from None
    means = _meant(request, table)
    try:
        return _import(request, csv_files.lines(table, means))
    except StatementError as error:
        return _columns(request, content, table, means, book_words.statement_problem(error))


def _meant(request: HttpRequest, table: csv_files.Table) -> csv_files.Mapping:
    given: dict[str, Any] = {}
    texts = []
    for number in range(len(table.heads)):
        role = request.POST.get(f"column-{number}", "")
        if role == "text":
            texts.append(number)
        elif role in ROLES and role:
            given.setdefault("currency_column" if role == "currency" else role, number)
    currency = request.POST.get("currency", "EUR")
    means = csv_files.Mapping(**given, text=tuple(texts), day_first=request.POST.get("order") != "month")
    return replace(means, currency=currency if currency in CURRENCIES else "EUR")


@require_POST
@does
def book_matched(request: HttpRequest) -> HttpResponse:
    """Book all that is matched."""
    done, wrong = banking.book_matched(by=me(request))
    if done or not wrong:
        messages.success(request, ngettext("%(n)s line is booked.", "%(n)s lines are booked.", done)
                         % {"n": formats.count(done)})  # fmt: skip
    for line, error in wrong[:10]:
        messages.error(request, f"{line.payer} {_amount(line)}: {error.message} {error.hint}")
    return redirect("operator_bank")


def _amount(line: BankLine) -> str:
    return billing_words.money(line.amount, line.currency)


@require_http_methods(["GET", "POST"])
@does
def line(request: HttpRequest, line: int) -> HttpResponse:
    """One line: choose its account and book it, set it aside, take it in again."""
    one = BankLine.objects.select_related("account", "payment").filter(pk=line).first() if fits(line) else None
    if one is None:
        raise Http404
    if request.method == "POST":
        return _do(request, one)
    text = console_rows.text_of(request)
    match = banking.matches([one])[one.pk]
    found = console.accounts(text).filter(demo=False, closed_at=None)[:MOST_CHOICES] if text else []
    context = {"nav": NAV, "one": one, "match": match, "why": WHY.get(match.why, ""), "q": text, "accounts": found}
    return render(request, "operator/billing/bank_line.html", context)


def _do(request: HttpRequest, one: BankLine) -> HttpResponse:
    what, number = request.POST.get("do", ""), request.POST.get("account", "")
    if what in ("aside", "take_in"):
        banking.set_aside(one, what == "aside", by=me(request))
        messages.success(request, _("Saved."))
        return redirect("operator_bank")
    known = number.isascii() and number.isdigit() and fits(int(number))
    account = Account.objects.filter(pk=int(number), demo=False).first() if known else None
    if account is None:
        messages.error(request, _("Choose an account, and press the button again."))
        return redirect("operator_bank_line", line=one.pk)
    banking.book(one, account, by=me(request))
    messages.success(request, _("%(amount)s is booked for %(account)s.") % {
        "amount": _amount(one), "account": account.name,
    })  # fmt: skip
    return redirect("operator_bank")
