"""What every page needs around it: the person's language and zone, security headers, errors in words."""

from collections.abc import Callable
from typing import Any

import brotli
from allauth.core.exceptions import ReauthenticationRequired
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers

from trailhouse.accounts.models import Account
from trailhouse.core import settings as core_settings
from trailhouse.core.errors import UserError
from trailhouse.dashboard import views_errors
from trailhouse.dashboard.reauthentication import ask_first

View = Callable[[HttpRequest], HttpResponseBase]

# Everything from our own origin, nothing inline. Trusted Types break htmx 2 and are left out.
CSP = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
# Forms that lead on to where cards are left and payments confirmed: a browser checks the redirect as well.
PAYMENT_PAGES = ("https://checkout.stripe.com", "https://hooks.stripe.com")
EMBEDDABLE_CSP = CSP.replace("frame-ancestors 'none'", "frame-ancestors *")
HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cache-Control": "private, no-store",
}
SMALLEST_TO_COMPRESS = 600  # bytes
TEXTS = ("text/", "application/json")
HSTS = "max-age=31536000"


def security_headers(get_response: View) -> View:
    """Put the security headers on every answer that has not set its own; private pages are never kept by a cache."""

    headers = HEADERS | {"Content-Security-Policy": _policy()}

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        for name, value in headers.items():
            if name == "X-Frame-Options" and response.headers.get("Content-Security-Policy") == EMBEDDABLE_CSP:
                continue
            response.headers.setdefault(name, value)
        if settings.SESSION_COOKIE_SECURE:
            response.headers.setdefault("Strict-Transport-Security", HSTS)
        return response

    return middleware


def _policy() -> str:
    """The policy of pages; where payment by card is set up, their forms may lead there."""
    own = core_settings.settings()
    if not own.stripe_key:
        return CSP
    elsewhere = [] if own.stripe_url == core_settings.STRIPE else [own.stripe_url]  # a double serves its pages itself
    return CSP.replace("form-action 'self'", " ".join(["form-action 'self'", *PAYMENT_PAGES, *elsewhere]))


def compress(get_response: View) -> View:
    """Send pages and data compressed (brotli at a quality that costs less than sending more bytes would).

    What a page repeats of a request cannot be guessed from its size: the only secret in it, the CSRF token, is masked
    anew in each answer.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if not isinstance(response, HttpResponse) or response.has_header("Content-Encoding"):
            return response
        if len(response.content) < SMALLEST_TO_COMPRESS or not response.get("Content-Type", "").startswith(TEXTS):
            return response
        patch_vary_headers(response, ["Accept-Encoding"])
        if "br" in request.headers.get("Accept-Encoding", ""):
            response.content = brotli.compress(response.content, quality=4)
            response.headers["Content-Encoding"] = "br"
            response.headers["Content-Length"] = str(len(response.content))
        return response

    return middleware


class PersonMiddleware:
    """Speaks the person's language, and renders every UserError that a page raises, in one place."""

    def __init__(self, get_response: View) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer in the language and the zone that the person chose, where they chose one."""
        user = request.user
        if user.is_authenticated:
            if user.language:
                translation.activate(user.language)
                request.LANGUAGE_CODE = translation.get_language() or settings.LANGUAGE_CODE
            with timezone.override(user.timezone or None):
                return self._answer(request)
        return self._answer(request)

    def _answer(self, request: HttpRequest) -> HttpResponseBase:
        answer = self._get_response(request)
        # Django's and the API's own answer is a bare one, and no handler is asked.
        is_bare = isinstance(answer, HttpResponseNotAllowed)
        return views_errors.wrong_method(request, answer.headers["Allow"]) if is_bare else answer

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: dict[str, Any]) -> None:
        """Whoever chose no zone reads the pages of an account in the account's, until the `override` above ends."""
        user = request.user
        if "number" in kwargs and user.is_authenticated and not user.timezone:
            zone = Account.objects.filter(pk=kwargs["number"]).values_list("timezone", flat=True).first()
            if zone:
                timezone.activate(zone)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """The page of a UserError, and the one that asks again who it is.

        Anything else is Django's to answer, at last by `views_errors.server_error`.
        """
        if isinstance(error, ReauthenticationRequired):
            return ask_first(request)
        return views_errors.user_error(request, error) if isinstance(error, UserError) else None
