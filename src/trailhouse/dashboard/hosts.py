"""What the Host header decides: whose pages there are, which of them, and that a session belongs to one host.

Django's own list of hosts takes any, since brands bring theirs while the instance runs; nothing passes `HostGate` that
is neither the instance's nor a proved domain of a brand.
"""

from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import DisallowedHost
from django.http import Http404, HttpRequest, HttpResponse
from django.http.request import split_domain_port
from django.http.response import HttpResponseBase

from trailhouse.accounts.models import BrandHost, User
from trailhouse.accounts.sessions import STRANGERS_FOR_S
from trailhouse.branding import hosts
from trailhouse.dashboard.middleware import View
from trailhouse.sites import confining

HOST = "host"  # in a session: where it began
ASK = "/tls/ask"  # the reverse proxy asks by whatever name it knows us

# What does not exist at the host of a brand, by the names of routes: whatever the operator and resellers have between
# them. The pages of an account and of the staff are missing as well, by their guards.
ELSEWHERE = frozenset(
    {
        *(
            "account_signup",
            "sign_up_code",
            "sign_up_passkey",
            "set_up",
            "enter",
            "handover",
            "site_offer_accept",
            "site_add",
        ),
        *("terms", "terms_accept", "terms_later", "prices", "stripe_webhook"),
        *("api_docs", "api_try", "openapi-json", "openapi-view", "api-root"),
    }
)
ELSEWHERE_PREFIXES = ("operator_", "reseller", "contact")
GUARDS = ("account_privilege", "staff_privilege")


class HostGate:
    """Sets `request.brand` and `request.at_host` (None at the instance's own host); nothing is at an unknown one."""

    def __init__(self, get_response: View) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, if the host is ours."""
        try:
            host = host_of(request)
        except DisallowedHost:  # no host name at all
            return _nothing(400)
        brand = None if host in settings.OWN_HOSTS or request.path == ASK else hosts.brand_at(host)
        if brand is None and host not in settings.OWN_HOSTS and request.path != ASK:
            return _nothing(404)
        request.brand = brand  # type: ignore[attr-defined]
        request.at_host = hosts.place_of(brand) if brand else None  # type: ignore[attr-defined]
        return self._get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        """Raise Http404 for what does not exist at the host of a brand."""
        match = request.resolver_match
        if at_host(request) is not None and match is not None and is_elsewhere(match.url_name or "", view):
            raise Http404


class HostSessions:
    """Has a session count at the host alone where it began, and a person at the host of a brand be one of its people.

    A session of another host goes on there; here its cookie is worth nothing.
    """

    def __init__(self, get_response: View) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer."""
        host, there = host_of(request), at_host(request)
        began = request.session.get(HOST)
        # One from before this was noted can only be of the instance's own host.
        if began != host and not (began is None and there is None):
            _begin_anew(request)
        if there is not None:
            _confine(request, there)
        response = self._get_response(request)
        if request.session.modified and not request.session.is_empty():
            if HOST not in request.session:
                request.session[HOST] = host
            if not request.user.is_authenticated:
                request.session.set_expiry(STRANGERS_FOR_S)
        return response


def host_of(request: HttpRequest) -> str:
    """The host name of the request in lower case, without a port. Raises DisallowedHost."""
    return split_domain_port(request.get_host())[0]


def at_host(request: HttpRequest) -> BrandHost | None:
    """The brand at whose host the request came in; None at the instance's own."""
    there: BrandHost | None = getattr(request, "at_host", None)
    return there


def is_elsewhere(name: str, view: Any) -> bool:
    """Whether a route is at the instance's own host alone."""
    return name in ELSEWHERE or name.startswith(ELSEWHERE_PREFIXES) or any(hasattr(view, guard) for guard in GUARDS)


def may_sign_in(request: HttpRequest, user: User) -> bool:
    """Whether `user` may sign in at the host of the request: everybody at the instance's own."""
    there = at_host(request)
    return there is None or confining.belongs(user, there)


def _confine(request: HttpRequest, there: BrandHost) -> None:
    user = request.user
    if not user.is_authenticated:
        return
    assert isinstance(user, User)
    if confining.belongs(user, there):
        user.at_host = there
    else:
        _begin_anew(request)
        request.user = AnonymousUser()


def _begin_anew(request: HttpRequest) -> None:
    """An empty session in the place of one that is not for this host; the row of that one stays."""
    if not request.session.is_empty():
        request.session = type(request.session)()


def _nothing(status: int) -> HttpResponse:
    return HttpResponse("There is nothing at this address.\n", status=status, content_type="text/plain; charset=utf-8")
