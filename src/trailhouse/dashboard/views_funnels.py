"""Funnels: the list of them, and one with its steps, how long they take, and where the others go."""

from dataclasses import dataclass, replace
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from trailhouse.dashboard import exporting, formats, menus, outcomes
from trailhouse.dashboard.outcomes import Box, Opened, box
from trailhouse.dashboard.questions import Scope
from trailhouse.dashboard.vocabulary import Text
from trailhouse.events import current
from trailhouse.sites.access import Privilege, allowed, site_access, viewer
from trailhouse.sites.models import Funnel, Privacy, Section, Site
from trailhouse.stats.answer import change
from trailhouse.stats.export import ExportColumn, Table
from trailhouse.stats.metrics import Unit
from trailhouse.stats.question import Goal, Question
from trailhouse.stats.reports import funnel_figures
from trailhouse.stats.reports import funnels as counted
from trailhouse.stats.reports.funnel_figures import Told, median_of, part
from trailhouse.stats.reports.funnels import Instead

FUNNELS_A_PAGE = 5  # each is a question of its own


@dataclass(frozen=True, slots=True)
class Step:
    """A step in words: its place, its name, and what reaches it ("" where that is its name)."""

    place: int
    name: str
    what: str


@dataclass(frozen=True, slots=True)
class NextPage:
    """Where some went instead: a page or words, how many, their share of those who went on no further."""

    name: str
    count: str
    share: str
    width: str
    page: bool


@dataclass(frozen=True, slots=True)
class StepBox:
    """A step as it is drawn, with those who stopped there."""

    step: Step
    count: str
    width: str
    of_first: str
    of_before: str
    change: str
    mood: str
    before: str
    median: str
    dropped: str
    dropped_share: str
    instead: tuple[NextPage, ...]
    lost: bool


@require_GET
@site_access(Privilege.VIEW_STATS, Section.EVENTS, narrows=True)
def funnels(request: HttpRequest, site: Site) -> HttpResponseBase:
    """The funnels of the site with how many get through."""
    page = outcomes.opened(request, site, "funnels")
    if isinstance(page, HttpResponse):
        return page
    scope, found = page.scope, list(site.funnels.all())
    if form := exporting.wanted(request):
        return exporting.response(form, site, list_table(scope, found))
    first = FUNNELS_A_PAGE * (scope.state.page - 1)
    return outcomes.shown(
        request,
        "funnels/list.html",
        page.context
        | {
            "funnels": [_entry(scope, one) for one in found[first : first + FUNNELS_A_PAGE]],
            "may_change": allowed(viewer(request), site, Privilege.CHANGE_SITE, Section.EVENTS),
            **menus.pages(scope.state, len(found), FUNNELS_A_PAGE),
        },
    )


@require_GET
@site_access(Privilege.VIEW_STATS, Section.EVENTS, narrows=True)
def funnel(request: HttpRequest, site: Site, funnel: int) -> HttpResponseBase:
    """One funnel. Raises Http404 alike for another site's and none."""
    one = funnel_of(site, funnel)
    page = outcomes.opened(request, site, "funnels")
    if isinstance(page, HttpResponse):
        return page
    scope, steps = page.scope, steps_of(page.scope, one)
    may_change = allowed(viewer(request), site, Privilege.CHANGE_SITE, Section.EVENTS)
    context = page.context | {"funnel": one, "may_change": may_change, "steps": words_of(one, scope)}
    if steps is None:
        return outcomes.shown(request, "funnels/funnel.html", context | {"broken": True, "exports": False})
    told = count(scope, one, steps)
    if form := exporting.wanted(request):
        return exporting.response(form, site, table(scope, one, told))
    return outcomes.shown(request, "funnels/funnel.html", context | _drawn(page, site, one, told))


def funnel_of(site: Site, number: int) -> Funnel:
    """The funnel of `site` with this number. Raises Http404 alike for another's and none."""
    found: Funnel | None = site.funnels.select_related("site__account").filter(pk=number).first()
    if found is None:
        raise Http404
    return found


