"""Part of the services of `sites`: named filters, of a person or of a site.

What the conditions mean is for who asks the questions; here they are JSON of a known shape and size, in which segments
may name other segments: those that their reader may use, never themselves.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from trailhouse.accounts.models import User
from trailhouse.accounts.services import record
from trailhouse.core import clock
from trailhouse.core.errors import UserError
from trailhouse.sites.access import Principal, Privilege, allowed, rights
from trailhouse.sites.models import Invitation, Membership, Segment, Site

MOST_OF_A_SITE = 100
MOST_OF_A_PERSON = 100  # at one site
MOST_GROUPS = 20
MOST_BYTES = 50_000
DEEPEST = 4  # segments within segments
LONGEST_NAME = 80
LONGEST_DESCRIPTION = 300


@dataclass(frozen=True)
class SegmentText:
    """A segment as it is wanted; `own`: the person's, else the site's."""

    name: str
    description: str = ""
    own: bool = True
    groups: list[Any] = field(default_factory=list)


def usable(who: Principal, site: Site) -> QuerySet[Segment]:
    """The segments of `site` that `who` may use: the site's, or of these that they are confined to, and their own."""
    mine = Q(person=who.pk) if isinstance(who, User) else Q(pk__in=[])
    within = rights(who, site.account, site).within
    return site.segments.filter((Q(person=None) if within is None else Q(pk=within)) | mine)


def may_change(who: Principal, segment: Segment) -> bool:
    """Whether `who` may change this segment: it is theirs, or the site's and they may change the site."""
    if segment.person_id is not None:
        return isinstance(who, User) and segment.person_id == who.pk
    return allowed(who, segment.site, Privilege.CHANGE_SITE)


@transaction.atomic
def add(site: Site, text: SegmentText, *, by: User) -> Segment:
    """Keep filters under a name. Raises UserError for wrong ones, for a name that is taken, and for too many."""
    segment = Segment(site=site, person=by if text.own else None)
    there = site.segments.filter(person=segment.person_id)
    if there.count() >= (MOST_OF_A_PERSON if text.own else MOST_OF_A_SITE):
        raise UserError("too_many_segments", _("There are 100 segments."), _("Delete one that is not needed."))
    _fill(segment, text, by)
    if segment.person_id is None:  # a person's own are nobody else's business
        record("segment.added", account=site.account, by=by, subject=_subject(segment))
    return segment


@transaction.atomic
def change(segment: Segment, text: SegmentText, *, by: User) -> Segment:
    """Change a segment; reports that name it follow. Whose it is stays. Raises UserError as `add` does."""
    _may(segment, by)
    before = segment.name
    _fill(segment, text, by)
    if segment.person_id is None:
        account, details = segment.site.account, {"was": before}
        record("segment.changed", account=account, by=by, subject=_subject(segment), details=details)
    return segment


@transaction.atomic
def delete(segment: Segment, *, by: User) -> None:
    """Delete a segment. Raises UserError where another one names it, or somebody is confined to it."""
    _may(segment, by)
    if users := used_by(segment, by):
        raise UserError(
            "segment_used",
            _("It is part of: %(names)s.") % {"names": ", ".join(one.name for one in users)},
            _("Take it out of there first."),
            status=409,
        )
    if _confines(segment):
        raise UserError(
            "segment_confines",
            _("Somebody sees this segment alone."),
            _("Give them other access in the list of people first, or take their invitation back."),
            status=409,
        )
    if segment.person_id is None:
        record("segment.deleted", account=segment.site.account, by=by, subject=_subject(segment))
    segment.delete()


def _confines(segment: Segment) -> bool:
    """Whether somebody is confined to the segment, or invited to be."""
    invited = Invitation.objects.filter(segment=segment, used_at=None, revoked_at=None)
    return Membership.objects.filter(segment=segment).exists() or invited.exists()


def used_by(segment: Segment, who: Principal) -> list[Segment]:
    """The segments that `who` may use and whose conditions name this one."""
    others = usable(who, segment.site).exclude(pk=segment.pk)
    return [other for other in others if segment.pk in named_in(other.groups)]


def named_in(groups: Any) -> set[int]:
    """The numbers of the segments that conditions name."""
    return {int(text) for line in _lines(groups) if line[1] == "segment" for text in line[2] if _is_number(text)}


def dimensions_in(groups: Any) -> set[str]:
    """What conditions speak of, by its name; "segment" for segments."""
    return {line[1] for line in _lines(groups) if isinstance(line[1], str)}


def _lines(groups: Any) -> Iterator[list[Any]]:
    for group in groups if isinstance(groups, list) else []:
        lines = group.get("any") if isinstance(group, dict) else None
        for line in lines if isinstance(lines, list) else []:
            if isinstance(line, list) and len(line) > 2 and isinstance(line[2], list):
                yield line


def _is_number(text: Any) -> bool:
    return isinstance(text, str) and text.isascii() and text.isdigit() and len(text) < 19


def _may(segment: Segment, by: User) -> None:
    if not may_change(by, segment):
        raise UserError(
            "not_your_segment",
            _("This segment is the site's."),
            _("Ask somebody who may change the site, or save it as your own."),
            status=403,
        )


def _fill(segment: Segment, text: SegmentText, by: User) -> None:
    _may(segment, by)
    name, description = " ".join(text.name.split()), " ".join(text.description.split())
    if not 0 < len(name) <= LONGEST_NAME:
        raise UserError("wrong_segment_name", _("A segment needs a name."), _("Give it one of up to 80 letters."))
    if len(description) > LONGEST_DESCRIPTION:
        raise UserError("wrong_segment", _("The description is too long."), _("Use up to 300 letters."))
    _check(segment, text.groups, by)
    segment.name, segment.description, segment.groups = name, description, text.groups
    segment.changed_at = clock.now()
    try:
        with transaction.atomic():
            segment.save()
    except IntegrityError:
        raise UserError(
            "segment_exists", _("There is a segment of that name."), _("Choose another name."), status=409
        ) from None


def _check(segment: Segment, groups: Any, by: User) -> None:
    """Raise UserError unless these conditions may be kept in this segment."""
    if not isinstance(groups, list) or not groups:
        raise UserError("empty_segment", _("A segment needs a filter."), _("Add one, then save."))
    if len(groups) > MOST_GROUPS or len(json.dumps(groups).encode()) > MOST_BYTES:
        raise UserError("segment_too_large", _("The segment is too large."), _("Use fewer filters or values."))
    # What all may use names only what all may use.
    others = segment.site.segments.filter(Q(person=None) | Q(person=by.pk) if segment.person_id else Q(person=None))
    known = {other.pk: other.groups for other in others}
    if not named_in(groups) <= known.keys():
        raise UserError(
            "unknown_segment",
            _("It names a segment that not everybody who may use this one may use."),
            _("Save that one for the site first, or put its filters here instead."),
        )
    if segment.pk is not None:
        known[segment.pk] = groups
    _check_depth(known, groups)


def _check_depth(known: Mapping[int, Any], groups: Any) -> None:
    level = named_in(groups)
    for _step in range(DEEPEST):
        if not level:
            return
        level = set().union(*(named_in(known.get(number, [])) for number in level))
    raise UserError(
        "segment_too_deep",
        _("Segments lie too deep within each other, or one contains itself."),
        _("Put its filters here instead."),
    )


def _subject(segment: Segment) -> str:
    return f"{segment.site.domain}: {segment.name}"
