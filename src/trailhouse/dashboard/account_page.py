"""What the account page shows of all sites: found, asked about in one go, added up, a page of them drawn."""

from collections.abc import Collection, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from trailhouse.accounts.models import User
from trailhouse.billing.values import same_limits
from trailhouse.core import clock
from trailhouse.dashboard import formats
from trailhouse.dashboard.account_figures import MANY, figures_of
from trailhouse.dashboard.account_prices import Prices, prices_of
from trailhouse.dashboard.account_rows import (
    ROWS,
    Line,
    Row,
    Sums,
    fits,
    in_order,
    line_of,
    row_of,
    states_of,
    sums_of,
)
from trailhouse.dashboard.account_state import COUNTING, AccountState
from trailhouse.dashboard.newest_site import newest_of
from trailhouse.sites.listing import ListedSite, keys_of, listed_sites, manageable_clients
from trailhouse.stats.reports.all_sites import DAYS

COLUMNS = {
    "site": _("Site"),
    "client": _("Client"),
    "labels": _("Labels"),
    "state": _("State"),
    "visitors": _("Visitors"),
    "pageviews": _("Pageviews"),
    "now": _("Now"),
    "price": _("A month"),
}
# What the list of orders offers where the heads of the columns are not shown.
ORDERS = {
    "site": _("Site"),
    "-visitors": _("Most visitors"),
    "-change": _("Most growth in visitors"),
    "change": _("Least growth in visitors"),
    "-pageviews": _("Most pageviews"),
    "-now": _("Most visitors now"),
    "client": _("Client"),
    "labels": _("Labels"),
    "state": _("State"),
}


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a column that can be sorted by; `sorting` is what aria-sort says of it."""

    label: str
    link: str
    sorting: str


@dataclass(frozen=True, slots=True)
class Day:
    """A line of the table of values: the day where the reader is, and all sites added up."""

    title: str
    visitors: str
    pageviews: str


def page_of(user: User, state: AccountState, team: Collection[int] | None = None) -> dict[str, Any]:
    """The values of the page for `user`; `team` as for `listed_sites`."""
    sites = _sites_of(user, state, team)
    state, rows = sites.state, sites.found
    last = max(1, -(-len(rows) // ROWS))
    state = replace(state, page=min(state.page, last))
    first = ROWS * (state.page - 1)
    shown = in_order(rows, state)[first : first + ROWS]
    sums = sums_of(rows)
    paying = sites.prices.sums
    return {
        "state": state,
        "any": bool(sites.rows),
        "lines": _lines(shown, state),
        "sums": sums,
        "days": _days(sums),
        "away": sites.away,
        "remembered": len(sites.rows) > MANY,
        "heads": {name: _head(name, label, state) for name, label in COLUMNS.items()},
        "range": f"{formats.count(first + 1)}–{formats.count(first + len(shown))}",
        "sorted_otherwise": "" if state.sort in ORDERS else COLUMNS.get(state.column, ""),
        "newer": replace(state, page=state.page - 1).url() if state.page > 1 else "",
        "further": replace(state, page=state.page + 1).url() if state.page < last else "",
        "priced": bool(sites.prices.of_sites),
        "paying": paying,
        "ladder": paying[0].ladder if len(paying) == 1 else None,
        "newest": newest_of(sites.rows),
        "may_change": any(row.site.changes for row in shown),
        **_choices([row.site for row in sites.rows]),
        "states": states_of(sites.rows, state),
        "own_clients": manageable_clients(user),
        "several_accounts": len({row.site.account_id for row in sites.rows}) > 1,
    }


def rows_shown(user: User, state: AccountState) -> list[Row]:
    """The sites that the page would list for `user`, on all its pages, in its order."""
    sites = _sites_of(user, state)
    return in_order(sites.found, sites.state)


@dataclass(frozen=True)
class _Sites:
    """All sites that somebody sees, and those `found` of them that `state` leaves in the list."""

    rows: Sequence[Row]
    found: Sequence[Row]
    state: AccountState
    prices: Prices
    away: bool


def _sites_of(user: User, state: AccountState, team: Collection[int] | None = None) -> _Sites:
    """The state without a payment state where none is seen: it makes no sense there."""
    listed = listed_sites(user, team)
    figures, now = figures_of(listed)
    prices = prices_of(user, listed)
    if state.state not in COUNTING and not prices.of_sites:
        state = replace(state, state="")
    rows = [row_of(site, figures, now, prices.of_sites.get(site.number)) for site in listed]
    found = [row for row in rows if fits(row.site, state) and (not state.state or state.state in row.shown)]
    return _Sites(rows, found, state, prices, figures is None)


def _lines(rows: Sequence[Row], state: AccountState) -> list[Line]:
    keys = keys_of([row.site.number for row in rows])
    # One address a route is looked up, not one a row: a hundred rows have three each.
    routes = {name: reverse(name, args=[_KEY]) for name in ("overview", "site_script", "site_settings")}
    found = []
    with same_limits() if any(row.cost for row in rows) else nullcontext():
        for row in rows:
            key = keys[row.site.number]
            links = {name: address.replace(_KEY, key) for name, address in routes.items()}
            found.append(line_of(row, key, links, state))
    return found


_KEY = "THE-KEY"  # in the place of a site's own, of which none has capitals


def _head(name: str, label: Any, state: AccountState) -> Head:
    sorting = ("descending" if state.descending else "ascending") if state.column == name else ""
    return Head(str(label), state.sorted_by(name).url(), sorting)


def _choices(sites: Collection[ListedSite]) -> dict[str, Any]:
    """What can be filtered by. Clients of two accounts may have one name, so they are known by number."""
    labels = {label.casefold(): label for site in sites for label in site.labels}
    clients = {str(site.client_id): site.client for site in sites if site.client}
    return {
        "labels": [labels[key] for key in sorted(labels)],
        "clients": sorted(clients.items(), key=lambda pair: pair[1].casefold()),
        "orders": list(ORDERS.items()),
    }


def _days(sums: Sums) -> list[Day]:
    today = localtime(clock.now()).date()
    both = zip(*(sums.figures[name].days[DAYS:] for name in ("visitors", "pageviews")), strict=True)
    found = [
        Day(formats.short_day(today - timedelta(DAYS - 1 - place)), formats.count(visitors), formats.count(pageviews))
        for place, (visitors, pageviews) in enumerate(both)
    ]
    return found[::-1]
