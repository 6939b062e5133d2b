"""Part of the services of `sites`: the reseller's clients and which sites are theirs."""

from collections.abc import Collection
from dataclasses import asdict, dataclass

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from trailhouse.accounts.models import Account, User
from trailhouse.accounts.services import record
from trailhouse.core.errors import UserError
from trailhouse.outbox import addresses
from trailhouse.sites.models import Client, Site


@dataclass(frozen=True)
class ClientValues:
    """What is kept of a client."""

    name: str
    contact: str = ""
    email: str = ""
    address: str = ""
    language: str = ""  # of its people until they choose their own; empty: their browser's
    note: str = ""


@transaction.atomic
def add_client(account: Account, values: ClientValues, *, by: User | None) -> Client:
    """Add a client. Raises UserError for a name that the account has already, and for wrong values."""
    client = Client(account=account, **asdict(_checked(values)))
    _save(client)
    record("client.added", account=account, by=by, subject=client.name)
    return client


@transaction.atomic
def change_client(client: Client, values: ClientValues, *, by: User | None) -> Client:
    """Change what is kept of a client. Raises UserError as `add_client` does."""
    for name, value in asdict(_checked(values)).items():
        setattr(client, name, value)
    _save(client)
    record("client.changed", account=client.account, by=by, subject=client.name)
    return client


@transaction.atomic
def set_sites(client: Client, site_ids: Collection[int], *, by: User | None) -> None:
    """Make exactly these sites of the account the client's; a site has one client, so it leaves the one before.

    Raises UserError for a site that is not the account's.
    """
    wanted = list(Site.objects.filter(account=client.account, pk__in=site_ids).order_by("domain"))
    if len(wanted) != len(set(site_ids)):
        raise UserError("wrong_site", _("One of these sites is not in this account."), _("Choose from the list."))
    before = set(client.sites.values_list("pk", flat=True))
    if before == {site.pk for site in wanted}:
        return
    client.sites.exclude(pk__in=[site.pk for site in wanted]).update(client=None)
    Site.objects.filter(pk__in=[site.pk for site in wanted]).update(client=client)
    domains = [site.domain for site in wanted]
    record("client.sites", account=client.account, by=by, subject=client.name, details={"sites": domains})


@transaction.atomic
def delete_client(client: Client, *, by: User | None) -> None:
    """Delete a client: its sites stay in the account, its people lose the access that they had by it."""
    record("client.deleted", account=client.account, by=by, subject=client.name)
    client.delete()


def _checked(values: ClientValues) -> ClientValues:
    if values.language and values.language not in dict(settings.LANGUAGES):
        raise UserError("wrong_language", _("This language is not offered."), _("Choose one from the list."))
    if values.email:
        addresses.check(values.email)
    if not values.name.strip():
        raise UserError("wrong_name", _("A client needs a name."), _("Enter the one that you know it by."))
    return values


def _save(client: Client) -> None:
    try:
        with transaction.atomic():
            client.save()
    except IntegrityError:
        raise UserError(
            "client_exists",
            _("There is a client called %(name)s already.") % {"name": client.name},
            _("Choose another name."),
            status=409,
        ) from None
