"""What a person may do with a site: the one place that decides it, for pages, API, exports and mail alike."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum, auto
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from trailhouse.accounts import selectors
from trailhouse.accounts.models import Account, User
from trailhouse.accounts.staff import StaffPrivilege, staff_may
from trailhouse.core import clock
from trailhouse.core.errors import UserError
from trailhouse.sites import confining
from trailhouse.sites.models import Membership, Role, Section, Site, is_key

View = Callable[..., HttpResponseBase]


class Privilege(StrEnum):
    """One thing that a person may or may not do."""

    VIEW_STATS = auto()
    CHANGE_SITE = auto()  # settings, goals, script
    INVITE = auto()  # people of the site
    ADD_SITE = auto()
    MANAGE_CLIENTS = auto()
    MANAGE_ACCOUNT = auto()  # its people at large, keys, settings, owner
    VIEW_AUDIT = auto()
    VIEW_BILLING = auto()
    CHANGE_BILLING = auto()


# Adding a site spends, so a super user needs the administrator's leave for it: Membership.may_add_sites.
PRIVILEGES: dict[Role, frozenset[Privilege]] = {
    Role.ADMINISTRATOR: frozenset(Privilege),
    Role.SUPER: frozenset({Privilege.VIEW_STATS, Privilege.CHANGE_SITE, Privilege.INVITE}),
    Role.STANDARD: frozenset({Privilege.VIEW_STATS}),
    Role.BOOKKEEPER: frozenset({Privilege.VIEW_BILLING}),
}


def running(to: str = "") -> Q:
    """The condition on Membership that it has not ended; `to` leads to it from another table: "memberships__"."""
    return Q(**{f"{to}ends_at": None}) | Q(**{f"{to}ends_at__gt": clock.now()})


def _privileges(one: Membership) -> frozenset[Privilege]:
    """What a membership allows where it holds."""
    found = PRIVILEGES[Role(one.role)]
    if one.may_add_sites:
        found |= {Privilege.ADD_SITE}
    if one.role == Role.SUPER and one.site_id is None and one.client_id is None and not one.sections:
        found |= {Privilege.MANAGE_CLIENTS}  # a client's sites are given to its people, so only by who sees all
    return found


def _granting(privilege: Privilege) -> Q:
    """The condition on Membership that `_privileges` puts in words."""
    found = Q(role__in=[role for role, privileges in PRIVILEGES.items() if privilege in privileges])
    if privilege is Privilege.ADD_SITE:
        found |= Q(may_add_sites=True)
    if privilege is Privilege.MANAGE_CLIENTS:
        found |= Q(role=Role.SUPER, site=None, client=None, sections=[])
    return found


@dataclass(frozen=True)
class Rights:
    """What a person may do somewhere, and which sections of the statistics they see (None: all).

    `within` is the number of the segment that they are confined to. Whatever shows statistics is then closed to them,
    unless it says that it narrows all it shows to that segment (`narrows`, `narrowed`).
    """

    privileges: frozenset[Privilege] = frozenset()
    sections: frozenset[Section] | None = frozenset()
    within: int | None = None


@dataclass(frozen=True)
class Guest:
    """Whoever came by an open shared link or to a public page: nobody by name, who looks at one site.

    `sharing.guest_of` alone makes one. `sections` as in `Rights`; `slug` is the link's own part of its address.
    """

    site_id: int
    slug: str
    sections: frozenset[Section] | None = None
    embed: bool = False


Principal = User | AnonymousUser | Guest
NOTHING = Rights()
EVERYTHING = Rights(frozenset(Privilege), None)
# What somebody who is confined to a segment may see; the other sections show single visitors.
NARROWED = frozenset(Section) - {Section.LIVE, Section.VISITORS}
# What is left while the operator has suspended an account: who pays can still do so.
WHILE_SUSPENDED = frozenset({Privilege.VIEW_BILLING, Privilege.CHANGE_BILLING, Privilege.VIEW_AUDIT})
# What stays closed to somebody who looks as another person.
NEVER_AS_ANOTHER = WHILE_SUSPENDED | {Privilege.MANAGE_ACCOUNT}


def rights(user: Principal, account: Account, site: Site | None = None) -> Rights:
    """What `user` may do at `site` (roles at its client and account-wide ones included), or at the account alone."""
    found = _given(user, account, site)
    if account.suspended_at is not None:
        found = replace(found, privileges=found.privileges & WHILE_SUSPENDED)
    if site is not None and site.locked:
        found = replace(found, privileges=found.privileges - {Privilege.VIEW_STATS})
    return found


def _given(user: Principal, account: Account, site: Site | None) -> Rights:
    """The rights of `user` as long as nobody has suspended the account or locked the site."""
    if isinstance(user, Guest):
        theirs = site is not None and site.pk == user.site_id and account.closed_at is None
        return Rights(frozenset({Privilege.VIEW_STATS}), user.sections) if theirs else NOTHING
    if not isinstance(user, User) or not user.is_active or account.closed_at is not None:
        return NOTHING
    if user.at_host is not None and not confining.exists_at(user.at_host, site):
        return NOTHING
    found = EVERYTHING if account.owner_id == user.pk else _granted(user, account, site)
    return found if user.viewed_by is None else _looked_at(user, found, account, site)


def _looked_at(user: User, seen: Rights, account: Account, site: Site | None) -> Rights:
    """What is shown to whoever looks as `user`: the staff see the one account that they look into, as its owner."""
    assert user.viewed_by is not None
    if user.viewed_account is None:
        return _in_common(seen, rights(user.viewed_by, account, site))
    if account.pk != user.viewed_account or not staff_may(user.viewed_by, StaffPrivilege.VIEW_AS):
        return NOTHING
    return replace(seen, privileges=seen.privileges - NEVER_AS_ANOTHER)


def _in_common(seen: Rights, looker: Rights) -> Rights:
    """What is shown to somebody who looks as another person: never more than they may see themselves."""
    sections = seen.sections if looker.sections is None else looker.sections
    if seen.sections is not None and sections is not None:
        sections &= seen.sections
    within = seen.within or looker.within
    if looker.within not in (None, within):
        return NOTHING  # two segments at once
    return Rights(seen.privileges & looker.privileges - NEVER_AS_ANOTHER, sections, within)


def _granted(user: User, account: Account, site: Site | None) -> Rights:
    where = Q(site=None, client=None)
    if site is not None:
        where |= Q(site=site)
        if site.client_id is not None:
            where |= Q(client=site.client_id)
    privileges: set[Privilege] = set()
    looking: list[Membership] = []
    for one in Membership.objects.filter(running(), where, user=user, account=account):
        own = _privileges(one)
        privileges |= own
        if Privilege.VIEW_STATS in own:
            looking.append(one)
    # A role that shows everything of its sections makes one that shows a segment alone needless.
    whole = [one for one in looking if one.segment_id is None]
    sections = _sections(whole or looking)
    if whole or not looking:
        return Rights(frozenset(privileges), sections)
    return Rights(
        frozenset(privileges), NARROWED if sections is None else sections & NARROWED, within=looking[0].segment_id
    )


def _sections(looking: list[Membership]) -> frozenset[Section] | None:
    """What these roles show together; None for all."""
    if not all(one.sections for one in looking):
        return None
    return frozenset(Section(name) for one in looking for name in one.sections)


def allowed(
    user: Principal, site: Site, privilege: Privilege, section: Section | str | None = None, *, narrowed: bool = False
) -> bool:
    """Whether `user` may use `privilege` at `site`; with `section`, whether they see that part of its statistics.

    `narrowed`: what is shown then is narrowed to the segment that they are confined to, if to any.
    """
    return _holds(rights(user, site.account, site), privilege, section, narrowed=narrowed)


def _holds(
    found: Rights, privilege: Privilege, section: Section | str | None = None, *, narrowed: bool = False
) -> bool:
    if privilege is Privilege.VIEW_STATS and found.within is not None and not narrowed:
        return False
    return privilege in found.privileges and (section is None or found.sections is None or section in found.sections)


def sections_of(user: Principal, site: Site) -> frozenset[Section]:
    """The parts of the site's statistics that `user` sees, be it within a segment alone."""
    return sections_in(rights(user, site.account, site))


