"""The form of a brand, and the choice of one."""

import base64
import binascii
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from trailhouse.branding import images
from trailhouse.branding.images import Made
from trailhouse.branding.models import COLOUR, Brand, Image
from trailhouse.branding.services import BrandText, Images
from trailhouse.core.errors import UserError
from trailhouse.dashboard.forms_settings import SiteForm
from trailhouse.sites.brands import brands_of
from trailhouse.sites.models import Site

PLAIN = {"autocomplete": "off"}
ADDRESS = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false", "inputmode": "url"}
MAIL = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
ACCEPTED = {"accept": ".png,.jpg,.jpeg,.webp,.gif,.svg,image/png,image/jpeg,image/webp,image/gif,image/svg+xml"}
FILES: dict[Image.Kind, tuple[Any, Any]] = {  # label and hint
    Image.Kind.LIGHT: (_("Logo"), _("Without one, pages show the product name in plain text.")),
    Image.Kind.DARK: (_("Logo for dark pages"), _("Without one, dark pages show the other logo.")),
    Image.Kind.ICON: (_("Icon"), _("Of the browser's tab; without one, the first letter on the colour.")),
}


class BrandForm(forms.Form):
    """Everything that is decided of a brand.

    A picture that was chosen but not saved yet comes back as `<kind>_kept`, so that a preview by the button does not
    lose it: a page cannot fill in a file.
    """

    name = forms.CharField(
        label=_("Product name"),
        max_length=60,
        help_text=_("What your clients read on their pages and in their mail."),
        widget=forms.TextInput(attrs=PLAIN),
    )
    colour = forms.CharField(label=_("Colour"), max_length=20, widget=forms.TextInput(attrs=MAIL))
    sender_name = forms.CharField(
        label=_("Sender's name"),
        max_length=120,
        required=False,
        help_text=_("Empty: the product name."),
        widget=forms.TextInput(attrs=PLAIN),
    )
    sender_email = forms.EmailField(
        label=_("Sender's address"), max_length=254, required=False, widget=forms.EmailInput(attrs=MAIL)
    )
    reply_to = forms.EmailField(
        label=_("Address for answers"),
        max_length=254,
        required=False,
        help_text=_("Empty: answers go to the sender."),
        widget=forms.EmailInput(attrs=MAIL),
    )
    help_url = forms.CharField(
        label=_("Help"),
        max_length=300,
        required=False,
        widget=forms.URLInput(attrs=ADDRESS | {"placeholder": "https://"}),
    )
    notice_url = forms.CharField(
        label=_("Legal notice"),
        max_length=300,
        required=False,
        widget=forms.URLInput(attrs=ADDRESS | {"placeholder": "https://"}),
    )
    privacy_url = forms.CharField(
        label=_("Privacy statement"),
        max_length=300,
        required=False,
        help_text=_("Without these two, pages that are made from your account's details."),
        widget=forms.URLInput(attrs=ADDRESS | {"placeholder": "https://"}),
    )
    footer = forms.CharField(
        label=_("Footer"),
        max_length=200,
        required=False,
        help_text=_("Under every page, mail and document: an address or a register number."),
        widget=forms.TextInput(attrs=PLAIN),
    )
    powered_by = forms.BooleanField(label=_("Say in the footer what it is made with"), required=False)

    def __init__(self, brand: Brand | None, data: Any = None, files: Any = None, *, of_operator: bool = False) -> None:
        now = {name: getattr(brand, name) for name in BrandText.__dataclass_fields__} if brand else {"colour": COLOUR}
        super().__init__(data, files, initial=now)
        self.brand, self.of_operator = brand, of_operator
        for kind, (label, hint) in FILES.items():
            self.fields[f"{kind}_file"] = forms.FileField(
                label=label, required=False, help_text=hint, widget=forms.FileInput(attrs=ACCEPTED)
            )
            self.fields[f"{kind}_kept"] = forms.CharField(required=False, widget=forms.HiddenInput())
            self.fields[f"{kind}_none"] = forms.BooleanField(label=_("Remove this picture"), required=False)
        if of_operator:
            for name in ("name", "powered_by"):  # the instance's; nobody's
                del self.fields[name]
        else:
            self.fields["sender_email"].help_text = _("At a domain that you have proved. Empty: this instance's own.")
        self.made: dict[Image.Kind, Made] = {}

    def clean(self) -> dict[str, Any]:
        """Draw the pictures anew, each with its own refusal."""
        for kind in FILES:
            data = self._picture(kind)
            if not data:
                continue
            try:
                self.made[kind] = images.made(data, kind)
            except UserError as error:
                self.add_error(f"{kind}_file", f"{error.message} {error.hint}".strip())
        return self.cleaned_data

    def _picture(self, kind: Image.Kind) -> bytes:
        """The file that was chosen now, else the one that came back with the form; empty: neither."""
        chosen = self.cleaned_data.get(f"{kind}_file")
        if chosen:
            return bytes(chosen.read(images.MOST_BYTES + 1))
        try:
            return base64.b64decode(self.cleaned_data.get(f"{kind}_kept", ""), validate=True)
        except (binascii.Error, ValueError):
            return b""

    def text(self) -> BrandText:
        """What is typed; for a preview, what is there already takes the place of what is wrong or not sent."""
        typed: dict[str, Any] = {"name": ""}
        for name in BrandText.__dataclass_fields__:
            if name in self.fields:
                now = self.get_initial_for_field(self.fields[name], name)
                value = self.cleaned_data.get(name, now) if self.is_bound else now
                typed |= {} if value is None else {name: value}
        return BrandText(**typed)

    def pictures(self) -> Images:
        """What becomes of the pictures: a new one wins over taking it away."""
        gone = {kind: None for kind in FILES if self.cleaned_data.get(f"{kind}_none")}
        return gone | self.made


class BrandChoice(forms.ModelChoiceField):  # type: ignore[type-arg]  # generic in its stubs alone
    """One of the brands of an account that has several; empty: its first one."""

    def __init__(self, brands: Any) -> None:
        usual = brands.first()
        empty = _("The first one: %(name)s") % {"name": usual.name if usual else ""}
        super().__init__(label=_("Brand"), queryset=brands, required=False, empty_label=empty)


class SiteBrandForm(SiteForm):
    """Which brand a site has that no client has."""

    def __init__(self, site: Site, data: Any = None, **kwargs: Any) -> None:
        super().__init__(site, data, **kwargs)
        self.fields["brand"] = BrandChoice(brands_of(site.account))

    def start(self, site: Site) -> dict[str, Any]:
        """The present one."""
        return {"brand": site.brand_id}
