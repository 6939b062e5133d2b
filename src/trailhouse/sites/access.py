"""What a person may do with a site: the one place that decides it, for pages, API, exports and mail alike."""

from collections.abc import Callable
from enum import StrEnum, auto
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase

from trailhouse.accounts.models import Account, User
from trailhouse.core import clock
from trailhouse.sites.models import Membership, Role, Site, is_key

View = Callable[..., HttpResponseBase]


class Privilege(StrEnum):
    """One thing that a person may or may not do."""

    VIEW_STATS = auto()
    CHANGE_SITE = auto()  # settings, goals, script
    INVITE = auto()  # people of the site
    ADD_SITE = auto()
    VIEW_BILLING = auto()
    CHANGE_BILLING = auto()


# Adding a site spends, so a super user needs the administrator's leave for it (`ADD_SITE` comes with billing).
PRIVILEGES: dict[Role, frozenset[Privilege]] = {
    Role.ADMINISTRATOR: frozenset(Privilege),
    Role.SUPER: frozenset({Privilege.VIEW_STATS, Privilege.CHANGE_SITE, Privilege.INVITE}),
    Role.STANDARD: frozenset({Privilege.VIEW_STATS}),
    Role.BOOKKEEPER: frozenset({Privilege.VIEW_BILLING}),
}


def running(to: str = "") -> Q:
    """The condition on Membership that it has not ended; `to` leads to it from another table: "memberships__"."""
    return Q(**{f"{to}ends_at": None}) | Q(**{f"{to}ends_at__gt": clock.now()})


def roles(user: User | AnonymousUser, account: Account, site: Site | None = None) -> frozenset[Role]:
    """All roles that `user` has at `site` (account-wide ones included), or at the account alone without a site."""
    if not isinstance(user, User) or not user.is_active:
        return frozenset()
    if account.owner_id == user.pk:
        return frozenset({Role.ADMINISTRATOR})
    where = Q(site=None) | Q(site=site) if site is not None else Q(site=None)
    rows = Membership.objects.filter(running(), where, user=user, account=account)
    return frozenset(Role(role) for role in rows.values_list("role", flat=True))


def allowed(user: User | AnonymousUser, site: Site, privilege: Privilege) -> bool:
    """Whether `user` may use `privilege` at `site`."""
    return any(privilege in PRIVILEGES[role] for role in roles(user, site.account, site))


def allowed_in_account(user: User | AnonymousUser, account: Account, privilege: Privilege) -> bool:
    """Whether `user` may use `privilege` in all of `account`."""
    return any(privilege in PRIVILEGES[role] for role in roles(user, account))


def visible_sites(user: User | AnonymousUser, privilege: Privilege = Privilege.VIEW_STATS) -> Q:
    """The condition on Site that `allowed` puts in words, for lists: sites where `user` has `privilege`."""
    if not isinstance(user, User) or not user.is_active:
        return Q(pk__in=[])
    granting = [role for role, privileges in PRIVILEGES.items() if privilege in privileges]
    mine = Membership.objects.filter(running(), user=user, role__in=granting)
    found = Q(pk__in=mine.exclude(site=None).values("site")) | Q(account__in=mine.filter(site=None).values("account"))
    return found | Q(account__owner=user) if Role.ADMINISTRATOR in granting else found


def with_key(key: str) -> QuerySet[Site]:
    """The site whose key, present or rotated out but still counting, is `key`."""
    opens = Q(keys__expires_at=None) | Q(keys__expires_at__gt=clock.now())
    found = Site.objects.filter(opens, keys__key=key) if is_key(key) else Site.objects.none()
    return found.select_related("account").prefetch_related("keys")


def find_site(user: User | AnonymousUser, key: str, privilege: Privilege) -> Site:
    """The site of `key`. Raises Http404 alike for an unknown key and for a site that is not theirs."""
    site = with_key(key).first()
    if site is None or not allowed(user, site, privilege):
        raise Http404
    return site


def site_access(privilege: Privilege) -> Callable[[View], View]:
    """Decorate a view `(request, site, …)` whose URL carries `key`: sign-in first, then 404 for what is not theirs."""

    def decorate(view: View) -> View:
        @wraps(view)
        @login_required
        def guarded(request: HttpRequest, key: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
            return view(request, find_site(request.user, key, privilege), *args, **kwargs)

        guarded.privilege = privilege  # type: ignore[attr-defined]  # the test of all routes reads it
        return guarded

    return decorate
