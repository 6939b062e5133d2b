"""What the pages of people list: who has a role here, and who is invited."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from trailhouse.accounts.models import Account, User
from trailhouse.core import clock
from trailhouse.sites import invitations
from trailhouse.sites.access import Privilege, visible_sites
from trailhouse.sites.models import Client, Invitation, Membership, Role, Section, Site
from trailhouse.sites.roles import Grant, Powers, grant_of, powers_of
from trailhouse.sites.viewing import is_running


@dataclass(frozen=True)
class Place:
    """Whose people a page is about: an account's, a site's or a client's."""

    account: Account
    site: Site | None = None
    client: Client | None = None

    def url(self, name: str, *args: object) -> str:
        """The address of the route `name` of the account, or `site_<name>` of the site."""
        if self.site is not None:
            return reverse(f"site_{name}", args=[self.site.key, *args])
        return reverse(name, args=[self.account.pk, *args])

    @property
    def page(self) -> str:
        """The address of the list itself."""
        return reverse("client", args=[self.account.pk, self.client.pk]) if self.client else self.url("people")

    def memberships(self) -> QuerySet[Membership]:
        """All roles that hold here, also those that have ended."""
        found = Membership.objects.filter(account=self.account)
        if self.site is not None:
            here = Q(site=self.site) | Q(site=None, client=None)
            found = found.filter(here | Q(client__isnull=False, client=self.site.client_id))
        if self.client is not None:
            found = found.filter(client=self.client)
        return found.select_related("user", "account", "site", "client", "segment").order_by("user__email", "id")

    def invitations(self) -> QuerySet[Invitation]:
        """The invitations to this place that were neither taken up nor taken back."""
        found = Invitation.objects.filter(account=self.account, used_at=None, revoked_at=None)
        if self.site is not None:
            here = Q(sites=self.site) | Q(everywhere=True)
            found = found.filter(here | Q(client__isnull=False, client=self.site.client_id)).distinct()
        if self.client is not None:
            found = found.filter(client=self.client)
        return found.select_related("account__owner", "client", "by", "segment").prefetch_related("sites")


@dataclass(frozen=True)
class Row:
    """One line: a role of somebody, or an invitation to one; addresses are empty for what the reader may not do."""

    name: str
    email: str
    role: str
    where: str
    sections: str
    ends_at: datetime | None = None
    ended: bool = False  # the access, or the invitation
    expires_at: datetime | None = None
    change: str = ""
    view_as: str = ""
    resend: str = ""
    revoke: str = ""


def people(place: Place, reader: User, found: Iterable[Membership]) -> list[Row]:
    """The lines of the people among `found`."""
    powers = powers_of(reader, place.account)
    return [_person(place, reader, powers, one) for one in found]


def _person(place: Place, reader: User, powers: Powers, one: Membership) -> Row:
    grant = grant_of(one)
    may = one.user_id != reader.pk and powers.cover(grant)
    running = is_running(one)
    site = _site_to_view(place, one) if may and running and one.user.is_active else None
    return Row(
        name=one.user.full_name,
        email=one.user.email,
        role=str(Role(one.role).label),
        where=where(grant),
        sections=sections(grant),
        ends_at=one.ends_at,
        ended=not running,
        change=place.url("person", one.pk) if may else "",
        view_as=reverse("view_as", args=[site.key, one.pk]) if site else "",
    )


def _site_to_view(place: Place, one: Membership) -> Site | None:
    if one.role == Role.BOOKKEEPER:
        return None
    if place.site or one.site:
        return place.site or one.site
    return (one.client.sites if one.client else place.account.sites).order_by("domain").first()


def invited(place: Place, reader: User) -> list[Row]:
    """The lines of the open and the expired invitations."""
    powers = powers_of(reader, place.account)
    now = clock.now()
    # An invitation may be to further sites, whose names are not for everybody who may invite to this one.
    known = set(Site.objects.filter(visible_sites(reader, Privilege.INVITE)).values_list("pk", flat=True))
    rows = []
    for one in place.invitations():
        grant = invitations.grant_in(one)
        named = replace(grant, sites=tuple(site for site in grant.sites if site.pk in known))
        may = powers.cover(grant)
        rows.append(
            Row(
                name="",
                email=one.email,
                role=str(Role(one.role).label),
                where=where(named),
                sections=sections(grant),
                ends_at=one.access_ends_at,
                ended=one.expires_at <= now,
                expires_at=one.expires_at,
                resend=place.url("invitation_resend", one.pk) if may else "",
                revoke=place.url("invitation_revoke", one.pk) if may else "",
            )
        )
    return rows


def where(grant: Grant) -> str:
    """What a role is for, in words."""
    return _("All sites") if grant.everywhere else grant.where or "–"


def sections(grant: Grant) -> str:
    """Which sections a role shows, in words."""
    if grant.role == Role.BOOKKEEPER:
        return "–"
    words = ", ".join(str(Section(name).label) for name in grant.sections) or _("All")
    if grant.segment is None:
        return words
    return _("%(sections)s · only %(segment)s") % {"sections": words, "segment": grant.segment.name}
