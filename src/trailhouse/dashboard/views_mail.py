"""The pages of mail: an account's, and for the operator the whole instance's."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from trailhouse.accounts.models import Account
from trailhouse.accounts.staff import StaffPrivilege, staff_may
from trailhouse.dashboard import console_rows
from trailhouse.outbox import rendering, selectors, sending
from trailhouse.outbox.models import Mail
from trailhouse.sites.access import Privilege, account_access, staff_access

A_PAGE = 50
LARGEST_NUMBER = 2**63 - 1  # that a database takes
# The HTML of a mail is nobody's page: no script, no form, nothing from anywhere, only its own inline styles.
SANDBOX = "; ".join(
    (
        "sandbox",
        "default-src 'none'",
        "style-src 'unsafe-inline'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)


# Mails whose link the sender may hand over where the instance sends no mail, as the pages that write them do. All other
# links and codes let somebody in, so they are their reader's alone.
HANDED_OVER = frozenset({"sites/invitation", "sites/offer", "accounts/handover"})


@dataclass(frozen=True)
class Place:
    """Whose mail is shown: an account's, or with None the whole instance's; and who may read it in full."""

    account: Account | None
    reads: bool = True

    def address(self, page: str = "", mail: Mail | None = None) -> str:
        """The address of a page: the list, or with `mail` "_read", "_html" and "_again"."""
        values = {"number": self.account.pk} if self.account else {}
        name = "account_mail" if self.account else "operator_mail"
        return reverse(name + page, kwargs=values | ({"mail": mail.pk} if mail else {}))

    def shows_secrets(self, mail: Mail) -> bool:
        """Whether the link in `mail` is shown here: to the account's administrator, who may invite and offer."""
        return self.account is not None and mail.template in HANDED_OVER and not sending.is_configured()

    def find(self, number: int) -> Mail:
        """The mail with this number. Raises Http404 alike for one that does not exist and for another account's."""
        found = selectors.mails(self.account.pk if self.account else None)
        mail = found.filter(pk=number).first() if number <= LARGEST_NUMBER else None
        if mail is None or not self.reads:
            raise Http404
        return mail


@dataclass(frozen=True)
class Row:
    """A mail in the list."""

    mail: Mail
    subject: str
    link: str
    again: str
    account: Account | None  # whose it is, in the list of all


@dataclass(frozen=True)
class Tab:
    """A state to show alone."""

    label: str
    count: int
    link: str
    chosen: bool


def _instance(request: HttpRequest) -> Place:
    """All mail. Its texts are of accounts and people, so the operator alone reads them; other staff the list."""
    return Place(None, reads=staff_may(request.user, StaffPrivilege.READ_MAIL))


def _tabs(address: str, kept: Mapping[str, str], counts: Mapping[str, int], state: str) -> list[Tab]:
    states = [(choice.label, counts[choice], choice.value) for choice in Mail.State]
    found = []
    for label, count, value in [(_("all"), sum(counts.values()), ""), *states]:
        query = urlencode({name: given for name, given in {**kept, "state": value}.items() if given})
        found.append(Tab(str(label), count, f"{address}?{query}" if query else address, value == state))
    return found


def _of_account(request: HttpRequest) -> Account | None:
    """The account whose mail alone the staff look at."""
    number = console_rows.text_of(request, "account")
    if not (number.isascii() and number.isdigit() and int(number) <= LARGEST_NUMBER):
        return None
    return Account.objects.filter(pk=int(number)).first()


def _list(request: HttpRequest, place: Place) -> HttpResponse:
    of = None if place.account else _of_account(request)
    number = one.pk if (one := place.account or of) else None
    state, text = request.GET.get("state", ""), console_rows.text_of(request)
    state = state if state in Mail.State.values else ""
    counts = selectors.mail_counts(number, text)
    page = Paginator(selectors.mails(number, state, text), A_PAGE).get_page(request.GET.get("page"))
    accounts = Account.objects.in_bulk({mail.account_id for mail in page} - {None}) if number is None else {}
    rows = [
        Row(
            mail,
            rendering.subject_of(mail),
            place.address("_read", mail) if place.reads else "",
            place.address("_again", mail) if _can_be_sent_again(mail) and place.reads else "",
            accounts.get(mail.account_id or 0),
        )
        for mail in page
    ]
    context = {
        "account": place.account,
        "of": of,
        "rows": rows,
        "page": page,
        "state": state,
        "q": text,
        "all": place.address(),
        "tabs": _tabs(place.address(), {"account": str(of.pk) if of else "", "q": text}, counts, state),
        "nav": "mail" if place.account else "operator_mail",
    }
    return render(request, "outbox/list.html", context)


