"""What the report views share: reading the request, asking side by side, and the values that templates draw."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from trailhouse.core import clock
from trailhouse.dashboard import filter_forms, formats
from trailhouse.dashboard import state as states
from trailhouse.dashboard.grammar import Part
from trailhouse.dashboard.lists import Line, lines
from trailhouse.dashboard.panels import PANELS_BY_KEY, Panel, Tab
from trailhouse.dashboard.questions import Scope, scope_of
from trailhouse.dashboard.readers import reader_of
from trailhouse.dashboard.sections import tabs_seen
from trailhouse.dashboard.state import State
from trailhouse.dashboard.vocabulary import FIGURES, Figure
from trailhouse.dashboard.worldmap import World, world_of
from trailhouse.events import current
from trailhouse.events.store import Store
from trailhouse.sites import selectors, services
from trailhouse.sites.access import sections_of, viewer
from trailhouse.sites.models import Privacy, Site
from trailhouse.stats import patterns
from trailhouse.stats.answer import Answer, Value, ask_all, change
from trailhouse.stats.question import Question
from trailhouse.stats.strict import withheld

METRICS = tuple(figure.metric for figure in FIGURES)


@dataclass(frozen=True, slots=True)
class FigureBox:
    """One of the six figures: its value, its change, and the link that draws it."""

    figure: Figure
    text: str
    change: str
    before: str  # the value it is compared with
    mood: str  # up (better), down (worse), flat
    link: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class TabLink:
    """One tab of a panel."""

    tab: Tab
    link: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class PanelBox:
    """One panel: its tabs, and the rows or the map of the chosen one."""

    panel: Panel
    tab: Tab
    tabs: tuple[TabLink, ...]
    lines: tuple[Line, ...]
    total: int
    count: str
    world: World | None
    all_tab: str


def read_state(request: HttpRequest, site: Site) -> State:
    """The state in the request's address, without filters that the site's privacy or the reader's sections forbid."""
    reader = reader_of(request, site)
    seen = sections_of(viewer(request), site)
    state = states.parse(request.META.get("QUERY_STRING", ""), metrics=METRICS, known=reader.may_ask)
    tabs = tuple(chosen for chosen in state.tabs if _is_seen(*chosen, seen))
    return replace(state, segments=reader.named, tabs=tabs, within=reader.within)


def _is_seen(key: str, tab: str, seen: Collection[str]) -> bool:
    """Whether the chosen tab of a panel may be shown; of what is no panel any."""
    panel = PANELS_BY_KEY.get(key)
    return panel is None or panel.tab(tab) in tabs_seen(panel, seen)


def is_strict(site: Site) -> bool:
    """Whether the site keeps figures only."""
    return site.privacy == Privacy.STRICT


def told(answer: Answer, scope: Scope) -> Answer:
    """The answer without what a strict site does not tell: rows of too few visitors."""
    return withheld(answer) if scope.strict else answer


def form_redirect(request: HttpRequest, state: State) -> HttpResponse | None:
    """Where a filter form was sent: a redirect to the state with that filter, so that addresses stay short.

    What cannot be asked changes nothing; then the address says what was wrong, for `frame`.
    """
    if "field" not in request.GET:
        return None
    try:
        changed = filter_forms.changed(request.GET, state, _fault)
    except filter_forms.FilterError as wrong:
        return HttpResponseRedirect(f"{request.path}{state.url()}&{filter_forms.carried(wrong, request.GET)}")
    return HttpResponseRedirect(request.path + changed.url())


def check_patterns(parts: Sequence[Part]) -> None:
    """Raise filter_forms.FilterError where a filter has a pattern that cannot be used."""
    for part in parts:
        filter_forms.check_patterns(part, _fault)


def _fault(pattern: str) -> str:
    return patterns.fault(_store(), pattern)


def scope_for(site: Site, state: State) -> Scope:
    """The scope of a report on `site`, which may ask for the segments that its state knows."""
    zone = ZoneInfo(site.timezone)
    first = site.first_event_at.astimezone(zone).date() if site.first_event_at else None
    within = state.within[0] if state.within else None
    values = selectors.context(site, [int(number) for number in state.segments], within)
    return scope_of(values, state, clock.now(), first, strict=is_strict(site))


def has_events(site: Site) -> bool:
    """Whether the site was ever visited."""
    return site.first_event_at is not None or services.look_for_first_event(site, _store())


def asked(questions: Sequence[Question]) -> list[Answer]:
    """The answers, side by side. Raises UserError while the store is away."""
    return ask_all(_store(), questions)


def _store() -> Store:
    return current.store()


def frame(request: HttpRequest, site: Site, state: State, nav: str) -> dict[str, Any]:
    """What every report page needs around it."""
    carried = state.carried().query()
    return {
        "site": site,
        "state": state,
        "nav": nav,
        "carry": f"?{carried}" if carried else "",
        "path": request.path,
        "filter_wrong": filter_forms.said(request.GET.get("wrong", "")),
        "draft": filter_forms.draft_of(request.GET, state),
    }


def figure_boxes(answer: Answer, state: State) -> tuple[FigureBox, ...]:
    """The six figures of `answer`."""
    row = answer.first
    before = row.comparison or (None,) * len(FIGURES)
    return tuple(
        _figure_box(figure, now, then, answer, state)
        for figure, now, then in zip(FIGURES, row.metrics, before, strict=True)
    )


def _figure_box(figure: Figure, now: Value, then: Value, answer: Answer, state: State) -> FigureBox:
    unit, currency = answer.units[figure.metric], answer.question.site.currency
    moved = change(now, then, unit)
    amount = round(moved.amount, 1) * figure.sign if moved else 0
    return FigureBox(
        figure=figure,
        text=formats.value(now, unit, currency),
        change=formats.change(moved) if moved and (now or then) else "",
        before=formats.value(then, unit, currency) if then else "",
        mood="up" if amount > 0 else "down" if amount < 0 else "flat",
        link=replace(state, metric=figure.metric).url(),
        chosen=state.metric == figure.metric,
    )


def panel_box(panel: Panel, answer: Answer, scope: Scope, whole: Value) -> PanelBox:
    """The panel with the rows of `answer`."""
    state = scope.state
    tab = panel.tab(state.tab(panel.key))
    answer = told(answer, scope)
    found = lines(answer, tab, scope, whole)
    amounts = tuple(float(row.metrics[0] or 0) for row in answer.rows)
    total = answer.total_rows if answer.total_rows is not None else len(found)
    return PanelBox(
        panel=panel,
        tab=tab,
        tabs=tuple(
            TabLink(t, state.with_tab(panel.key, t.key if n else "").url(), t is tab)
            for n, t in enumerate(panel.tabs)
            if t.in_panel
        ),
        lines=found,
        total=total,
        count=formats.count(total),
        world=world_of(found, amounts) if tab.is_map else None,
        all_tab=tab.key,
    )
