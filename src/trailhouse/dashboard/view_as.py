"""Looking as another person: who really looks stays known, nothing can be changed, and it ends after an hour."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from trailhouse.accounts.models import Account, User
from trailhouse.core import clock
from trailhouse.core.errors import UserError
from trailhouse.dashboard import views_errors
from trailhouse.dashboard.hosts import at_host
from trailhouse.dashboard.middleware import View
from trailhouse.sites import viewing
from trailhouse.sites.models import Membership, Site

HELD = "view_as"  # in the session of who looks
# What is open besides the pages that `access` guards; whatever comes later is closed until it stands here.
SEEN = frozenset({"home", "sites", "static"})
STOPS = frozenset({"view_as_stop"})
LEAVES = frozenset({"sign_out", "account_logout"})


class ViewAs:
    """Sets `request.user` to the person who is looked at, and `request.viewed_by` to who looks (else None)."""

    def __init__(self, get_response: View) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer as the viewed person, while the view holds."""
        request.viewed_by = None  # type: ignore[attr-defined]
        held = request.session.get(HELD)
        if held is not None:
            viewed = _viewed(request, held)
            if viewed is None:
                end(request)
            else:
                viewed.at_host = at_host(request)
                request.viewed_by = viewed.viewed_by = looker(request)  # type: ignore[attr-defined]
                request.user = viewed
        return self._get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """Refuse what is not for looking at."""
        if request.viewed_by is None or request.resolver_match is None:  # type: ignore[attr-defined]
            return None
        name = request.resolver_match.view_name
        if name in LEAVES:
            end(request)
        elif name not in STOPS and not (request.method in ("GET", "HEAD") and _is_seen(name, view)):
            return views_errors.user_error(request, _only_looking(request))
        return None


def _is_seen(name: str, view: Any) -> bool:
    return name in SEEN or hasattr(view, "privilege") or hasattr(view, "account_privilege")


def _only_looking(request: HttpRequest) -> UserError:
    return UserError(
        "only_looking",
        _("This is closed while you look as %(person)s.") % {"person": request.user},
        _("Stop looking as them first: the button stands at the foot of the page."),
        status=403,
    )


def looker(request: HttpRequest) -> User:
    """Who really sits before the page."""
    user = getattr(request, "viewed_by", None) or request.user
    assert isinstance(user, User)
    return user


def _viewed(request: HttpRequest, held: dict[str, Any]) -> User | None:
    if not isinstance(request.user, User) or held["by"] != request.user.pk:
        return None
    if not 0 <= clock.now_ms() - held["since"] < viewing.LASTS.total_seconds() * 1000:
        return None
    if held["member"] is None:
        return _owner(request.user, held)
    one = Membership.objects.filter(pk=held["member"], user=held["person"]).select_related("user", "account").first()
    return one.user if one is not None and viewing.may_view_as(request.user, one) else None


def _owner(by: User, held: dict[str, Any]) -> User | None:
    """The owner of the account that somebody of the staff looks into, as long as they may."""
    account = Account.objects.filter(pk=held["account"], owner=held["person"]).select_related("owner").first()
    if account is None or not viewing.may_look_into(by, account):
        return None
    account.owner.viewed_account = account.pk
    return account.owner


def begin(request: HttpRequest, one: Membership, site: Site, back: str) -> None:
    """Look as the person of a membership from the next request on, and then go `back`.

    Raises UserError where that is not allowed.
    """
    viewing.start(looker(request), one, site)
    _hold(request, one.user, one.account, back, member=one.pk)


def begin_as_owner(request: HttpRequest, account: Account) -> None:
    """Look as the owner of an account, as somebody of the staff. Raises UserError where that is not allowed."""
    viewing.look_into(looker(request), account)
    _hold(request, account.owner, account, reverse("operator_account", args=[account.pk]))


def _hold(request: HttpRequest, person: User, account: Account, back: str, member: int | None = None) -> None:
    request.session[HELD] = {
        "member": member,
        "person": person.pk,
        "email": person.email,
        "account": account.pk,
        "back": back,
        "by": looker(request).pk,
        "since": clock.now_ms(),
    }


def end(request: HttpRequest) -> str:
    """Look as oneself again; the address of the page where it began, "" where nobody was looked at."""
    held = request.session.pop(HELD, None)
    if held is None:
        return ""
    by = looker(request)
    viewing.stop(by, Account.objects.filter(pk=held["account"]).first(), held["email"])
    request.user = by
    request.viewed_by = None  # type: ignore[attr-defined]
    return str(held.get("back", ""))