def _can_be_sent_again(mail: Mail) -> bool:
    return mail.state == Mail.State.FAILED and not mail.subject


def _rendered(place: Place, mail: Mail) -> tuple[rendering.Rendered | None, str]:
    """What `mail` says to whoever reads it here; None where its text is deleted or cannot be made.

    Then also the address that it leads to, where it is not made because that is not ours.
    """
    if mail.subject:
        return None, ""
    try:
        return rendering.render(mail, secrets=place.shows_secrets(mail)), ""
    except rendering.ForeignAddressError as error:
        return None, error.address
    except Exception:  # a template that is gone or wrong: sending notes what is wrong with it
        return None, ""


def _read(request: HttpRequest, place: Place, number: int) -> HttpResponse:
    mail = place.find(number)
    rendered, elsewhere = _rendered(place, mail)
    context = {
        "account": place.account,
        "mail": mail,
        "rendered": rendered,
        "elsewhere": elsewhere,
        "subject": rendered.subject if rendered else rendering.subject_of(mail),
        "hidden": rendering.SECRET in mail.context and not place.shows_secrets(mail),
        "list": place.address(),
        "html": place.address("_html", mail),
        "again": place.address("_again", mail) if _can_be_sent_again(mail) else "",
        "nav": "mail" if place.account else "operator_mail",
    }
    return render(request, "outbox/read.html", context)


def _html(place: Place, number: int) -> HttpResponse:
    rendered, _elsewhere = _rendered(place, place.find(number))
    if rendered is None:
        raise Http404
    return HttpResponse(rendered.html, headers={"Content-Security-Policy": SANDBOX})


def _again(request: HttpRequest, place: Place, number: int) -> HttpResponse:
    mail = place.find(number)
    if sending.retry(mail):
        messages.success(request, _("The mail waits to be sent again."))
    return redirect(place.address("_read", mail))


@require_GET
@account_access(Privilege.MANAGE_ACCOUNT)
def account_mail(request: HttpRequest, account: Account) -> HttpResponse:
    """The mail of an account, newest first."""
    return _list(request, Place(account))


@require_GET
@account_access(Privilege.MANAGE_ACCOUNT)
def account_mail_read(request: HttpRequest, account: Account, mail: int) -> HttpResponse:
    """One mail in full."""
    return _read(request, Place(account), mail)


@require_GET
@account_access(Privilege.MANAGE_ACCOUNT)
def account_mail_html(request: HttpRequest, account: Account, mail: int) -> HttpResponse:
    """One mail as mail programs show it."""
    return _html(Place(account), mail)


@require_POST
@account_access(Privilege.MANAGE_ACCOUNT)
def account_mail_again(request: HttpRequest, account: Account, mail: int) -> HttpResponse:
    """Have a mail that was given up tried again."""
    return _again(request, Place(account), mail)


@require_GET
@staff_access(StaffPrivilege.VIEW_MAIL)
def operator_mail(request: HttpRequest) -> HttpResponse:
    """The mail of the whole instance, newest first."""
    return _list(request, _instance(request))


@require_GET
@staff_access(StaffPrivilege.READ_MAIL)
def operator_mail_read(request: HttpRequest, mail: int) -> HttpResponse:
    """One mail in full."""
    return _read(request, _instance(request), mail)


@require_GET
@staff_access(StaffPrivilege.READ_MAIL)
def operator_mail_html(request: HttpRequest, mail: int) -> HttpResponse:
    """One mail as mail programs show it."""
    return _html(_instance(request), mail)


@require_POST
@staff_access(StaffPrivilege.READ_MAIL)
def operator_mail_again(request: HttpRequest, mail: int) -> HttpResponse:
    """Have a mail that was given up tried again."""
    return _again(request, _instance(request), mail)
