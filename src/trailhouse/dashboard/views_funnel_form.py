"""Making, changing and removing a funnel."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from trailhouse.accounts.models import User
from trailhouse.core.errors import UserError
from trailhouse.dashboard import error_texts
from trailhouse.dashboard import forms_funnels as forms
from trailhouse.dashboard.forms_funnels import Draft
from trailhouse.dashboard.views_funnels import funnel_of
from trailhouse.sites import funnels as services
from trailhouse.sites.access import Privilege, site_access
from trailhouse.sites.models import Funnel, Privacy, Section, Site


@require_http_methods(["GET", "POST"])
@site_access(Privilege.CHANGE_SITE, Section.EVENTS)
def add(request: HttpRequest, site: Site) -> HttpResponse:
    """The form of a new funnel."""
    if request.method != "POST":
        return _form(request, site, Draft())
    return _posted(request, site, None)


@require_http_methods(["GET", "POST"])
@site_access(Privilege.CHANGE_SITE, Section.EVENTS)
def change(request: HttpRequest, site: Site, funnel: int) -> HttpResponse:
    """The form of a funnel, and the button that removes it. Raises Http404 alike for another site's and none."""
    one = funnel_of(site, funnel)
    if request.method != "POST":
        return _form(request, site, forms.draft_of(one), one)
    if request.POST.get("do") == "remove":
        services.remove(one, by=_by(request))
        messages.success(request, _("The funnel was removed."))
        return redirect("funnels", site.key)
    return _posted(request, site, one)


def _posted(request: HttpRequest, site: Site, one: Funnel | None) -> HttpResponse:
    draft, button = forms.read(request.POST), request.POST.get("do", "")
    if (moved := forms.pressed(draft, button)) is not None:
        return _form(request, site, moved, one)
    if button != "save":
        raise UserError("unknown_action", _("This button is not known."), _("Reload the page, try again."))
    try:
        if one is None:
            one = services.add(site, draft.text(), by=_by(request))
        else:
            services.change(one, draft.text(), by=_by(request))
    except UserError as error:
        return _form(request, site, draft, one, " ".join(error_texts.words(error)).strip())
    messages.success(request, _("The funnel was saved."))
    return redirect("funnel", site.key, one.pk)


def _form(request: HttpRequest, site: Site, draft: Draft, one: Funnel | None = None, error: str = "") -> HttpResponse:
    context = {
        "site": site,
        "nav": "funnels",
        "funnel": one,
        "draft": draft,
        "error": error,
        "kinds": forms.KINDS,
        "days": forms.DAYS,
        "goals": [(f"{forms.GOAL}{goal.pk}", goal.name) for goal in site.goals.all()],
        "recognised": site.privacy == Privacy.RECOGNISED,
    }
    return render(request, "funnels/form.html", context, status=422 if error else 200)


def _by(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # site_access requires a sign-in
    return request.user
