"""The way back for whoever lost phone, passkey and recovery codes: asking, waiting, and the link that stops it."""

from allauth.account.stages import LoginStageController
from allauth.core import ratelimit
from allauth.mfa.stages import AuthenticateStage
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from trailhouse.accounts import codes, second_step
from trailhouse.accounts.models import User
from trailhouse.core.errors import UserError
from trailhouse.core.settings import settings
from trailhouse.dashboard.forms import ready
from trailhouse.dashboard.forms_profile import TypedCodeForm
from trailhouse.dashboard.looking import look
from trailhouse.dashboard.views_profile import me, own
from trailhouse.dashboard.views_sign_in import too_many_tries
from trailhouse.outbox import sending

LOST = "second_step"


def _at_second_step(request: HttpRequest) -> User | None:
    """Who has passed the first step in this browser, and is asked for the second."""
    stage = LoginStageController.enter(request, AuthenticateStage.key)
    user = stage.login.user if stage else None
    return user if isinstance(user, User) and second_step.has_one(user) else None


@require_http_methods(["GET", "POST"])
def lost(request: HttpRequest) -> HttpResponseBase:
    """Ask to have the second step taken off: a press sends a code, the code begins the wait."""
    user = _at_second_step(request)
    if user is None:
        return redirect("account_login")
    form = TypedCodeForm(request.POST if "code" in request.POST else None)
    asked = second_step.waiting(user)
    if request.method == "POST" and asked is None and sending.is_configured():
        if not form.is_bound:
            return _send_code(request, user)
        if refusal := too_many_tries(request):
            return refusal
        if form.is_valid() and _is_right(request, user, form):
            asked = second_step.ask(user)
    context = {
        "form": ready(form),
        "asked": asked,
        "sent": codes.waiting(request.session, LOST),
        "email": user.email,
        "hours": settings().second_step_hours,
        "can_mail": sending.is_configured(),
        "support": look(request).support,
    }
    return render(request, "sign_in/lost.html", context, status=422 if form.errors else 200)


def _send_code(request: HttpRequest, user: User) -> HttpResponseBase:
    refusal: HttpResponseBase | None = ratelimit.consume_or_429(request, action="request_login_code", key=user.email)
    if refusal:
        return refusal
    codes.begin(request.session, LOST, {"user": user.pk}, second_step.ask_for_code(user))
    return redirect("second_step_lost")


def _is_right(request: HttpRequest, user: User, form: TypedCodeForm) -> bool:
    try:
        values = codes.use(request.session, LOST, form.cleaned_data["code"])
        if values["user"] != user.pk:  # somebody else signed in meanwhile
            raise codes.void()
    except UserError as error:
        form.add_error("code", f"{error.message} {error.hint}")
        return False
    return True


@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """Leave the second step as it is, by the link of a mail: a button, for scanners of mail press none."""
    asked = second_step.to_stop(token)
    if request.method == "POST":
        second_step.stop(asked)
    context = {"asked": asked, "stopped": request.method == "POST"}
    return render(request, "sign_in/stop_second_step.html", context)


@require_POST
@own()
def keep(request: HttpRequest) -> HttpResponse:
    """The same, for whoever is signed in."""
    asked = second_step.waiting(me(request))
    if asked is not None:
        second_step.stop(asked)
        messages.success(request, _("The second step stays."))
    return redirect("profile_security")
