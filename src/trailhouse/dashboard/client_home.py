"""The home of a client's people: their sites at a glance, asked about in one go, without a word of the reseller's."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from trailhouse.accounts.models import User
from trailhouse.dashboard import formats
from trailhouse.dashboard.account_figures import figures_of
from trailhouse.dashboard.account_rows import Cell, Row, State, cell_of, row_of, spark_words
from trailhouse.dashboard.account_state import AccountState
from trailhouse.dashboard.sparkline import Sparkline, sparkline
from trailhouse.sites.listing import ListedSite, OwnClient, keys_of, listed_sites
from trailhouse.stats.reports.all_sites import DAYS

SEARCHED = 12  # sites, above which they can be searched
A_PAGE = 100


@dataclass(frozen=True, slots=True)
class Card:
    """A site as its card shows it; `said` stands where there are no figures."""

    name: str
    domain: str
    link: str
    report: str  # the address of its monthly report
    visitors: Cell
    pageviews: Cell
    now: str
    spark: Sparkline | None
    spark_text: str
    said: str


@dataclass(frozen=True, slots=True)
class Group:
    """The sites of one client; without a name where there is but one group."""

    name: str
    cards: Sequence[Card]


def home_of(user: User, clients: Sequence[OwnClient], state: AccountState) -> dict[str, Any]:
    """The values of the page for a person of these clients; `state` says what was searched for, and the page."""
    listed = listed_sites(user)
    figures, now = figures_of(listed)
    rows = [row_of(site, figures, now) for site in listed if _fits(site, state.q)]
    rows.sort(key=lambda row: (row.site.name or row.site.domain).casefold())
    last = max(1, -(-len(rows) // A_PAGE))
    page = min(max(1, state.page), last)
    shown = rows[A_PAGE * (page - 1) : A_PAGE * page]
    return {
        "title": clients[0].name if len(clients) == 1 else _("Your sites"),
        "groups": _groups(_cards(shown), clients),
        "any": bool(listed),
        "searched": len(listed) > SEARCHED,
        "q": state.q,
        "away": figures is None,
        "newer": _page(state, page - 1) if page > 1 else "",
        "further": _page(state, page + 1) if page < last else "",
    }


def _page(state: AccountState, page: int) -> str:
    return AccountState(q=state.q, page=page).url()


def _fits(site: ListedSite, words: str) -> bool:
    named = f"{site.domain} {site.name}".casefold()
    return all(word in named for word in words.casefold().split())


def _cards(rows: Collection[Row]) -> dict[int, Card]:
    keys = keys_of([row.site.number for row in rows])
    return {row.site.number: _card(row, keys[row.site.number]) for row in rows}


def _card(row: Row, key: str) -> Card:
    site = row.site
    days = row.figures["visitors"].days[DAYS:] if row.figures else ()
    spark = sparkline(days)
    opens = row.state is not State.LOCKED
    return Card(
        name=site.name or site.domain,
        domain=site.domain if site.name else "",
        link=reverse("overview", args=[key]) if opens else "",
        report=reverse("month", args=[key]) if site.reads and row.state not in (State.LOCKED, State.WAITING) else "",
        visitors=cell_of(row.figures, "visitors"),
        pageviews=cell_of(row.figures, "pageviews"),
        now="" if not row.now else formats.count(row.now),
        spark=spark,
        spark_text=spark_words(days) if spark else "",
        said=_said(row),
    )


def _said(row: Row) -> str:
    words: Mapping[State, str] = {
        State.LOCKED: _("Temporarily unavailable. Nothing that is counted gets lost."),
        State.WAITING: _("No visit has been counted yet."),
    }
    if row.state is State.PAUSED and not (row.figures and row.figures["visitors"].period):
        return _("Counting is paused.")
    return words.get(row.state, "")


def _groups(cards: Mapping[int, Card], clients: Sequence[OwnClient]) -> list[Group]:
    """The cards by client, and after them those of sites that belong to none of theirs."""
    if len(clients) <= 1:
        return [Group("", list(cards.values()))] if cards else []
    known = {number for client in clients for number in client.sites}
    found = [Group(one.name, [card for n, card in cards.items() if n in one.sites]) for one in clients]
    found.append(Group(_("Further sites"), [card for n, card in cards.items() if n not in known]))
    return [group for group in found if group.cards]
