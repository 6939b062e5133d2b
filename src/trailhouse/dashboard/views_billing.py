"""The pages of trials and payments of an account: what is due, activating, each site, invoices, documents."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Sum
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from trailhouse.accounts.models import Account
from trailhouse.billing import activating, changes, choosing, enrolment, ordering, settling, statement
from trailhouse.billing.models import BillingAccount, BillingEvent, Credit, Document, Subscription
from trailhouse.billing.pricing import Interval
from trailhouse.billing.states import State, Transition, allowed
from trailhouse.billing.values import same_limits
from trailhouse.core.errors import UserError
from trailhouse.dashboard import billing_page, billing_words
from trailhouse.dashboard.card_payment import payment_methods
from trailhouse.dashboard.leaving_page import leaving
from trailhouse.dashboard.views_profile import me
from trailhouse.sites.access import Privilege, account_access, allowed_in_account

View = Callable[..., HttpResponseBase]
ROWS = 100


def pays(privilege: Privilege) -> Callable[[View], View]:
    """Decorate a view `(request, billing, …)` of an account: as `account_access`, and 404 where nobody is billed."""

    def decorate(view: View) -> View:
        @account_access(privilege)
        @wraps(view)
        def guarded(request: HttpRequest, account: Account, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if account.demo or not enrolment.billing_on():
                raise Http404
            return view(request, enrolment.billing_of(account), *args, **kwargs)

        return guarded

    return decorate


def may_change(request: HttpRequest, billing: BillingAccount) -> bool:
    """Whether the reader may order and cancel, or only look."""
    return allowed_in_account(request.user, billing.account, Privilege.CHANGE_BILLING)


def frame_of(request: HttpRequest, billing: BillingAccount, tab: str) -> dict[str, Any]:
    """What each of these pages is drawn with; `tab` is the one that it stands under."""
    return {
        "account": billing.account,
        "nav": "billing",
        "tab": tab,
        "billing": billing,
        "currency": billing.book.currency,
        "may_change": may_change(request, billing),
    }


@require_GET
@pays(Privilege.VIEW_BILLING)
def overview(request: HttpRequest, billing: BillingAccount) -> HttpResponse:
    """What is due, what it costs, all sites, the ladder and the next invoice; or the offer alone."""
    part = "#offer" if request.headers.get("HX-Target") == "offer" else ""
    with same_limits():  # each site asks for them, in the template as well
        context = billing_page.context_of(billing, billing_page.asked(request.GET), request.GET.get("page"))
        context |= payment_methods(billing)
        return render(request, f"billing/overview.html{part}", frame_of(request, billing, "sites") | context)


@require_POST
@pays(Privilege.CHANGE_BILLING)
def activate(request: HttpRequest, billing: BillingAccount) -> HttpResponse:
    """Activate what was calculated: at once, by a charge, or by a payment request."""
    wanted = billing_page.asked(request.POST)
    try:
        choices = activating.chosen(billing.account, wanted.sites or (), wanted.interval)
        measures = any(one.state == State.TRIAL for one in choices)
        days = billing_page.meter() if measures else None
        asks, charged = ordering.order(billing.account, choices, by=me(request), days=days)
    except UserError as error:
        messages.error(request, f"{error.message} {error.hint}")
        return redirect("billing", number=billing.account_id)
    if asks is None:
        messages.success(request, _("The sites are active."))
    elif charged:
        messages.success(request, _("The payment is on its way. The sites are open as soon as it has come."))
    else:
        messages.success(request, _("The payment request is below. The sites are open as soon as it is paid."))
    return redirect("billing", number=billing.account_id)


@require_POST
@pays(Privilege.CHANGE_BILLING)
def withdraw(request: HttpRequest, billing: BillingAccount) -> HttpResponse:
    """Take back the open payment request."""
    found = activating.open_request(billing.account)
    if found is not None:
        activating.withdraw(found, by=me(request))
        messages.success(request, _("The payment request was withdrawn. Do not pay it any more."))
    return redirect("billing", number=billing.account_id)


# -- one site

# What a payer can do → its name on the button, which transition must be possible (None: said by `_offered`).
ACTIONS: dict[str, Callable[..., Subscription]] = {
    "cancel": changes.cancel,
    "keep": changes.keep,
    "pause": changes.pause,
    "unpause": changes.unpause,
    "remove": changes.remove_now,
}
DONE = {
    "cancel": lambda one: _("%(site)s is cancelled. It is open to the end of what is paid.") % {"site": one.domain},
    "keep": lambda one: _("The cancellation of %(site)s was taken back.") % {"site": one.domain},
    "pause": lambda one: _("%(site)s is paused from the next billing day on.") % {"site": one.domain},
    "unpause": lambda one: _("The pause of %(site)s was taken back.") % {"site": one.domain},
    "remove": lambda one: _("%(site)s was removed.") % {"site": one.domain},
    "interval": lambda one: _("%(site)s is paid by another interval from the period's end on.") % {"site": one.domain},
}


def offered(one: Subscription) -> set[str]:
    """What can be done to a subscription now."""
    state = State(one.state)
    can = allowed(state, held=bool(one.held_because))
    found = set()
    if Transition.CANCEL in can:
        found.add("cancel")
    if Transition.CANCEL_WITHDRAWN in can:
        found.add("keep")
    if Transition.REMOVED in can and one.paid_until is not None:
        found.add("remove")
    if state is State.ACTIVE and one.interval == Interval.MONTHLY:
        found.add("pause" if one.pause_on is None else "unpause")
    if state in (State.ACTIVE, State.PAST_DUE):
        found.add("interval")
    if activating.can_be_activated(one):
        found.add("activate")
    return found


@require_http_methods(["GET", "POST"])
@pays(Privilege.VIEW_BILLING)
def site(request: HttpRequest, billing: BillingAccount, subscription: int) -> HttpResponse:
    """A site's terms, what can be done, and what happened; a POST does one thing."""
    rows = Subscription.objects.select_related("account", "site", "account__owner")
    one = get_object_or_404(rows, pk=subscription, account=billing.account)
    if request.method == "POST":
        return _act(request, billing, one)
    can = offered(one) if may_change(request, billing) else set()
    net, gross = changes.credit_if_removed(one) if "remove" in can else (0, 0)
    other = Interval.YEARLY if one.interval == Interval.MONTHLY else Interval.MONTHLY
    context = {
        "one": one,
        "can": can,
        "terms": statement.terms_of(billing).get(one.pk, statement.NO_TERMS),
        "credit_net": net,
        "credit_gross": gross,
        "other_interval": one.interval if one.next_interval else other,
        "quotes": [(quote, billing_words.measured(quote)) for quote in one.quotes.order_by("-at")[:20]],
        "events": BillingEvent.objects.filter(subscription=one).select_related("by").order_by("-at", "-pk")[:ROWS],
        "leaving": leaving(one),
        "spans": one.spans.select_related("line__document").order_by("-start")[:20],
    }
    return render(request, "billing/site.html", frame_of(request, billing, "sites") | context)


