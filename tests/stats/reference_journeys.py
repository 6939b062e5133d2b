"""Page groups, bounces by entry page, exits and ways through a site once more, in plain Python over the same events."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from tests.stats.reference import Number, Table, Visit
from trailhouse.events.model import Event
from trailhouse.stats.page_groups import PageGroup

if TYPE_CHECKING:
    from tests.stats.figures import Figures

EXIT_PAGE, PAGE, GROUP = "visit:exit_page", "event:page", "event:page_group"
STEPS = 3


def fits(pattern: str, path: str) -> bool:
    """Whether a path fits a pattern, in which `*` is any text."""
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), path, re.DOTALL) is not None


def group_of(groups: Iterable[PageGroup], path: str) -> str:
    """The name of the first group that a path fits; "" for none."""
    for group in groups:
        if any(fits(pattern, path) for pattern in group.patterns):
            return group.name
    return ""


# -- metrics


def entry_bounces(figures: "Figures", key: tuple[str, ...], visits: Sequence[Visit]) -> dict[str, Number]:
    """Of the visits of a line that began at its page and have ended, how many bounced, in percent; nothing of none."""
    site = figures.world.site
    entered, ended = 0, []
    for visit in visits:
        entry = visit.events[0].entry_path
        own = {PAGE: entry, GROUP: group_of(site.page_groups, entry)}
        began = all(own.get(name, value) == value for name, value in zip(figures.question.dimensions, key, strict=True))
        entered += began
        if began and figures.now_ms - visit.events[-1].ts >= site.visit_timeout_s * 1000:
            ended.append(visit)
    if not entered:
        return {}
    return {"entry_bounce_rate": 100 * sum(visit.bounced for visit in ended) / len(ended) if ended else None}


def exit_rates(figures: "Figures") -> Table:
    """How often a page was the last one, of all times it was shown, in percent."""
    names = figures.question.dimensions
    others = replace(figures, question=replace(figures.question, dimensions=_without(names)))
    goals = figures.world.goals(figures.filters)
    lasts: Counter[tuple[str, ...]] = Counter()
    shown: Counter[tuple[str, ...]] = Counter()
    for visit in figures.world.visits.values():
        paths = [event.path for event in visit.pages]
        if not paths or not figures.start <= visit.started < figures.end:
            continue
        found = {
            key for event in visit.events if others.counts(event) for key in others.keys(event, visit.started, goals)
        }
        for page in set(paths) if EXIT_PAGE in names else {None}:
            for rest in found:
                key = _with(names, rest, page)
                own = {value for name, value in zip(names, key, strict=True) if name in (EXIT_PAGE, PAGE)}
                if own:
                    lasts[key] += own == {paths[-1]}
                    shown[key] += paths.count(next(iter(own))) if len(own) == 1 else 0
                else:
                    lasts[key] += 1
                    shown[key] += len(paths)
    return {
        key: {"exit_rate": 100 * lasts[key] / shown[key] if shown[key] else None}
        for key in shown
        if lasts[key] or EXIT_PAGE not in names
    }


def _without(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in names if name != EXIT_PAGE)


def _with(names: tuple[str, ...], rest: tuple[str, ...], page: str | None) -> tuple[str, ...]:
    values = iter(rest)
    return tuple(str(page) if name == EXIT_PAGE else next(values) for name in names)


# -- ways


def steps_of(visit: Visit, event: str = "") -> list[tuple[str, str]]:
    """The steps of a visit: its pages, one after another once, and each time the event of that name happened."""
    kept = [e for e in visit.events if e.name == "pageview" or (event and e.name == event)]
    found = [_step(e) for e in sorted(kept, key=lambda e: (e.ts, *_step(e)))]
    return [step for i, step in enumerate(found) if i == 0 or step != found[i - 1]]


def _step(event: Event) -> tuple[str, str]:
    return ("1", event.path) if event.name == "pageview" else ("2", event.name)


Link = tuple[int, tuple[str, str], tuple[str, str]]


def ways(visits: Iterable[Visit], centre: tuple[str, str]) -> tuple[int, Counter[Link]]:
    """How many visits came by `centre`, and how many took each step up to three before and after it for the first time.

    A step is numbered from -3 to 2 by the place from which it is made; ("3", "") is outside of the site.
    """
    total, links = 0, Counter[Link]()
    for visit in visits:
        steps = steps_of(visit, centre[1] if centre[0] == "2" else "")
        if centre not in steps:
            continue
        total += 1
        at = steps.index(centre)
        walked = [("3", ""), *steps, ("3", "")]
        for place in range(-STEPS, STEPS):
            i = at + 1 + place
            if 0 <= i < len(walked) - 1:
                links[place, walked[i], walked[i + 1]] += 1
    return total, links


def broken(visits: Iterable[Visit], counts: "Figures") -> dict[tuple[str, str, str], tuple[int, int]]:
    """Missing page, the page of the site or else the referrer that led there → visits, times."""
    times: Counter[tuple[str, str, str]] = Counter()
    by: dict[tuple[str, str, str], set[int]] = defaultdict(set)
    for visit in visits:
        for miss in visit.events:
            if miss.name != "404" or not counts.start <= miss.ts < counts.end or not counts.counts(miss):
                continue
            before = [e for e in visit.pages if e.ts <= miss.ts and e.path != miss.path]
            page = max(before, key=lambda e: (e.ts, e.path)).path if before else ""
            key = (miss.props.get("path", ""), page, "" if page else miss.referrer)
            times[key] += 1
            by[key].add(miss.visit_id)
    return {key: (len(by[key]), number) for key, number in times.items()}
