"""The form of an API key."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from trailhouse.accounts.models import Account, Staff
from trailhouse.accounts.services import OPERATOR_SCOPE
from trailhouse.sites.models import Site
from trailhouse.sites.selectors import sites_of_account

SCOPES = {
    "stats": _("Read statistics"),
    "sites": _("Add and change sites"),
    "people": _("Change people, invitations and clients"),
    "operator": _("Run the instance: make accounts, read their usage"),
}


class KeyForm(forms.Form):
    """What a new key is called, what it may do, and where."""

    name = forms.CharField(
        label=_("Name"),
        max_length=120,
        help_text=_("What uses it, such as the name of the program."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    scopes = forms.MultipleChoiceField(
        label=_("It may"),
        choices=list(SCOPES.items()),
        initial=["stats"],
        widget=forms.CheckboxSelectMultiple,
    )
    sites = forms.ModelMultipleChoiceField(
        label=_("Sites"),
        queryset=Site.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Tick none for all sites. A key for some sites adds none and changes no people."),
    )

    def __init__(self, account: Account, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        scopes = self.fields["scopes"]
        assert isinstance(scopes, forms.MultipleChoiceField)
        operator = account.owner.staff == Staff.OPERATOR
        scopes.choices = [one for one in SCOPES.items() if one[0] != OPERATOR_SCOPE or operator]
        sites = self.fields["sites"]
        assert isinstance(sites, forms.ModelMultipleChoiceField)
        sites.queryset = sites_of_account(account).order_by("domain")
        if not sites.queryset.exists():
            del self.fields["sites"]
