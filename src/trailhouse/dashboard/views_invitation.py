"""The page that an invited person opens."""

from django.conf import settings
from django.contrib import auth
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.http import urlencode
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from trailhouse.accounts.models import User
from trailhouse.accounts.services import NewPerson
from trailhouse.core.errors import UserError
from trailhouse.dashboard.forms import ready
from trailhouse.dashboard.forms_people import JoinForm
from trailhouse.dashboard.hosts import at_host
from trailhouse.dashboard.looking import look, wear
from trailhouse.sites import confining, invitations, looks
from trailhouse.sites.models import Invitation, Site

PAGE = "people/invitation.html"


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Take up an invitation: as the person who has its address, or as somebody new. Only a button uses it up."""
    user = request.user if isinstance(request.user, User) else None
    if (one := invitations.with_token(token)) is not None:
        wear(request, looks.of_invitation(one))
    try:
        found = invitations.open_invitation(token)
    except UserError:
        if user is not None and invitations.accepted_by(token, user):  # the link was clicked twice
            return redirect("home")
        raise
    if (there := at_host(request)) is not None and not confining.is_offered_at(there, found):
        raise Http404
    known = invitations.invited_person(found)
    if user is not None and user != known:
        return _page(request, found, "other", status=403)
    if known is None:
        return _join(request, found, token)
    if user is None:
        return _page(request, found, "sign_in", sign_in=_sign_in(request))
    if request.method == "POST":
        return _open(invitations.accept(token, user)[1])
    return _page(request, found, "accept")


def _join(request: HttpRequest, found: Invitation, token: str) -> HttpResponse:
    if found.client is not None and found.client.language and request.method != "POST":
        translation.activate(found.client.language)  # what they will read from now on
    form = JoinForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            user, site = invitations.accept(token, NewPerson(found.email, **form.cleaned_data))
        except UserError as error:
            form.add_error("password" if error.code == "weak_password" else None, f"{error.message} {error.hint}")
        else:
            auth.logout(request)
            auth.login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
            return _open(site)
    return _page(request, found, "join", form=ready(form), status=422 if form.errors else 200)


def _open(site: Site | None) -> HttpResponse:
    return redirect("overview", key=site.key) if site else redirect("home")


def _sign_in(request: HttpRequest) -> str:
    return f"{reverse('account_login')}?{urlencode({'next': request.path})}"


def _page(request: HttpRequest, found: Invitation, what: str, *, status: int = 200, **more: object) -> HttpResponse:
    grant = invitations.grant_in(found)
    worn = look(request)
    inviter = found.account.name if worn.is_operators else worn.name
    context = {"invitation": found, "inviter": inviter, "grant": grant, "what": what, **more}
    return render(request, PAGE, context, status=status)
