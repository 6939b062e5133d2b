"""The operator's pages of who pays: the list of accounts, one account's billing, one of its sites."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from trailhouse.accounts.models import User
from trailhouse.accounts.staff import StaffPrivilege, staff_may
from trailhouse.billing import books, changes, ledger, operating, settling, striking
from trailhouse.billing.metering import Meter
from trailhouse.billing.models import BillingAccount, Book, BookChange, Credit, Request, Struck, Subscription
from trailhouse.billing.states import State, Transition, allowed
from trailhouse.core.errors import UserError
from trailhouse.dashboard import billing_words, console_rows, formats, licence_page
from trailhouse.dashboard.confirming import confirm, confirmed
from trailhouse.dashboard.forms import ready
from trailhouse.dashboard.forms_operator_billing import BookChoiceForm, ReasonForm, StrikeForm, TermsForm
from trailhouse.dashboard.operator_billing import billed, fits, found
from trailhouse.dashboard.views_profile import me
from trailhouse.events import current
from trailhouse.sites import console

SOME = 20
MANY = 100
sees = billed(StaffPrivilege.VIEW_BILLING)
does = billed(StaffPrivilege.CHANGE_BILLING)


@require_GET
@sees
def accounts(request: HttpRequest) -> HttpResponse:
    """All accounts with what they pay and owe, a hundred a page."""
    text = console_rows.text_of(request)
    page = console_rows.page_of(request, console.accounts(text).filter(demo=False))
    context = {"nav": "operator_payers", "page": page, "rows": ledger.account_figures(list(page)), "q": text}
    return render(request, "operator/billing/accounts.html", context)


@require_GET
@sees
def account(request: HttpRequest, account: int) -> HttpResponse:
    """One account's billing."""
    return _page(request, found(account))


def _page(request: HttpRequest, billing: BillingAccount, *, status: int = 200, **forms: Any) -> HttpResponse:
    one = billing.account
    sites = Subscription.objects.filter(account=one).select_related("site", "account").order_by("domain", "pk")
    context = {
        "nav": "operator_payers",
        "one": one,
        "billing": billing,
        "currency": billing.book.currency,
        "country": dict(_countries()).get(billing.country, billing.country),
        "figures": ledger.account_figures([one])[0],
        "sites": sites[:MANY],
        "site_count": sites.count(),
        "brands": licence_page.standings(billing),
        "requests": Request.objects.filter(account=one).order_by("-created_at", "-pk")[:SOME],
        "invoices": [(doc, doc.total - doc.paid) for doc in ledger.open_invoices().filter(account=one)[:MANY]],  # type: ignore[attr-defined]
        "payments": one.payments.select_related("by").order_by("-received_on", "-pk")[:SOME],
        "credits": Credit.objects.filter(account=one).select_related("document", "by").order_by("-at", "-pk")[:SOME],
        "balance": settling.balance(one),
        "change": BookChange.objects.filter(account=one, done_at=None).select_related("book").first(),
        "terms_form": ready(forms.get("terms_form") or TermsForm(initial=_terms_of(billing))),
        "book_form": ready(forms.get("book_form") or BookChoiceForm(billing, _books_for(billing))),
        "events": one.billing_events.select_related("subscription", "by").order_by("-at", "-pk")[:SOME],
    }
    return render(request, "operator/billing/account.html", context, status=status)


def _countries() -> list[tuple[str, str]]:
    from trailhouse.dashboard.forms_billing import countries

    return countries()


def _terms_of(billing: BillingAccount) -> dict[str, Any]:
    return {"terms_days": billing.terms_days, "certificate": billing.exempt_certificate}


def _books_for(billing: BillingAccount) -> Any:
    """The published books that an account may come onto."""
    own = Q(account=None) | Q(account=billing.account_id)
    return Book.objects.filter(own, currency=billing.book.currency, published_at__isnull=False)


@require_POST
@does
def terms(request: HttpRequest, account: int) -> HttpResponse:
    """Set how the account pays, and its certificate."""
    billing = found(account)
    form = TermsForm(request.POST)
    if not form.is_valid():
        return _page(request, billing, terms_form=form, status=422)
    operating.set_terms(billing, form.cleaned_data["terms_days"], form.cleaned_data["certificate"], by=me(request))
    messages.success(request, _("Saved."))
    return redirect("operator_payer", account=account)


@require_POST
@does
def book(request: HttpRequest, account: int) -> HttpResponse:
    """Have the account come onto another price book, after it was said what that changes."""
    billing = found(account)
    form = BookChoiceForm(billing, _books_for(billing), request.POST)
    if not form.is_valid():
        return _page(request, billing, book_form=form, status=422)
    wanted = form.cleaned_data["book"]
    if wanted.pk != billing.book_id and not confirmed(request):
        return _confirm_book(request, billing, wanted)
    on = books.put_on(billing, wanted, by=me(request))
    messages.success(request, _("%(book)s holds from %(day)s on.") % {"book": wanted, "day": formats.short_day(on)})
    return redirect("operator_payer", account=account)


def _confirm_book(request: HttpRequest, billing: BillingAccount, wanted: Book) -> HttpResponse:
    changed = books.compared(billing, wanted)
    currency = billing.book.currency
    rows = [
        (
            one.domain,
            f"{billing_words.money(how.before.month, currency)} → {billing_words.money(how.after.month, currency)}",
        )
        for one, how in changed
    ]
    dearer = any(how.after.net > how.before.net for _one, how in changed)
    facts = [
        _("Sites get dearer, so the account is told now and the prices hold after the notice.")
        if dearer
        else _("No site gets dearer: the prices hold from the book's first day on, or today."),
        _("Periods that run keep their price."),
    ]
    title = _("%(account)s on %(book)s") % {"account": billing.account.name, "book": wanted}
    back = reverse("operator_payer", args=[billing.account_id])
    return confirm(request, title, facts, _("Change the price book"), back, nav="operator_payers", rows=rows)


