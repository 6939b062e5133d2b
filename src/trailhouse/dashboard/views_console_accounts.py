"""The console's pages of accounts: the list, making one, one account and what is done to it."""

from typing import Any

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from trailhouse.accounts import handover, making, selectors, suspension
from trailhouse.accounts.models import Account, AuditEntry, User
from trailhouse.accounts.services import NewPerson
from trailhouse.accounts.staff import StaffPrivilege, staff_may
from trailhouse.core import clock
from trailhouse.core.errors import UserError
from trailhouse.core.settings import settings
from trailhouse.dashboard import console_rows, formats, view_as
from trailhouse.dashboard.audit_words import sentence
from trailhouse.dashboard.forms import ready
from trailhouse.dashboard.forms_operator import MakeAccountForm, OfferAccountForm, SuspendForm
from trailhouse.dashboard.people_rows import where
from trailhouse.dashboard.views_account import FIELDS
from trailhouse.dashboard.views_offers import shown_link
from trailhouse.dashboard.views_profile import me
from trailhouse.outbox import rendering, sending
from trailhouse.outbox import selectors as outbox
from trailhouse.sites import console, viewing
from trailhouse.sites.access import staff_access
from trailhouse.sites.models import Role
from trailhouse.sites.roles import grant_of

FEW = 10  # mails
SOME = 20  # lines of the log
views = staff_access(StaffPrivilege.VIEW_ACCOUNTS)
changes = staff_access(StaffPrivilege.CHANGE_ACCOUNTS)


@require_GET
@views
def accounts(request: HttpRequest) -> HttpResponse:
    """All accounts, a hundred a page."""
    text, state, order = (console_rows.text_of(request, name) for name in ("q", "state", "sort"))
    page = console_rows.page_of(request, console.accounts(text, state, order))
    context = {
        "nav": "operator_accounts",
        "page": page,
        "rows": console_rows.account_rows(list(page)),
        "q": text,
        "state": state,
        "sort": order,
        "states": [(name, words) for name, (words, _look) in console_rows.STATES.items()],
        "orders": console_rows.ORDERS.items(),
        "filtered": bool(text or state in console.STATES),
    }
    return render(request, "operator/accounts.html", context)


@require_http_methods(["GET", "POST"])
@changes
def add(request: HttpRequest) -> HttpResponse:
    """Make an account for somebody. Where no mail is sent, their link is shown, this once."""
    form = MakeAccountForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        language = values.pop("language")
        try:
            account, token = making.make_account(NewPerson(**values), language=language, by=me(request))
        except UserError as error:
            field = "email" if error.code == "switched_off" else FIELDS.get(error.code)
            form.add_error(field, f"{error.message} {error.hint}")
        else:
            return _made(request, account, token)
    context = {"nav": "operator_accounts", "form": ready(form), "can_mail": sending.is_configured()}
    return render(request, "operator/add_account.html", context, status=422 if form.errors else 200)


def _made(request: HttpRequest, account: Account, token: str) -> HttpResponse:
    """Say that the owner is told by mail, or show the link; it is not kept."""
    if token and not sending.is_configured():
        return _page(request, account, link=f"{settings().url}{reverse('enter', args=[token])}")
    messages.success(request, _("%(email)s is told by e-mail.") % {"email": account.owner.email})
    return redirect("operator_account", account=account.pk)


@require_GET
@views
def account(request: HttpRequest, account: int) -> HttpResponse:
    """One account: what is kept about it, as far as the reader's own privileges go."""
    return _page(request, _found(account))


def _found(number: int) -> Account:
    found = (
        Account.objects.select_related("owner").filter(pk=number).first() if number <= console.LARGEST_NUMBER else None
    )
    if found is None:
        raise Http404
    return found


def _page(
    request: HttpRequest, one: Account, *, form: SuspendForm | None = None, link: str = "", status: int = 200
) -> HttpResponse:
    by = me(request)
    counts = console_rows.pageviews_of([one.pk])
    context: dict[str, Any] = {
        "nav": "operator_accounts",
        "one": one,
        "state": console_rows.state_of(one),
        "pageviews": formats.NONE if counts is None else formats.count(counts[one.pk]),
        "accepted": one.acceptances.select_related("terms", "user").order_by("-at").first(),
        "link": link,
        "form": ready(form or SuspendForm()),
        "awaited": making.is_awaited(one),
        "own": one.owner_id == by.pk,
        "deletion": (deletion := selectors.deletion_of(one)),
        "offer": selectors.waiting_handover(one),
        "reopens": deletion is not None and clock.now() < deletion,
        "looks": viewing.may_look_into(by, one),
    }
    return render(request, "operator/account.html", context | _parts(by, one), status=status)


