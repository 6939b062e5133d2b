"""Whose look an answer has: that of the host it was asked at, else that of its reader.

`request.look` is worked out when it is first asked for, which is where a page is rendered: by then it is known who
looks, and at which site.
"""

from functools import partial

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.functional import SimpleLazyObject

from trailhouse.accounts.models import User
from trailhouse.branding import looks, serving
from trailhouse.branding.looks import Look
from trailhouse.dashboard.middleware import View
from trailhouse.sites import looks as site_looks


class Looking:
    """Sets `request.look`; the first of all, so that whatever goes wrong later has a look as well."""

    def __init__(self, get_response: View) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer in the look of the reader."""
        request.look = SimpleLazyObject(partial(_look_of, request))  # type: ignore[attr-defined]
        with serving.answering(request):
            return self._get_response(request)


def look(request: HttpRequest) -> Look:
    """The look of the answer to `request`."""
    found: Look = request.look  # type: ignore[attr-defined]
    return found


def wear(request: HttpRequest, worn: Look) -> None:
    """Have the answer wear `worn`, but on a brand's host, which has its own: of who is known by a link alone."""
    if serving.brand_of(request) is None:
        request.look = worn  # type: ignore[attr-defined]


def _look_of(request: HttpRequest) -> Look:
    brand = serving.brand_of(request)
    if brand is not None:
        return looks.of_brand(brand)
    site = getattr(request, "shown_site", None)
    user = getattr(request, "user", None)
    if isinstance(user, User):
        return site_looks.of_reader(user, site)
    return site_looks.of_site(site) if site is not None else looks.of_instance()
