"""The form of a note on a day."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from trailhouse.dashboard.forms_settings import SiteForm
from trailhouse.dashboard.state import FIRST_DATE, LAST_DATE
from trailhouse.sites.models import LONGEST_NOTE, Annotation


class NoteForm(SiteForm):
    """A note, new or changed."""

    note = forms.IntegerField(required=False, widget=forms.HiddenInput)
    day = forms.DateField(
        label=_("Day"), widget=forms.DateInput(attrs={"type": "date", "min": FIRST_DATE, "max": LAST_DATE})
    )
    text = forms.CharField(
        label=_("What happened"), max_length=LONGEST_NOTE, help_text=_("Such as: new menu page, newsletter sent.")
    )
    internal = forms.BooleanField(label=_("Only for whoever may change this site"), required=False)


def note_values(note: Annotation) -> dict[str, Any]:
    """A note as its form shows it."""
    return {"note": note.pk, "day": note.day.isoformat(), "text": note.text, "internal": note.internal}