# -- a site


@require_http_methods(["GET", "POST"])
@sees
def site(request: HttpRequest, account: int, subscription: int) -> HttpResponse:
    """One site's billing; with POST what is done to it (`do`)."""
    billing = found(account)
    one = Subscription.objects.filter(pk=subscription, account=billing.account).select_related("site", "account")
    row = one.first() if fits(subscription) else None
    if row is None:
        raise Http404
    if request.method != "POST":
        return _site(request, row)
    if not staff_may(request.user, StaffPrivilege.CHANGE_BILLING):
        raise Http404
    return _do(request, row)


def _site(request: HttpRequest, one: Subscription, *, status: int = 200, **forms: Any) -> HttpResponse:
    state = State(one.state)
    possible = allowed(state, held=bool(one.held_because)) if one.site_id else frozenset()
    context = {
        "nav": "operator_payers",
        "one": one,
        "currency": found(one.account_id).book.currency,
        "held": bool(one.held_because),
        "may_free": Transition.FREE_GRANTED in possible,
        "may_end_free": Transition.FREE_ENDED in possible,
        "may_trial": Transition.TRIAL_GRANTED in possible,
        "may_suspend": Transition.SUSPENDED in possible and not one.held_because,
        "quotes": [(quote, billing_words.measured(quote)) for quote in one.quotes.order_by("-at", "-pk")[:SOME]],
        "spans": one.spans.select_related("line__document").order_by("-start")[:SOME],
        "struck": Struck.objects.filter(site_number=one.site_number).order_by("-day")[:MANY],
        "events": one.events.select_related("by").order_by("-at", "-pk")[:MANY],
        "suspend_form": ready(forms.get("suspend_form") or ReasonForm(prefix="suspend")),
        "strike_form": ready(forms.get("strike_form") or StrikeForm(prefix="strike")),
    }
    return render(request, "operator/billing/site.html", context, status=status)


Deed = Callable[..., Any]
# What is done: the service, what is said before (None: it is done at once), the button, and what is said afterwards.
DEEDS: dict[str, tuple[Deed, str]] = {
    "free": (changes.grant_free, "free"),
    "end_free": (changes.end_free, ""),
    "trial": (changes.grant_trial, ""),
    "restore": (changes.restore, ""),
}


def _do(request: HttpRequest, one: Subscription) -> HttpResponse:
    what = request.POST.get("do", "")
    back = reverse("operator_payer_site", args=[one.account_id, one.pk])
    if what == "suspend":
        return _suspend(request, one, back)
    if what == "strike":
        return _strike(request, one, back)
    if what not in DEEDS:
        return _site(request, one, status=422)
    if what == "free" and not confirmed(request):
        facts = [
            _("It costs nothing from now on, and its statistics are open."),
            _("What was paid is not given back, and that cannot be undone: when it ends, payment is due."),
        ]
        title = _("Make %(site)s free") % {"site": one.domain}
        return confirm(request, title, facts, _("Make it free"), back, nav="operator_payers")
    DEEDS[what][0](one, by=me(request))
    messages.success(request, _("Done. The account reads it under what happened."))
    return redirect(back)


def _suspend(request: HttpRequest, one: Subscription, back: str) -> HttpResponse:
    form = ReasonForm(request.POST, prefix="suspend")
    if not form.is_valid():
        return _site(request, one, suspend_form=form, status=422)
    because = form.cleaned_data["because"]
    if not confirmed(request):
        facts = [
            _("Its statistics are locked at once. Payment does not open them; only you do."),
            _("The payer reads the reason: “%(why)s”.") % {"why": because},
        ]
        title = _("Suspend %(site)s") % {"site": one.domain}
        return confirm(request, title, facts, _("Suspend"), back, nav="operator_payers", danger=True)
    changes.suspend(one, because, by=me(request))
    messages.success(request, _("The site is suspended."))
    return redirect(back)


def _strike(request: HttpRequest, one: Subscription, back: str) -> HttpResponse:
    form = StrikeForm(request.POST, prefix="strike")
    if not form.is_valid():
        return _site(request, one, strike_form=form, status=422)
    first, last = form.cleaned_data["first"], form.cleaned_data["last"]
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    try:
        if confirmed(request):
            striking.strike(one, days, form.cleaned_data["because"], Meter(current.store()), by=me(request))
            messages.success(request, _("The days are struck."))
            return redirect(back)
        rows = _struck(one, days, form.cleaned_data["because"], me(request))
    except UserError as error:
        form.add_error(None, f"{error.message} {error.hint}")
        return _site(request, one, strike_form=form, status=422)
    facts = [
        _("These days are left out of the measure for good: %(days)s.") % {"days": formats.day_range(first, last)},
        _("What they made dearer is credited:") if rows else _("No invoice was dearer by them: nothing is credited."),
    ]
    title = _("Strike days of %(site)s") % {"site": one.domain}
    return confirm(request, title, facts, _("Strike them"), back, nav="operator_payers", rows=rows)


def _struck(one: Subscription, days: list[Any], because: str, by: User) -> list[tuple[str, str]]:
    """What striking would credit: it is done, looked at, and rolled back."""
    with transaction.atomic():
        made = striking.strike(one, days, because, Meter(current.store()), by=by)
        rows = [
            (_("credit note for %(invoice)s") % {"invoice": note.corrects.number if note.corrects else ""},
             billing_words.money(note.total, note.currency))
            for note in made
        ]  # fmt: skip
        transaction.set_rollback(True)
    return rows
