"""The sites of the account page: as plain values, in a fixed number of questions; part of the selectors of `sites`."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Case, Count, Q, When

from trailhouse.accounts.models import Account, User
from trailhouse.sites import confining, looks
from trailhouse.sites.access import PRIVILEGES, Privilege, running, visible_sites
from trailhouse.sites.models import Client, Membership, Role, Section, Site, SiteKey, is_key
from trailhouse.sites.selectors import accounts_for


@dataclass(frozen=True, slots=True)
class ListedSite:
    """A site as one person sees it in a list.

    `counts`: it is not paused by its own settings; `stopped`: visits are not counted all the same. `reads`: they see
    its figures. `changes`: they may change it. Labels and the client are the team's own, and empty for somebody who
    only looks at single sites; to them the account is called as they know it.
    """

    number: int
    domain: str
    name: str
    labels: Sequence[str]
    client_id: int | None
    client: str | None
    account_id: int
    account: str
    timezone: str
    counts: bool
    added_at: datetime
    first_event_at: datetime | None
    delete_at: datetime | None
    locked: bool
    stopped: bool
    reads: bool
    changes: bool


_FIELDS = (
    "pk", "domain", "name", "labels", "client_id", "client__name", "account_id", "account__name",
    "timezone", "counts", "added_at", "first_event_at", "delete_at", "locked", "stopped",
)  # fmt: skip


def listed_sites(user: User, team: Collection[int] | None = None) -> list[ListedSite]:
    """All sites that `user` sees, by domain; also those whose statistics are locked, without their figures.

    `team`, their `team_accounts`, spares asking.
    """
    team = team_accounts(user) if team is None else team
    seen = visible_sites(user, locked=True, narrowed=True)
    reads, changes = visible_sites(user, section=Section.OVERVIEW), visible_sites(user, Privilege.CHANGE_SITE)
    rows = Site.objects.filter(seen).annotate(reads=_whether(reads), changes=_whether(changes))
    found = []
    for row in rows.order_by("domain", "id").values_list(*_FIELDS, "reads", "changes"):
        values: list[Any] = [*row]
        site = ListedSite(*values)
        team_only = site.account_id not in team and not site.changes
        found.append(replace(site, labels=(), client_id=None, client=None) if team_only else site)
    names = _names_to_clients([site.number for site in found if site.account_id not in team])
    return [replace(site, account=names[site.number]) if site.number in names else site for site in found]


def _names_to_clients(numbers: Sequence[int]) -> dict[int, str]:
    """What whose sites these are is called by their clients."""
    known: dict[tuple[int | None, ...], str] = {}
    found = {}
    for site in Site.objects.filter(pk__in=numbers).select_related(
        "account", "client__brand__account", "brand__account"
    ):
        kind = (site.account_id, site.client.brand_id if site.client else site.brand_id)
        if kind not in known:
            known[kind] = looks.of_site(site).name
        found[site.pk] = known[kind]
    return found


def _whether(condition: Q) -> Case:
    return Case(When(condition, then=True), default=False)


def team_accounts(user: User) -> set[int]:
    """The accounts that the person works for: their own, and those in which they have a role at all sites."""
    looking = [role for role, privileges in PRIVILEGES.items() if Privilege.VIEW_STATS in privileges]
    wide = Membership.objects.filter(running(), user=user, site=None, client=None, role__in=looking)
    theirs = Account.objects.filter(Q(owner=user) | Q(pk__in=wide.values("account")))
    return set(theirs.order_by().values_list("pk", flat=True))


def largest_accounts(more_than: int, at_most: int) -> dict[int, dict[int, str]]:
    """The accounts that have more than so many sites, the largest first: the time zones of their sites by number."""
    sized = Account.objects.filter(closed_at=None).annotate(size=Count("sites")).filter(size__gt=more_than)
    largest = list(sized.order_by("-size", "pk").values_list("pk", flat=True)[:at_most])
    found: dict[int, dict[int, str]] = {account: {} for account in largest}
    rows = Site.objects.filter(account__in=largest).order_by("pk").values_list("account_id", "pk", "timezone")
    for account, number, zone in rows:
        found[account][number] = zone
    return found


def only_site(user: User) -> Site | None:
    """The one site of somebody who has no other and works for no account at large, such as a client's person.

    None also where its statistics are locked, or where a locked one stands beside it.
    """
    found = Site.objects.filter(visible_sites(user, locked=True, narrowed=True)).prefetch_related("keys")[:2]
    return None if len(found) != 1 or found[0].locked or team_accounts(user) else found[0]


@dataclass(frozen=True, slots=True)
class OwnClient:
    """A client whose person somebody is, with the numbers of its sites."""

    name: str
    sites: frozenset[int]


def clients_of(user: User, team: Collection[int]) -> list[OwnClient] | None:
    """The clients of somebody who is but a client's person, by name; None for whoever works for an account.

    Empty for who looks at single sites, whosever they are. `team` are their `team_accounts`.
    """
    if team:
        return None
    looking = [role for role, privileges in PRIVILEGES.items() if Privilege.VIEW_STATS in privileges]
    held = list(Membership.objects.filter(running(), user=user, role__in=looking, account__in=accounts_for(user)))
    if not held or any(one.client_id is None and one.role != Role.STANDARD for one in held):
        return None
    found = Client.objects.filter(pk__in=[one.client_id for one in held if one.client_id])
    sites: dict[int, set[int]] = {client.pk: set() for client in found}
    for client, number in Site.objects.filter(client__in=sites).values_list("client_id", "pk"):
        sites[client or 0].add(number)
    return [OwnClient(client.name, frozenset(sites[client.pk])) for client in found]


def with_script(number: int) -> Site | None:
    """The site with this number, all at hand that its script is made of; None where it is gone."""
    key = SiteKey.objects.select_related("site__account").filter(site=number, expires_at=None).first()
    if key is None:
        return None
    key.site.present_key = key
    return key.site


def keys_of(numbers: Collection[int]) -> dict[int, str]:
    """The present keys of sites."""
    return dict(SiteKey.objects.filter(site__in=numbers, expires_at=None).values_list("site_id", "key"))


def manageable_clients(user: User) -> list[Client]:
    """The clients that `user` may give sites to, by name."""
    theirs = Site.objects.filter(visible_sites(user, Privilege.MANAGE_CLIENTS)).order_by().values("account")
    here = Q() if user.at_host is None else confining.clients_at(user.at_host)
    return list(Client.objects.filter(here, account__in=theirs).order_by("name", "id"))


def sites_to_change(user: User, keys: Collection[str], privilege: Privilege) -> list[Site]:
    """The sites with these present keys where `user` has `privilege`; fewer than `keys` where one is not theirs."""
    wanted = [key for key in keys if is_key(key)]
    mine = Site.objects.filter(visible_sites(user, privilege), keys__key__in=wanted, keys__expires_at=None)
    return list(mine.distinct().select_related("account"))
