"""The page of a site's script: the wait for the first visit, the check, the guides, and the mails again."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from trailhouse.accounts.models import User
from trailhouse.branding.domain_check import text_of
from trailhouse.core.errors import UserError
from trailhouse.dashboard import check_texts
from trailhouse.dashboard.first_visit import state_of
from trailhouse.dashboard.forms import ready
from trailhouse.dashboard.forms_adding import SendForm
from trailhouse.dashboard.guides import GUIDES, script_of
from trailhouse.outbox import sending
from trailhouse.outbox.models import Mail
from trailhouse.sites import checking, notices, proving
from trailhouse.sites.access import Privilege, allowed, site_access
from trailhouse.sites.models import Site


@require_GET
@site_access(Privilege.VIEW_STATS, narrows=True)
def script(request: HttpRequest, site: Site) -> HttpResponse:
    """The script of a site, and whether its first visit has come."""
    return _page(request, site)


@require_GET
@site_access(Privilege.VIEW_STATS, narrows=True)
def script_state(request: HttpRequest, site: Site) -> HttpResponse:
    """The part of the script's page that turns when the first visit comes."""
    return render(request, "sites/script.html#state", _state(request, site))


@require_http_methods(["GET", "POST"])
@site_access(Privilege.CHANGE_SITE)
def check(request: HttpRequest, site: Site) -> HttpResponse:
    """Look at the site's page and say what there is of its script."""
    if request.method != "POST":
        return redirect("site_script", key=site.key)
    try:
        report = proving.check_page(site)
        found = {"report": report, "said": check_texts.words(report)}
    except UserError as error:
        found = {"refused": f"{error.message} {error.hint}"}
    if getattr(request, "htmx", False):
        return render(request, "sites/script.html#check", _about(request, site) | found)
    return _page(request, site, found)


@require_http_methods(["GET", "POST"])
@site_access(Privilege.CHANGE_SITE)
def send(request: HttpRequest, site: Site) -> HttpResponse:
    """Send one of the mails about the site to an address."""
    if request.method != "POST":
        return redirect("site_script", key=site.key)
    form = SendForm(request.POST, both=_may_tell_all(request, site))
    if form.is_valid():
        try:
            mail = notices.send_again(site, form.cleaned_data["mail"], form.cleaned_data["to"], by=_person(request))
        except UserError as error:
            form.add_error("to", f"{error.message} {error.hint}")
        else:
            messages.success(request, _told_of(mail))
            return redirect("site_script", key=site.key)
    return _page(request, site, {"form": ready(form)}, status=422)


def _told_of(mail: Mail) -> str:
    if sending.is_configured():
        return _("The mail to %(to)s is on its way.") % {"to": mail.to}
    return _("No mail is sent here. The one to %(to)s is kept under Mail: pass it on by hand.") % {"to": mail.to}


@require_GET
@site_access(Privilege.VIEW_STATS, narrows=True)
def guide(request: HttpRequest, site: Site, platform: str) -> HttpResponse:
    """How the script is put into the sites of one platform."""
    chosen = GUIDES.get(platform)
    if chosen is None:
        raise Http404
    code = chosen.code(script_of(site))
    context = {
        "nav": "script", "guide": chosen, "platform": platform, "guides": GUIDES, "code": code,
        **_state(request, site),
    }  # fmt: skip
    return render(request, "adding/guide.html", context)


def _page(request: HttpRequest, site: Site, more: dict[str, Any] | None = None, status: int = 200) -> HttpResponse:
    context = _about(request, site) | {
        **_state(request, site),
        "snippet": script_of(site).snippet,
        "nav": "script",
        "guides": GUIDES,
        "trial": notices.trial_of(site) if allowed(request.user, site, Privilege.ADD_SITE) else None,
        "form": ready(SendForm(both=_may_tell_all(request, site))),
    }
    return render(request, "sites/script.html", context | (more or {}), status=status)


def _about(request: HttpRequest, site: Site) -> dict[str, Any]:
    """What the part with the check needs."""
    return {
        "site": site,
        "may_change": allowed(request.user, site, Privilege.CHANGE_SITE),
        "meta": checking.META,
        "file": checking.FILE,
        "token": proving.token_of(site),
        "record": checking.record_name(site.domain),
        "record_text": text_of(proving.token_of(site)),
        "proof": _proof(site),
    }


def _proof(site: Site) -> Mapping[str, object]:
    """Since when the domain is proved at all, and by more than a visit, as of now: a look may just have found it."""
    return Site.objects.values("proved_at", "shown_at").get(pk=site.pk)


def _may_tell_all(request: HttpRequest, site: Site) -> bool:
    return allowed(request.user, site, Privilege.ADD_SITE)


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # the view requires a sign-in
    return request.user


def _state(request: HttpRequest, site: Site) -> dict[str, Any]:
    """What the line needs that turns when the first visit comes.

    `by_domain`: whoever may change that is told that visits come and none has named the site by its key.
    """
    found = state_of(site)
    proof = _proof(site)
    may_change = allowed(request.user, site, Privilege.CHANGE_SITE)
    by_domain = found["seen"] and may_change and proof["proved_at"] is None
    return {"site": site, **found, "by_domain": by_domain, "proof": proof, "may_change": may_change}
