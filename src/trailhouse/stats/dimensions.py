"""The dimensions: one row each. `docs/figures.md` says the same in words."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache

from trailhouse.core.errors import UserError
from trailhouse.stats import returning
from trailhouse.stats.page_groups import PageGroup, group_of
from trailhouse.stats.params import Params

PROPERTY = "event:props:"
LONGEST_PROPERTY = 300
GOAL = "event:goal"
TIME = "time"  # the interval that suits the period
HOUR_OF_WEEK = "time:hour_of_week"
PAGE_GROUP = "event:page_group"


class Level(StrEnum):
    """What a dimension belongs to.

    EVENT: a value of each event. VISIT: a value that stands on each event of its visit. WHOLE_VISIT: one that only all
    events of the visit together tell, so its SQL is an aggregate. GOAL: the goals that an event reaches, none or many.
    TIME: the interval in which an event happened or a visit started.
    """

    EVENT = "event"
    VISIT = "visit"
    WHOLE_VISIT = "whole visit"
    GOAL = "goal"
    TIME = "time"


@dataclass(frozen=True, slots=True)
class Dimension:
    """One way to split a report. `only` limits a report split by it to the events that can have it.

    `entry` is the value that the first page of the visit has, for what tells of pages.
    """

    name: str
    level: Level
    sql: Callable[[Params], str]
    only: str = ""
    entry: Callable[[Params], str] | None = None


def _of(column: str) -> Callable[[Params], str]:
    return lambda _: column


def _property(name: str) -> Callable[[Params], str]:
    return lambda params: f"props[{params.text(name)}]"


@cache
def _country_names() -> tuple[tuple[str, ...], tuple[str, ...]]:
    from babel import Locale

    names = {code: name for code, name in Locale("en").territories.items() if len(code) == 2}
    return tuple(names), tuple(names.values())


def _country_name(params: Params) -> str:
    codes, names = _country_names()
    return f"transform(toString(country), {params.texts(codes)}, {params.texts(names)}, toString(country))"


DIMENSIONS: dict[str, Dimension] = {
    dimension.name: dimension
    for dimension in (
        Dimension("event:page", Level.EVENT, _of("path"), entry=_of("entry_path")),
        Dimension(PAGE_GROUP, Level.EVENT, lambda params: group_of((), params)),  # see `bound`
        Dimension("event:hostname", Level.EVENT, _of("hostname")),
        Dimension("event:name", Level.EVENT, _of("name"), only="name != 'engagement'"),
        Dimension("event:goal", Level.GOAL, _of("")),
        Dimension("event:outbound", Level.EVENT, _of("props['url']"), only="name = 'Outbound Link: Click'"),
        Dimension("event:download", Level.EVENT, _of("props['url']"), only="name = 'File Download'"),
        Dimension("event:not_found", Level.EVENT, _of("props['path']"), only="name = '404'"),
        Dimension("event:form", Level.EVENT, _of("path"), only="name = 'Form: Submission'"),
        Dimension("visit:source", Level.VISIT, _of("source")),
        Dimension("visit:channel", Level.VISIT, _of("channel")),
        Dimension("visit:referrer", Level.VISIT, _of("referrer")),
        Dimension("visit:search_term", Level.VISIT, _of("search_term")),
        # What a link's utm_term says stands in both columns where the source is no search engine that sends its own.
        Dimension("visit:engine_term", Level.VISIT, _of("if(search_term = utm_term, '', search_term)")),
        Dimension("visit:utm_source", Level.VISIT, _of("utm_source")),
        Dimension("visit:utm_medium", Level.VISIT, _of("utm_medium")),
        Dimension("visit:utm_campaign", Level.VISIT, _of("utm_campaign")),
        Dimension("visit:utm_term", Level.VISIT, _of("utm_term")),
        Dimension("visit:utm_content", Level.VISIT, _of("utm_content")),
        Dimension("visit:click_id", Level.VISIT, _of("click_id")),
        Dimension("visit:entry_page", Level.VISIT, _of("entry_path")),
        Dimension("visit:exit_page", Level.WHOLE_VISIT, _of("argMaxIf(path, ts, name = 'pageview')")),
        Dimension("visit:entry_page_hostname", Level.WHOLE_VISIT, _of("argMinIf(hostname, ts, name != 'engagement')")),
        Dimension("visit:exit_page_hostname", Level.WHOLE_VISIT, _of("argMaxIf(hostname, ts, name = 'pageview')")),
        Dimension("visit:country", Level.VISIT, _of("country")),
        Dimension("visit:country_name", Level.VISIT, _country_name),
        Dimension("visit:region", Level.VISIT, _of("region")),
        Dimension("visit:region_name", Level.VISIT, _of("splitByChar('/', region)[-1]")),
        Dimension("visit:city", Level.VISIT, _of("city")),
        Dimension("visit:city_name", Level.VISIT, _of("splitByChar('/', city)[-1]")),
        Dimension("visit:organisation", Level.VISIT, _of("organisation")),
        Dimension("visit:network_kind", Level.VISIT, _of("network_kind")),
        Dimension("visit:returning", Level.VISIT, returning.kind),
        Dimension("visit:browser", Level.VISIT, _of("browser")),
        Dimension("visit:browser_version", Level.VISIT, _of("browser_version")),
        Dimension("visit:os", Level.VISIT, _of("os")),
        Dimension("visit:os_version", Level.VISIT, _of("os_version")),
        Dimension("visit:device", Level.VISIT, _of("device")),
        Dimension("visit:screen", Level.VISIT, _of("screen")),
        Dimension("visit:language", Level.VISIT, _of("language")),
        Dimension(TIME, Level.TIME, _of("")),
        Dimension("time:minute", Level.TIME, _of("")),
        Dimension("time:hour", Level.TIME, _of("")),
        Dimension("time:day", Level.TIME, _of("")),
        Dimension("time:week", Level.TIME, _of("")),
        Dimension("time:month", Level.TIME, _of("")),
        Dimension(HOUR_OF_WEEK, Level.TIME, _of("")),
    )
}


def dimension(name: str) -> Dimension:
    """The dimension of that name, also `event:props:NAME`; UserError for an unknown one."""
    if name in DIMENSIONS:
        return DIMENSIONS[name]
    prop = name.removeprefix(PROPERTY)
    if prop != name and 0 < len(prop) <= LONGEST_PROPERTY:
        return Dimension(name, Level.EVENT, _property(prop))
    raise UserError(
        "unknown_dimension", f"Unknown dimension '{name}'.", f"Use {PROPERTY}NAME or one of {', '.join(DIMENSIONS)}."
    )


def bound(name: str, groups: Sequence[PageGroup]) -> Dimension:
    """The dimension of that name at a site with these groups of pages; UserError as `dimension` does."""
    found = dimension(name)
    if name != PAGE_GROUP:
        return found
    return replace(
        found,
        sql=lambda params: group_of(groups, params),
        entry=lambda params: group_of(groups, params, "entry_path"),
    )
