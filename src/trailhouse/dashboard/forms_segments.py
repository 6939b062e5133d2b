"""The form of a segment. It only reads what was typed; the services decide what is right."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from trailhouse.sites.segments import LONGEST_DESCRIPTION, LONGEST_NAME, SegmentText

OWN, SHARED = "own", "site"


class SegmentForm(forms.Form):
    """Name and description; of a new one also whose it is, for those who may choose."""

    name = forms.CharField(
        label=_("Name"),
        max_length=LONGEST_NAME,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("As it stands in the filters, such as “Returning buyers”."),
    )
    description = forms.CharField(label=_("Description"), max_length=LONGEST_DESCRIPTION, required=False)
    whose = forms.ChoiceField(
        label=_("Who may use it"),
        choices=((OWN, _("I alone")), (SHARED, _("Everybody who sees this site"))),
        widget=forms.RadioSelect,
        initial=OWN,
    )

    def __init__(self, *args: Any, chooses: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not chooses:
            del self.fields["whose"]

    def text(self, groups: list[Any]) -> SegmentText:
        """What was typed, for these filters; nobody who may not choose makes a segment that is not their own."""
        given = self.cleaned_data
        return SegmentText(given["name"], given["description"], given.get("whose", OWN) == OWN, groups)
