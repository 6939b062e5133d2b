"""The rows of the account page: found, put in order, added up, and as the template draws them."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from trailhouse.billing.states import State as Payment
from trailhouse.dashboard import billing_words, formats
from trailhouse.dashboard.account_prices import Cost, Price
from trailhouse.dashboard.account_state import PAYMENT, AccountState
from trailhouse.dashboard.sparkline import Sparkline, sparkline
from trailhouse.sites.listing import ListedSite
from trailhouse.stats.answer import Change, change
from trailhouse.stats.metrics import Unit
from trailhouse.stats.reports.all_sites import DAYS, NOTHING, PAGE, Figures, added

ROWS = 100  # a page
UNVISITED: Figures = dict.fromkeys(PAGE, NOTHING)


class State(TextChoices):
    """What a site is doing, in words that people see; in the order in which they are sorted."""

    COUNTING = "counting", gettext_lazy("Counting")
    WAITING = "waiting", gettext_lazy("Waiting for the first visit")
    PAUSED = "paused", gettext_lazy("Paused")
    DELETING = "deleting", gettext_lazy("Being deleted")
    LOCKED = "locked", gettext_lazy("Temporarily unavailable")


BADGES = {State.COUNTING: "active", State.WAITING: "trial", State.PAUSED: "", State.DELETING: "due", State.LOCKED: ""}
# What payment says itself: whoever sees that reads no word of these.
_SAID = (State.COUNTING, State.LOCKED)
_ORDER: dict[str, int] = {state.value: place for place, state in enumerate(State)}
_PAYMENT_ORDER: dict[str, int] = {state: place for place, state in enumerate(PAYMENT)}


@dataclass(frozen=True, slots=True)
class Row:
    """A site with its figures; None where the person may not see them or the store is away.

    `shown` are the states in its column, values of `account_state`: that of payment and, where it says more, what the
    site is doing; else that alone.
    """

    site: ListedSite
    state: State
    figures: Figures | None
    now: int | None
    shown: tuple[str, ...]
    cost: Cost | None = None

    @property
    def place(self) -> tuple[int, int]:
        """Where its state stands among others: by payment where that is seen, then by what it is doing."""
        payment = len(PAYMENT) if self.cost is None else _PAYMENT_ORDER[self.cost.subscription.state]
        return payment, _ORDER[self.state.value]

    @property
    def moved(self) -> Change | None:
        """How its visitors changed."""
        return _moved(self.figures, "visitors")


def _moved(figures: Figures | None, metric: str) -> Change | None:
    if figures is None:
        return None
    return change(figures[metric].period, figures[metric].before, Unit.COUNT)


# -- which sites, in which order


def fits(site: ListedSite, state: AccountState) -> bool:
    """Whether search, label and client leave the site in the list. Each word has to be in one of its names."""
    if state.client and str(site.client_id) != state.client:
        return False
    if state.label and state.label.casefold() not in {label.casefold() for label in site.labels}:
        return False
    named = " ".join((site.domain, site.name, site.client or "")).casefold()
    return all(word in named for word in state.q.casefold().split())


def states_of(rows: Collection[Row], state: AccountState) -> list[tuple[str, Any]]:
    """The states that can be filtered by, with their words: those that the column shows, and the one that is chosen."""
    there = {name for row in rows for name in row.shown} | {state.state}
    priced = any(row.cost for row in rows)
    paying = [(one, billing_words.STATES[Payment(one)]) for one in PAYMENT if priced and one in there]
    named = {one for one, _words in paying}
    return paying + [(one.value, one.label) for one in State if one in there and one not in named]


def row_of(
    site: ListedSite,
    figures: Mapping[int, Figures] | None,
    now: Mapping[int, int] | None,
    cost: Cost | None = None,
) -> Row:
    """The row of a site; `figures` and `now` are None while the store is away, `cost` is for who pays alone."""
    own = figures.get(site.number, UNVISITED) if figures is not None and site.reads else None
    current = now.get(site.number, 0) if now is not None and site.reads else None
    state = _state_of(site, own)
    return Row(site, state, own, current, _shown(state, cost), cost)


def _shown(state: State, cost: Cost | None) -> tuple[str, ...]:
    if cost is None:
        return (state.value,)
    payment = cost.subscription.state
    return (payment,) if state in _SAID or state == payment else (payment, state.value)


def _state_of(site: ListedSite, figures: Figures | None) -> State:
    if site.delete_at is not None:
        return State.DELETING
    if site.locked:
        return State.LOCKED
    if site.stopped or not site.counts:
        return State.PAUSED
    visited = site.first_event_at is not None or (figures is not None and figures is not UNVISITED)
    return State.COUNTING if visited else State.WAITING


def _amount(row: Row) -> float:
    moved = row.moved
    return moved.amount if moved else float("-inf")


_KEYS: dict[str, Callable[[Row], Any]] = {
    "site": lambda row: (row.site.name or row.site.domain).casefold(),
    "client": lambda row: (row.site.client or "").casefold(),
    "labels": lambda row: " ".join(row.site.labels).casefold(),
    "state": lambda row: row.place,
    "visitors": lambda row: row.figures["visitors"].period if row.figures else -1,
    "change": _amount,
    "pageviews": lambda row: row.figures["pageviews"].period if row.figures else -1,
    "now": lambda row: -1 if row.now is None else row.now,
    "price": lambda row: row.cost.amount if row.cost else -1,
}


def in_order(rows: Collection[Row], state: AccountState) -> list[Row]:
    """The rows as the state sorts them; equal ones by domain."""
    by_domain = sorted(rows, key=lambda row: row.site.domain)
    return sorted(by_domain, key=_KEYS[state.column], reverse=state.descending)


# -- as they are drawn


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure in words, its change, whether that is "up", "down" or "flat", and what it was before, in words."""

    text: str
    change: str = ""
    mood: str = "flat"
    before: str = ""


