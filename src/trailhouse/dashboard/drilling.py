"""The way from a channel by its sources and their pages to where visits landed: each row leads on to the next list."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpRequest

from trailhouse.dashboard import addresses
from trailhouse.dashboard.conditions import shown
from trailhouse.dashboard.lists import Line
from trailhouse.dashboard.panels import Panel, Tab
from trailhouse.dashboard.state import Condition, State
from trailhouse.dashboard.vocabulary import FIELDS
from trailhouse.sites.models import Site

PANEL = "sources"
STEPS = (("channels", "channel"), ("sources", "source"), ("referrers", "referrer"), ("landing", "entry_page"))
_FIELD = dict(STEPS)
_ORDER = [tab for tab, _short in STEPS]


@dataclass(frozen=True, slots=True)
class Crumb:
    """A step of the way that was taken: its words, and the list that one comes back to."""

    text: str
    link: str


def on_the_way(
    request: HttpRequest, site: Site, panel: Panel, tab: Tab, tabs: Sequence[Tab], state: State, lines: Sequence[Line]
) -> dict[str, Any]:
    """What a list of the way shows besides: rows that lead on, and the steps so far. `tabs` are those one may see."""
    if panel.key != PANEL or tab.key not in _FIELD:
        return {}
    seen = [other.key for other in tabs]
    following = next((key for key in _ORDER[_ORDER.index(tab.key) + 1 :] if key in seen), "")
    context: dict[str, Any] = {"trail": _trail(request, site, seen, state), "leads_on": bool(following)}
    if following:
        context["lines"] = [
            replace(line, link=_address(request, site, following, _narrowed(state, tab.key, line.code)))
            for line in lines
        ]
    return context


def _trail(request: HttpRequest, site: Site, seen: Sequence[str], state: State) -> list[Crumb]:
    """The steps so far, the first one back to all; none where nothing of the way is chosen."""
    chosen = [(tab, condition) for tab in _ORDER if (condition := _chosen(state, tab)) is not None]
    if not chosen:
        return []
    crumbs = [Crumb("", _address(request, site, _ORDER[0], _without(state, _ORDER)))]
    for tab, condition in chosen:
        at = _ORDER.index(tab) + 1
        following = _ORDER[at] if _ORDER[at:] and _ORDER[at] in seen else tab
        text = " · ".join(shown(FIELDS[condition.dimension], value) for value in condition.values)
        crumbs.append(Crumb(text, _address(request, site, following, _without(state, _ORDER[at:]))))
    return crumbs


def _chosen(state: State, tab: str) -> Condition | None:
    plain = (part for part in state.filters if isinstance(part, Condition))
    return next((c for c in plain if c.dimension == _FIELD[tab] and c.operator == "is"), None)


def _narrowed(state: State, tab: str, value: str) -> State:
    wanted = Condition(_FIELD[tab], "is", (value,))
    return state if wanted in state.filters else state.toggled(wanted.dimension, value)


def _without(state: State, tabs: Sequence[str]) -> State:
    for tab in tabs:
        if (condition := _chosen(state, tab)) is not None:
            state = state.without(condition)
    return state


def _address(request: HttpRequest, site: Site, tab: str, state: State) -> str:
    query = state.carried().query()
    return addresses.of(request, site, "report_tab", PANEL, tab) + (f"?{query}" if query else "")
