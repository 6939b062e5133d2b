"""The forms of what campaigns cost. They only read what was typed; services decide what is right."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from trailhouse.core.money import decimal_text
from trailhouse.core.text_files import decoded
from trailhouse.dashboard.forms_settings import PLAIN, SiteForm
from trailhouse.sites.campaign_files import MOST_BYTES
from trailhouse.sites.models import CampaignCost, Site
from trailhouse.sites.models.campaigns import LONGEST

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class CostForm(SiteForm):
    """What a campaign cost, new or changed."""

    cost = forms.IntegerField(required=False, widget=forms.HiddenInput)
    campaign = forms.CharField(
        label=_("Campaign"),
        max_length=LONGEST,
        help_text=_("The utm_campaign of its links, spelled as reports show it."),
        widget=forms.TextInput(attrs=PLAIN),
    )
    source = forms.CharField(
        label=_("Only links of this UTM source"),
        max_length=LONGEST,
        required=False,
        help_text=_("May stay empty: the cost is then of the whole campaign."),
        widget=forms.TextInput(attrs=PLAIN),
    )
    medium = forms.CharField(
        label=_("Only links of this UTM medium"),
        max_length=LONGEST,
        required=False,
        widget=forms.TextInput(attrs=PLAIN),
    )
    first = forms.DateField(label=_("First day"), widget=DAY)
    last = forms.DateField(label=_("Last day"), widget=DAY)
    kind = forms.ChoiceField(
        label=_("The amount is"), choices=CampaignCost.Kind.choices, initial="sum", widget=forms.RadioSelect
    )
    amount = forms.CharField(
        label=_("Amount"), max_length=30, widget=forms.TextInput(attrs=PLAIN | {"inputmode": "decimal"})
    )

    def __init__(self, site: Site, data: Any = None, **kwargs: Any) -> None:
        super().__init__(site, data, **kwargs)
        self.fields["amount"].help_text = _("In %(currency)s, such as 250 or 0.45.") % {"currency": site.currency}


def cost_values(cost: CampaignCost) -> dict[str, Any]:
    """What the form shows of a cost that is there."""
    return {
        "cost": cost.pk,
        "campaign": cost.campaign,
        "source": cost.source,
        "medium": cost.medium,
        "first": cost.first_day,
        "last": cost.last_day,
        "kind": cost.kind,
        "amount": decimal_text(cost.amount_minor, cost.site.currency),
    }


class FileForm(forms.Form):
    """A file of costs; the same text again where it is confirmed."""

    file = forms.FileField(
        label=_("CSV file"),
        required=False,
        help_text=_("At most 500 kB and 2,000 lines."),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,text/csv,text/plain"}),
    )
    text = forms.CharField(
        label=_("Or paste the lines"),
        required=False,
        max_length=MOST_BYTES,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 6, **PLAIN}),
    )

    def clean_file(self) -> str:
        """The file's text."""
        file = self.cleaned_data.get("file")
        if not file:
            return ""
        if file.size > MOST_BYTES:
            raise forms.ValidationError(_("This file is larger than 500 kB. Split it, send the parts in turn."))
        try:
            return decoded(file.read())
        except ValueError:
            raise forms.ValidationError(_("This file is no text. Save it as CSV in UTF-8.")) from None

    def clean(self) -> dict[str, Any]:
        """The one that was given."""
        values = self.cleaned_data
        values["lines"] = values.get("file") or values.get("text") or ""
        if not values["lines"].strip() and not self.errors:
            self.add_error("file", _("Choose a file, or paste its lines."))
        return values
