"""The pages of people: who has access to an account or a site, and who is invited."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from trailhouse.accounts.models import Account, User
from trailhouse.core.errors import UserError
from trailhouse.dashboard import people_rows
from trailhouse.dashboard.forms import ready
from trailhouse.dashboard.forms_people import InviteForm, access_form
from trailhouse.dashboard.people_rows import Place
from trailhouse.sites import invitations, roles
from trailhouse.sites.access import Privilege, View, account_access, site_access
from trailhouse.sites.invitations import NewInvitation
from trailhouse.sites.models import Invitation, Membership, Site

PAGE = 100
FIELDS = {"wrong_email": "email", "has_role": "email"}


def reader(request: HttpRequest) -> User:
    """Who asks; the view requires a sign-in."""
    assert isinstance(request.user, User)
    return request.user


def both(view: Callable[..., HttpResponse], *methods: str) -> tuple[View, View]:
    """`view` of a Place as the page of an account and as that of a site, for those who may invite people there."""

    @wraps(view)
    def at_account(request: HttpRequest, account: Account, **numbers: int) -> HttpResponse:
        return view(request, Place(account), **numbers)

    @wraps(view)
    def at_site(request: HttpRequest, site: Site, **numbers: int) -> HttpResponse:
        return view(request, Place(site.account, site=site), **numbers)

    allow = require_http_methods(methods)
    return allow(account_access(Privilege.INVITE)(at_account)), allow(site_access(Privilege.INVITE)(at_site))


def _list(request: HttpRequest, place: Place) -> HttpResponse:
    """Everybody who has access to something here; inviting one more."""
    form, link = invite(request, place)
    context = list_context(request, place) | {"form": form, "link": link}
    return render(request, "people/list.html", context, status=422 if form.errors else 200)


def invite(request: HttpRequest, place: Place) -> tuple[Any, dict[str, Any] | None]:
    """The form, empty or with what is wrong, and once somebody was invited what is said of their link."""
    powers = roles.powers_of(reader(request), place.account)
    form = InviteForm(place, powers, request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return ready(form), None
    new = NewInvitation(form.cleaned_data["email"], form.grant())
    try:
        invitation, token = invitations.invite(place.account, reader(request), new)
    except UserError as error:
        form.add_error(FIELDS.get(error.code), f"{error.message} {error.hint}")
        return ready(form), None
    return ready(InviteForm(place, powers)), shown_link(invitation, token)


def shown_link(invitation: Invitation, token: str) -> dict[str, Any]:
    """What the page says of the link that was just made; it is not kept, so it is shown this once."""
    return {"email": invitation.email, "url": invitations.shown_link(invitation, token)}


def list_context(request: HttpRequest, place: Place) -> dict[str, Any]:
    """The lists of a page of people."""
    page = Paginator(place.memberships(), PAGE).get_page(request.GET.get("page"))
    who = reader(request)
    return {
        "place": place,
        "account": place.account,
        "nav": "site_people" if place.site else "people",
        "owner": None if place.client else place.account.owner,
        "page": page,
        "rows": people_rows.people(place, who, page),
        "invited": people_rows.invited(place, who),
    } | ({"site": place.site} if place.site else {})


# -- one of them


def member_of(request: HttpRequest, place: Place, member: int) -> Membership:
    """The membership of this number. Raises Http404 alike for an unknown one and for one that they may not change."""
    one = place.memberships().filter(pk=member).first()
    if one is None or not roles.may_change(reader(request), one):
        raise Http404
    return one


def _person(request: HttpRequest, place: Place, member: int) -> HttpResponse:
    """Change what somebody may do here."""
    one = member_of(request, place, member)
    form = access_form(one, roles.powers_of(reader(request), place.account), request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            roles.change_role(one, by=reader(request), **form.values())
        except UserError as error:
            form.add_error(None, f"{error.message} {error.hint}")
        else:
            messages.success(request, _("The access of %(person)s was changed.") % {"person": one.user})
            return redirect(_back(place, one))
    (row,) = people_rows.people(place, reader(request), [one])
    context = {
        "place": place,
        "account": place.account,
        "nav": "site_people" if place.site else "people",
        "one": one,
        "row": row,
        "form": ready(form),
        "remove": place.url("person_remove", one.pk),
        "back": _back(place, one),
    } | ({"site": place.site} if place.site else {})
    return render(request, "people/person.html", context, status=422 if form.errors else 200)


def _back(place: Place, one: Membership) -> str:
    return place.page if place.site else Place(place.account, client=one.client).page


def _remove(request: HttpRequest, place: Place, member: int) -> HttpResponse:
    """Take somebody's role away."""
    one = member_of(request, place, member)
    back = _back(place, one)
    roles.remove(one, by=reader(request))
    messages.success(request, _("%(person)s no longer has this access.") % {"person": one.user})
    return redirect(back)


# -- invitations


def _invitation(request: HttpRequest, place: Place, number: int) -> Invitation:
    one = place.invitations().filter(pk=number).first()
    if one is None or not invitations.may_manage(reader(request), one):
        raise Http404
    return one


def _resend(request: HttpRequest, place: Place, invitation: int) -> HttpResponse:
    """Send an invitation again, with a new link."""
    one = _invitation(request, place, invitation)
    link = shown_link(one, invitations.resend(one, by=reader(request)))
    form = ready(InviteForm(place, roles.powers_of(reader(request), place.account)))
    return render(request, "people/list.html", list_context(request, place) | {"form": form, "link": link})


def _revoke(request: HttpRequest, place: Place, invitation: int) -> HttpResponse:
    """Take an invitation back."""
    one = _invitation(request, place, invitation)
    invitations.revoke(one, by=reader(request))
    messages.success(request, _("The invitation of %(email)s was taken back.") % {"email": one.email})
    return redirect(Place(place.account, client=None if place.site else one.client, site=place.site).page)


# -- the pages

people, site_people = both(_list, "GET", "POST")
person, site_person = both(_person, "GET", "POST")
person_remove, site_person_remove = both(_remove, "POST")
invitation_resend, site_invitation_resend = both(_resend, "POST")
invitation_revoke, site_invitation_revoke = both(_revoke, "POST")
