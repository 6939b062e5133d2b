"""Asking for exports, and deleting them: with `making` the only writer of the table. One transaction a function."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from trailhouse.accounts.models import User
from trailhouse.accounts.services import record
from trailhouse.core import clock
from trailhouse.core.errors import UserError
from trailhouse.exports import access, files
from trailhouse.exports.models import Export
from trailhouse.exports.values import FORMATS
from trailhouse.outbox import selectors
from trailhouse.outbox import services as outbox
from trailhouse.outbox.models import Task
from trailhouse.sites.models import Site

KIND = "exports/make"
KEPT = timedelta(days=7)
MOST_WAITING = 5  # of an account
MOST_KEPT = 50  # so that nobody fills the disk by asking again and again


@transaction.atomic
def ask(
    site: Site, what: str, form: str, first: date, last: date, *, through: str, by: User, mail: bool = True
) -> Export:
    """Have a file made of the site's days from `first` to `last`, in its own zone; with `mail`, `by` is told of it.

    Raises UserError for a file that there is not, for a strict site's events, where too many are made or kept, and
    where the disk is full. Whether `by` may have it is decided by `access`, now by the caller and again at each step.
    """
    if form not in FORMATS.get(what, ()):
        raise UserError("unknown_format", _("There is no such file."), _("Choose one of the list."))
    if what == Export.What.EVENTS and not access.tells_events(site):
        raise strict()
    if Export.objects.filter(site__account=site.account_id).count() >= MOST_KEPT:
        raise UserError(
            "too_many_exports",
            _("%(most)s exports of this account are kept already.") % {"most": MOST_KEPT},
            _("Delete some of them."),
            status=429,
        )
    waiting = selectors.tasks(site.account_id, KIND).filter(state=Task.State.WAITING)
    if waiting.count() >= MOST_WAITING:
        raise UserError(
            "too_many_exports",
            _("%(most)s exports of this account are being made already.") % {"most": MOST_WAITING},
            _("Wait until one of them is ready, or delete it."),
            status=429,
        )
    files.check_room()
    first, last = min(first, last), max(first, last)
    made = Export.objects.create(
        site=site, by=by, what=what, through=through, form=form, first_day=first, last_day=last
    )
    made.task = outbox.task(
        KIND, {"export": made.pk, "mail": mail}, total=1, account_id=site.account_id, user_id=by.pk
    ).pk
    made.save(update_fields=["task"])
    details = {"what": what, "form": form, "first": str(first), "last": str(last)}
    record("site.exported", account=site.account, by=by, subject=site.domain, details=details)
    return made


def strict() -> UserError:
    """What is said to whoever asks for the events of a strict site."""
    return UserError(
        "figures_only",
        _("This site keeps figures only, so its single events are not told."),
        _("Export totals, or the lists of its reports."),
        status=403,
    )


def record_stream(site: Site, form: str, first: date, last: date, *, by: User) -> None:
    """Note in the audit log that somebody takes the site's events at once."""
    details = {"what": Export.What.EVENTS.value, "form": form, "first": str(first), "last": str(last)}
    record("site.exported", account=site.account, by=by, subject=site.domain, details=details)


@transaction.atomic
def delete(export: Export) -> None:
    """Delete an export and its file; what still works on it stops at its next step."""
    Export.objects.filter(pk=export.pk).delete()
    transaction.on_commit(lambda: files.remove(export.pk))


@transaction.atomic
def forget_events(site: Site) -> None:
    """Delete the files of a site's events, also those that are being made: what is in them has been erased."""
    for export in Export.objects.filter(site=site, what=Export.What.EVENTS):
        delete(export)


def delete_due() -> int:
    """Delete the exports that are old enough, and what lies there for those that are gone; how many."""
    due = list(Export.objects.filter(created_at__lte=clock.now() - KEPT))
    for export in due:
        delete(export)
    there = files.there()  # asked for first: what is made lies there only after its row
    left = set(there) - set(Export.objects.filter(pk__in=there).values_list("pk", flat=True))
    for number in left:
        files.remove(number)
    return len(left.union(export.pk for export in due))


def state_of(export: Export) -> tuple[str, selectors.Progress | None]:
    """What has become of an export, of Export.State, and how far it is; None where nobody knows any more."""
    task = Task.objects.filter(pk=export.task).first() if export.task else None
    lost = task is None or task.state == Task.State.FAILED
    state = Export.State.FAILED if export.state == Export.State.WAITING and lost else export.state
    return str(state), selectors.progress_of(task) if task else None


def kept_until(export: Export) -> datetime:
    """When the file is deleted."""
    return export.created_at + KEPT
