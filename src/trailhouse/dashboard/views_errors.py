"""The pages for what went wrong: what happened and what to do."""

import logging
import secrets
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from trailhouse.core.errors import UserError
from trailhouse.dashboard import error_texts, views_locked

log = logging.getLogger(__name__)

API = "/api/"


def user_error(request: HttpRequest, error: UserError) -> HttpResponse:
    """The answer to a UserError: a page, or JSON under the API's path."""
    if error.code == "site_locked" and not request.path.startswith(API):
        return views_locked.locked(request)
    message, hint = (error.message, error.hint) if request.path.startswith(API) else error_texts.words(error)
    return _answer(request, error.status, message, hint, error.code)


def _answer(request: HttpRequest, status: int, message: str, hint: str, code: str) -> HttpResponse:
    if request.path.startswith(API):
        return JsonResponse({"error": f"{message} {hint}".strip(), "code": code}, status=status)
    context = {"status": status, "message": message, "hint": hint}
    return render(request, "errors/error.html", context, status=status)


def not_found(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """404, also for what is not yours."""
    return _answer(
        request, 404, _("There is nothing here."), _("Check the address, or begin at your sites."), "not_found"
    )


def not_allowed(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """403."""
    return _answer(request, 403, _("This is not open to you."), _("Ask the administrator."), "not_allowed")


def wrong_method(request: HttpRequest, allowed: str) -> HttpResponse:
    """405: the address is there and takes other methods, such as "GET, HEAD"."""
    if request.path.startswith(API):
        message, hint = f"{request.method} is not possible at this address.", f"Possible here: {allowed}."
    else:
        message = _("This address is not a page.")
        hint = _("A button or a form leads here, not the address alone. Go back and use that.")
    answer = _answer(request, 405, message, hint, "wrong_method")
    answer.headers["Allow"] = allowed
    return answer


def wrong_request(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """400, such as an unknown Host header: plain, since nothing of the request can be trusted."""
    return HttpResponse("Bad request\n", status=400, content_type="text/plain; charset=utf-8")


def server_error(request: HttpRequest) -> HttpResponse:
    """500: a bug. It is logged under the number that the page shows; the path is not, it may carry a token."""
    reference = secrets.token_hex(4)
    log.exception("bug %s in %s", reference, request.resolver_match and request.resolver_match.view_name)
    message = _("Something went wrong here.")
    hint = _("It has been noted under the number %(reference)s. Try again in a moment.") % {"reference": reference}
    try:
        return _answer(request, 500, message, hint, "bug")
    except Exception:  # the page's frame may be what is broken
        return HttpResponse(f"{message} {hint}\n", status=500, content_type="text/plain; charset=utf-8")


def form_is_stale(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The answer where the form's CSRF token does not fit."""
    return _answer(
        request,
        403,
        _("This form has expired or was sent from elsewhere."),
        _("Go back, reload the page and send it again. Cookies must be allowed."),
        "stale_form",
    )
