"""The only writer of brands and their images: one transaction a function."""

from collections.abc import Mapping
from dataclasses import dataclass, fields

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from trailhouse.accounts import selectors as accounts
from trailhouse.accounts.models import Account, User
from trailhouse.accounts.services import record
from trailhouse.branding import images, proofs
from trailhouse.branding.images import Made
from trailhouse.branding.models import COLOUR, Brand, Domain, Image
from trailhouse.core import colours
from trailhouse.core.errors import UserError

MOST_BRANDS = 50  # of one account
Images = Mapping[Image.Kind, Made | None]  # None takes the image away; a kind that is not there stays as it is
_is_url = URLValidator(schemes=["http", "https"])


@dataclass(frozen=True)
class BrandText:
    """What is typed of a brand; see `models.Brand`. Of the operator's own, the name is the instance's."""

    name: str
    colour: str = COLOUR
    sender_name: str = ""
    sender_email: str = ""
    reply_to: str = ""
    help_url: str = ""
    notice_url: str = ""
    privacy_url: str = ""
    footer: str = ""
    powered_by: bool = False


@transaction.atomic
def add_brand(account: Account | None, text: BrandText, pictures: Images, *, by: User | None) -> Brand:
    """Make a brand of `account`; None: the operator's own.

    Raises UserError for wrong values, a name that the account's brands have already, and a sender's address at a
    domain that the account has not proved.
    """
    if account is not None and Brand.objects.filter(account=account).count() >= MOST_BRANDS:
        raise UserError("too_many_brands", _("An account has at most 50 brands."), _("Remove one first."))
    brand = Brand(account=account)
    _write(brand, text, pictures)
    record("brand.added", account=account, by=by, subject=brand.name)
    return brand


@transaction.atomic
def change_brand(brand: Brand, text: BrandText, pictures: Images, *, by: User | None) -> Brand:
    """Change a brand: every page and mail from now on shows it. Raises UserError as `add_brand` does."""
    _write(brand, text, pictures)
    record("brand.changed", account=brand.account, by=by, subject=brand.name)
    return brand


@transaction.atomic
def remove_brand(brand: Brand, *, by: User | None) -> None:
    """Remove a brand with its images: its clients and sites have the account's first one from now on, or none.

    Its domains stay the account's, so that scripts which were given out under them keep counting.
    """
    Domain.objects.filter(brand=brand).update(brand=None, primary=False)
    record("brand.removed", account=brand.account, by=by, subject=brand.name)
    brand.delete()


def _write(brand: Brand, text: BrandText, pictures: Images) -> None:
    checked = _checked(text, brand)
    if checked.sender_email and checked.sender_email != brand.sender_email:
        _check_sender(checked.sender_email, brand.account)
    for field in fields(checked):
        setattr(brand, field.name, getattr(checked, field.name))
    try:
        with transaction.atomic():
            brand.save()
    except IntegrityError:
        raise UserError(
            "brand_exists",
            _("There is a brand called %(name)s already.") % {"name": brand.name},
            _("Choose another name."),
            status=409,
        ) from None
    for kind, made in pictures.items():
        _put(brand, kind, made)


def _put(brand: Brand, kind: Image.Kind, made: Made | None) -> None:
    if made is None:
        Image.objects.filter(brand=brand, kind=kind).delete()
        return
    values = {"content": made.content, "width": made.width, "height": made.height, "digest": made.digest}
    Image.objects.update_or_create(brand=brand, kind=kind, defaults=values | {"content_type": images.PNG})


def _checked(text: BrandText, brand: Brand) -> BrandText:
    """`text` in the form in which it is kept. Raises UserError, "wrong_" and the name of the field as its code."""
    name = text.name if brand.account else accounts.instance().name
    one_line = {
        "name": _line("name", name, 60),
        "sender_name": _line("sender_name", text.sender_name, 120),
        "footer": _line("footer", text.footer, 200),
        "sender_email": _email("sender_email", text.sender_email),
        "reply_to": _email("reply_to", text.reply_to),
        "help_url": _link("help_url", text.help_url),
        "notice_url": _link("notice_url", text.notice_url),
        "privacy_url": _link("privacy_url", text.privacy_url),
    }
    if not one_line["name"]:
        raise _wrong("name", _("A brand needs a name."), _("Enter what clients shall read on their pages."))
    try:
        colour = colours.typed(text.colour)
    except ValueError:
        raise _wrong(
            "colour",
            _("%(colour)s is no colour.") % {"colour": text.colour[:20]},
            _("Enter it as in #0f766e."),
        ) from None
    return BrandText(**one_line, colour=colour, powered_by=text.powered_by)


def _line(field: str, text: str, most: int) -> str:
    line = " ".join(text.split())
    if len(line) > most or not line.isprintable():
        raise _wrong(field, _("Use at most %(most)d letters and signs.") % {"most": most}, "")
    return line


def _email(field: str, text: str) -> str:
    address = text.strip()
    try:
        if address:
            validate_email(address)
    except ValidationError:
        hint = _("Enter it as in you@example.com.")
        raise _wrong(field, _("%(email)s is no e-mail address.") % {"email": address[:254]}, hint) from None
    local, _at, domain = address.rpartition("@")
    return f"{local}@{domain.lower()}" if address else ""


def _link(field: str, text: str) -> str:
    link = text.strip()
    try:
        if link:
            _is_url(link)
    except ValidationError:
        hint = _("Enter it as in https://www.example.com/help.")
        raise _wrong(field, _("%(link)s is no web address.") % {"link": link[:100]}, hint) from None
    if len(link) > 300:
        raise _wrong(field, _("Use at most %(most)d letters and signs.") % {"most": 300}, "")
    return link


def _check_sender(address: str, account: Account | None) -> None:
    """Nobody writes in the name of a domain that is not theirs."""
    if proofs.may_write_from(account.pk if account else None, address):
        return
    raise UserError(
        "sender_not_proved",
        _("%(domain)s is not proved to be yours.") % {"domain": address.rpartition("@")[2][:100]},
        _("Prove it first: as a domain of the brand, or as a site by a DNS record, a meta tag or a file."),
    )


def _wrong(field: str, message: str, hint: str) -> UserError:
    return UserError(f"wrong_{field}", message, hint)
