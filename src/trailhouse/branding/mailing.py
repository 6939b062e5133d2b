"""How mail looks: a Look in the terms of `outbox.rendering`, and who it may say that it is from."""

from email.utils import formataddr, parseaddr

from trailhouse.branding import addresses, looks, proofs
from trailhouse.branding.looks import Look, Picture
from trailhouse.core.settings import settings
from trailhouse.outbox.rendering import Brand, Logo

LOGO_ROOM = (200, 40)  # CSS pixels
SVG = "image/svg+xml"


def brand_of(key: str) -> Brand:
    """How mail looks that was written with this `Look.key`."""
    return of_look(looks.with_key(key))


def of_look(look: Look) -> Brand:
    """How mail in `look` looks."""
    return Brand(
        name=look.name,
        sender=_sender(look),
        colour=look.colour,
        footer=look.footer,
        url=look.url,
        tile=look.initial,
        logo=_logo(look, look.logo),
        logo_dark=_logo(look, look.logo_dark) if look.logo else None,
        reply_to=look.reply_to,
        support=look.support,
        help_url=look.help_url,
        notice_url="" if look.neutral or look.is_operators else look.notice_link,
        privacy_url="" if look.neutral or look.is_operators else look.privacy_link,
        powered_by=look.powered_by,
    )


def _sender(look: Look) -> str:
    """Whom mail in `look` is from: its own address where that is proved, else its name at the instance's address."""
    usual = settings().mail_from
    if look.is_operators and not look.sender_email:
        return usual
    address = look.sender_email if _is_its_own(look) else parseaddr(usual)[1]
    return formataddr((look.sender_name or look.name, address))


def _is_its_own(look: Look) -> bool:
    """Whether its sender's address may still be used: what proved it may have gone since it was set."""
    return bool(look.sender_email) and proofs.may_write_from(look.account_id, look.sender_email)


def _logo(look: Look, picture: Picture | None) -> Logo | None:
    """A logo at an address of the look's own; mail programs do not show SVG, the name stands in its place."""
    if picture is None or picture.content_type == SVG:
        return None
    width, height = picture.fitted(*LOGO_ROOM)
    return Logo(look.url + addresses.image(picture), width, height)
