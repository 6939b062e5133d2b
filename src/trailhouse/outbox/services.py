"""What other rooms put into the outbox. `mail` and `task` belong into the caller's transaction.

With `sending`, `working` and `tries` the only writer of the tables of `outbox`.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from trailhouse.core import clock
from trailhouse.core.errors import UserError
from trailhouse.core.settings import settings as own_settings
from trailhouse.outbox import addresses, attaching
from trailhouse.outbox.models import Mail, Task
from trailhouse.outbox.rendering import REPLY_TO, harmless

MOST_TO_STRANGERS = 20  # mails of an account in 24 hours; more would make us a relay for anybody's mail

Trusted = Callable[[int], bool]
_trusted: list[Trusted] = []


def trust_by(hook: Trusted) -> None:
    """Have `hook(account_id)` say which accounts may write to any number of strangers."""
    if hook not in _trusted:
        _trusted.append(hook)


@transaction.atomic
def mail(
    to: str,
    template: str,
    context: Mapping[str, Any],
    *,
    language: str,
    account_id: int | None = None,
    look: str = "",
    key: str | None = None,
    stranger: bool = False,
    attachments: Sequence[tuple[str, int]] = (),
    reply_to: str = "",
) -> Mail:
    """Have `to` told. With a `key` it is told once: a second call finds the first mail.

    `context` holds plain values (JSON) for `mail/<template>.txt`, see `rendering`; what stands in its `secret` (tokens
    of links, codes) is forgotten once the mail has been sent. The people of an account read its mail: one that lets
    somebody in elsewhere, such as a sign-in code, belongs to none. `look` is the key of its look, see `branding.looks`:
    empty for what is about money and the account, else that of its reader, who may be somebody's client. `stranger`
    says that the account does not have this person, see `trust_by`; an empty `language` is the instance's;
    `attachments` name files that are made when it is sent, see `attaching`; `reply_to` is whom an answer goes to, if
    not the sender. Raises UserError for a wrong address, and for more than MOST_TO_STRANGERS of an account in 24 hours;
    ValueError for files that nobody makes.
    """
    if key is not None and (there := Mail.objects.filter(key=key).first()):
        return there
    for address in (to, reply_to) if reply_to else (to,):
        addresses.check(address)
    _check_known(attachments)
    if stranger and account_id is not None:
        _check_flood(account_id)
    values = {
        "to": to, "template": template, "language": language or settings.LANGUAGE_CODE, "look": look,
        "context": harmless({**context, REPLY_TO: reply_to} if reply_to else dict(context)),
        "account_id": account_id, "stranger": stranger, "url": own_settings().url,
        "attachments": [list(one) for one in attachments],
    }  # fmt: skip
    if key is None:
        return Mail.objects.create(**values)
    return Mail.objects.get_or_create(key=key, defaults=values)[0]


def _check_known(attachments: Sequence[tuple[str, int]]) -> None:
    if unknown := [kind for kind, _number in attachments if not attaching.is_known(kind)]:
        raise ValueError(f"nobody makes files of {unknown[0]}")


def _check_flood(account_id: int) -> None:
    if any(is_trusted(account_id) for is_trusted in _trusted):
        return
    since = clock.now() - timedelta(hours=24)
    lately = Mail.objects.filter(account_id=account_id, stranger=True, created_at__gt=since)
    # On PostgreSQL two callers wait for each other at the oldest, so that both count the other's.
    lately.order_by("pk").select_for_update().first()
    if lately.count() >= MOST_TO_STRANGERS:
        raise UserError(
            "too_many_mails",
            _("Within 24 hours an account can write to %(most)s people whom it does not have yet.")
            % {"most": MOST_TO_STRANGERS},
            _("Go on tomorrow, or pass the link on yourself."),
            status=429,
        )


@transaction.atomic
def task(
    kind: str, payload: Mapping[str, Any], *, total: int = 0, account_id: int | None = None, user_id: int | None = None
) -> Task:
    """Have work carried out after the commit by the function that is registered for `kind`."""
    return Task.objects.create(kind=kind, payload=dict(payload), total=total, account_id=account_id, user_id=user_id)
