"""What somebody may ask of a site: which fields, by their sections and the site's privacy, and which segments."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from django.http import HttpRequest

from trailhouse.core.errors import UserError
from trailhouse.dashboard.conditions import askable, parts_of, short_of
from trailhouse.dashboard.grammar import Condition, Named
from trailhouse.dashboard.sections import section_of
from trailhouse.dashboard.vocabulary import EXACT, field
from trailhouse.sites import segments as services
from trailhouse.sites.access import rights, sections_of, viewer
from trailhouse.sites.models import Privacy, Section, Segment, Site
from trailhouse.stats import segments
from trailhouse.stats.dimensions import GOAL
from trailhouse.stats.segments import SEGMENT, Lines


@dataclass(frozen=True)
class Reader:
    """Who reads a site's reports. `stored` are the segments that are theirs to use; `named` those that they may ask."""

    seen: frozenset[Section]
    strict: bool
    stored: tuple[Segment, ...]
    named: Mapping[str, Named]
    within: tuple[int, str] | None = None  # the segment that they are confined to: its number and name

    def may_ask(self, condition: Condition) -> bool:
        """Whether a filter may have this condition."""
        if condition.dimension == SEGMENT:
            return askable(condition) and all(value in self.named for value in condition.values)
        return askable(condition) and may_see(condition.dimension, self.seen, strict=self.strict)


def may_see(short: str, seen: frozenset[Section], *, strict: bool) -> bool:
    """Whether the field of that short name may be filtered by."""
    found = field(short)
    return found is not None and section_of(short) in seen and not (strict and found.strict_least)


def reader_of(request: HttpRequest, site: Site) -> Reader:
    """The reader of this request."""
    who = viewer(request)
    seen, strict = sections_of(who, site), site.privacy == Privacy.STRICT
    stored = {segment.pk: segment for segment in services.usable(who, site)}
    may = _asking(stored, lambda name: may_see(short_of(name), seen, strict=strict), cache(lambda: goal_names(site)))
    named = {
        str(number): Named(one.name, parts_of(segments.read(one.groups))[0])
        for number, one in stored.items()
        if may(number, 0)
    }
    within = rights(who, site.account, site).within
    confined = None if within is None else (within, stored[within].name)
    return Reader(seen, strict, tuple(stored.values()), named, confined)


def goal_names(site: Site) -> frozenset[str]:
    """What the site's goals are called."""
    return frozenset(site.goals.values_list("name", flat=True))


def missing_goals(groups: Iterable[Lines], names: Callable[[], frozenset[str]]) -> list[str]:
    """The goals that a segment asks for by name and that are none of `names`, which is called if there are any."""
    missing = []
    for line in (line for group in groups for line in group.lines):
        if line.dimension == GOAL and line.operator in EXACT:
            fold: Callable[[str], str] = str.lower if line.case == "nocase" else str
            there = set(map(fold, names()))
            missing += [value for value in line.values if fold(value) not in there]
    return missing


def _asking(
    stored: Mapping[int, Segment], may_dimension: Callable[[str], bool], goals: Callable[[], frozenset[str]]
) -> Callable[[int, int], bool]:
    """Whether a segment may be asked: it can be read, and so can all that it speaks of, segments included."""

    def may(number: int, depth: int) -> bool:
        if number not in stored or depth > services.DEEPEST:
            return False
        try:
            groups = segments.read(stored[number].groups)
        except UserError:
            return False
        inner = services.named_in(stored[number].groups)
        names = segments.names_in(groups) - {SEGMENT}
        if missing_goals(groups, goals):
            return False
        return all(map(may_dimension, names)) and all(may(one, depth + 1) for one in inner)

    return may
