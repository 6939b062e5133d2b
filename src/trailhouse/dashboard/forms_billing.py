"""The form of who is billed and how. It only reads what was typed; the service decides what is right."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from trailhouse.billing.details import TRANSFER, Details, gateways_of
from trailhouse.billing.models import BillingAccount
from trailhouse.outbox.locales import locale

NAMES = {TRANSFER: _("Bank transfer"), "stripe": _("Card or direct debit")}


def countries() -> list[tuple[str, str]]:
    """The countries of the world by name, as the reader calls them."""
    named = locale().territories.items()
    found = [(code, str(name)) for code, name in named if len(code) == 2 and code.isalpha() and code not in NO_COUNTRY]
    return sorted(found, key=lambda pair: pair[1].casefold())


NO_COUNTRY = frozenset({"EU", "EZ", "UN", "ZZ", "XA", "XB", "QO"})  # Babel's, which are none


class DetailsForm(forms.Form):
    """Company, address, tax, and the standing choices."""

    company = forms.CharField(
        label=_("Company or name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "organization"})
    )
    address = forms.CharField(
        label=_("Street and number"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "street-address"}),
    )
    postcode = forms.CharField(
        label=_("Postcode"),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "postal-code"}),
    )
    city = forms.CharField(
        label=_("City"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "address-level2"})
    )
    country = forms.ChoiceField(label=_("Country"), widget=forms.Select(attrs={"autocomplete": "country"}))
    region = forms.CharField(
        label=_("Region"),
        max_length=40,
        required=False,
        help_text=_("Only where it has its own tax, by its code: such as CN for the Canary Islands."),
    )
    vat_number = forms.CharField(
        label=_("VAT number"),
        max_length=32,
        required=False,
        help_text=_("Its form is checked here, and of a number in the EU its validity in the EU's register (VIES)."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}),
    )
    purchase_order = forms.CharField(
        label=_("Your reference"), max_length=80, required=False, help_text=_("Stands on each invoice.")
    )
    invoice_email = forms.EmailField(
        label=_("Invoices go to"),
        max_length=254,
        required=False,
        help_text=_("Empty: to the administrator."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    at_trial_end = forms.ChoiceField(
        label=_("When a trial ends"),
        choices=BillingAccount.AtTrialEnd.choices,
        required=False,
        widget=forms.RadioSelect,
        help_text=_("Activated by itself: the site stays open if it can be charged or paid on invoice."),
    )
    billing_day = forms.TypedChoiceField(
        label=_("Billing day"),
        coerce=int,
        empty_value=None,
        required=False,
        choices=[("", _("The day of the first activation")), *((day, str(day)) for day in range(1, 32))],
        help_text=_("Day of the month; in shorter months the last one. Fixed with the first invoice."),
    )
    gateway = forms.ChoiceField(label=_("Payment by"), widget=forms.RadioSelect)

    def __init__(self, billing: BillingAccount, *, fixed: bool, data: Any = None) -> None:
        names = [name for name in self.base_fields if name != "billing_day"]
        start = {name: getattr(billing, name) for name in names} | {"billing_day": billing.billing_day}
        super().__init__(data, initial=start)
        country, gateway = self.fields["country"], self.fields["gateway"]
        assert isinstance(country, forms.ChoiceField)
        assert isinstance(gateway, forms.ChoiceField)
        country.choices = [("", _("Choose a country")), *countries()]
        ways = gateways_of(billing)
        gateway.choices = [(name, NAMES.get(name, name)) for name in ways]
        if len(ways) == 1:
            del self.fields["gateway"]
        if fixed:
            del self.fields["billing_day"]

    def details(self) -> Details:
        """What was typed; `billing_day` apart."""
        values = {name: value for name, value in self.cleaned_data.items() if name != "billing_day"}
        return Details(**values)
