"""The forms of the operator's console, and of whoever comes to an account that was made for them."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from trailhouse.accounts.models import Staff, Terms, User
from trailhouse.accounts.suspension import LONGEST_REASON
from trailhouse.dashboard.forms import zones
from trailhouse.dashboard.forms_profile import Accepting, SignUpForm, languages

# A kind of staff, and what it may do: shown to whoever chooses.
STAFF = {
    Staff.NONE: _("No staff"),
    Staff.SUPPORT: _("Support: sees accounts, sites, people, mail and jobs; looks as owners of accounts"),
    Staff.FINANCE: _("Finance: sees accounts; bills them, and sets prices"),
    Staff.OPERATOR: _("Operator: everything"),
}


class MakeAccountForm(forms.Form):
    """An account for somebody."""

    email = forms.EmailField(
        label=_("E-mail address of the owner"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "off"})
    )
    full_name = forms.CharField(label=_("Name of the owner"), max_length=120, required=False)
    account_name = forms.CharField(label=_("Name of the account"), max_length=120)
    timezone = forms.ChoiceField(
        label=_("Time zone"), choices=zones, initial="UTC", widget=forms.Select(attrs={"data-own-zone": ""})
    )
    language = forms.ChoiceField(
        label=_("Language"), required=False, help_text=_("Of the mail to somebody new, and of their pages.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = self.fields["language"]
        assert isinstance(language, forms.ChoiceField)
        language.choices = languages(str(_("As the browser says")))


class SuspendForm(forms.Form):
    """Why an account is suspended."""

    because = forms.CharField(
        label=_("Reason"),
        max_length=LONGEST_REASON,
        help_text=_("The owner reads it on the page and in a mail; nobody else does."),
    )


class OfferAccountForm(forms.Form):
    """Who becomes the owner of an account, and what becomes of the one before."""

    email = forms.EmailField(
        label=_("E-mail address of the new owner"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    leaves = forms.BooleanField(
        label=_("The present owner leaves the account"),
        required=False,
        help_text=_("Otherwise they stay as super user of all sites and may add some."),
    )


class StaffForm(forms.Form):
    """What a person is to the instance."""

    staff = forms.ChoiceField(label=_("Staff"), choices=list(STAFF.items()), required=False)

    def __init__(self, person: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"initial": {"staff": person.staff}, **kwargs})


class WelcomeForm(Accepting, forms.Form):
    """Somebody who comes to an account that was made for them."""

    full_name = forms.CharField(
        label=_("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    password = SignUpForm.base_fields["password"]

    def __init__(self, person: User, terms: Terms | None, can_mail: bool, *args: Any, **kwargs: Any) -> None:
        super().__init__(terms, *args, **{"initial": {"full_name": person.full_name}, **kwargs})
        if not can_mail:  # nobody could sign in again without one
            self.fields["password"].required = True
            self.fields["password"].help_text = _("At least 10 characters.")
