"""Part of the services and selectors of `sites`: notes on days and the work log, as a site's people keep them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from trailhouse.accounts.models import User
from trailhouse.accounts.services import record
from trailhouse.core.errors import UserError
from trailhouse.sites.access import Privilege, visible_sites
from trailhouse.sites.models import LONGEST_NOTE, Annotation, Site

MOST_NOTES = 1000
Kind = Annotation.Kind


@dataclass(frozen=True)
class NoteText:
    """A note as it was filled in; `internal` means nothing to work, which its readers always see."""

    day: date
    text: str
    internal: bool = False
    kind: str = Kind.NOTE


def notes_of(site: Site, first: date, last: date, *, internal: bool) -> Sequence[Annotation]:
    """The notes of these days, both included, oldest first; `internal` ones for the site's own team."""
    found = Annotation.objects.filter(site=site, day__gte=first, day__lte=last).order_by("day", "id")
    return list(found if internal else found.filter(internal=False))


def work_of(site: Site) -> QuerySet[Annotation]:
    """The work log of a site, newest first."""
    return Annotation.objects.filter(site=site, kind=Kind.WORK).select_related("by").order_by("-day", "-id")


def fellows_of(site: Site, user: User) -> list[Site]:
    """The other sites of the same client that `user` may change: where one entry can be written at once."""
    if site.client_id is None:
        return []
    mine = Site.objects.filter(visible_sites(user, Privilege.CHANGE_SITE), client=site.client_id)
    return list(mine.exclude(pk=site.pk).select_related("account").order_by("domain", "id"))


@transaction.atomic
def add(
    site: Site, day: date, text: str, *, internal: bool = False, kind: str = Kind.NOTE, by: User | None
) -> Annotation:
    """Add a note. Raises UserError for an empty or too long one, and for one that stands there already."""
    if Annotation.objects.filter(site=site).count() >= MOST_NOTES:
        raise UserError("too_many_notes", _("A site has at most 1,000 notes."), _("Remove a note that is not needed."))
    note = Annotation(site=site, by=by)
    _fill(note, NoteText(day, text, internal, kind))
    record("note.added", account=site.account, by=by, subject=f"{site.domain}: {note.text}")
    return note


@transaction.atomic
def add_everywhere(site: Site, others: Collection[Site], text: NoteText, *, by: User) -> int:
    """Add a note to `site` and to `others` which `by` may change; to how many. Raises UserError as `add` does.

    Where one of the others has that note already it stays as it is: sent twice is as once.
    """
    values = {"internal": text.internal, "kind": text.kind, "by": by}
    add(site, text.day, text.text, **values)  # type: ignore[arg-type]  # mixed values
    there = Annotation.objects.filter(site__in=others, day=text.day, text=_line(text.text))
    known = set(there.values_list("site_id", flat=True))
    fresh = [other for other in others if other.pk not in known]
    for other in fresh:
        add(other, text.day, text.text, **values)  # type: ignore[arg-type]  # mixed values
    return 1 + len(fresh)


@transaction.atomic
def change(
    note: Annotation, day: date, text: str, *, internal: bool, kind: str | None = None, by: User | None
) -> Annotation:
    """Change a note; None leaves its kind. Raises UserError as `add` does."""
    was = note.text
    _fill(note, NoteText(day, text, internal, note.kind if kind is None else kind))
    site = note.site
    record("note.changed", account=site.account, by=by, subject=f"{site.domain}: {note.text}", details={"was": was})
    return note


@transaction.atomic
def remove(note: Annotation, *, by: User | None) -> None:
    """Remove a note."""
    record("note.removed", account=note.site.account, by=by, subject=f"{note.site.domain}: {note.text}")
    note.delete()


def _line(text: str) -> str:
    return " ".join(text.split())


def _fill(note: Annotation, given: NoteText) -> None:
    text = _line(given.text)
    if not 0 < len(text) <= LONGEST_NOTE:
        raise UserError(
            "wrong_note", _("A note has 1 to 200 characters."), _("Say in a few words what happened on that day.")
        )
    note.day, note.text, note.kind = given.day, text, Kind(given.kind)
    note.internal = given.internal and note.kind != Kind.WORK
    try:
        with transaction.atomic():
            note.save()
    except IntegrityError:
        raise UserError(
            "note_exists", _("This day has that note already."), _("Change that one instead."), status=409
        ) from None
