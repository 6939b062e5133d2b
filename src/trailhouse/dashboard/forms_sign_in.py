"""Allauth's forms in our words: sign-in, codes, passwords, the second step, passkeys."""

from typing import Any

from allauth.account import forms as account
from allauth.core import context
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as mfa
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext_lazy as _

from trailhouse.accounts import app_codes
from trailhouse.dashboard.hosts import may_sign_in

LABELS: dict[str, Any] = {
    "email": _("E-mail address"),
    "login": _("E-mail address"),
    "password": _("Password"),
    "oldpassword": _("Present password"),
    "password1": _("New password"),
    "code": _("Code"),
    "name": _("Name of the passkey"),
}
HINTS: dict[str, Any] = {"password1": _("At least 10 characters.")}
MOST = {"code": 32, "name": 120}


class Ours(forms.BaseForm):
    """Labels and hints of ours; nothing is asked twice, nothing stands in a field before it is typed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("password2", None)
        for name, field in self.fields.items():
            field.label = LABELS.get(name, field.label)
            field.help_text = HINTS.get(name, "")
            field.widget.attrs.pop("placeholder", None)
            if isinstance(field, forms.CharField) and not isinstance(field.widget, forms.HiddenInput):
                limit = MOST.get(name, 1000)
                field.max_length = limit
                field.validators.append(MaxLengthValidator(limit))
        first = next((f for f in self.fields.values() if not f.widget.is_hidden), None)
        if first is not None:
            first.widget.attrs["autofocus"] = True
        if "code" in self.fields:
            self.fields["code"].widget.attrs |= {"inputmode": "numeric", "autocomplete": "one-time-code"}


class RequestCodeForm(Ours, account.RequestLoginCodeForm):  # type: ignore[misc]
    """The address that a code is mailed to."""

    _user: Any

    def clean_email(self) -> str:
        """Whoever has nothing at this host is answered, and written to, like somebody unknown."""
        email: str = super().clean_email()
        if self._user is not None and not may_sign_in(context.request, self._user):
            self._user = None
        return email


class CodeForm(Ours, account.ConfirmLoginCodeForm):  # type: ignore[misc]
    """A mailed code that signs in."""


class ResetForm(Ours, account.ResetPasswordForm):  # type: ignore[misc]
    """The address whose password is forgotten."""

    users: Any

    def clean_email(self) -> str:
        """Whoever has nothing at this host is answered, and written to, like somebody unknown."""
        email: str = super().clean_email()
        self.users = [user for user in self.users if may_sign_in(context.request, user)]
        return email


class ResetCodeForm(Ours, account.ConfirmPasswordResetCodeForm):  # type: ignore[misc]
    """A mailed code that lets a new password be chosen."""


class NewPasswordForm(Ours, account.ResetPasswordKeyForm):  # type: ignore[misc]
    """The new password after that."""


class ChangePasswordForm(Ours, account.ChangePasswordForm):  # type: ignore[misc]
    """The present and the new password."""


class SetPasswordForm(Ours, account.SetPasswordForm):  # type: ignore[misc]
    """A first password."""


class ConfirmPasswordForm(Ours, account.ReauthenticateForm):  # type: ignore[misc]
    """The password again, before something that matters."""


class _OnceForm(Ours):
    """A code of an app works once: allauth itself remembers it for half a minute, in one process."""

    cleaned_data: dict[str, Any]
    authenticator: Authenticator

    def clean_code(self) -> str:
        code: str = super().clean_code()  # type: ignore[misc]  # of the form that this is mixed into
        if self.authenticator.type == Authenticator.Type.TOTP and not app_codes.use(self.authenticator, code):
            raise get_adapter().validation_error("incorrect_code")
        return code


class SecondStepForm(_OnceForm, mfa.AuthenticateForm):  # type: ignore[misc]
    """A code of the authenticator app, or a recovery code."""


class ConfirmSecondStepForm(_OnceForm, mfa.ReauthenticateForm):  # type: ignore[misc]
    """The same, before something that matters."""


class AddTotpForm(Ours, ActivateTOTPForm):  # type: ignore[misc]
    """The first code of an authenticator app."""


class AddPasskeyForm(Ours, AddWebAuthnForm):  # type: ignore[misc]
    """A passkey and what it is called; it always signs in by itself."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("passwordless", None)
        self.fields["name"].required = False
