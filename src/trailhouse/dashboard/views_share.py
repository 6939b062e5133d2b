"""Shared pages: a site's reports for whoever has the link, read-only and without a sign-in."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from trailhouse.core.errors import UserError
from trailhouse.dashboard import views_errors, views_overview
from trailhouse.dashboard.hosts import at_host
from trailhouse.dashboard.middleware import EMBEDDABLE_CSP
from trailhouse.dashboard.settings_actions import own_address
from trailhouse.sites import confining, sharing
from trailhouse.sites.access import Guest
from trailhouse.sites.models import SharedLink

COOKIE = "shared"
COOKIE_S = 12 * 3600
View = Callable[..., HttpResponseBase]


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def overview(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The overview behind a link, or the form for its password."""
    return _shown(request, slug, views_overview.overview)


def behind_link(view: View) -> View:
    """The page of a site that `view` shows, for whoever has a link to it: read-only."""

    @require_GET
    @wraps(view)
    def shown(request: HttpRequest, slug: str, **parts: Any) -> HttpResponseBase:
        return _shown(request, slug, view, **parts)

    del shown.privilege  # type: ignore[attr-defined]  # of `view`; the test of all routes tells them apart
    shown.shared = True  # type: ignore[attr-defined]
    return shown


def _shown(request: HttpRequest, slug: str, view: View, **parts: Any) -> HttpResponseBase:
    """What `view` shows to a guest. Raises Http404 alike where there is no such link and where it has expired."""
    found = sharing.guest_of(slug)
    if found is None:
        raise Http404
    guest, site, link = found
    if (there := at_host(request)) is not None and not confining.exists_at(there, site):
        raise Http404
    request.shown_site = site  # type: ignore[attr-defined]  # whose look the page has, that of the password as well
    request.user = AnonymousUser()  # who is signed in here sees what everybody sees
    if link is not None and not sharing.proves(link, request.COOKIES.get(COOKIE, "")):
        return _ask(request, link)
    if request.method == "POST":
        return HttpResponseNotAllowed(["GET"]) if link is None or not link.password else redirect(request.path)
    request.guest = guest  # type: ignore[attr-defined]  # read by sites.access.viewer
    try:
        response = view(request, key=site.key, **parts)
    except UserError as error:
        response = views_errors.user_error(request, error)  # within the frame that embeds the page as well
    return _framed(response, guest)


def _framed(response: HttpResponseBase, guest: Guest) -> HttpResponseBase:
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"  # files cannot say it otherwise
    if guest.embed:
        response.headers["Content-Security-Policy"] = EMBEDDABLE_CSP
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def _ask(request: HttpRequest, link: SharedLink) -> HttpResponse:
    """The form for the password, which leads on to the page that was wanted; it tells nothing of the site."""
    here = reverse("shared_overview", args=[link.slug])
    wanted = _wanted(request, here)
    context = {"here": here, "wanted": wanted}
    if request.method != "POST":
        return render(request, "share/password.html", context, status=403 if "HX-Request" in request.headers else 200)
    try:
        sharing.give_password(link, request.POST.get("password", ""), address=own_address(request))
    except UserError as error:
        return render(request, "share/password.html", context | {"error": error}, status=error.status)
    response = redirect(wanted)
    response.set_cookie(
        COOKIE,
        sharing.proof(link),
        max_age=COOKIE_S,
        path=here,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


def _wanted(request: HttpRequest, here: str) -> str:
    """The page behind the link that somebody wants to see, with its query; the link's first one where it is none."""
    path = request.POST.get("wanted", here) if request.method == "POST" else request.get_full_path()
    within = path == here or path.startswith((f"{here}/", f"{here}?"))
    return path if within and path.isascii() and path.isprintable() else here
