"""The operator's forms of brands' licences. They only read what was typed; services decide what is right."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from trailhouse.billing.licence_planning import LOGO, PLAIN
from trailhouse.billing.models import Line
from trailhouse.branding.models import Brand
from trailhouse.dashboard.forms_operator_billing import LONGEST_NOTE, AmountField, day_field


class GrantForm(forms.Form):
    """A licence without charge."""

    kind = forms.ChoiceField(
        label=_("Licence"), choices=[(kind, Brand.Licence(kind).label) for kind in (LOGO, PLAIN)], initial=LOGO
    )
    until = day_field(
        _("Shown before"), required=False, help_text=_("The first day without it. Empty: until you end it.")
    )


class CreditFeeForm(forms.Form):
    """What of a fee is given back."""

    line = forms.TypedChoiceField(label=_("Fee"), coerce=int)
    amount = AmountField(label=_("Net amount"), help_text=_("Its tax is credited as well."))
    why = forms.CharField(label=_("Reason, on the credit note"), max_length=LONGEST_NOTE)

    def __init__(self, lines: Sequence[Line], data: Any = None, **more: Any) -> None:
        super().__init__(data, **more)
        line, amount = self.fields["line"], self.fields["amount"]
        assert isinstance(line, forms.TypedChoiceField)
        assert isinstance(amount, AmountField)
        line.choices = [(one.pk, f"{one.document.number}: {one.text}") for one in lines]
        if lines:
            amount.currency = lines[0].document.currency
