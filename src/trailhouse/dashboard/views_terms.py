"""The page of new terms: what is new, and the button that accepts them."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from trailhouse.accounts import terms
from trailhouse.core.errors import UserError
from trailhouse.dashboard import terms_gate
from trailhouse.dashboard.views_profile import me


@require_http_methods(["GET", "POST"])
@login_required
def accept(request: HttpRequest) -> HttpResponse:
    """Show the new terms; accept the version that was shown."""
    asked = terms.asked_of(me(request))
    if asked is None:
        return redirect(_next(request))
    if request.method == "POST":
        if request.POST.get("version") != asked.terms.version:  # a newer one was published while this one was read
            raise UserError(
                "other_terms",
                _("Newer terms were published meanwhile."),
                _("Open the page again, and read those."),
                status=409,
            )
        terms.accept(asked.terms, me(request))
        messages.success(request, _("You have accepted the terms. They stand in the settings of the account."))
        return redirect(_next(request))
    before = terms.last_accepted(asked.accounts[0])
    context = {
        "asked": asked,
        "before": before,
        "paragraphs": terms.changes(before, asked.terms),
        "next": _next(request),
    }
    return render(request, "terms/accept.html", context)


@require_POST
@login_required
def later(request: HttpRequest) -> HttpResponse:
    """Go on without accepting, while there is time."""
    asked = terms.asked_of(me(request))
    if asked is not None and not asked.is_over:
        terms_gate.put_off(request, asked)
    return redirect(_next(request))


def _next(request: HttpRequest) -> str:
    """The page that was asked for, if it is one of ours."""
    address = request.POST.get("next") or request.GET.get("next") or "/"
    return address if url_has_allowed_host_and_scheme(address, allowed_hosts=None) else "/"
