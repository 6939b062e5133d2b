"""The console's pages of people: finding one, what they have, and helping them."""

from typing import Any

from allauth.account.decorators import reauthentication_required
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from trailhouse.accounts import staffing
from trailhouse.accounts.models import Staff, User
from trailhouse.accounts.staff import StaffPrivilege, staff_may
from trailhouse.core import clock
from trailhouse.dashboard import console_rows
from trailhouse.dashboard.console_rows import state_of
from trailhouse.dashboard.forms import ready
from trailhouse.dashboard.forms_operator import StaffForm
from trailhouse.dashboard.people_rows import where
from trailhouse.dashboard.views_profile import me
from trailhouse.outbox import rendering
from trailhouse.outbox import selectors as outbox
from trailhouse.sites import console
from trailhouse.sites.access import staff_access
from trailhouse.sites.models import Invitation, Role
from trailhouse.sites.roles import grant_of

FEW = 10  # mails
changes = staff_access(StaffPrivilege.CHANGE_PEOPLE)


@require_GET
@staff_access(StaffPrivilege.VIEW_PEOPLE)
def people(request: HttpRequest) -> HttpResponse:
    """People of the whole instance, found by address or name."""
    text, staff_only = console_rows.text_of(request), request.GET.get("staff") == "1"
    page = console_rows.page_of(request, console.people(text, staff_only))
    context = {
        "nav": "operator_people",
        "page": page,
        "rows": page.object_list,
        "q": text,
        "staff_only": staff_only,
        "invited": _invited(text) if text else [],
        "filtered": bool(text or staff_only),
    }
    return render(request, "operator/people.html", context)


def _invited(text: str) -> list[tuple[Invitation, str, bool]]:
    """Invitations that nobody has accepted yet, with the role in words, and whether they have expired."""
    now = clock.now()
    found = console.invitations(text)[: console_rows.ROWS]
    return [(one, str(Role(one.role).label), one.expires_at <= now) for one in found]


def _found(number: int) -> User:
    found = User.objects.filter(pk=number).first() if number <= console.LARGEST_NUMBER else None
    if found is None:
        raise Http404
    return found


def _means(one: User) -> dict[str, Any]:
    """By what somebody signs in, without any of the secrets."""
    kinds = list(Authenticator.objects.filter(user=one).values_list("type", flat=True))
    return {
        "password": one.has_usable_password(),
        "passkeys": kinds.count(Authenticator.Type.WEBAUTHN),
        "app": Authenticator.Type.TOTP in kinds,
        "second_step": bool(kinds),
        "browsers": UserSession.objects.filter(user=one).count(),
    }


@require_GET
@staff_access(StaffPrivilege.VIEW_PEOPLE)
def person(request: HttpRequest, person: int) -> HttpResponse:
    """One person: accounts, roles, how they sign in."""
    one = _found(person)
    held = console.held_by(one)
    context: dict[str, Any] = {
        "nav": "operator_people",
        "one": one,
        "self": one.pk == me(request).pk,
        "means": _means(one),
        "accounts": [(account, state_of(account)) for account in held.accounts],
        "roles": [
            (role, Role(role.role).label, where(grant_of(role)), console.is_ended(role), state_of(role.account))
            for role in held.roles
        ],
        "invited": [row for row in _invited(one.email) if row[0].email == one.email],
    }
    if staff_may(me(request), StaffPrivilege.VIEW_MAIL):
        context["mails"] = [(mail, rendering.subject_of(mail)) for mail in outbox.mails_to(one.email)[:FEW]]
    return render(request, "operator/person.html", context)


@require_http_methods(["GET", "POST"])
@changes
@reauthentication_required  # type: ignore[untyped-decorator]
def staff(request: HttpRequest, person: int) -> HttpResponseBase:
    """Make somebody staff, or no staff any more."""
    one = _found(person)
    form = StaffForm(one, request.POST or None)
    if request.method == "POST" and form.is_valid():
        staffing.set_staff(one, Staff(form.cleaned_data["staff"]), by=me(request))
        messages.success(request, _("Saved."))
        return redirect("operator_person", person=one.pk)
    context = {"nav": "operator_people", "one": one, "form": ready(form)}
    return render(request, "operator/staff.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@changes
@reauthentication_required  # type: ignore[untyped-decorator]
def second_step(request: HttpRequest, person: int) -> HttpResponseBase:
    """Take the second step away from somebody who lost it, once the operator is sure that it is them."""
    one = _found(person)
    if request.method == "POST":
        staffing.take_second_step_away(one, by=me(request))
        messages.success(request, _("The second step is taken away. They get a mail."))
        return redirect("operator_person", person=one.pk)
    return render(request, "operator/second_step.html", {"nav": "operator_people", "one": one, "means": _means(one)})


@require_POST
@staff_access(StaffPrivilege.HELP_PEOPLE)
def sign_out(request: HttpRequest, person: int) -> HttpResponse:
    """Sign somebody out of all browsers."""
    staffing.sign_out_everywhere(_found(person), by=me(request))
    messages.success(request, _("They are signed out everywhere."))
    return redirect("operator_person", person=person)


@require_POST
@changes
def switch_off(request: HttpRequest, person: int) -> HttpResponse:
    """Let somebody in no more."""
    staffing.switch_off(_found(person), by=me(request))
    messages.success(request, _("They cannot sign in any more."))
    return redirect("operator_person", person=person)


@require_POST
@changes
def switch_on(request: HttpRequest, person: int) -> HttpResponse:
    """Let somebody in again."""
    staffing.switch_on(_found(person), by=me(request))
    messages.success(request, _("They can sign in again."))
    return redirect("operator_person", person=person)
