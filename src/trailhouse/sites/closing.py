"""Part of the services of `sites`: the data of a closed account is deleted, some time after its owner was told.

The account's row stays, without its name and people, for the documents that refer to it. What hangs on the account goes
with it; what must outlive it says so by its foreign key (PROTECT).
"""

from collections.abc import Iterator

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from babel.dates import format_date
from django.contrib.sessions.models import Session
from django.db import models, transaction

from trailhouse.accounts import selectors
from trailhouse.accounts.models import Acceptance, Account, OneTimeLink, Staff, User
from trailhouse.accounts.services import record
from trailhouse.accounts.signup import known_language
from trailhouse.core import clock
from trailhouse.events.store import Store
from trailhouse.outbox import pruning
from trailhouse.outbox import services as outbox
from trailhouse.sites import upkeep
from trailhouse.sites.models import Site

KEPT = (Acceptance,)  # proof of what was agreed


def delete_closed(store: Store) -> int:
    """Tell owners whose data will be deleted soon, and delete what is due; how many accounts were deleted.

    It may be broken off anywhere and run again: each part is done once.
    """
    for account in selectors.to_be_told_of_deletion():
        _tell(account)
    due = selectors.to_be_deleted()
    if not due:
        return 0
    Site.objects.filter(account__in=due).update(delete_at=clock.now())
    upkeep.delete_due(store)
    return sum(_delete(account.pk) for account in due)


@transaction.atomic
def _tell(account: Account) -> None:
    now = clock.now()
    untold = Account.objects.filter(pk=account.pk, closed_at=account.closed_at, deletion_told_at=None)
    if not untold.update(deletion_told_at=now):
        return
    account.deletion_told_at = now
    language = known_language(account.owner.language)
    day = selectors.deletion_of(account)
    assert day is not None  # it is closed
    context = {
        "account": account.name,
        "day": format_date(day.date(), "long", locale=language),
    }
    outbox.mail(account.owner.email, "accounts/deletion_soon", context, language=language, account_id=account.pk)


@transaction.atomic
def _delete(number: int) -> bool:
    """What is left of an account once its sites are gone; False where some are not gone yet: they are tried again."""
    account = Account.objects.select_for_update().get(pk=number)
    if account.deleted_at is not None or account.closed_at is None or account.sites.exists():
        return False
    people = list(User.objects.filter(memberships__account=account).distinct())
    for rows in _hanging_on(account):
        rows.delete()
    pruning.forget_account(account.pk)
    former = account.owner
    account.name, account.deleted_at = f"#{account.pk}", clock.now()
    account.save(update_fields=["name", "deleted_at"])
    record("account.deleted", account=account, by=None, subject=str(account.pk))
    for person in [former, *people]:
        _forget(person)
    return True


def _hanging_on(account: Account) -> Iterator["models.QuerySet[models.Model]"]:
    for relation in Account._meta.related_objects:
        if getattr(relation, "on_delete", None) is models.CASCADE and relation.related_model not in KEPT:
            yield relation.related_model._default_manager.filter(**{relation.field.name: account})


def _forget(person: User) -> None:
    """Erase somebody who has nothing here any more; whom a row that stays refers to becomes nobody."""
    has_account = person.accounts.filter(deleted_at=None).exists()
    if has_account or person.staff != Staff.NONE or person.memberships.exists():
        return
    keys = UserSession.objects.filter(user=person).values_list("session_key", flat=True)
    Session.objects.filter(session_key__in=list(keys)).delete()
    try:
        with transaction.atomic():
            person.delete()
            return
    except models.ProtectedError:  # the owner, or somebody whom a document names
        pass
    for model in (UserSession, Authenticator, OneTimeLink):
        model.objects.filter(user=person).delete()
    person.email, person.full_name = f"deleted-{person.pk}@invalid", ""
    person.language = person.timezone = ""
    person.is_active = False
    person.set_unusable_password()
    person.save()
