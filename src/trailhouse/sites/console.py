"""What the console of the operator lists: accounts, sites and people of the whole instance; selectors of `sites`.

Only what is kept about them, never statistics.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.fields import IntegerField
from django.db.models.functions import Coalesce

from trailhouse.accounts.models import Account, AuditEntry, User
from trailhouse.core import clock
from trailhouse.sites.access import running
from trailhouse.sites.models import Invitation, Membership, Site, SiteKey, is_key

LARGEST_NUMBER = 2**63 - 1  # that a database takes
# The conditions on Account that each word of the filter means.
STATES: Mapping[str, Q] = {
    "open": Q(suspended_at=None, closed_at=None),
    "suspended": Q(suspended_at__isnull=False, closed_at=None),
    "closed": Q(closed_at__isnull=False),
}
# Which order each word means; equal ones by number.
ORDERS: Mapping[str, tuple[str, ...]] = {
    "name": ("name", "id"),
    "newest": ("-created_at", "-id"),
    "oldest": ("created_at", "id"),
    "sites": ("-site_count", "id"),
    "people": ("-people_count", "id"),
}
# What the staff did to accounts, shown beside what concerns no account.
BY_STAFF = frozenset(
    {
        "account.made",
        "account.offered_by_staff",
        "account.reopened",
        "account.restored",
        "account.suspended",
        "account.welcomed_again",
        "view.staff_started",
    }
)


def _count(found: QuerySet[Site] | QuerySet[Membership], of: str) -> Coalesce:
    counted = found.order_by().values("account").annotate(n=Count(of, distinct=True)).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), Value(0))


def accounts(text: str = "", state: str = "", order: str = "name") -> QuerySet[Account]:
    """The accounts that `text` finds (name, owner, domain of a site, number), each with its owner and two counts.

    `site_count` are its sites, `people_count` those who have a running role there, the owner included.
    """
    held = Membership.objects.filter(running(), account=OuterRef("pk")).exclude(user=OuterRef("owner"))
    found = Account.objects.select_related("owner").annotate(
        site_count=_count(Site.objects.filter(account=OuterRef("pk")), "pk"),
        people_count=_count(held, "user") + 1,
    )
    if text:
        domain = Site.objects.filter(account=OuterRef("pk"), domain__icontains=text)
        wanted = Q(name__icontains=text) | Q(owner__email__icontains=text) | Q(Exists(domain))
        found = found.filter(wanted | _numbered(text))
    return found.filter(STATES.get(state, Q())).order_by(*ORDERS.get(order, ORDERS["name"]))


def _numbered(text: str) -> Q:
    is_number = text.isascii() and text.isdigit() and int(text) <= LARGEST_NUMBER
    return Q(pk=int(text)) if is_number else Q(pk__in=[])


def zones_of(accounts: Collection[int]) -> dict[int, dict[int, str]]:
    """The time zones of the sites of accounts: by account, then by the site's number."""
    found: dict[int, dict[int, str]] = {number: {} for number in accounts}
    rows = Site.objects.filter(account__in=accounts).order_by().values_list("account_id", "pk", "timezone")
    for account, site, zone in rows:
        found[account][site] = zone
    return found


def sites(text: str = "", account: int | None = None) -> QuerySet[Site]:
    """The sites that `text` finds by a part of the domain or by a key, also one that was rotated out; of an account."""
    found = Site.objects.select_related("account__owner").prefetch_related("keys").order_by("domain", "id")
    if account is not None:
        found = found.filter(account=account)
    if not text:
        return found
    wanted = Q(domain__icontains=text)
    if is_key(text):
        wanted |= Q(pk__in=SiteKey.objects.filter(key=text).values("site"))
    return found.filter(wanted)


def people(text: str = "", staff_only: bool = False) -> QuerySet[User]:
    """The people that `text` finds by address or name, by address."""
    found = User.objects.annotate(
        account_count=Count("accounts", distinct=True), role_count=Count("memberships", distinct=True)
    )
    if staff_only:
        found = found.exclude(staff="")
    if text:
        found = found.filter(Q(email__icontains=text) | Q(full_name__icontains=text))
    return found.order_by("email")


@dataclass(frozen=True)
class Held:
    """What a person has: accounts that they own, and roles in others'."""

    accounts: list[Account]
    roles: list[Membership]


def held_by(person: User) -> Held:
    """What `person` has, roles that have ended included."""
    roles = Membership.objects.filter(user=person).select_related("account", "site", "client")
    return Held(list(person.accounts.order_by("id")), list(roles.order_by("account__name", "id")))


def roles_in(account: Account) -> QuerySet[Membership]:
    """The roles of people in an account, those that have ended included."""
    found = Membership.objects.filter(account=account).select_related("user", "site", "client")
    return found.order_by(F("ends_at").asc(nulls_first=True), "user__email", "id")


def invitations(text: str) -> QuerySet[Invitation]:
    """The invitations to addresses that have `text` in them and that nobody has accepted yet; newest first."""
    found = Invitation.objects.filter(email__icontains=text, used_at=None, revoked_at=None)
    return found.select_related("account", "client").order_by("-created_at", "-id")


def log(account: int | None = None) -> QuerySet[AuditEntry]:
    """The log of an account; without one what the staff did, to the instance or to accounts. Newest first."""
    wanted = Q(account=None) | Q(action__in=BY_STAFF) if account is None else Q(account=account)
    found = AuditEntry.objects.filter(wanted)
    return found.select_related("user", "account").order_by("-at", "-pk")


def is_ended(one: Membership) -> bool:
    """Whether a role has ended."""
    return one.ends_at is not None and one.ends_at <= clock.now()