def sections_in(found: Rights) -> frozenset[Section]:
    """The parts of a site's statistics that these rights at it show, be it within a segment alone."""
    if Privilege.VIEW_STATS not in found.privileges:
        return frozenset()
    return frozenset(Section) if found.sections is None else found.sections


def allowed_in_account(user: User | AnonymousUser, account: Account, privilege: Privilege) -> bool:
    """Whether `user` may use `privilege` in all of `account`."""
    return privilege in rights(user, account).privileges


def visible_sites(
    user: User | AnonymousUser,
    privilege: Privilege = Privilege.VIEW_STATS,
    section: Section | str | None = None,
    *,
    locked: bool = False,
    narrowed: bool = False,
) -> Q:
    """The condition on Site that `allowed` puts in words, for lists: sites where `user` has `privilege`.

    With `section`, and VIEW_STATS, those where they see that part of the statistics; with `locked` also those whose
    statistics they would see if they were not locked; with `narrowed` also those of which they see but a segment.
    """
    if not isinstance(user, User) or not user.is_active:
        return Q(pk__in=[])
    mine = Membership.objects.filter(running(), _granting(privilege), user=user)
    if not narrowed or section not in (None, *NARROWED):
        mine = mine.filter(segment=None)
    if section is not None:
        mine = mine.filter(pk__in=[one.pk for one in mine if not one.sections or section in one.sections])
    found = (
        Q(pk__in=mine.exclude(site=None).values("site"))
        | Q(client__in=mine.exclude(client=None).values("client"))
        | Q(account__in=mine.filter(site=None, client=None).values("account"))
    )
    if privilege in PRIVILEGES[Role.ADMINISTRATOR]:
        found |= Q(account__owner=user)
    if user.viewed_by is not None:
        found &= _visible_to_looker(user, privilege, section, locked=locked, narrowed=narrowed)
    if user.at_host is not None:
        found &= confining.sites_at(user.at_host)
    found &= Q(account__closed_at=None)
    if privilege is Privilege.VIEW_STATS and not locked:
        found &= Q(locked=False)
    return found if privilege in WHILE_SUSPENDED else found & Q(account__suspended_at=None)


