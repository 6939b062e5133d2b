"""One's own profile and security: name, address, password, passkeys, authenticator app, recovery codes, browsers."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account import views as account
from allauth.account.decorators import reauthentication_required
from allauth.core import ratelimit
from allauth.mfa import app_settings as mfa_settings
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from allauth.mfa.webauthn.internal import auth as webauthn_auth
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from trailhouse.accounts import app_codes, codes, person, second_step, sessions
from trailhouse.accounts.browsers import browser_name
from trailhouse.accounts.models import User
from trailhouse.core.errors import UserError
from trailhouse.dashboard import forms_sign_in as forms
from trailhouse.dashboard.forms import ready
from trailhouse.dashboard.forms_profile import NewEmailForm, PersonForm, TypedCodeForm
from trailhouse.dashboard.views_sign_in import Page, as_json, too_many_tries
from trailhouse.outbox import sending

View = Callable[..., HttpResponseBase]
NEW_EMAIL = "new_email"


def own(*, confirmed: bool = False) -> Callable[[View], View]:
    """Decorate a view that changes one's own sign-in: signed in, not shared, and `confirmed` to be you lately."""

    def decorate(view: View) -> View:
        inner = reauthentication_required(view) if confirmed else view

        @wraps(view)
        @login_required
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            person.refuse_shared(me(request))
            answer: HttpResponseBase = inner(request, *args, **kwargs)
            return answer

        return guarded

    return decorate


def me(request: HttpRequest) -> User:
    """Who is signed in; the view requires somebody to be."""
    assert isinstance(request.user, User)
    return request.user


