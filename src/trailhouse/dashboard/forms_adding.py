"""The forms of adding sites. They only read what was typed; services decide what is right."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from trailhouse.core.text_files import decoded
from trailhouse.sites.bulk import MOST_BYTES
from trailhouse.sites.notices import ADDED, SCRIPT


class SendForm(forms.Form):
    """To whom one of the mails about a site is sent again."""

    to = forms.EmailField(
        label=_("E-mail address"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "off"})
    )
    mail = forms.ChoiceField(
        label=_("Which mail"),
        choices=[
            (SCRIPT, _("For whoever edits the site: the script and how to paste it")),
            (ADDED, _("For the administrator: with account, sign-in and guides")),
        ],
        initial=SCRIPT,
    )

    def __init__(self, *args: Any, both: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not both:  # the other one speaks of the account
            choice = self.fields["mail"]
            assert isinstance(choice, forms.ChoiceField)
            choice.choices = [(SCRIPT, SCRIPT)]
            choice.widget = forms.HiddenInput()


class BulkForm(forms.Form):
    """A list of domains, pasted or as a file."""

    text = forms.CharField(
        label=_("Domains, one a line"),
        required=False,
        max_length=MOST_BYTES,
        strip=False,
        help_text=_(
            "If wanted, with the client's name and the time zone: client.example, Client Ltd, Europe/Amsterdam"
        ),
        widget=forms.Textarea(
            attrs={"rows": 8, "autocomplete": "off", "autocapitalize": "none", "spellcheck": "false", "class": "list"}
        ),
    )
    file = forms.FileField(
        label=_("Or a file (text or CSV)"),
        required=False,
        help_text=_("At most 1 MB and 2,000 lines."),
        widget=forms.FileInput(attrs={"accept": ".txt,.csv,text/plain,text/csv"}),
    )

    def clean_file(self) -> str:
        """The file's text."""
        file = self.cleaned_data.get("file")
        if not file:
            return ""
        if file.size > MOST_BYTES:
            raise forms.ValidationError(_("This file is larger than 1 MB. Split it and add the parts in turn."))
        try:
            return decoded(file.read())
        except ValueError:
            raise forms.ValidationError(_("This file is no text. Save it as text or CSV in UTF-8.")) from None

    def clean(self) -> dict[str, Any]:
        """One list of both."""
        values = self.cleaned_data
        values["list"] = "\n".join(part for part in (values.get("text", ""), values.get("file", "")) if part.strip())
        if not values["list"] and not self.errors:
            self.add_error("text", _("Enter one domain a line, or choose a file."))
        return values