def _visible_to_looker(
    user: User, privilege: Privilege, section: Section | str | None, *, locked: bool, narrowed: bool
) -> Q:
    """The condition on Site that `_looked_at` puts in words."""
    assert user.viewed_by is not None
    if privilege in NEVER_AS_ANOTHER:
        return Q(pk__in=[])
    if user.viewed_account is None:
        return visible_sites(user.viewed_by, privilege, section, locked=locked, narrowed=narrowed)
    return Q(account=user.viewed_account) if staff_may(user.viewed_by, StaffPrivilege.VIEW_AS) else Q(pk__in=[])


def with_key(key: str) -> QuerySet[Site]:
    """The site whose key, present or rotated out but still counting, is `key`."""
    opens = Q(keys__expires_at=None) | Q(keys__expires_at__gt=clock.now())
    found = Site.objects.filter(opens, keys__key=key) if is_key(key) else Site.objects.none()
    return found.select_related("account").prefetch_related("keys")


def find_site(
    user: Principal, key: str, privilege: Privilege, section: Section | str | None = None, *, narrowed: bool = False
) -> Site:
    """The site of `key`. Raises Http404 alike for an unknown key and for a site, or a section, that is not theirs.

    Whoever has lost it only by the account being suspended or the site locked is told so.
    """
    site = get_object_or_404(with_key(key))
    if not allowed(user, site, privilege, section, narrowed=narrowed):
        closed = site.locked or site.account.suspended_at is not None
        if closed and _holds(_given(user, site.account, site), privilege, section, narrowed=narrowed):
            raise suspended(user, site.account) if site.account.suspended_at is not None else _locked(user, site)
        raise Http404
    return site


