"""What is asked of the tables of `sites`."""

from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Case, F, Q, QuerySet, When
from django.db.models.lookups import IsNull

from trailhouse.accounts.models import Account, User, normal_email
from trailhouse.core import clock
from trailhouse.core.errors import UserError
from trailhouse.events.registry import OwnPath, ServedSite, Snapshot
from trailhouse.events.salts import Salt as SnapshotSalt
from trailhouse.sites.access import Privilege, running, visible_sites
from trailhouse.sites.domains import normal_domain, normal_hostname
from trailhouse.sites.models import Invitation, RegistryState, Salt, Site, SiteKey, is_key


@dataclass(frozen=True)
class GoalValue:
    """A goal as plain values; `kind` is page, event, scroll or duration."""

    id: int
    name: str
    kind: str
    pattern: str
    value_minor: int | None


@dataclass(frozen=True)
class PageGroupValue:
    """A group of pages as plain values; `*` in a pattern stands for any text."""

    name: str
    patterns: tuple[str, ...]


@dataclass(frozen=True)
class SegmentValue:
    """A segment as plain values; `groups` are JSON."""

    id: int
    groups: Any


@dataclass(frozen=True)
class SiteValues:
    """What a question needs to know of a site, without Django."""

    site_id: int
    timezone: str
    visit_timeout_s: int
    currency: str
    goals: tuple[GoalValue, ...]
    return_after_s: int = 86_400
    page_groups: tuple[PageGroupValue, ...] = ()  # a page is in the first one that it fits
    segments: tuple[SegmentValue, ...] = ()
    within: int | None = None  # the segment that who asks is confined to, which is one of `segments`


def context(site: Site, segments: Collection[int] | None = None, within: int | None = None) -> SiteValues:
    """The plain values of `site` for `stats`; of its segments those with these numbers, else the site's own.

    `within` is the segment that who asks is confined to (`access.Rights`).
    """
    chosen = Q(person=None) if segments is None or within is not None else Q(pk__in=[])
    chosen |= Q(pk__in=segments or [])
    return SiteValues(
        site.pk,
        site.timezone,
        site.visit_timeout_min * 60,
        site.currency,
        goals=tuple(GoalValue(g.pk, g.name, g.kind, g.pattern, g.value_minor) for g in site.goals.all()),
        return_after_s=site.return_after_hours * 3600,
        page_groups=tuple(PageGroupValue(group.name, tuple(group.patterns)) for group in site.page_groups.all()),
        segments=tuple(SegmentValue(one.pk, one.groups) for one in site.segments.filter(chosen)),
        within=within,
    )


def sites_of(user: User | AnonymousUser, privilege: Privilege = Privilege.VIEW_STATS) -> QuerySet[Site]:
    """The sites where `user` has `privilege`, be it within a segment alone, by domain."""
    found = Site.objects.filter(visible_sites(user, privilege, narrowed=True))
    return found.select_related("account").prefetch_related("keys").order_by("domain", "id")


def accounts_for(user: User | AnonymousUser) -> QuerySet[Account]:
    """The accounts that `user` owns or has a running role in: own ones first, then by age."""
    if not isinstance(user, User):
        return Account.objects.none()
    mine = Q(owner=user) | (Q(memberships__user=user) & running("memberships__"))
    own_first = Case(When(owner=user, then=0), default=1)
    found = Account.objects.filter(mine, closed_at=None).distinct().order_by(own_first, "id")
    if user.at_host is not None:
        found = found.filter(pk=user.at_host.account)
    if user.viewed_account is not None:
        return found.filter(pk=user.viewed_account)
    return found if user.viewed_by is None else found.filter(pk__in=accounts_for(user.viewed_by).values("pk"))


def is_invited(email: str) -> bool:
    """Whether an invitation to this address can still be accepted."""
    open_ones = Invitation.objects.filter(used_at=None, revoked_at=None, expires_at__gt=clock.now())
    return open_ones.filter(email=normal_email(email)).exists()


def named(name: str) -> QuerySet[Site]:
    """The sites of all accounts that `name` names: a domain in any spelling, or a key."""
    wanted = Q(keys__key=name) if is_key(name) else Q(pk__in=[])
    with suppress(UserError):
        wanted |= Q(domain=normal_domain(name))
    return Site.objects.filter(wanted).distinct().select_related("account").prefetch_related("keys")


