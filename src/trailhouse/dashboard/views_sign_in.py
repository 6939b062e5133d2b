"""Sign-in by mailed code, passkey and second step; the forgotten password; confirming that it is you."""

import json
from typing import Any

from allauth.account import views as account
from allauth.account.internal.flows.login import record_authentication
from allauth.account.internal.flows.reauthentication import resume_request
from allauth.core import ratelimit
from allauth.core.internal.ratelimit import consume
from allauth.mfa.base import views as mfa
from allauth.mfa.webauthn import views as webauthn
from django.contrib.auth.decorators import login_required
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from trailhouse.accounts import codes, person
from trailhouse.accounts.models import User
from trailhouse.core.errors import UserError
from trailhouse.dashboard import forms_sign_in as forms
from trailhouse.dashboard.forms import ready
from trailhouse.dashboard.forms_profile import TypedCodeForm
from trailhouse.outbox import sending


class Page:
    """What all pages around allauth's views share: our form, described, and whether mail works."""

    request: HttpRequest

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Allauth's context, made ready for our templates."""
        context: dict[str, Any] = super().get_context_data(**kwargs)  # type: ignore[misc]
        ready(context["form"])
        if "js_data" in context:
            context["passkey_options"] = as_json(next(iter(context["js_data"].values())))
        return context | {"can_mail": sending.is_configured()}


def as_json(question: Any) -> str:
    """What the browser is asked for a passkey, for an attribute of the page."""
    return json.dumps(question, cls=DjangoJSONEncoder)


class Limited:
    """Takes a mailed code: so many tries for one session, also where they come at once."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Count the try, then go on."""
        refusal: HttpResponseBase | None = too_many_tries(request)
        return refusal or super().dispatch(request, *args, **kwargs)  # type: ignore[misc]


def too_many_tries(request: HttpRequest) -> HttpResponseBase | None:
    """The answer to whoever types too many codes, or None."""
    key = request.session.session_key or "none"
    answer: HttpResponseBase | None = ratelimit.consume_or_429(request, action="type_code", key=key)
    return answer


class SignInByPasskey(webauthn.LoginWebAuthnView):  # type: ignore[misc]
    """Asks for a passkey, and takes it; each look begins a session, so looks are counted too."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Count it, then go on."""
        if not consume(request, app="allauth.account", action="passkey", limit_get=True):
            return ratelimit.respond_429(request)  # type: ignore[no-any-return]
        answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return answer


class RequestCode(Page, account.RequestLoginCodeView):  # type: ignore[misc]
    """Asks where to mail a code."""

    form_class = forms.RequestCodeForm
    template_name = "sign_in/request_code.html"


class TypeCode(Limited, Page, account.ConfirmLoginCodeView):  # type: ignore[misc]
    """Takes the code that signs in."""

    form_class = forms.CodeForm
    template_name = "sign_in/type_code.html"


class Reset(Page, account.PasswordResetView):  # type: ignore[misc]
    """Asks whose password is forgotten."""

    form_class = forms.ResetForm
    template_name = "sign_in/reset.html"


class ResetCode(Limited, Page, account.ConfirmPasswordResetCodeView):  # type: ignore[misc]
    """Takes the code that allows a new password."""

    form_class = forms.ResetCodeForm
    template_name = "sign_in/type_code.html"


class NewPassword(Page, account.CompletePasswordResetView):  # type: ignore[misc]
    """Takes the new password and signs in."""

    form_class = forms.NewPasswordForm
    template_name = "sign_in/new_password.html"


class SecondStep(Page, mfa.AuthenticateView):  # type: ignore[misc]
    """Asks for the second step: a code or a passkey."""

    form_class = forms.SecondStepForm
    template_name = "sign_in/second_step.html"


class ConfirmByPassword(Page, account.ReauthenticateView):  # type: ignore[misc]
    """Asks for the password again."""

    form_class = forms.ConfirmPasswordForm
    template_name = "sign_in/confirm.html"


class ConfirmBySecondStep(Page, mfa.ReauthenticateView):  # type: ignore[misc]
    """Asks for a code of the app again."""

    form_class = forms.ConfirmSecondStepForm
    template_name = "sign_in/confirm.html"


class ConfirmByPasskey(Page, webauthn.ReauthenticateWebAuthnView):  # type: ignore[misc]
    """Asks for a passkey again."""

    template_name = "sign_in/confirm_by_passkey.html"


CONFIRM = "confirm"


@login_required
@require_http_methods(["GET", "POST"])
def confirm_by_code(request: HttpRequest) -> HttpResponseBase:
    """Confirm by a mailed code, for those who have neither password nor second step; the code is sent on a press."""
    assert isinstance(request.user, User)
    form = TypedCodeForm(request.POST if "code" in request.POST else None)
    if request.method == "POST" and "code" not in request.POST:
        refusal: HttpResponseBase | None = ratelimit.consume_or_429(request, action="mail_code")
        if refusal:
            return refusal
        codes.begin(request.session, CONFIRM, {"user": request.user.pk}, person.ask_to_confirm(request.user))
        return redirect(request.get_full_path())
    if form.is_bound and form.is_valid():
        if refusal := too_many_tries(request):
            return refusal
        try:
            codes.use(request.session, CONFIRM, form.cleaned_data["code"])
        except UserError as error:
            form.add_error("code", f"{error.message} {error.hint}")
        else:
            record_authentication(request, request.user, method="code", reauthenticated=True)
            return resume_request(request) or redirect("profile_security")
    context = {"form": ready(form), "sent": codes.waiting(request.session, CONFIRM), "email": request.user.email}
    return render(request, "sign_in/confirm_by_code.html", context, status=422 if form.errors else 200)


@require_GET
def inactive(request: HttpRequest) -> HttpResponse:
    """Says that this person may no longer sign in."""
    raise UserError("inactive", _("This sign-in has been closed."), _("Write to whoever gave it to you."), status=403)
