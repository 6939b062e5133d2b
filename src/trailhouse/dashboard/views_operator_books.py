"""The editor of price books: drafts, what they would change, and publishing them for good."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from trailhouse.accounts.models import Account
from trailhouse.accounts.staff import StaffPrivilege, staff_may
from trailhouse.billing import books as services
from trailhouse.billing import enrolment
from trailhouse.billing.book import DEFAULT_BOOK, PriceBook
from trailhouse.billing.models import BillingAccount, Book
from trailhouse.core import clock
from trailhouse.core.money import CURRENCIES
from trailhouse.dashboard import book_editor, book_words, console_rows, formats
from trailhouse.dashboard.book_editor import Edit
from trailhouse.dashboard.operator_billing import fits, sums
from trailhouse.dashboard.views_profile import me
from trailhouse.sites.access import staff_access

NAV = "operator_books"
sees = staff_access(StaffPrivilege.VIEW_BILLING)
changes = staff_access(StaffPrivilege.CHANGE_PRICES)


@require_GET
@sees
def books(request: HttpRequest) -> HttpResponse:
    """All price books with their versions."""
    today = clock.now().date()
    page = console_rows.page_of(request, Book.objects.select_related("account"))
    rows = [(one, *book_words.state_of(one.published_at is not None, one.valid_from <= today)) for one in page]
    context = {"nav": NAV, "page": page, "rows": rows}
    return render(request, "operator/billing/books.html", context)


@require_POST
@changes
def new(request: HttpRequest) -> HttpResponse:
    """Make a draft from a book that is there, or a first one; with `account` a negotiated one."""
    source = _named(request.POST.get("book", ""))
    number = request.POST.get("account", "")
    account = _account(number) if number else (source.account if source else None)
    if account is not None and source is None:
        source = enrolment.billing_of(account).book
    prices = PriceBook.from_json(source.content) if source else DEFAULT_BOOK
    name = source.name if source and source.account_id == (account.pk if account else None) else ""
    made = services.draft(
        name or (_("Negotiated with %(account)s") % {"account": account.name} if account else "Standard")[:80],
        prices, clock.now().date(), by=me(request), account=account,
    )  # fmt: skip
    return redirect("operator_book", book=made.pk)


def _named(number: str) -> Book | None:
    known = number.isascii() and number.isdigit() and fits(int(number))
    return Book.objects.select_related("account").filter(pk=int(number)).first() if known else None


def _account(number: str) -> Account:
    known = number.isascii() and number.isdigit() and fits(int(number))
    found = Account.objects.filter(pk=int(number), demo=False).first() if known else None
    if found is None:
        raise Http404
    return found


def _book(number: int) -> Book:
    found = Book.objects.select_related("account").filter(pk=number).first() if fits(number) else None
    if found is None:
        raise Http404
    return found


@require_http_methods(["GET", "POST"])
@sees
def book(request: HttpRequest, book: int) -> HttpResponse:
    """One version: as it holds, or as a draft in the editor."""
    one = _book(book)
    if request.method != "POST":
        return _edit(request, one, book_editor.of_book(one))
    if not staff_may(request.user, StaffPrivilege.CHANGE_PRICES):
        raise Http404
    edit, what = book_editor.of_sent(request.POST), request.POST.get("do", "")
    if (rows := book_editor.changed(edit, what)) is not None:
        return _edit(request, one, rows)
    meant = book_editor.meant(edit)
    if meant.prices is None or meant.valid_from is None:
        return _edit(request, one, edit, book_words.book_problems(meant.problems), status=422)
    services.change_draft(one, edit.name, meant.prices, meant.valid_from, by=me(request))
    if what == "preview":
        return redirect("operator_book_preview", book=one.pk)
    messages.success(request, _("The draft is saved."))
    return redirect("operator_book", book=one.pk)


def _edit(
    request: HttpRequest, one: Book, edit: Edit, problems: list[str] | None = None, *, status: int = 200
) -> HttpResponse:
    context: dict[str, Any] = {
        "nav": NAV,
        "one": one,
        "edit": edit,
        "problems": problems or [],
        "currencies": sorted(CURRENCIES),
        "places": CURRENCIES.get(edit.currency, 2),
        "fees": [(name, label, edit.fees.get(name, "")) for name, label in book_words.FEES.items()],
        "state": book_words.state_of(one.published_at is not None, one.valid_from <= clock.now().date()),
        "prices": PriceBook.from_json(one.content),
        "fee_values": [(label, getattr(PriceBook.from_json(one.content).fees, name))
                       for name, label in book_words.FEES.items()],
        "on_it": BillingAccount.objects.filter(book=one).count(),
    }  # fmt: skip
    draft = one.published_at is None and staff_may(request.user, StaffPrivilege.CHANGE_PRICES)
    return render(request, f"operator/billing/book{'_edit' if draft else ''}.html", context, status=status)


@require_GET
@sees
def preview(request: HttpRequest, book: int) -> HttpResponse:
    """What publishing a draft would change for the accounts that are there."""
    one = _book(book)
    reached = services.reach(one)
    paying = [row for row in reached if row.changes or row.years]
    changed = sorted((row for row in paying if row.after != row.before or row.dearer or row.years), key=lambda row: (
        not row.dearer, row.before - row.after, row.billing.account_id))  # fmt: skip
    dearer = sum(row.dearer for row in changed)
    difference = sum(row.after - row.before for row in changed)
    context = {
        "nav": NAV,
        "one": one,
        "published": one.published_at is not None,
        "reached": len(reached),
        "paying": len(paying),
        "same": len(paying) - len(changed),
        "dearer": dearer,
        "cheaper": len(changed) - dearer,
        "difference": sums({one.currency: difference}),
        "grows": difference > 0,
        "rows": changed[: console_rows.ROWS],
        "more": max(0, len(changed) - console_rows.ROWS),
        "day": formats.short_day(max(one.valid_from, clock.now().date())),
    }
    return render(request, "operator/billing/preview.html", context)


@require_POST
@changes
def publish(request: HttpRequest, book: int) -> HttpResponse:
    """Publish a draft for good; the preview is where it is confirmed."""
    reached = services.publish(_book(book), by=me(request))
    told = ngettext("It is published. %(n)s account is told.", "It is published. %(n)s accounts are told.", reached)
    messages.success(request, told % {"n": formats.count(reached)})
    return redirect("operator_book", book=book)


@require_POST
@changes
def discard(request: HttpRequest, book: int) -> HttpResponse:
    """Throw a draft away."""
    services.discard(_book(book), by=me(request))
    messages.success(request, _("The draft is thrown away."))
    return redirect("operator_books")
