"""The only writer of the tables of `legal`, with its parts `agreements` and `subprocessors`."""

from dataclasses import asdict, dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from trailhouse.accounts.models import Account, User
from trailhouse.accounts.services import record
from trailhouse.branding.models import Brand
from trailhouse.core.errors import UserError
from trailhouse.legal import plain
from trailhouse.legal.models import Details, Kind, Wording


@dataclass(frozen=True)
class DetailsText:
    """What somebody enters of their company; empty: as billing has it."""

    name: str = ""
    address: str = ""
    country: str = ""
    email: str = ""
    phone: str = ""
    represented_by: str = ""
    registration: str = ""
    vat_number: str = ""
    officer: str = ""


@transaction.atomic
def set_details(account: Account | None, text: DetailsText, *, by: User) -> Details:
    """Keep what a legal notice says of the account's company; of None: the operator's."""
    values = {name: value.strip() for name, value in asdict(text).items()}
    there = Details.objects.update_or_create(account=account, defaults=values)[0]
    record("legal.details", account=account, by=by, subject=there.name)
    return there


@transaction.atomic
def set_wording(
    kind: Kind, account: Account | None, text: str, *, replaces: bool, brand: Brand | None = None, by: User
) -> None:
    """Keep own text for one of the public pages, or with an empty one have none.

    Raises UserError for a text that is too long, and ValueError for another's brand.
    """
    if brand is not None and (account is None or brand.account_id != account.pk):
        raise ValueError("a brand of somebody else")
    if len(text) > plain.LONGEST:
        raise UserError(
            "text_too_long",
            _("The text has more than %(most)s letters.") % {"most": plain.LONGEST},
            _("Shorten it, or keep it on a website of yours and give its address in the brand."),
        )
    if text.strip():
        values = {"text": text.strip(), "replaces": replaces}
        Wording.objects.update_or_create(kind=kind, account=account, brand=brand, defaults=values)
    else:
        Wording.objects.filter(kind=kind, account=account, brand=brand).delete()
    subject = brand.name if brand else ""
    record("legal.notice" if kind == Kind.NOTICE else "legal.privacy", account=account, by=by, subject=subject)