def _parts(by: User, one: Account) -> dict[str, Any]:
    """The lists of an account that `by` may see; what is not there is not shown."""
    found: dict[str, Any] = {}
    if staff_may(by, StaffPrivilege.VIEW_SITES):
        sites = console.sites(account=one.pk)
        found |= {"sites": console_rows.site_rows(sites[: console_rows.ROWS]), "site_count": sites.count()}
    if staff_may(by, StaffPrivilege.VIEW_PEOPLE):
        roles = console.roles_in(one)
        shown = [(role, Role(role.role).label, where(grant_of(role))) for role in roles[: console_rows.ROWS]]
        found |= {"roles": shown, "role_count": roles.count()}
    if staff_may(by, StaffPrivilege.VIEW_MAIL):
        found["mails"] = [(mail, rendering.subject_of(mail)) for mail in outbox.mails(one.pk)[:FEW]]
    if staff_may(by, StaffPrivilege.VIEW_AUDIT):
        found["log"] = [(entry, sentence(entry)) for entry in console.log(one.pk)[:SOME]]
    return found


@require_POST
@changes
def suspend(request: HttpRequest, account: int) -> HttpResponse:
    """Suspend an account, for a reason."""
    one, form = _found(account), SuspendForm(request.POST)
    if not form.is_valid():
        return _page(request, one, form=form, status=422)
    suspension.suspend(one, form.cleaned_data["because"], by=me(request))
    messages.success(request, _("The account is suspended. Its owner gets a mail."))
    return redirect("operator_account", account=account)


@require_POST
@changes
def restore(request: HttpRequest, account: int) -> HttpResponse:
    """Restore a suspended account."""
    suspension.restore(_found(account), by=me(request))
    messages.success(request, _("The account is open again. Its owner gets a mail."))
    return redirect("operator_account", account=account)


@require_POST
@changes
def reopen(request: HttpRequest, account: int) -> HttpResponse:
    """Open a closed account again."""
    handover.reopen(_found(account).pk, by=me(request))
    messages.success(request, _("The account is open again. Its sites are paused."))
    return redirect("operator_account", account=account)


@require_POST
@changes
def welcome_again(request: HttpRequest, account: int) -> HttpResponse:
    """Send the owner, who has not come yet, a new link."""
    one = _found(account)
    return _made(request, one, making.welcome_again(one, by=me(request)))


@require_http_methods(["GET", "POST"])
@changes
@reauthentication_required  # type: ignore[untyped-decorator]
def hand_over(request: HttpRequest, account: int) -> HttpResponseBase:
    """Offer an account to another owner, for one who cannot do so."""
    one, form, link = _found(account), OfferAccountForm(request.POST or None), None
    if one.closed_at is not None:
        raise Http404
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            made, token = handover.offer(one, values["email"], leaves=values["leaves"], by=me(request))
        except UserError as error:
            if error.code not in ("own_email", "wrong_email"):
                raise
            form.add_error("email", f"{error.message} {error.hint}")
        else:
            if sending.is_configured():
                messages.success(request, _("The offer is on its way. Until it is accepted nothing changes."))
                return redirect("operator_account", account=account)
            link = shown_link(made, "handover", token)
    context = {"nav": "operator_accounts", "one": one, "form": ready(form), "link": link}
    return render(request, "operator/hand_over.html", context, status=422 if form.errors else 200)


@require_POST
@changes
def withdraw(request: HttpRequest, account: int) -> HttpResponse:
    """Take the offer of an account back."""
    handover.withdraw(_found(account), by=me(request))
    messages.success(request, _("The offer is withdrawn."))
    return redirect("operator_account", account=account)


@require_POST
@staff_access(StaffPrivilege.VIEW_AS)
def look(request: HttpRequest, account: int) -> HttpResponse:
    """Look as the owner of an account."""
    view_as.begin_as_owner(request, _found(account))
    return redirect("sites")


@require_GET
@staff_access(StaffPrivilege.VIEW_AUDIT)
def audit(request: HttpRequest) -> HttpResponse:
    """What the staff did, or with `account` all that happened in one; newest first."""
    number = console_rows.text_of(request, "account")
    one = _found(int(number)) if number.isascii() and number.isdigit() else None
    page = console_rows.page_of(request, console.log(one.pk if one else None))
    lines: list[tuple[AuditEntry, str]] = [(entry, sentence(entry)) for entry in page]
    return render(request, "operator/audit.html", {"nav": "operator_audit", "one": one, "page": page, "lines": lines})


@require_GET
@staff_access(StaffPrivilege.VIEW_SITES)
def sites(request: HttpRequest) -> HttpResponse:
    """Sites of the whole instance, found by domain or key."""
    text, number = console_rows.text_of(request), console_rows.text_of(request, "account")
    one = _found(int(number)) if number.isascii() and number.isdigit() else None
    page = console_rows.page_of(request, console.sites(text, one.pk if one else None))
    context = {
        "nav": "operator_sites",
        "one": one,
        "page": page,
        "rows": console_rows.site_rows(list(page)),
        "q": text,
        "filtered": bool(text or one),
    }
    return render(request, "operator/sites.html", context)
