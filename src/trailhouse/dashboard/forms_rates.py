"""The form of a client's rate. It only reads what was typed; the service decides what is right."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from trailhouse.billing.earning import Kind
from trailhouse.core.money import parse_amount
from trailhouse.core.typed_amounts import typed_amount

KINDS = [
    (Kind.FIXED.value, _("A fixed amount a month")),
    (Kind.PLUS.value, _("What its sites cost, and a percentage on top")),
    (Kind.NONE.value, _("Nothing from that day on")),
]


class RateForm(forms.Form):
    """What a client pays, from a day on."""

    kind = forms.ChoiceField(
        label=pgettext_lazy("what a client pays", "Rate"), choices=KINDS, widget=forms.RadioSelect, initial=Kind.FIXED
    )
    amount = forms.CharField(
        max_length=40, required=False, widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
    )
    percent = forms.CharField(
        label=_("Percentage on top of cost"),
        max_length=12,
        required=False,
        help_text=_("Such as 50: a site that costs you 10 a month is 15 a month for the client."),
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    valid_from = forms.DateField(
        label=_("From"),
        help_text=_("The rate before ends on that day. Part of a month is counted by its days."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, currency: str, first_day: date, data: Any = None) -> None:
        super().__init__(data, initial={"valid_from": first_day})
        self.currency = currency
        amount = self.fields["amount"]
        amount.label = gettext("Amount a month in %(currency)s") % {"currency": currency}
        amount.help_text = gettext("For all sites of the client together, without tax.")

    def clean(self) -> dict[str, Any]:
        """With `value`: minor units or basis points, of the field that belongs to the kind."""
        found = super().clean() or {}
        kind = found.get("kind")
        found["value"] = 0
        if kind == Kind.FIXED:
            found["value"] = self._amount(found.get("amount", ""))
        elif kind == Kind.PLUS:
            found["value"] = self._points(found.get("percent", ""))
        return found

    def _amount(self, text: str) -> int | None:
        try:
            return typed_amount(text, self.currency)
        except ValueError:
            self.add_error("amount", gettext("This is no amount. Type it like 1234.50 or 1.234,50."))
            return None

    def _points(self, text: str) -> int | None:
        plain = text.strip().removesuffix("%").strip().replace(",", ".")
        try:
            return parse_amount(plain, "EUR")  # a percentage has two places, as euros do
        except ValueError:
            self.add_error("percent", gettext("This is no percentage. Type it like 50 or 12.5."))
            return None
