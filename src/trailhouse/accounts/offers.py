"""What is offered to an address and accepted by its reader, a part of the services of `accounts`: accounts, and sites.

An offer is for one address and works once, for seven days. Its token is told once: by mail, or where the instance sends
none to whoever offers.
"""

import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, TypeVar

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from trailhouse.accounts.models import Offer, User
from trailhouse.accounts.selectors import hash_of
from trailhouse.accounts.services import checked_email
from trailhouse.accounts.signup import known_language
from trailhouse.core import clock
from trailhouse.core.errors import UserError
from trailhouse.core.settings import settings
from trailhouse.outbox import services as outbox

LASTS = timedelta(days=7)
O = TypeVar("O", bound=Offer)  # noqa: E741


def make(
    rows: QuerySet[O], to: str, template: str, *, by: User, about: Mapping[str, Any], **values: Any
) -> tuple[O, str]:
    """Write an offer to the address `to` and mail it; the row and its token.

    `about` fills in the mail. Call it in the caller's transaction. Raises UserError for a wrong address.
    """
    to = checked_email(to)
    token = secrets.token_urlsafe(24)
    made = rows.create(to=to, hash=hash_of(token), by=by, expires_at=clock.now() + LASTS, **values)
    known = User.objects.filter(email=to).first()
    context = {"person": str(by), "days": LASTS.days, "secret": {"token": token}}
    outbox.mail(
        to,
        template,
        context | dict(about),
        language=known_language(known.language if known else by.language),
        account_id=values["account"].pk,
        stranger=True,  # to the account, until they accept
    )
    return made, token


def waiting(rows: QuerySet[O]) -> QuerySet[O]:
    """Those of `rows` that can be accepted as far as time goes."""
    return rows.filter(used_at=None, expires_at__gt=clock.now())


def end(rows: QuerySet[O]) -> int:
    """Let those that wait expire now; how many."""
    return waiting(rows).update(expires_at=clock.now())


def use(rows: QuerySet[O], offer: O | None, user: User, other: str) -> O:
    """Use `offer` up; of two at once one wins. Raises UserError, with the words `other` where it is somebody else's."""
    if offer is None:
        raise void()
    if user.email != offer.to:
        hint = _("Sign out, and sign in with that address.")
        raise UserError("other_person", other % {"email": offer.to}, hint, status=403)
    if not waiting(rows).filter(pk=offer.pk).update(used_at=clock.now()):
        raise void()
    return offer


def void() -> UserError:
    """What is said of an offer that is used, expired, withdrawn or unknown: always the same."""
    return UserError("link_void", _("This link has been used or has expired."), _("Ask for a new one."), status=410)


def prune(rows: QuerySet[O]) -> int:
    """Delete the offers that expired long ago (`offer_days`); how many."""
    return rows.filter(expires_at__lt=clock.now() - timedelta(days=settings().offer_days)).delete()[0]
