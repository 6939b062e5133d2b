"""What is kept of mail no longer than it serves. Part of the services of `outbox`."""

from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet

from trailhouse.core import clock
from trailhouse.core.settings import settings
from trailhouse.outbox.models import Mail, Task
from trailhouse.outbox.rendering import subject_of

A_STEP = 500
OVER = (Mail.State.SENT, Mail.State.FAILED)


def prune_mail() -> int:
    """Delete the text of mails that are over, later the mails; how many were changed. Doing it twice changes nothing.

    What is told once (`key`) keeps its key, without whom and what, so that it is not told again.
    """
    now, own = clock.now(), settings()
    old = Mail.objects.filter(created_at__lt=now - timedelta(days=own.mail_days)).exclude(to="")
    changed = _empty(old.exclude(key=None))
    changed += old.filter(key=None).delete()[0]
    while emptied := _delete_texts(own.mail_body_days):
        changed += emptied
    return changed


def _empty(rows: QuerySet[Mail]) -> int:
    return rows.update(to="", context={}, subject="", last_error="", account_id=None, state=Mail.State.SENT)


@transaction.atomic
def _delete_texts(days: int) -> int:
    """The texts of some mails that are older than `days`; their subjects stay, for the list."""
    before = clock.now() - timedelta(days=days)
    mails = list(Mail.objects.filter(state__in=OVER, subject="", created_at__lt=before).exclude(to="")[:A_STEP])
    for mail in mails:  # one that is tried again just now keeps its text
        still = Mail.objects.filter(pk=mail.pk, state__in=OVER)
        still.update(subject=subject_of(mail), context={})
    return len(mails)


@transaction.atomic
def forget_account(account_id: int) -> None:
    """Delete the mail and the work of an account whose data is deleted."""
    Mail.objects.filter(account_id=account_id).delete()
    Task.objects.filter(account_id=account_id).delete()