def _act(request: HttpRequest, billing: BillingAccount, one: Subscription) -> HttpResponse:
    if not may_change(request, billing):
        raise PermissionDenied
    do = request.POST.get("do", "")
    wanted = request.POST.get("interval")
    try:
        if do == "interval" and wanted in set(Interval):
            changes.set_interval(one, Interval(wanted), by=me(request))
        elif do in ACTIONS:
            ACTIONS[do](one, by=me(request))
        else:
            raise UserError("unknown_action", _("Nothing was done."), _("Press one of the buttons of the page."))
        messages.success(request, DONE[do](one))
    except UserError as error:
        messages.error(request, f"{error.message} {error.hint}")
    return redirect("billing_site", number=billing.account_id, subscription=one.pk)


# -- invoices and documents


@require_http_methods(["GET", "POST"])
@pays(Privilege.VIEW_BILLING)
def pay(request: HttpRequest, billing: BillingAccount, invoice: int) -> HttpResponse:
    """How an open invoice is paid: all of it, or the lines of chosen sites under a reference of their own."""
    found = get_object_or_404(Document, pk=invoice, account=billing.account, kind=Document.Kind.INVOICE)
    lines = settling.open_lines([found])
    chosen: dict[str, Any] = {}
    if request.method == "POST":
        wanted = billing_page.asked(request.POST).sites or frozenset()
        try:
            choice = choosing.choose(found, wanted, by=me(request))
        except UserError as error:
            messages.error(request, f"{error.message} {error.hint}")
        else:
            chosen = {
                "choice": choice,
                "chosen": set(choice.sites),
                "transfer": billing_page.transfer_of(choice.amount, found.currency, choice.reference),
            }
    owed = sum(one.owed for one in lines)
    context = {
        "document": found,
        "lines": lines,
        "owed": owed,
        "transfer": billing_page.transfer_of(owed, found.currency, found.reference),
        **chosen,
    }
    return render(request, "billing/pay.html", frame_of(request, billing, "sites") | context)


@require_GET
@pays(Privilege.VIEW_BILLING)
def documents(request: HttpRequest, billing: BillingAccount) -> HttpResponse:
    """All invoices and credit notes, what happened to the credit, and what happened at all."""
    found = Document.objects.filter(account=billing.account)
    page = Paginator(found.order_by("-issued_on", "-pk"), ROWS).get_page(request.GET.get("page"))
    paid = found.filter(pk__in=[one.pk for one in page]).values_list("pk").annotate(sum=Sum("allocations__amount"))
    settled = {number: amount or 0 for number, amount in paid.order_by("pk")}
    events = BillingEvent.objects.filter(account=billing.account).select_related("subscription", "by")
    context = {
        "page": page,
        "document_rows": [(one, max(0, one.total - settled[one.pk])) for one in page],
        "years": sorted({day.year for day in found.values_list("issued_on", flat=True)}, reverse=True),
        "balance": settling.balance(billing.account),
        "credits": Credit.objects.filter(account=billing.account)
        .select_related("document")
        .order_by("-at", "-pk")[:50],
        "events": events.order_by("-at", "-pk")[:50],
    }
    return render(request, "billing/documents.html", frame_of(request, billing, "documents") | context)
