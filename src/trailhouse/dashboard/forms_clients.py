"""The form of a client."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from trailhouse.accounts.models import Account
from trailhouse.branding.models import Brand
from trailhouse.dashboard.forms_brands import BrandChoice
from trailhouse.sites.brands import brands_of
from trailhouse.sites.clients import ClientValues
from trailhouse.sites.models import Client, Site

# Field → value of a client.
VALUES = {
    "name": "name",
    "contact": "contact",
    "contact_email": "email",
    "address": "address",
    "language": "language",
    "note": "note",
}


class SitesField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # generic in its stubs alone
    """Sites, each with the client that it has now."""

    def label_from_instance(self, site: Any) -> str:
        """The domain, and whose it is where it is another's."""
        other = site.client if site.client_id != getattr(self, "mine", None) else None
        return f"{site.domain} ({other.name})" if other else str(site.domain)


class ClientForm(forms.Form):
    """Who the client is, and which sites are theirs."""

    name = forms.CharField(label=_("Name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    contact = forms.CharField(
        label=_("Contact"), max_length=120, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    contact_email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    address = forms.CharField(
        label=_("Address"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    language = forms.ChoiceField(
        label=_("Language"),
        required=False,
        help_text=_("Of the client's people, until they choose their own."),
    )
    note = forms.CharField(
        label=_("Note"),
        max_length=2000,
        required=False,
        help_text=_("For you; the client does not see it."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    sites = SitesField(
        label=_("Sites"),
        queryset=Site.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("A site has one client: ticking it takes it from the one in brackets."),
    )

    def __init__(self, account: Account, client: Client | None, data: Any = None) -> None:
        now: dict[str, Any] = {}
        if client:
            now = {name: getattr(client, value) for name, value in VALUES.items()}
            now["sites"] = [site.pk for site in client.sites.all()]
        super().__init__(data, initial=now)
        sites, language = self.fields["sites"], self.fields["language"]
        assert isinstance(sites, SitesField)
        assert isinstance(language, forms.ChoiceField)
        sites.mine = client.pk if client else None  # type: ignore[attr-defined]
        sites.queryset = Site.objects.filter(account=account).select_related("client").order_by("domain")
        language.choices = [("", _("As their browser asks for")), *settings.LANGUAGES]
        if not sites.queryset.exists():
            del self.fields["sites"]
        if (brands := brands_of(account)).count() > 1:
            self.fields["brand"] = BrandChoice(brands)
            self.initial["brand"] = client.brand_id if client else None

    def values(self) -> ClientValues:
        """What is kept of the client."""
        return ClientValues(**{value: self.cleaned_data[name] for name, value in VALUES.items()})

    def site_ids(self) -> list[int]:
        """The chosen sites."""
        return [site.pk for site in self.cleaned_data.get("sites", ())]

    def brand(self) -> Brand | None:
        """The chosen brand; None: the account's first one."""
        return self.cleaned_data.get("brand")
