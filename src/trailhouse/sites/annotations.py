"""Part of the services and selectors of `sites`: notes on days, as a site's people keep them."""

from collections.abc import Sequence
from datetime import date

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from trailhouse.accounts.models import User
from trailhouse.accounts.services import record
from trailhouse.core.errors import UserError
from trailhouse.sites.models import LONGEST_NOTE, Annotation, Site

MOST_NOTES = 1000


def notes_of(site: Site, first: date, last: date, *, internal: bool) -> Sequence[Annotation]:
    """The notes of these days, both included, oldest first; `internal` ones for the site's own team."""
    found = Annotation.objects.filter(site=site, day__gte=first, day__lte=last).order_by("day", "id")
    return list(found if internal else found.filter(internal=False))


@transaction.atomic
def add(site: Site, day: date, text: str, *, internal: bool = False, by: User | None) -> Annotation:
    """Add a note. Raises UserError for an empty or too long one, and for one that stands there already."""
    if Annotation.objects.filter(site=site).count() >= MOST_NOTES:
        raise UserError("too_many_notes", _("A site has at most 1,000 notes."), _("Remove a note that is not needed."))
    note = Annotation(site=site, by=by)
    _fill(note, day, text, internal=internal)
    record("note.added", account=site.account, by=by, subject=f"{site.domain}: {note.text}")
    return note


@transaction.atomic
def change(note: Annotation, day: date, text: str, *, internal: bool, by: User | None) -> Annotation:
    """Change a note. Raises UserError as `add` does."""
    was = note.text
    _fill(note, day, text, internal=internal)
    site = note.site
    record("note.changed", account=site.account, by=by, subject=f"{site.domain}: {note.text}", details={"was": was})
    return note


@transaction.atomic
def remove(note: Annotation, *, by: User | None) -> None:
    """Remove a note."""
    record("note.removed", account=note.site.account, by=by, subject=f"{note.site.domain}: {note.text}")
    note.delete()


def _fill(note: Annotation, day: date, text: str, *, internal: bool) -> None:
    text = " ".join(text.split())
    if not 0 < len(text) <= LONGEST_NOTE:
        raise UserError(
            "wrong_note", _("A note has 1 to 200 characters."), _("Say in a few words what happened on that day.")
        )
    note.day, note.text, note.internal = day, text, internal
    try:
        with transaction.atomic():
            note.save()
    except IntegrityError:
        raise UserError(
            "note_exists", _("This day has that note already."), _("Change that one instead."), status=409
        ) from None