@require_http_methods(["GET", "POST"])
@login_required
def profile(request: HttpRequest) -> HttpResponse:
    """Name, language and time zone; the way to another address."""
    form = PersonForm(me(request), request.POST or None)
    if request.method == "POST" and form.is_valid():
        person.change_person(me(request), **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("profile")
    context = {
        "form": ready(form),
        "email_form": ready(NewEmailForm(prefix="new")),
        "can_mail": sending.is_configured(),
    }
    return render(request, "profile/profile.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@own(confirmed=True)
def email(request: HttpRequest) -> HttpResponseBase:
    """Ask for another address; a code is mailed to it."""
    form = NewEmailForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        refusal: HttpResponseBase | None = ratelimit.consume_or_429(request, action="mail_code")
        if refusal:
            return refusal
        values, code = person.ask_for_email(me(request), form.cleaned_data["email"])
        codes.begin(request.session, NEW_EMAIL, values, code)
        return redirect("profile_email_code")
    context = {"form": ready(form), "can_mail": sending.is_configured()}
    return render(request, "profile/email.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@own()
def email_code(request: HttpRequest) -> HttpResponseBase:
    """Take the code that was mailed to the new address."""
    waits = codes.waiting(request.session, NEW_EMAIL)
    if waits is None:
        return redirect("profile")
    form = TypedCodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if refusal := too_many_tries(request):
            return refusal
        try:
            values = codes.use(request.session, NEW_EMAIL, form.cleaned_data["code"])
        except UserError as error:
            if error.code != "wrong_code":
                raise
            form.add_error("code", f"{error.message} {error.hint}")
        else:
            person.change_email(me(request), values)
            messages.success(request, _("From now on you sign in with this address."))
            return redirect("profile")
    context = {"form": ready(form), "email": waits["email"]}
    return render(request, "profile/email_code.html", context, status=422 if form.errors else 200)


@require_GET
@login_required
def security(request: HttpRequest) -> HttpResponse:
    """All ways to sign in, and the browsers that are."""
    user = me(request)
    there = list(Authenticator.objects.filter(user=user).order_by("id"))
    kinds = {one.type for one in there}
    found = sorted(UserSession.objects.purge_and_list(user), key=lambda one: -one.pk)
    browsers = [
        {
            "number": one.pk,
            "name": browser_name(one.user_agent),
            "since": one.created_at,
            "here": one.session_key == request.session.session_key,
        }
        for one in found
    ]
    context = {
        "has_password": user.has_usable_password(),
        "passkeys": [one for one in there if one.type == Authenticator.Type.WEBAUTHN],
        "totp": Authenticator.Type.TOTP in kinds,
        "second_step": any(kind != Authenticator.Type.RECOVERY_CODES for kind in kinds),
        "codes_left": _codes_left(there),
        "browsers": browsers,
        "asked": second_step.waiting(user),
        "can_mail": sending.is_configured(),
    }
    return render(request, "profile/security.html", context)


def _codes_left(there: list[Authenticator]) -> int | None:
    """How many recovery codes are unused; counted without opening them."""
    used = next((one.data["used_mask"] for one in there if one.type == Authenticator.Type.RECOVERY_CODES), None)
    return None if used is None else mfa_settings.RECOVERY_CODE_COUNT - int(used).bit_count()


@require_POST
@own(confirmed=True)
def end_session(request: HttpRequest, session: int) -> HttpResponse:
    """Sign one browser out."""
    sessions.end_session(me(request), session)
    messages.success(request, _("The browser is signed out."))
    return redirect("profile_security")


@require_POST
@own(confirmed=True)
def end_other_sessions(request: HttpRequest) -> HttpResponse:
    """Sign all other browsers out."""
    sessions.end_other_sessions(me(request), request.session.session_key)
    messages.success(request, _("All other browsers are signed out."))
    return redirect("profile_security")


class ChangePassword(Page, account.PasswordChangeView):  # type: ignore[misc]
    """The present and a new password."""

    form_class = forms.ChangePasswordForm
    template_name = "profile/password.html"


class SetPassword(Page, account.PasswordSetView):  # type: ignore[misc]
    """A first password, for who came without one."""

    form_class = forms.SetPasswordForm
    template_name = "profile/password.html"


class AddTotp(Page, totp.ActivateTOTPView):  # type: ignore[misc]
    """The secret of an authenticator app, as picture and in words, and its first code."""

    form_class = forms.AddTotpForm
    template_name = "profile/add_totp.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The secret in groups of four, as people type it."""
        context = super().get_context_data(**kwargs)
        secret = context["form"].secret.rstrip("=")
        return context | {"secret": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))}

    def form_valid(self, form: Any) -> HttpResponse:
        """Keep the app; its first code signs nobody in."""
        answer: HttpResponse = super().form_valid(form)
        app = Authenticator.objects.get(user=me(self.request), type=Authenticator.Type.TOTP)
        app_codes.use(app, form.cleaned_data["code"])
        return answer


class RemoveTotp(Page, totp.DeactivateTOTPView):  # type: ignore[misc]
    """Ask whether the app shall be forgotten."""

    template_name = "profile/remove_totp.html"


class NewRecoveryCodes(Page, recovery.GenerateRecoveryCodesView):  # type: ignore[misc]
    """Ask whether new codes shall take the place of the old ones."""

    template_name = "profile/new_recovery_codes.html"


class RecoveryCodes(recovery.ViewRecoveryCodesView):  # type: ignore[misc]
    """The codes, shown once."""

    template_name = "profile/recovery_codes.html"


class AddPasskey(Page, webauthn.AddWebAuthnView):  # type: ignore[misc]
    """Have the browser make a passkey: one that asks who you are, and so signs in by itself."""

    form_class = forms.AddPasskeyForm
    template_name = "profile/add_passkey.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The question to the browser, put anew at each look."""
        context = super().get_context_data(**kwargs)
        return context | {"passkey_options": as_json(webauthn_auth.begin_registration(self.request.user, True))}


class RemovePasskey(webauthn.RemoveWebAuthnView):  # type: ignore[misc]
    """Ask whether a passkey shall be forgotten."""

    template_name = "profile/remove_passkey.html"


change_password = own()(ChangePassword.as_view())
set_password = own(confirmed=True)(SetPassword.as_view())
add_totp = own()(AddTotp.as_view())
remove_totp = own()(RemoveTotp.as_view())
new_recovery_codes = own()(NewRecoveryCodes.as_view())
recovery_codes = own()(RecoveryCodes.as_view())
add_passkey = own()(AddPasskey.as_view())
remove_passkey = own()(RemovePasskey.as_view())
