"""The forms of legal pages. They only read what was typed; services decide what is right."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils import translation
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from trailhouse.accounts.models import Account
from trailhouse.core import clock
from trailhouse.dashboard.forms_billing import countries
from trailhouse.legal import parties, wording
from trailhouse.legal.models import Details, Wording
from trailhouse.legal.services import DetailsText


def _line(label: Any, length: int, help_text: Any = "") -> forms.CharField:
    return forms.CharField(label=label, max_length=length, required=False, help_text=help_text)


class DetailsForm(forms.Form):
    """What a legal notice says of a company; what is left empty is what is known, shown as an example."""

    name = _line(_("Company or name"), 120)
    address = forms.CharField(
        label=_("Postal address"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    country = forms.ChoiceField(label=_("Country"), required=False)
    email = forms.EmailField(label=_("E-mail address"), max_length=254, required=False)
    phone = _line(_("Telephone"), 40)
    represented_by = _line(_("Represented by"), 200, _("Who may sign for the company, as in “Ann Example, director”."))
    registration = _line(_("Register"), 120, _("Court or chamber, and number."))
    vat_number = _line(_("VAT number"), 32)
    officer = _line(_("Data protection officer"), 200, _("Name and address, if you have one."))

    def __init__(self, account: Account | None, data: Any = None) -> None:
        there = Details.objects.filter(account=account).first()
        super().__init__(data, initial={name: getattr(there, name) for name in self.base_fields} if there else {})
        country = self.fields["country"]
        assert isinstance(country, forms.ChoiceField)
        country.choices = [("", _("As it is known already")), *countries()]
        known = parties.of(account)
        for name, field in self.fields.items():
            if name != "country" and not (there and getattr(there, name)):
                field.widget.attrs["placeholder"] = getattr(known, name)

    def details(self) -> DetailsText:
        """What was entered."""
        return DetailsText(**self.cleaned_data)


class WordingForm(forms.Form):
    """Own text for one of the public pages."""

    text = forms.CharField(
        label=_("Your own text"),
        required=False,
        max_length=60_000,
        help_text=_("An empty line begins a paragraph, “# ” a heading, “- ” an entry of a list."),
        widget=forms.Textarea(attrs={"rows": 8}),
    )
    replaces = forms.BooleanField(
        label=_("Show this alone"),
        required=False,
        help_text=_("Otherwise it stands below the text that is made for you and kept up to date."),
    )

    def __init__(self, kind: str, there: Wording | None, data: Any = None) -> None:
        super().__init__(data)
        for name in ("text", "replaces"):  # two of these forms stand on one page: each field has a name of its own
            field = self.fields.pop(name)
            field.initial = getattr(there, name) if there else None
            self.fields[f"{kind}_{name}"] = field
        self._kind = kind

    def values(self) -> tuple[str, bool]:
        """The text, and whether it stands alone."""
        return str(self.cleaned_data[f"{self._kind}_text"]), bool(self.cleaned_data[f"{self._kind}_replaces"])


class PublishForm(forms.Form):
    """A new version of an agreement."""

    version = forms.CharField(label=_("Version"), max_length=32)
    whose = forms.ChoiceField(
        label=_("Text"),
        choices=[
            ("shipped", _("The text that comes with the service, in all languages")),
            ("own", _("The text below, in one language")),
        ],
        initial="shipped",
        widget=forms.RadioSelect,
    )
    text = forms.CharField(
        label=_("Your own text"),
        required=False,
        max_length=60_000,
        help_text=_("An empty line begins a paragraph, “# ” a heading, “- ” an entry of a list."),
        widget=forms.Textarea(attrs={"rows": 14}),
    )
    language = forms.ChoiceField(label=_("Language of your own text"), choices=settings.LANGUAGES, required=False)

    def __init__(self, *, for_clients: bool, data: Any = None) -> None:
        language = (translation.get_language() or "en").partition("-")[0]
        texts = wording.shipped(for_clients=for_clients)
        language = language if language in texts else "en"
        super().__init__(data, initial={"text": texts[language], "language": language})
        today = localtime(clock.now()).date().isoformat()
        self.fields["version"].help_text = _("Such as today's date: %(date)s.") % {"date": today}

    def own_text(self) -> str:
        """The text, where it is its author's own."""
        return str(self.cleaned_data["text"]) if self.cleaned_data["whose"] == "own" else ""


class SubProcessorForm(forms.Form):
    """A further company on the list."""

    name = forms.CharField(label=_("Company"), max_length=120)
    purpose = forms.CharField(label=_("What for"), max_length=200, help_text=_("As in “Servers” or “Sends mail”."))
    country = forms.ChoiceField(label=_("Country where it processes data"))
    starts_on = forms.DateField(label=_("From"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, initial={"starts_on": localtime(clock.now()).date()})
        country = self.fields["country"]
        assert isinstance(country, forms.ChoiceField)
        country.choices = [("", _("Choose a country")), *countries()]


class PaperForm(forms.Form):
    """That an agreement was signed on paper."""

    person = forms.CharField(label=_("Who signed for the client"), max_length=200)
    on_paper = forms.DateField(
        label=_("Day on the paper"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
