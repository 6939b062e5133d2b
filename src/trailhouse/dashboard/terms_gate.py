"""Owners of accounts are asked to accept new terms: once a session while there is time, then at every page."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from trailhouse.accounts import terms
from trailhouse.accounts.models import User
from trailhouse.accounts.terms import Asked
from trailhouse.core.errors import UserError
from trailhouse.core.settings import settings
from trailhouse.dashboard import views_errors
from trailhouse.dashboard.hosts import at_host
from trailhouse.dashboard.middleware import View

SHOWN = "terms_shown"  # in the session: the version that was put off
# What stays open to somebody who does not accept: reading the terms, oneself, leaving, and closing the account.
OPEN = frozenset(
    {"terms", "terms_accept", "terms_later", "static", "sign_out", "account_logout", "set_up", "enter", "invitation"}
)
OPEN |= {"account_settings", "account_close", "account_hand_over", "account_withdraw", "handover", "site_offer_accept"}
OPEN |= {"account_reauthenticate", "mfa_reauthenticate", "mfa_reauthenticate_webauthn", "confirm_by_code"}
OPEN |= {"second_step_stop", "view_as_stop", "audit", "audit_csv"}
OWN = ("profile", "mfa_", "account_change", "account_set", "end_")  # how the names of one's own pages begin


class TermsGate:
    """Leads an owner to the page of new terms; whoever owns nothing never sees it."""

    def __init__(self, get_response: View) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> Any:
        """Answer."""
        return self._get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """A redirect to the terms where they come first."""
        if not isinstance(request.user, User) or request.resolver_match is None:
            return None
        if request.viewed_by is not None:  # type: ignore[attr-defined]  # it began on a page that was open to them
            return None
        name = request.resolver_match.view_name or ""
        if name in OPEN or name.startswith(OWN):
            return None
        asked = terms.asked_of(request.user)
        if asked is None or not _comes_first(request, asked):
            return None
        if at_host(request) is not None:  # the terms are between the account and the operator: not read here
            return views_errors.user_error(request, _not_here()) if asked.is_over else None
        address = f"{reverse('terms_accept')}?{urlencode({'next': _back_to(request)})}"
        if request.headers.get("HX-Request"):  # a fragment: the whole page goes there
            return HttpResponse(headers={"HX-Redirect": address})
        return redirect(address)


def _not_here() -> UserError:
    """What an owner reads at the host of a brand; nobody else is asked for terms."""
    return UserError(
        "terms_wait",
        _("New terms wait for your answer."),
        _("Sign in at %(address)s to read them.") % {"address": settings().url},
        status=403,
    )


def _comes_first(request: HttpRequest, asked: Asked) -> bool:
    if asked.is_over:
        return True
    whole_page = request.method == "GET" and not request.headers.get("HX-Request")
    return whole_page and request.session.get(SHOWN) != asked.terms.pk


def _back_to(request: HttpRequest) -> str:
    return request.get_full_path() if request.method == "GET" and not request.headers.get("HX-Request") else "/"


def put_off(request: HttpRequest, asked: Asked) -> None:
    """Ask no more in this session, as long as there is time."""
    request.session[SHOWN] = asked.terms.pk
