"""The form of a note on a day."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from trailhouse.dashboard.forms_settings import SiteForm
from trailhouse.dashboard.state import FIRST_DATE, LAST_DATE
from trailhouse.sites.models import LONGEST_NOTE, Annotation, Site


class NoteForm(SiteForm):
    """A note or an entry of the work log, new or changed; a new one may be for the client's other sites as well."""

    note = forms.IntegerField(required=False, widget=forms.HiddenInput)
    day = forms.DateField(
        label=_("Day"), widget=forms.DateInput(attrs={"type": "date", "min": FIRST_DATE, "max": LAST_DATE})
    )
    text = forms.CharField(
        label=_("What happened"), max_length=LONGEST_NOTE, help_text=_("Such as: new menu page, newsletter sent.")
    )
    kind = forms.ChoiceField(
        label=_("What it is"),
        choices=Annotation.Kind.choices,
        required=False,
        help_text=_("The work log is read by everybody who sees the site, and stands in its monthly report."),
    )
    internal = forms.BooleanField(
        label=_("Only for whoever may change this site"), required=False, help_text=_("Of notes alone.")
    )
    everywhere = forms.BooleanField(label=_("At the client's other sites too"), required=False)

    def __init__(self, site: Site, data: Any = None, *, fellows: Sequence[Site] = (), **kwargs: Any) -> None:
        super().__init__(site, data, **kwargs)
        self.fellows = fellows
        if not fellows or self["note"].value():
            del self.fields["everywhere"]
        else:
            self.fields["everywhere"].help_text = ", ".join(one.domain for one in fellows)


def note_values(note: Annotation) -> dict[str, Any]:
    """A note as its form shows it."""
    return {"note": note.pk} | note_text(note)


def note_text(note: Annotation) -> dict[str, Any]:
    """What the form asks of a note."""
    return {"day": note.day.isoformat(), "text": note.text, "kind": note.kind, "internal": note.internal}
