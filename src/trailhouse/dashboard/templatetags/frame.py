"""What the frame around every page shows: the mark, the site switcher, the person."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any, cast

from django import template
from django.utils.functional import SimpleLazyObject
from django.utils.timezone import localtime

from trailhouse.billing import enrolment
from trailhouse.dashboard import addresses, formats
from trailhouse.dashboard import report_menu as menu
from trailhouse.sites import access, selectors
from trailhouse.sites.access import Privilege
from trailhouse.sites.models import Site

register = template.Library()

MOST_SITES = 20  # in the switcher; the others are found by its search
MOST_ACCOUNTS = 10  # in the menu
PAGES = frozenset(
    {
        Privilege.MANAGE_CLIENTS,
        Privilege.INVITE,
        Privilege.MANAGE_ACCOUNT,
        Privilege.VIEW_AUDIT,
        Privilege.VIEW_BILLING,
    }
)


@dataclass(frozen=True)
class Place:
    """An account in the menu, and what the person may do there."""

    account: Any
    may: frozenset[str]


@dataclass(frozen=True)
class Frame:
    """The frame's content for one request; `user` is None for a stranger."""

    user: Any
    account: Any
    sites: tuple[Any, ...]  # the first ones by domain: their names and keys
    more: bool = False  # whether there are others
    may: frozenset[str] = frozenset()  # of Privilege: at the site that is shown, else in the account
    sees: frozenset[str] = frozenset()  # of Section: at the site that is shown
    confined: bool = False  # whether they see but a segment of that site
    guest: Any = None  # of a shared page: nobody by name
    bills: bool = False  # whether the person pays or sees what is paid, here or in one of `places`
    places: tuple[Place, ...] = ()  # the accounts whose pages the menu leads to, the one that is shown first
    accounts: tuple[Any, ...] = ()  # all those of the person, where the page is about no site

    @property
    def adds(self) -> bool:
        """Whether the person may add a site here."""
        return any(Privilege.ADD_SITE in may for may in (self.may, *(place.may for place in self.places)))

    @property
    def account_name(self) -> str:
        """What the account is called."""
        return self.account.name if self.account else ""

    @property
    def initials(self) -> str:
        """Up to two letters for the person's mark: of the name, else of the e-mail address."""
        if self.user is None:
            return ""
        name = self.user.full_name or self.user.email.split("@")[0].replace(".", " ")
        words = name.split() or ["?"]
        return "".join(word[0] for word in (words[0], words[-1])[: len(words)]).upper()


@register.filter
def short_day(moment: datetime) -> str:
    """The day of a moment, where the reader is: 15 Nov 2026."""
    return formats.short_day(localtime(moment).date())


@register.filter
def plain_day(day: date) -> str:
    """A day as it stands, wherever the reader is."""
    return formats.short_day(day)


@register.simple_tag(takes_context=True)
def frame(context: template.Context) -> Frame:
    """The frame for the request in `context`, worked out where it is first read; a stranger gets an empty one."""
    request = context.get("request")
    user = getattr(request, "user", None)
    if guest := getattr(request, "guest", None):
        sees = access.sections_of(guest, context["site"]) if context.get("site") else ()
        return Frame(None, None, (), sees=frozenset(map(str, sees)), guest=guest)
    if request is None or user is None or not user.is_authenticated:
        return Frame(None, None, ())
    there: Any = getattr(request, "trailhouse_frame", None)  # base and nav ask alike
    if there is None:
        made = partial(_frame, user, context.get("site"), context.get("account"))
        there = request.trailhouse_frame = SimpleLazyObject(made)  # pages without navigation never read it
    return cast(Frame, there)


def _frame(user: Any, shown: Any, account: Any) -> Frame:
    listed = selectors.sites_of(user).select_related(None).only("domain", "name")  # all that a switcher shows
    sites = tuple(listed[: MOST_SITES + 1])
    site = shown if isinstance(shown, Site) else None  # allauth calls the host of its pages so
    accounts = () if site else tuple(selectors.accounts_for(user))
    account = account or (site.account if site else next(iter(accounts), None))
    found = access.rights(user, account, site) if account else access.NOTHING
    may = frozenset(map(str, found.privileges))
    sees = frozenset(map(str, access.sections_in(found))) if site else frozenset()
    places = (Place(account, may), *_other_places(user, account, accounts)) if account and not site else ()
    pays = any(Privilege.VIEW_BILLING in one for one in (may, *(place.may for place in places)))
    bills = pays and enrolment.billing_on()
    more = len(sites) > MOST_SITES
    return Frame(
        user,
        account,
        sites[:MOST_SITES],
        more,
        may,
        sees,
        found.within is not None,
        bills=bills,
        places=places,
        accounts=accounts,
    )


def _other_places(user: Any, account: Any, accounts: Iterable[Any]) -> list[Place]:
    others = [one for one in accounts if one.pk != account.pk][:MOST_ACCOUNTS]
    found = [Place(other, frozenset(map(str, access.rights(user, other).privileges))) for other in others]
    return [place for place in found if place.may & PAGES]


@register.simple_tag(takes_context=True)
def at(context: template.Context, name: str, *parts: str) -> str:
    """The address of a report of the site that is shown; on a shared page one that stays in the share."""
    return addresses.of(context["request"], context["site"], name, *parts)


@register.simple_tag(takes_context=True)
def report_menu(context: template.Context) -> list[tuple[Any, list[menu.Link]]]:
    """The pages of the statistics of the site that is shown, for whoever sees them."""
    found = frame(context)
    return menu.groups_for(context["request"], context["site"], found.sees, confined=found.confined)