# -- what is asked


def steps_of(scope: Scope, one: Funnel) -> tuple[Goal, ...] | None:
    """The steps as `stats` knows them; None where the goal of one was removed."""
    return funnel_figures.steps_of(scope.site, one.steps)


def question_of(scope: Scope, one: Funnel) -> Question:
    """The whole of which the first step is a part: visits, or visitors."""
    asked = Question(scope.site, scope.span.period, ("visits",), filters=scope.narrowed())
    return funnel_figures.whole_of(asked, one.days)


def count(scope: Scope, one: Funnel, steps: tuple[Goal, ...]) -> Told:
    """The funnel over the page's period and the one that it is compared with."""
    question = replace(question_of(scope, one), comparison=scope.span.comparison)
    return funnel_figures.count(current.store(), question, counted.Funnel(steps, one.days))


def table(scope: Scope, one: Funnel, told: Told) -> Table:
    """The funnel as a table: a line a step."""
    lines = []
    for place, (step, reached) in enumerate(zip(words_of(one, scope), told.steps, strict=True)):
        before = told.compared[place].count if told.compared else None
        earlier = told.steps[max(0, place - 1)].count
        lines.append(
            (
                step.place,
                step.name,
                step.what,
                reached.count,
                before,
                part(reached.count, told.steps[0].count),
                part(reached.count, earlier) if place else None,
                median_of(reached, strict=scope.strict),
            )
        )
    unit = "visitors" if one.days else "visits"
    columns = (
        ExportColumn("step"),
        ExportColumn("name"),
        ExportColumn("reached_by"),
        ExportColumn(unit, Unit.COUNT),
        ExportColumn(f"{unit}_compared", Unit.COUNT),
        ExportColumn("share_of_first", Unit.PERCENT),
        ExportColumn("share_of_step_before", Unit.PERCENT),
        ExportColumn("median_time_from_step_before", Unit.SECONDS),
    )
    return Table(f"funnel-{one.pk}", columns, lines)


def list_table(scope: Scope, found: list[Funnel]) -> Table:
    """All funnels as a table, read as it is written."""
    columns = (
        ExportColumn("funnel"),
        ExportColumn("steps", Unit.COUNT),
        ExportColumn("began", Unit.COUNT),
        ExportColumn("completed", Unit.COUNT),
        ExportColumn("conversion_rate", Unit.PERCENT),
    )

    def lines() -> Any:
        for one in found:
            steps = steps_of(scope, one)
            if steps is not None:
                ends = counted.reached(current.store(), question_of(scope, one), counted.Funnel(steps, one.days))
                first, last = ends[0].count, ends[-1].count
                yield one.name, len(steps), first, last, part(last, first)

    return Table("funnels", columns, lines())


# -- words


def words_of(one: Funnel, scope: Scope) -> list[Step]:
    """The steps in words."""
    goals = {goal.id: goal.name for goal in scope.site.goals}
    found = []
    for place, step in enumerate(one.steps, 1):
        if step["kind"] == "goal":
            what = goals.get(int(step["pattern"]), _("A goal that was removed"))
        else:
            what = step["pattern"]
        name = step["name"] or what
        found.append(Step(place, name, what if name != what else ""))
    return found


def within(one: Funnel) -> str:
    """How long a funnel takes, in words."""
    if one.days is None:
        return _("within a visit")
    return _("within a day") if one.days == 1 else _("within %(days)s days") % {"days": one.days}


def caution(site: Site, one: Funnel) -> str:
    """What the reader ought to know of a funnel across visits at this site; "" for nothing."""
    if one.days is None:
        return ""
    if site.privacy == Privacy.RECOGNISED:
        return _("Visitors are followed across their visits where they agreed to be recognised; all others for a day.")
    return _(
        "This site does not recognise visitors on another day, so this funnel follows them until midnight UTC."
        " At the privacy level “recognised” it follows them for all its days."
    )


