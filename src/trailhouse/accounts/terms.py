"""New terms, a part of the services of `accounts`: who has to accept them still, and until when they may go on."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from difflib import SequenceMatcher

from django.db import transaction
from django.db.models import QuerySet

from trailhouse.accounts.models import Acceptance, Account, Staff, Terms, User
from trailhouse.accounts.services import record
from trailhouse.core import clock
from trailhouse.core.settings import settings

PARAGRAPH = re.compile(r"\n\s*\n")


@dataclass(frozen=True)
class Asked:
    """What an owner is asked: to accept `terms` for `accounts`, by `until`; afterwards they cannot go on without."""

    terms: Terms
    accounts: tuple[Account, ...]
    until: datetime

    @property
    def is_over(self) -> bool:
        """Whether the time is over."""
        return self.until <= clock.now()


def asked_of(user: User) -> Asked | None:
    """What `user` is asked, or None: nobody else than owners is, nor the operator, whose terms they are."""
    if user.staff == Staff.OPERATOR:
        return None
    newest = Terms.objects.defer("text").first()  # asked at every page
    if newest is None:
        return None
    accounts = tuple(_open_for(user, newest))
    if not accounts:
        return None
    return Asked(newest, accounts, min(_until(account) for account in accounts))


def _open_for(user: User, terms: Terms) -> QuerySet[Account]:
    mine = Account.objects.filter(owner=user, closed_at=None, demo=False)
    return mine.exclude(acceptances__terms=terms).order_by("id")


def _until(account: Account) -> datetime:
    """When the time of the oldest version is over that came after the one that was accepted: a newer one adds none."""
    accepted = last_accepted(account)
    newer = Terms.objects.filter(published_at__gt=accepted.published_at) if accepted else Terms.objects.all()
    since = [max(published, account.created_at) for published in newer.values_list("published_at", flat=True)]
    return min(since, default=clock.now()) + timedelta(days=settings().terms_days)


def last_accepted(account: Account) -> Terms | None:
    """The newest version that was accepted for `account`."""
    return Terms.objects.filter(acceptances__account=account).first()


def acceptances(account: Account) -> list[Acceptance]:
    """What was accepted for `account`, by whom and when: newest version first."""
    found = Acceptance.objects.filter(account=account).select_related("terms", "user")
    return list(found.order_by("-terms__published_at", "-id"))


@transaction.atomic
def accept(terms: Terms, user: User) -> int:
    """Accept `terms` for all accounts of `user` for which they are not accepted yet; for how many."""
    return sum(accept_for(account, terms, user) for account in list(_open_for(user, terms)))


@transaction.atomic
def accept_for(account: Account, terms: Terms | None, user: User) -> bool:
    """Keep that `user` accepted `terms` for `account`; False where that is known, and where there are none."""
    if terms is None or not Acceptance.objects.get_or_create(terms=terms, account=account, user=user)[1]:
        return False
    record("terms.accepted", account=account, by=user, subject=terms.version)
    return True


@dataclass(frozen=True)
class Paragraph:
    """A changed part of the terms; `kind` is new or gone."""

    kind: str
    text: str


def changes(before: Terms | None, after: Terms) -> list[Paragraph]:
    """What changed in `after`: paragraphs that are new and those that are gone; nothing without a version before."""
    if before is None:
        return []
    return list(_compared(_paragraphs(before.text), _paragraphs(after.text)))


def _paragraphs(text: str) -> list[str]:
    return [part.strip() for part in PARAGRAPH.split(text.replace("\r\n", "\n")) if part.strip()]


def _compared(old: list[str], new: list[str]) -> Iterator[Paragraph]:
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind != "equal":
            yield from (Paragraph("gone", text) for text in old[a:b])
            yield from (Paragraph("new", text) for text in new[c:d])
