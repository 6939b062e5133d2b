"""How mail looks: a Look in the terms of `outbox.rendering`, and who it may say that it is from."""

from email.utils import formataddr, parseaddr
from functools import lru_cache
from typing import Any

from trailhouse.branding import addresses, looks
from trailhouse.branding.looks import Look, Picture
from trailhouse.branding.models import Domain
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
    address = look.sender_email if look.sender_email and may_send(look) else parseaddr(usual)[1]
    return formataddr((look.sender_name or look.name, address))


def may_send(look: Look) -> bool:
    """Whether mail may be from the sender of `look`: of the operator's, and where a domain of the brand proves it.

    A proved `stats.tide.example` is of whoever has `tide.example`, and so are the addresses of both.
    """
    if look.is_operators:
        return True
    wanted = _registered(look.sender_email.rpartition("@")[2])
    proved = Domain.objects.filter(brand=look.brand_id, removed_at=None, proved_at__isnull=False)
    names = proved.values_list("name", flat=True) if look.brand_id is not None else ()
    return any(_registered(name) == wanted for name in names)


def _registered(host: str) -> str:
    """The part of a host name that somebody has registered: tide.example of stats.tide.example."""
    return _suffixes().privatesuffix(host.lower()) or host.lower()


@lru_cache(maxsize=1)
def _suffixes() -> Any:
    from publicsuffixlist import PublicSuffixList  # a large list, read where mail is sent

    return PublicSuffixList()


def _logo(look: Look, picture: Picture | None) -> Logo | None:
    """A logo at an address of the look's own; mail programs do not show SVG, the name stands in its place."""
    if picture is None or picture.content_type == SVG:
        return None
    width, height = picture.fitted(*LOGO_ROOM)
    return Logo(look.url + addresses.image(picture), width, height)
