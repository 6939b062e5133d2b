"""The only writer of the tables of `outbox`. `mail` and `task` belong into the caller's transaction."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from trailhouse.outbox.models import Mail, Task


@transaction.atomic
def mail(
    to: str,
    template: str,
    context: Mapping[str, Any],
    *,
    language: str,
    account_id: int | None = None,
    key: str | None = None,
    stranger: bool = False,
) -> Mail:
    """Have `to` told. With a `key` it is told once: a second call finds the first mail.

    `context` holds plain values (JSON) for `mail/<template>.html` and `.txt`; `stranger` says that the account does not
    have this person, see `MOST_TO_STRANGERS`.
    """
    values = {
        "to": to, "template": template, "context": dict(context), "language": language,
        "account_id": account_id, "stranger": stranger,
    }  # fmt: skip
    if key is None:
        return Mail.objects.create(**values)
    return Mail.objects.get_or_create(key=key, defaults=values)[0]


@transaction.atomic
def task(
    kind: str, payload: Mapping[str, Any], *, total: int = 0, account_id: int | None = None, user_id: int | None = None
) -> Task:
    """Have work carried out after the commit by the function that is registered for `kind`."""
    return Task.objects.create(kind=kind, payload=dict(payload), total=total, account_id=account_id, user_id=user_id)
