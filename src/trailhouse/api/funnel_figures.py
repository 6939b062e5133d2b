"""The figures of funnels by program: see docs/stats-api.md."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router

from trailhouse.api.access import STATS, missing, store
from trailhouse.api.answers import answer
from trailhouse.api.asked import COMPARED, Asked, asked
from trailhouse.api.paging import limit_of, rows_of
from trailhouse.api.schema import META, OF_FIGURES, PAGED, Maybe, Perhaps, doc
from trailhouse.core.errors import UserError
from trailhouse.sites.models import Funnel
from trailhouse.stats.reports import funnel_figures
from trailhouse.stats.reports.funnel_figures import Told, median_of, part
from trailhouse.stats.reports.funnels import Funnel as Counted
from trailhouse.stats.reports.funnels import Instead, reached

router = Router(tags=[STATS])

USUAL, MOST = "5", 20  # funnels in an answer

LISTED = {
    "id": 4, "name": "Order", "days": Perhaps(7), "counts": "visits", "steps": 3,
    "began": Perhaps(120), "completed": Perhaps(30),
    "conversion_rate": 25.0,
}  # fmt: skip
STEP = {
    "name": "Basket", "kind": "page", "pattern": "/cart*", "count": 60, "compared": Perhaps(50),
    "share_of_first": 50.0, "share_of_step_before": 50.0, "median_time": Perhaps(42), "stopped": 30,
    "instead": Maybe(pages=[{"page": "/contact", "count": 12}], other_pages=8, left=10),
}  # fmt: skip
FUNNEL = {
    "id": 4, "name": "Order", "days": Perhaps(7), "counts": "visits", "all": 900, "began": 120, "completed": 30,
    "conversion_rate": 25.0, "steps": [STEP],
}  # fmt: skip


@router.get(
    "/funnels",
    summary="Funnels with how many get through",
    openapi_extra=doc({"funnels": [LISTED], "meta": META}, *COMPARED[:2], PAGED, usual=OF_FIGURES),
)
def list_funnel_figures(request: HttpRequest) -> HttpResponse:
    """In the order of their making, 5 in an answer unless `limit` says up to 20: each is counted by itself.

    One whose goal was removed has null for what it cannot tell.
    """
    what = asked(request, paged=True)
    limit = min(limit_of({"limit": USUAL, **what.given}), MOST)
    rows, meta = rows_of(what.site.funnels.all(), {**what.given, "limit": str(limit)})
    return answer(request, {"funnels": [_listed(what, one) for one in rows], "meta": meta})


@router.get(
    "/funnels/{int:funnel}",
    summary="Figures of a funnel",
    openapi_extra=doc(FUNNEL, *COMPARED, usual=OF_FIGURES, errors=[404, 409]),
)
def get_funnel_figures(request: HttpRequest, funnel: int) -> HttpResponse:
    """Each step with how many reached it, how long that took (the median, in seconds), and where others went instead.

    At a strict site no time and no page that fewer than five tell of.
    """
    what = asked(request, compares=True)
    one = what.site.funnels.filter(pk=funnel).first()
    if one is None:
        raise missing("no_funnel", "There is no such funnel.")
    steps = funnel_figures.steps_of(what.context, one.steps)
    if steps is None:
        raise UserError("broken_funnel", "A goal of this funnel was removed.", "Change the funnel's steps.", status=409)
    told = funnel_figures.count(store(), what.question("visits"), Counted(steps, one.days))
    return answer(request, _funnel(what, one, told))


def _head(one: Funnel) -> dict[str, Any]:
    return {"id": one.pk, "name": one.name, "days": one.days, "counts": "visitors" if one.days else "visits"}


def _listed(what: Asked, one: Funnel) -> dict[str, Any]:
    steps = funnel_figures.steps_of(what.context, one.steps)
    told = _head(one) | {"steps": len(one.steps)}
    if steps is None:
        return told | dict.fromkeys(("began", "completed", "conversion_rate"))
    found = reached(store(), what.question("visits"), Counted(steps, one.days))
    return told | _ends(found[0].count, found[-1].count)


def _ends(began: int, completed: int) -> dict[str, Any]:
    return {"began": began, "completed": completed, "conversion_rate": _percent(part(completed, began))}


def _funnel(what: Asked, one: Funnel, told: Told) -> dict[str, Any]:
    elsewhere = funnel_figures.elsewhere(store(), what.question("visits"), told, strict=what.strict)
    return {
        **_head(one),
        "all": told.whole,
        **_ends(told.steps[0].count, told.steps[-1].count),
        "steps": [_step(what, one, told, place, elsewhere) for place in range(len(told.steps))],
    }


def _step(what: Asked, one: Funnel, told: Told, place: int, elsewhere: tuple[Instead, ...]) -> dict[str, Any]:
    step, goal, stored = told.steps[place], told.funnel.steps[place], one.steps[place]
    median = median_of(step, strict=what.strict)
    last = place + 1 == len(told.steps)
    before = told.steps[place - 1].count if place else told.whole
    return {
        "name": stored["name"] or goal.name,
        "kind": stored["kind"],
        "pattern": stored["pattern"],
        "count": step.count,
        "compared": told.compared[place].count if told.compared else None,
        "share_of_first": _percent(part(step.count, told.steps[0].count)),
        "share_of_step_before": _percent(part(step.count, before)),
        "median_time": None if median is None else round(median),
        "stopped": 0 if last else step.count - told.steps[place + 1].count,
        "instead": None if last else _instead(elsewhere[place]),
    }


def _instead(found: Instead) -> dict[str, Any]:
    pages = [{"page": page.path, "count": page.count} for page in found.pages]
    return {"pages": pages, "other_pages": found.others, "left": found.left}


def _percent(value: float | None) -> float | None:
    return None if value is None else round(value, 2)
