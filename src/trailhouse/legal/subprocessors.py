"""Sub-processors: who processes data for the operator, and for an account beside. Part of the services of `legal`.

A new one is announced: the operator's to every account when it is added, and any of them to an account's clients when
the account says so; each reader is told of each one once.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta

from babel import Locale
from babel.dates import format_date
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from trailhouse.accounts.models import Account, Staff, User
from trailhouse.accounts.services import record
from trailhouse.accounts.signup import known_language
from trailhouse.core import clock
from trailhouse.core.errors import UserError
from trailhouse.legal import parties
from trailhouse.legal.models import Announcement, Signature, SubProcessor
from trailhouse.legal.wording import NOTICE_DAYS
from trailhouse.outbox import services as outbox
from trailhouse.sites import looks
from trailhouse.sites.models import Client


@dataclass(frozen=True)
class Processor:
    """A line of a list of sub-processors; `country` is ISO 3166-1, `purpose` empty for the operator's own."""

    name: str
    purpose: str
    country: str
    starts_on: str = ""  # ISO date where it has not begun yet

    def kept(self) -> dict[str, str]:
        """As a signature keeps it."""
        return asdict(self)


def rows(account: Account | None) -> list[SubProcessor]:
    """The account's own sub-processors (None: the operator's), those included that have not begun."""
    return list(SubProcessor.objects.filter(account=account, removed_at=None))


def of(account: Account | None) -> list[Processor]:
    """The same, as lists show them."""
    today = clock.now().date()
    return [
        Processor(one.name, one.purpose, one.country, one.starts_on.isoformat() if one.starts_on > today else "")
        for one in rows(account)
    ]


def chain(account: Account) -> list[Processor]:
    """All who process data for `account`: the operator first, then the operator's and its own sub-processors."""
    operator, mine = parties.of(None), parties.of(account)
    first = [Processor(operator.name, "", parties.country_of(None))] if operator.name != mine.name else []
    return [*first, *of(None), *of(account)]


@transaction.atomic
def add(account: Account | None, name: str, purpose: str, country: str, *, starts_on: date, by: User) -> SubProcessor:
    """Put a company on the list; the operator's new one is told to every account.

    Raises UserError for a name that is there already, and where one that others must be told of begins too soon.
    """
    _check_start(account, starts_on)
    try:
        with transaction.atomic():
            one = SubProcessor.objects.create(
                account=account, name=name.strip(), purpose=purpose.strip(), country=country, starts_on=starts_on
            )
    except IntegrityError:
        raise UserError(
            "subprocessor_exists",
            _("%(name)s is on the list already.") % {"name": name.strip()},
            _("Remove that entry first, or give the new one another name."),
            status=409,
        ) from None
    record("legal.subprocessor_added", account=account, by=by, subject=one.name, details={"day": starts_on.isoformat()})
    if account is None and starts_on > clock.now().date():
        _tell_accounts(one)
    return one


def _check_start(account: Account | None, starts_on: date) -> None:
    """Whoever has accepted an agreement was promised notice; before anybody has, the list may begin as it is."""
    promised = Signature.objects.filter(account=account, of_client=True) if account else Signature.objects.all()
    first = clock.now().date() + timedelta(days=NOTICE_DAYS)
    if promised.exists() and starts_on < first:
        raise UserError(
            "too_soon",
            _("Agreements that were accepted promise notice of %(days)s days.") % {"days": NOTICE_DAYS},
            _("Choose %(day)s or a later day.") % {"day": first.isoformat()},
        )


@transaction.atomic
def remove(one: SubProcessor, *, by: User) -> None:
    """Take a company off the list. A second call changes nothing."""
    if SubProcessor.objects.filter(pk=one.pk, removed_at=None).update(removed_at=clock.now()):
        record("legal.subprocessor_removed", account=one.account, by=by, subject=one.name)


def _tell_accounts(one: SubProcessor) -> None:
    for account in _accounts():
        language = known_language(account.owner.language)
        path = f"/accounts/{account.pk}/legal/sub-processors"
        context = _told(one, language) | {"account": account.name, "path": path}
        key = f"legal/subprocessor/{one.pk}/account/{account.pk}"
        outbox.mail(account.owner.email, "legal/new_subprocessor", context, language=language, account_id=account.pk,
                    key=key)  # fmt: skip


def _accounts() -> QuerySet[Account]:
    """Those whose administrators are told; the operator's own needs no word of it."""
    found = Account.objects.filter(closed_at=None, demo=False).exclude(owner__staff=Staff.OPERATOR)
    return found.select_related("owner")


def to_announce(account: Account) -> list[SubProcessor]:
    """Sub-processors still to begin, the operator's and the account's own, for its clients to be told of."""
    today = clock.now().date()
    coming = [one for one in [*rows(None), *rows(account)] if one.starts_on > today]
    return [one for one in coming if any(not _was_told(one, client) for client, _to, _new in _readers(account))]


def tell_clients(account: Account, *, by: User) -> tuple[int, int]:
    """Mail each client that accepted an agreement what is coming: how many mails were written, how many could not be.

    Not one transaction: what was written stays written where the day's limit for strangers ends it.
    """
    sent = failed = 0
    coming = to_announce(account)
    for client, to, stranger in _readers(account):
        for one in coming:
            if _was_told(one, client):
                continue
            try:
                _tell_client(one, client, to, stranger=stranger)
            except UserError:
                failed += 1
            else:
                sent += 1
    if sent:
        record("legal.clients_told", account=account, by=by, subject=", ".join(one.name for one in coming))
    return sent, failed


def _readers(account: Account) -> list[tuple[Client, str, bool]]:
    """Each client that accepted, where its mail goes, and whether that is nobody whom the account has."""
    signed = Signature.objects.filter(account=account, of_client=True, client__isnull=False)
    found: dict[int, tuple[Client, str, bool]] = {}
    for one in signed.select_related("client__account", "user"):
        assert one.client is not None
        if one.client.pk in found:
            continue
        known = one.user.email if one.user and one.on_paper is None and one.user.is_active else ""
        if to := known or one.client.email:
            found[one.client.pk] = (one.client, to, not known)
    return list(found.values())


def _was_told(one: SubProcessor, client: Client) -> bool:
    return Announcement.objects.filter(subprocessor=one, client=client).exists()


@transaction.atomic
def _tell_client(one: SubProcessor, client: Client, to: str, *, stranger: bool) -> None:
    Announcement.objects.create(subprocessor=one, client=client)
    language = known_language(client.language)
    context = _told(one, language) | {"account": parties.of(client.account).name}
    outbox.mail(to, "legal/client_subprocessor", context, language=language, account_id=client.account_id,
                look=looks.of_client(client).key, stranger=stranger)  # fmt: skip


def _told(one: SubProcessor, language: str) -> dict[str, str]:
    return {
        "name": one.name,
        "purpose": one.purpose,
        "country": country_in(one.country, language),
        "day": format_date(one.starts_on, "long", locale=language),
    }


def country_in(code: str, language: str) -> str:
    """The name of a country in `language`."""
    return str(Locale.parse(language).territories.get(code, code))


def countries_of(processors: Sequence[Processor], language: str) -> list[dict[str, str]]:
    """The lines of a list with the names of countries in `language`."""
    return [one.kept() | {"country": country_in(one.country, language) if one.country else ""} for one in processors]
