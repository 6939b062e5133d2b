"""What the pages of the operator's console list, as their templates draw it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from django.core.paginator import Page, Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from trailhouse.accounts.models import Account
from trailhouse.core import clock
from trailhouse.dashboard import formats
from trailhouse.events import current
from trailhouse.events.store import StoreUnavailable
from trailhouse.sites import console
from trailhouse.sites.models import Site
from trailhouse.stats.reports.all_sites import all_sites
from trailhouse.stats.reports.last_events import last_events

ROWS = 100  # a page
LONGEST_SEARCH = 200
FIGURE = "pageviews"
Row = TypeVar("Row", bound=Model)

# Words and badge of each state of an account, as `console.STATES` names them.
STATES: Mapping[str, tuple[Promise, str]] = {
    "open": (pgettext_lazy("account", "Open"), "active"),
    "suspended": (_("Suspended"), "due"),
    "closed": (_("Closed"), ""),
}
ORDERS: Mapping[str, Promise] = {
    "name": _("By name"),
    "newest": _("Newest first"),
    "oldest": _("Oldest first"),
    "sites": _("Most sites first"),
    "people": _("Most people first"),
}


def text_of(request: HttpRequest, name: str = "q") -> str:
    """What was searched for. PostgreSQL takes no null byte."""
    return request.GET.get(name, "").replace("\0", "").strip()[:LONGEST_SEARCH]


def page_of(request: HttpRequest, found: "QuerySet[Row, Row]") -> "Page[Row]":
    """The page of `found` that the address asks for."""
    return Paginator(found, ROWS).get_page(request.GET.get("page"))


@dataclass(frozen=True)
class Badge:
    """A state in words, and the class of its colour."""

    text: str | Promise
    look: str


def state_of(account: Account) -> Badge:
    """Whether an account is open."""
    name = "closed" if account.closed_at else "suspended" if account.suspended_at else "open"
    return Badge(*STATES[name])


@dataclass(frozen=True)
class AccountRow:
    """An account of the list; `pageviews` of the last 30 days in words, a dash while the store is away."""

    account: Account
    state: Badge
    sites: str
    people: str
    pageviews: str


def account_rows(accounts: Collection[Account]) -> list[AccountRow]:
    """The rows of accounts that `console.accounts` found, their pageviews by one question to the store."""
    counts = pageviews_of([account.pk for account in accounts])
    return [
        AccountRow(
            account,
            state_of(account),
            formats.count(account.site_count),  # type: ignore[attr-defined]  # annotated
            formats.count(account.people_count),  # type: ignore[attr-defined]
            formats.NONE if counts is None else formats.count(counts[account.pk]),
        )
        for account in accounts
    ]


def pageviews_of(accounts: Collection[int]) -> dict[int, int] | None:
    """The pageviews of accounts in the last 30 days, as their own pages count them; None while the store is away."""
    zones = console.zones_of(accounts)
    every = {site: zone for own in zones.values() for site, zone in own.items()}
    try:
        found = all_sites(current.store(), every, clock.now(), (FIGURE,))
    except StoreUnavailable:
        return None
    return {account: sum(found[site][FIGURE].period for site in own if site in found) for account, own in zones.items()}


# -- sites

SITE_STATES: Mapping[str, tuple[Promise, str]] = {
    "deleting": (_("Being deleted"), "due"),
    "stopped": (_("Stopped, counts nothing"), "due"),
    "paused": (_("Paused"), ""),
    "waiting": (_("Waiting for the first visit"), "trial"),
    "locked": (_("Counting, statistics locked"), "due"),
    "counting": (_("Counting"), "active"),
}


@dataclass(frozen=True)
class SiteRow:
    """A site of the list; `last` is its newest event of 30 days, `known` whether the store could say so."""

    site: Site
    state: Badge
    account_state: Badge
    last: datetime | None
    known: bool


def site_rows(sites: Collection[Site]) -> list[SiteRow]:
    """The rows of sites, their last events by one question to the store."""
    try:
        found: dict[int, datetime] | None = last_events(current.store(), [site.pk for site in sites], clock.now())
    except StoreUnavailable:
        found = None
    return [
        SiteRow(
            site,
            Badge(*SITE_STATES[_site_state(site, visited=bool(found and site.pk in found))]),
            state_of(site.account),
            found.get(site.pk) if found else None,
            found is not None,
        )
        for site in sites
    ]


def _site_state(site: Site, *, visited: bool) -> str:
    if site.delete_at is not None:
        return "deleting"
    if site.stopped:
        return "stopped"
    if not site.counts:
        return "paused"
    if site.locked:
        return "locked"
    return "counting" if visited or site.first_event_at is not None else "waiting"