@dataclass(frozen=True, slots=True)
class Label:
    """A label, and the link that filters by it."""

    text: str
    link: str


@dataclass(frozen=True, slots=True)
class Line:
    """A row as the template draws it."""

    site: ListedSite
    key: str
    links: Mapping[str, str]  # to its pages, by the name of their route
    choose: str
    state: State
    badge: str
    doing: str  # the second line under a badge of payment, where what the site is doing says more
    labels: tuple[Label, ...]
    client_link: str
    spark: Sparkline | None
    spark_text: str
    visitors: Cell
    pageviews: Cell
    now: str
    price: Price | None


def line_of(row: Row, key: str, links: Mapping[str, str], state: AccountState) -> Line:
    """The row of the site with this key and these pages, on the page of `state`."""
    site = row.site
    days = row.figures["visitors"].days[DAYS:] if row.figures else ()
    spark = sparkline(days)
    return Line(
        site,
        key,
        links,
        _("Choose %(domain)s") % {"domain": site.domain},
        row.state,
        BADGES[row.state],
        str(row.state.label) if len(row.shown) > 1 else "",
        tuple(Label(label, state.changed(label=label).url()) for label in site.labels),
        state.changed(client=str(site.client_id)).url() if site.client_id else "",
        spark,
        spark_words(days) if spark else "",
        cell_of(row.figures, "visitors"),
        cell_of(row.figures, "pageviews"),
        formats.NONE if row.now is None else formats.count(row.now),
        row.cost.words() if row.cost else None,
    )


def cell_of(figures: Figures | None, metric: str) -> Cell:
    """A figure of 30 days with its change in words; a dash where there is none to see."""
    if figures is None:
        return Cell(formats.NONE)
    now, then = figures[metric].period, figures[metric].before
    moved = _moved(figures, metric)
    amount = round(moved.amount, 1) if moved else 0
    return Cell(
        text=formats.count(now),
        change=formats.change(moved) if moved and (now or then) else "",
        mood="up" if amount > 0 else "down" if amount < 0 else "flat",
        before=_("before: %(before)s") % {"before": formats.count(then)},
    )


def spark_words(days: Sequence[int]) -> str:
    """What a line of visitors by day shows, for those who do not see it."""
    return _("Visitors a day in 30 days: from %(least)s to %(most)s, today %(today)s so far") % {
        "least": formats.count(min(days[:-1])),
        "most": formats.count(max(days)),
        "today": formats.count(days[-1]),
    }


@dataclass(frozen=True, slots=True)
class Sums:
    """All sites that the filter shows, added up."""

    sites: str
    states: str
    visitors: Cell
    pageviews: Cell
    now: str
    spark: Sparkline | None
    spark_text: str
    figures: Figures


def sums_of(rows: Collection[Row]) -> Sums:
    """The sums over `rows`; those without figures are left out of them."""
    told = [row.figures for row in rows if row.figures is not None]
    figures = {name: added(one[name] for one in told if one is not UNVISITED) for name in PAGE}
    whole = figures if told else None
    visitors = figures["visitors"].days
    days = visitors[DAYS:]
    spark = sparkline(days, visitors[:DAYS])
    now = [row.now for row in rows if row.now is not None]
    return Sums(
        sites=formats.count(len(rows)),
        states=_states(rows),
        visitors=cell_of(whole, "visitors"),
        pageviews=cell_of(whole, "pageviews"),
        now=formats.count(sum(now)) if now else formats.NONE,
        spark=spark,
        spark_text=spark_words(days) if spark else "",
        figures=figures,
    )


def _states(rows: Collection[Row]) -> str:
    """How many sites do something else than counting: "2 waiting, 1 paused"."""
    several = {
        State.WAITING: lambda n: ngettext("%(n)s waiting", "%(n)s waiting", n),
        State.PAUSED: lambda n: ngettext("%(n)s paused", "%(n)s paused", n),
        State.DELETING: lambda n: ngettext("%(n)s being deleted", "%(n)s being deleted", n),
        State.LOCKED: lambda n: ngettext("%(n)s unavailable", "%(n)s unavailable", n),
    }
    shown = Counter(name for row in rows for name in row.shown)
    found = {state: shown[state.value] for state in several}
    return ", ".join(several[state](n) % {"n": formats.count(n)} for state, n in found.items() if n)