def _entry(scope: Scope, one: Funnel) -> dict[str, Any]:
    steps = steps_of(scope, one)
    entry: dict[str, Any] = {"funnel": one, "within": within(one), "steps": words_of(one, scope)}
    if steps is None:
        return entry | {"broken": True}
    reached = counted.reached(current.store(), question_of(scope, one), counted.Funnel(steps, one.days))
    first, last = reached[0].count, reached[-1].count
    return entry | {
        "began": formats.count(first),
        "completed": formats.count(last),
        "rate": formats.value(part(last, first), Unit.PERCENT),
        "widths": [f"{part(step.count, first) or 0:.1f}%" for step in reached],
    }


def _drawn(page: Opened, site: Site, one: Funnel, told: Told) -> dict[str, Any]:
    asked = question_of(page.scope, one)
    instead = funnel_figures.elsewhere(current.store(), asked, told, strict=page.scope.strict)
    steps = words_of(one, page.scope)
    drawn = [_step_box(page.scope, told, step, instead) for step in steps]
    return {
        "boxes": _figures(one, told),
        "drawn": drawn,
        "nothing": not told.steps[0].count,
        "nobody_left": not any(one.lost for one in drawn),
        "of_visitors": one.days is not None,
        "within": within(one),
        "caution": caution(site, one),
        "strict": page.scope.strict,
    }


def _figures(one: Funnel, told: Told) -> tuple[Box, ...]:
    first, last = told.steps[0].count, told.steps[-1].count
    then = (told.compared[0].count, told.compared[-1].count) if told.compared else (None, None)
    rate = part(then[1], then[0]) if then[0] is not None and then[1] is not None else None
    all_label: Text = _("All visitors") if one.days else _("All visits")
    return (
        box(all_label, told.whole, None, Unit.COUNT),
        box(_("Began"), first, then[0], Unit.COUNT),
        box(_("Completed"), last, then[1], Unit.COUNT),
        box(_("Conversion rate"), part(last, first), rate, Unit.PERCENT),
    )


def _step_box(scope: Scope, told: Told, step: Step, instead: tuple[Instead, ...]) -> StepBox:
    place = step.place - 1
    reached, first = told.steps[place], told.steps[0].count
    earlier = told.steps[place - 1].count if place else told.whole
    then = told.compared[place].count if told.compared else None
    moved = change(reached.count, then, Unit.COUNT)
    median = median_of(reached, strict=scope.strict)
    last = place + 1 == len(told.steps)
    dropped = 0 if last else reached.count - told.steps[place + 1].count
    return StepBox(
        step=step,
        count=formats.count(reached.count),
        width=f"{part(reached.count, first) or 0:.1f}%",
        of_first=formats.value(part(reached.count, first), Unit.PERCENT) if place > 1 else "",
        of_before=formats.value(part(reached.count, earlier), Unit.PERCENT) if earlier else "",
        change=formats.change(moved) if moved and (reached.count or then) else "",
        mood="up" if moved and moved.amount > 0 else "down" if moved and moved.amount < 0 else "flat",
        before=formats.count(then) if then else "",
        median=""
        if (median := median_of(reached, strict=scope.strict)) is None
        else formats.value(median, Unit.SECONDS),
        dropped=formats.count(dropped),
        dropped_share=formats.value(part(dropped, reached.count), Unit.PERCENT),
        instead=() if last else _next_pages(instead[place], dropped),
        lost=dropped > 0,
    )


def _next_pages(instead: Instead, dropped: int) -> tuple[NextPage, ...]:
    told = [(page.path, page.count, True) for page in instead.pages]
    told += [(_("Other pages"), instead.others, False), (_("No further page"), instead.left, False)]
    most = max((number for _name, number, _page in told), default=0)
    return tuple(
        NextPage(
            name,
            formats.count(number),
            formats.share(100 * number / dropped),
            f"{100 * number / most:.1f}%",
            page,
        )
        for name, number, page in told
        if number
    )
