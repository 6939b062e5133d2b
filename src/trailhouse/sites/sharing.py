"""Part of the services of `sites`: shared links and the public page, behind which nobody needs to sign in."""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from django.contrib.auth.hashers import check_password, make_password
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from trailhouse.accounts import limits
from trailhouse.accounts.models import User
from trailhouse.accounts.services import record
from trailhouse.core import clock
from trailhouse.core.errors import UserError
from trailhouse.sites import looks
from trailhouse.sites.access import Guest, with_key
from trailhouse.sites.models import Section, SharedLink, Site

MOST_LINKS = 100
SHORTEST_PASSWORD = 6
SLUG_BYTES = 16  # 22 letters: never one of a key's length
WRONG_PASSWORDS = 5  # from one address at one link
WRONG_PASSWORDS_AT_ALL = 200  # at one link
WAIT_S = 300
# What a link shows that names no sections, and a public page: no single visitors, who never agreed to be looked at.
UNNAMED = frozenset(Section) - {Section.VISITORS}


@dataclass(frozen=True)
class LinkText:
    """A shared link as it is wanted. `password` None keeps the one there is, "" takes it away."""

    name: str
    password: str | None = ""
    sections: Collection[str] = ()
    embed: bool = False
    expires_at: datetime | None = None


@transaction.atomic
def set_public(site: Site, public: bool, *, by: User | None) -> None:
    """Let anybody see the statistics at `share/<key>`, or nobody any more. A second call changes nothing."""
    if Site.objects.filter(pk=site.pk, public=not public).update(public=public):
        site.public = public
        record("site.made_public" if public else "site.made_private", account=site.account, by=by, subject=site.domain)


@transaction.atomic
def add_link(site: Site, text: LinkText, *, by: User | None) -> SharedLink:
    """Make a shared link. Raises UserError for a wrong value and a name that is taken."""
    if site.shared_links.count() >= MOST_LINKS:
        raise UserError("too_many_links", _("A site has at most 100 shared links."), _("Remove one first."))
    link = SharedLink(site=site, slug=secrets.token_urlsafe(SLUG_BYTES))
    _fill(link, text)
    record("shared_link.added", account=site.account, by=by, subject=f"{site.domain}: {link.name}")
    return link


@transaction.atomic
def change_link(link: SharedLink, text: LinkText, *, by: User | None) -> SharedLink:
    """Change a shared link; its address stays. A new password closes it to those who knew the old one."""
    _fill(link, text)
    record("shared_link.changed", account=link.site.account, by=by, subject=f"{link.site.domain}: {link.name}")
    return link


@transaction.atomic
def remove_link(link: SharedLink, *, by: User | None) -> None:
    """Close a shared link for ever."""
    record("shared_link.removed", account=link.site.account, by=by, subject=f"{link.site.domain}: {link.name}")
    link.delete()


def _fill(link: SharedLink, text: LinkText) -> None:
    name = " ".join(text.name.split())
    if not 0 < len(name) <= 120:
        raise UserError("wrong_link", _("A shared link needs a name."), _("Say who it is for, in up to 120 letters."))
    if unknown := sorted(set(text.sections) - set(Section.values)):
        raise UserError("wrong_link", _("There is no section %(name)s.") % {"name": unknown[0][:40]})
    if text.expires_at is not None and text.expires_at <= clock.now():
        raise UserError(
            "wrong_link", _("The last day lies in the past."), _("Choose a day to come, or leave it empty.")
        )
    if text.password is not None:
        link.password = _hashed(text.password)
    if text.embed and link.password:
        raise UserError(
            "wrong_link",
            _("A link for embedding cannot have a password: browsers keep no sign-in inside of a frame."),
            _("Leave one of the two out."),
        )
    link.name, link.embed, link.expires_at = name, text.embed, text.expires_at
    link.sections = [section for section in Section.values if section in text.sections]
    try:
        with transaction.atomic():
            link.save()
    except IntegrityError:
        raise UserError(
            "link_exists", _("This site has a link of that name."), _("Choose another name."), status=409
        ) from None


def _hashed(password: str) -> str:
    if not password:
        return ""
    if not SHORTEST_PASSWORD <= len(password) <= 100:
        raise UserError("weak_password", _("The password is too short."), _("Use 6 to 100 letters."))
    return make_password(password)


def address_of(site: Site, slug: str) -> str:
    """Where the statistics of `site` are behind a link or, with its key, the public page: at its brand's own host."""
    return f"{looks.of_site(site).url}/share/{slug}"


# -- who comes by one


def open_link(slug: str) -> SharedLink | None:
    """The shared link of this address; None where there is none or it has expired."""
    if not slug.isascii() or len(slug) > 32 or "\x00" in slug:
        return None
    running = Q(expires_at=None) | Q(expires_at__gt=clock.now())
    return SharedLink.objects.filter(running, slug=slug).select_related("site__account").first()


def guest_of(slug: str) -> tuple[Guest, Site, SharedLink | None] | None:
    """Who somebody is by this address, at which site; by a link, which may ask for a password, or a public page.

    None where the address leads nowhere, such as one that has expired: callers answer alike.
    """
    link = open_link(slug)
    if link is not None:
        sections = frozenset(Section(name) for name in link.sections) or UNNAMED
        return Guest(link.site_id, slug, sections, link.embed), link.site, link
    site = with_key(slug).filter(public=True).first()
    return None if site is None else (Guest(site.pk, slug, UNNAMED), site, None)


def proof(link: SharedLink) -> str:
    """What a browser keeps once it has given the password of `link`; void as soon as that is changed."""
    made = salted_hmac("trailhouse.sites.sharing", f"{link.slug}:{link.password}", algorithm="sha256")
    return str(made.hexdigest())


def proves(link: SharedLink, kept: str) -> bool:
    """Whether `kept` is the proof of `link`, or none is needed."""
    return not link.password or constant_time_compare(kept, proof(link))


def give_password(link: SharedLink, password: str, *, address: str) -> None:
    """Raise UserError unless `password` is that of `link`; 429 where it was wrong too often lately."""
    here = f"share:{link.slug}:{sha256(address.encode()).hexdigest()[:32]}"
    for name, most in ((here, WRONG_PASSWORDS), (f"share:{link.slug}", WRONG_PASSWORDS_AT_ALL)):
        if limits.counted(name) >= most:
            raise UserError(
                "too_often", _("The password was wrong too often."), _("Wait five minutes and try again."), status=429
            )
    if not check_password(password[:1000], link.password):
        for name in (here, f"share:{link.slug}"):
            limits.count(name, WAIT_S)
        raise UserError("wrong_password", _("This is not the password."), _("Ask whoever gave you the link."), 403)
    limits.forget(here)
