"""The forms of sign-up, one's own profile, an account's settings and the instance. They only read what was typed."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from trailhouse.accounts.models import Account, Instance, Terms, User
from trailhouse.core import clock
from trailhouse.dashboard.forms import zones
from trailhouse.dashboard.forms_people import JoinForm


def languages(empty: str) -> list[tuple[str, Any]]:
    """The languages to choose from, after `empty`: none in particular."""
    return [("", empty), *settings.LANGUAGES]


def _email(autocomplete: str = "email") -> forms.EmailField:
    widget = forms.EmailInput(attrs={"autocomplete": autocomplete})
    return forms.EmailField(label=_("E-mail address"), max_length=254, widget=widget)


def _new_password(hint: Any) -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": "new-password"})
    return forms.CharField(
        label=_("Password"), strip=False, required=False, max_length=1000, help_text=hint, widget=widget
    )


class TermsBox(forms.CheckboxInput):
    """A box that carries the version that its page shows: sent with another one, it is not ticked."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> bool:
        """Whether this version was accepted."""
        return bool(data.get(name) == self.attrs["value"])


class Accepting(forms.BaseForm):
    """A form that asks to accept `terms`, where there are any."""

    def __init__(self, terms: Terms | None, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if terms is not None:
            missing = {"required": _("Read these terms and accept them to go on.")}
            box = TermsBox(attrs={"value": terms.version})
            self.fields["terms"] = forms.BooleanField(label=_("I accept the terms"), widget=box, error_messages=missing)


class AcceptForm(Accepting, forms.Form):
    """Nothing but the terms."""


class SignUpForm(Accepting, forms.Form):
    """Who wants an account. Language and time zone come from the browser."""

    email = _email("username")
    full_name = forms.CharField(
        label=_("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    account_name = forms.CharField(
        label=_("Name of the account"),
        max_length=120,
        help_text=_("Your agency or company, as its people know it."),
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    password = _new_password(_("At least 10 characters. Leave it empty to sign in with a passkey or a mailed code."))
    timezone = forms.ChoiceField(
        label=_("Time zone"), choices=zones, initial="UTC", widget=forms.Select(attrs={"data-own-zone": ""})
    )

    def __init__(self, terms: Terms | None, *args: Any, **kwargs: Any) -> None:
        super().__init__(terms, *args, **kwargs)
        self.fields["email"].widget.attrs["autofocus"] = True


class TypedCodeForm(forms.Form):
    """A mailed code."""

    code = forms.CharField(
        label=_("Code"),
        max_length=32,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}),
    )


class PersonForm(forms.Form):
    """Name, language and time zone of a person."""

    full_name = forms.CharField(
        label=_("Name"), max_length=120, required=False, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    language = forms.ChoiceField(label=_("Language"), required=False)
    timezone = forms.ChoiceField(label=_("Time zone"), required=False)

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        initial = {"full_name": user.full_name, "language": user.language, "timezone": user.timezone}
        super().__init__(*args, **{"initial": initial, **kwargs})
        language, zone = self.fields["language"], self.fields["timezone"]
        assert isinstance(language, forms.ChoiceField)
        assert isinstance(zone, forms.ChoiceField)
        language.choices = languages(str(_("As the browser says")))
        zone.choices = [("", str(_("That of each site"))), *zones()]


class NewEmailForm(forms.Form):
    """The address that somebody changes to."""

    email = _email()


class AccountForm(forms.Form):
    """Name and time zone of an account."""

    name = forms.CharField(label=_("Name of the account"), max_length=120)
    timezone = forms.ChoiceField(
        label=_("Time zone"), choices=zones, help_text=_("New sites begin with it; those there are keep theirs.")
    )

    def __init__(self, account: Account, *args: Any, **kwargs: Any) -> None:
        initial = {"name": account.name, "timezone": account.timezone}
        super().__init__(*args, **{"initial": initial, **kwargs})


class HandoverForm(forms.Form):
    """Who becomes the owner of an account, and what becomes of the one before."""

    email = forms.EmailField(label=_("E-mail address of the new owner"), max_length=254)
    leaves = forms.BooleanField(
        label=_("I leave the account"),
        required=False,
        help_text=_("Its API keys are closed then. Otherwise you stay as super user of all sites and may add some."),
    )


class JoinAsOwnerForm(Accepting, JoinForm):
    """Somebody new takes over an account."""


class OfferForm(forms.Form):
    """To whom a site is offered."""

    email = forms.EmailField(
        label=_("E-mail address"), max_length=254, help_text=_("Of whoever administers the other account.")
    )


class TakeIntoForm(forms.Form):
    """Into which of one's accounts a site is taken."""

    account = forms.ModelChoiceField(label=_("Into which account"), queryset=Account.objects.none(), empty_label=None)

    def __init__(self, accounts: Sequence[Account], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["account"]
        assert isinstance(choice, forms.ModelChoiceField)
        choice.queryset = Account.objects.filter(pk__in=[account.pk for account in accounts])


class CloseForm(forms.Form):
    """The name of the account that is to be closed."""

    name = forms.CharField(
        label=_("Name of the account"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )


class InstanceForm(forms.Form):
    """What the operator decides for the whole instance."""

    name = forms.CharField(label=_("Name of the instance"), max_length=120)
    sign_up = forms.ChoiceField(label=_("Who may sign up"), choices=Instance.SignUp.choices)
    support_email = forms.EmailField(
        label=_("Address for questions"),
        max_length=254,
        required=False,
        help_text=_("Stands in mails and on pages before sign-in."),
    )
    contact_form = forms.ChoiceField(
        label=_("Contact form"),
        choices=Instance.Contact.choices,
        help_text=_("By it anybody can write to you. What comes is kept under Inquiries and mailed."),
    )
    contact_email = forms.EmailField(
        label=_("Address that gets what comes by the contact form"),
        max_length=254,
        required=False,
        help_text=_("If it is empty, each operator gets it."),
    )

    def __init__(self, instance: Instance, *args: Any, **kwargs: Any) -> None:
        initial = {name: getattr(instance, name) for name in self.base_fields}
        super().__init__(*args, **{"initial": initial, **kwargs})


class TermsForm(forms.Form):
    """A new version of the terms."""

    version = forms.CharField(label=_("Version"), max_length=32)
    text = forms.CharField(
        label=_("Text"),
        max_length=200_000,
        help_text=_("Plain text; an empty line begins a paragraph."),
        widget=forms.Textarea(attrs={"rows": 12}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = localtime(clock.now()).date().isoformat()
        self.fields["version"].help_text = _("Such as today's date: %(date)s.") % {"date": today}
