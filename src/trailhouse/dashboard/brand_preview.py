"""What the editor of a brand shows of it before it is saved: a page, a mail and a document in small."""

import base64
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from trailhouse.accounts import selectors as accounts
from trailhouse.branding.colours import Shades, shades
from trailhouse.branding.images import PNG, Made, letter
from trailhouse.branding.models import COLOUR, Brand, Image
from trailhouse.core import colours
from trailhouse.dashboard.forms_brands import FILES, BrandForm

# Of the example: name, visitors, width of the bar in per cent.
BARS = (("Google", "4,120", 100), ("Instagram", "1,204", 42), ("Bing", "611", 24), ("tripadvisor.example", "320", 13))


@dataclass(frozen=True)
class Shown:
    """One picture in a preview: where it is, and how wide it is for its height."""

    src: str
    width: int
    height: int


@dataclass(frozen=True)
class Preview:
    """A brand as its clients would meet it."""

    name: str
    shades: Shades
    light: Shown | None
    dark: Shown | None
    icon: Shown
    sender: str
    address: str
    footer: str
    powered_by: str
    help_url: str

    @property
    def code(self) -> str:
        """The colour as its class and stylesheet name it."""
        return self.shades.colour[1:]


def preview_of(form: BrandForm, own_address: str, usual: str) -> Preview:
    """The brand in `form`, whether or not all of it is right.

    `own_address` sends where no sender is set; `usual` is the name until one is typed.
    """
    text = form.text()
    of = shades(_colour(text.colour, form.brand))
    name = accounts.instance().name if form.of_operator else " ".join(text.name.split())[:60] or usual
    pictures = {kind: picture_of(form, kind) for kind in FILES}
    made_with = accounts.instance().name if text.powered_by and not form.of_operator else ""
    return Preview(
        name=name,
        shades=of,
        light=pictures[Image.Kind.LIGHT] or pictures[Image.Kind.DARK],
        dark=pictures[Image.Kind.DARK] or pictures[Image.Kind.LIGHT],
        icon=pictures[Image.Kind.ICON] or Shown(_data(letter(name[:1], of.colour)), 64, 64),
        sender=text.sender_name or name,
        address=text.sender_email or own_address,
        footer=text.footer,
        powered_by=made_with,
        help_url=text.help_url,
    )


def picture_of(form: BrandForm, kind: Image.Kind) -> Shown | None:
    """The picture that would be shown: the new one, else the one that is kept, unless it is to go."""
    made: Made | None = form.made.get(kind)
    if made is not None:
        return Shown(_data(made.content), made.width, made.height)
    gone = form.is_bound and form.cleaned_data.get(f"{kind}_none")
    if form.brand is None or gone:
        return None
    kept = Image.objects.filter(brand=form.brand, kind=kind).defer("content").first()
    return Shown(reverse("brand_image", args=[kept.digest]), kept.width, kept.height) if kept else None


def kept_fields(form: BrandForm) -> list[dict[str, Any]]:
    """The rows of the editor for its pictures: what is chosen or kept, and the fields that change it."""
    return [
        {
            "kind": kind.value,
            "file": form[f"{kind}_file"],
            "none": form[f"{kind}_none"],
            "shown": picture_of(form, kind),
            "back": base64.b64encode(form.made[kind].content).decode() if kind in form.made else "",
        }
        for kind in FILES
    ]


def _colour(typed: str, brand: Brand | None) -> str:
    """The colour as far as it is typed; until it is one, the colour before."""
    try:
        return colours.typed(typed)
    except ValueError:
        return brand.colour if brand else COLOUR


def _data(content: bytes) -> str:
    return f"data:{PNG};base64,{base64.b64encode(content).decode()}"
