"""The forms of people and sites. They only read what was typed; services decide what is right."""

import re
from typing import Any

from allauth.account.forms import LoginForm
from django import forms
from django.utils.translation import gettext_lazy as _

from trailhouse.accounts.models import Account
from trailhouse.core import clock
from trailhouse.sites.models import Privacy

_SEVERAL = re.compile(r"\S\.\S+[\s,;]+\S+\.\S")  # two words with a dot each
_REGIONS = ("Africa/", "America/", "Antarctica/", "Arctic/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/")


def zones() -> list[tuple[str, str]]:
    """The time zones to choose from, by region; old names of other zones are left out."""
    names = sorted(name for name in clock.zones() if name.startswith((*_REGIONS, "Pacific/")))
    return [("UTC", "UTC"), *((name, name.replace("_", " ")) for name in names)]


def _describe(form: forms.BaseForm) -> None:
    """Tie each field to its hint and its errors for those who do not see them."""
    for name, field in form.fields.items():
        hint = [f"id_{name}_hint"] if field.help_text else []
        wrong = [f"id_{name}_error"] if form.is_bound and name in form.errors else []
        if hint or wrong:
            field.widget.attrs["aria-describedby"] = " ".join(wrong + hint)
        if wrong:
            field.widget.attrs["aria-invalid"] = "true"


class SignInForm(LoginForm):  # type: ignore[misc]  # allauth is only partly typed
    """E-mail address and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("E-mail address")
        self.fields["login"].widget.attrs = {"autocomplete": "username", "autofocus": True}
        self.fields["password"].widget.attrs = {"autocomplete": "current-password"}
        self.fields["password"].help_text = ""


class SetUpForm(forms.Form):
    """The operator and the first account."""

    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}),
    )
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=1000,
        help_text=_("At least 10 characters."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "minlength": 10}),
    )
    account_name = forms.CharField(
        label=_("Name of the account"),
        max_length=120,
        help_text=_("Your agency or company, as its people know it."),
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    timezone = forms.ChoiceField(
        label=_("Time zone"), choices=zones, initial="UTC", widget=forms.Select(attrs={"data-own-zone": ""})
    )


class AddSiteForm(forms.Form):
    """One site."""

    domain = forms.CharField(
        label=_("Domain"),
        max_length=500,
        help_text=_("As in client.example, or client.example/shop for a part of it."),
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false", "inputmode": "url"}
        ),
    )
    account = forms.ModelChoiceField(label=_("Account"), queryset=Account.objects.none(), empty_label=None)
    timezone = forms.ChoiceField(
        label=_("Time zone"), choices=zones, help_text=_("Days and hours of its reports begin here.")
    )
    privacy = forms.ChoiceField(
        label=_("Privacy"),
        choices=Privacy.choices,
        initial=Privacy.VISITS,
        help_text=_("What is kept of a visitor. You can change it later, in the site's settings."),
    )

    def __init__(self, accounts: list[Account], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["account"]
        assert isinstance(choice, forms.ModelChoiceField)
        choice.queryset = Account.objects.filter(pk__in=[account.pk for account in accounts])
        choice.initial = accounts[0].pk
        self.fields["timezone"].initial = accounts[0].timezone
        if len(accounts) == 1:
            choice.widget = forms.HiddenInput()

    def clean_domain(self) -> str:
        """One domain, as it was typed."""
        typed = str(self.cleaned_data["domain"])
        if _SEVERAL.search(typed):
            raise forms.ValidationError(_("These are several domains. Add them one by one, or many at once."))
        return typed


def ready(form: forms.BaseForm) -> forms.BaseForm:
    """`form` as it is shown: whoever sent it with a mistake begins at the first one."""
    _describe(form)
    wrong = next((field for name, field in form.fields.items() if name in form.errors), None)
    if wrong is not None:
        for field in form.fields.values():
            field.widget.attrs.pop("autofocus", None)
        wrong.widget.attrs["autofocus"] = True
    return form
