"""The forms of domains: claiming one, and which brand it shows."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from trailhouse.accounts.models import Account
from trailhouse.branding.models import Brand


class _BrandForm(forms.Form):
    brand = forms.ModelChoiceField(
        label=_("Brand"),
        queryset=Brand.objects.none(),
        empty_label=None,
        error_messages={"invalid_choice": _("Choose one of the brands of this account.")},
    )

    def __init__(self, account: Account, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        brand = self.fields["brand"]
        assert isinstance(brand, forms.ModelChoiceField)
        brand.queryset = Brand.objects.filter(account=account)
        self.fields["brand"].initial = brand.queryset.first()


class AddDomainForm(_BrandForm):
    """A host name, and the brand that it shows."""

    name = forms.CharField(
        label=_("Host name"),
        max_length=300,
        help_text=_("A name under a domain of yours, as in stats.agency.example."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )
    field_order = ("name", "brand")

    def __init__(self, account: Account, *args: Any, **kwargs: Any) -> None:
        super().__init__(account, *args, **kwargs)
        if Brand.objects.filter(account=account).count() == 1:
            self.fields["brand"].required = False
            self.fields["brand"].widget = forms.HiddenInput()

    def chosen(self) -> Brand:
        """The brand, which is the only one where none was asked for."""
        brand = self.cleaned_data["brand"] or self.fields["brand"].initial
        assert isinstance(brand, Brand)
        return brand


class DomainBrandForm(_BrandForm):
    """Which brand a domain shows."""