def site_for_api(account: Account, domain: str, only: Collection[int] = ()) -> Site | None:
    """The account's site that `domain` names; `only` holds an API key's site limits."""
    found = named(domain).filter(account=account)
    return (found.filter(pk__in=only) if only else found).first()


def sites_for_api(account: Account, names: Collection[str], only: Collection[int] = ()) -> dict[str, Site]:
    """The account's sites by those of `names`, domains in any spelling or keys, that name one: in three questions."""
    there = sites_of_account(account, only)
    known = dict(SiteKey.objects.filter(site__in=there).values_list("key", "site_id"))
    known |= dict(there.values_list("domain", "pk"))
    numbers: dict[str, int] = {}
    for name in dict.fromkeys(names):
        with suppress(UserError):
            number = known.get(name) or known.get(normal_domain(name))
            numbers |= {name: number} if number else {}
    sites = there.select_related("account").in_bulk(set(numbers.values()))
    return {name: sites[number] for name, number in numbers.items()}


def site_with_alias(account: Account, hostname: str, only: Collection[int] = ()) -> Site | None:
    """The one site of the account that has this alias, so that a renamed one is found by its name before."""
    try:
        aliases = {"aliases__hostname": normal_hostname(hostname)}
    except UserError:
        return None
    found = sites_of_account(account, only).filter(**aliases).select_related("account").prefetch_related("keys")[:2]
    return found[0] if len(found) == 1 else None


def sites_of_account(account: Account, only: Collection[int] = ()) -> QuerySet[Site]:
    """The sites of an account; `only` holds an API key's site limits."""
    found = Site.objects.filter(account=account)
    return found.filter(pk__in=only) if only else found


def snapshot() -> Snapshot:
    """All that collecting needs, as of now; sites in the order of their claim to a domain.

    First those whose domain its DNS, its page or a file shows to be theirs, then those with a visit, which whoever
    has the key can make up, then the others; by age.
    """
    state = RegistryState.objects.get()
    claim = (IsNull(F("shown_at"), True), IsNull(F("proved_at"), True), "id")
    sites = Site.objects.order_by(*claim).prefetch_related("keys", "aliases")
    now = clock.now()
    salts = tuple(SnapshotSalt(salt.day, bytes(salt.key)) for salt in Salt.objects.order_by("day"))
    served = []
    for site in sites:
        keys = sorted(site.keys.all(), key=lambda key: (key.expires_at is not None, -key.pk))
        served.append(_served(site, [key for key in keys if key.expires_at is None or key.expires_at > now]))
    return Snapshot(revision=state.revision, sites=tuple(served), salts=salts, secret=bytes(state.secret))


def _served(site: Site, keys: Sequence[SiteKey]) -> ServedSite:
    return ServedSite(
        site_id=site.pk,
        domain=site.domain,
        keys=tuple(key.key for key in keys),
        own_paths=tuple(OwnPath(key.folder, key.file, key.key) for key in keys if key.folder),
        counts=site.counts and not site.stopped and site.delete_at is None,
        aliases=tuple(alias.hostname for alias in site.aliases.all()),
        privacy=site.privacy,  # type: ignore[arg-type]  # the choices are those of events.model.Privacy
        visit_timeout_s=site.visit_timeout_min * 60,
        currency=site.currency,
        query_allow=tuple(site.query_allow),
        search_param=site.search_param,
        exclude_networks=tuple(site.exclude_networks),
        exclude_countries=tuple(site.exclude_countries),
        exclude_paths=tuple(site.exclude_paths),
        tracker=site.tracker,
    )


@dataclass(frozen=True)
class Totals:
    """How many there are on the instance: open accounts, of which suspended; sites, of which counting; people."""

    accounts: int
    suspended: int
    sites: int
    counting: int
    people: int


def totals() -> Totals:
    """What the whole instance holds."""
    accounts = Account.objects.filter(closed_at=None)
    return Totals(
        accounts=accounts.count(),
        suspended=accounts.exclude(suspended_at=None).count(),
        sites=Site.objects.count(),
        counting=Site.objects.filter(counts=True).count(),
        people=User.objects.filter(is_active=True).count(),
    )


def by_number(numbers: Collection[int]) -> dict[int, Site]:
    """The sites with these numbers, with their accounts, of any account; those that are gone are missing."""
    return Site.objects.select_related("account").in_bulk(list(numbers))


def accounts_of_sites() -> dict[int, int]:
    """The account of each site, by their numbers."""
    return dict(Site.objects.order_by().values_list("pk", "account_id"))