def _locked(user: Principal, site: Site) -> UserError:
    """What is said where the statistics of `site` are locked: to who pays where to go, to others no word of money."""
    if Privilege.VIEW_BILLING not in rights(user, site.account).privileges:
        return _unavailable()
    return UserError(
        "site_locked",
        _("The statistics of %(site)s are locked.") % {"site": site.domain},
        _("They are kept, and open again as soon as the site is activated under Billing."),
        status=403,
    )


def _unavailable() -> UserError:
    return UserError(
        "temporarily_unavailable",
        _("This is temporarily unavailable."),
        _("Nothing that is counted gets lost. Try again later."),
        status=503,
    )


def suspended(user: Principal, account: Account) -> UserError:
    """What is said where the operator has suspended `account`: why to its owner alone, to others no word of it."""
    named = isinstance(user, User) and account.owner_id == user.pk and user.viewed_by is None
    if not isinstance(user, User) or not named or user.at_host is not None:
        return _unavailable()
    because, support = account.suspended_because, selectors.instance().support_email
    reason = _("The reason: %(reason)s") % {"reason": because} if because else ""
    write = _("Write to %(email)s.") % {"email": support} if support else _("Write to whoever runs this instance.")
    counted = _("Visits are counted all the same.")
    hint = f"{reason} {counted} {write}".strip()
    return UserError("account_suspended", _("The account %(name)s is suspended.") % {"name": account}, hint, status=403)


def viewer(request: HttpRequest) -> Principal:
    """Who asks: the guest of a shared page, else the person who is signed in, if any."""
    guest: Guest | None = getattr(request, "guest", None)
    return guest or request.user


def site_access(
    privilege: Privilege, section: Section | None = None, *, narrows: bool = False
) -> Callable[[View], View]:
    """Decorate a view `(request, site, …)` whose URL carries `key`: sign-in first, then 404 for what is not theirs.

    `section` is the part of the statistics that the view shows; a URL that carries one of its own says it there. A view
    that shows statistics is closed to whoever is confined to a segment, unless it `narrows` all that it shows to it.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, key: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
            who = viewer(request)
            if not isinstance(who, Guest) and not who.is_authenticated:
                return redirect_to_login(request.get_full_path())
            site = find_site(who, key, privilege, kwargs.get("section", section), narrowed=narrows)
            request.shown_site = site  # type: ignore[attr-defined]  # whose look the page has
            return view(request, site, *args, **kwargs)

        guarded.privilege = privilege  # type: ignore[attr-defined]  # the test of all routes reads it
        guarded.narrows = narrows  # type: ignore[attr-defined]  # the menu too
        return guarded

    return decorate


def find_account(user: User | AnonymousUser, number: int, privilege: Privilege) -> Account:
    """The account with this number. Raises Http404 alike for one that does not exist and for one that is not theirs."""
    account = get_object_or_404(Account, pk=number, closed_at=None)
    if not allowed_in_account(user, account, privilege):
        if account.suspended_at is not None and _holds(_given(user, account, None), privilege):
            raise suspended(user, account)
        raise Http404
    return account


def account_access(privilege: Privilege) -> Callable[[View], View]:
    """Decorate a view `(request, account, …)` whose URL carries `number`: sign-in first, then 404 for another's."""

    def decorate(view: View) -> View:
        @wraps(view)
        @login_required
        def guarded(request: HttpRequest, number: int, *args: Any, **kwargs: Any) -> HttpResponseBase:
            return view(request, find_account(request.user, number, privilege), *args, **kwargs)

        guarded.account_privilege = privilege  # type: ignore[attr-defined]  # the test of all routes reads it
        return guarded

    return decorate


def staff_access(privilege: StaffPrivilege) -> Callable[[View], View]:
    """Decorate a view of the whole instance: sign-in first, then 404 for whoever is no staff with `privilege`."""

    def decorate(view: View) -> View:
        @wraps(view)
        @login_required
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not staff_may(request.user, privilege):
                raise Http404
            return view(request, *args, **kwargs)

        guarded.staff_privilege = privilege  # type: ignore[attr-defined]  # the test of all routes reads it
        return guarded

    return decorate
