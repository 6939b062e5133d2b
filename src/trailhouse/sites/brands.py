"""Which brand a client and a site have, and what sites prove for brands; part of the services of `sites`."""

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from trailhouse.accounts.models import Account, User
from trailhouse.accounts.services import record
from trailhouse.branding.models import Brand
from trailhouse.core.errors import UserError
from trailhouse.sites.models import Client, Site


def brands_of(account: Account) -> QuerySet[Brand]:
    """The brands of `account`; the first one is that of every client and site which has no other."""
    return Brand.objects.filter(account=account).order_by("id")


def proved_hosts(account: int) -> frozenset[str]:
    """The domains of the account's sites that their DNS, a page or a file of them shows to be its own; by its number.

    A site that is a part of a domain, "client.example/shop", shows nothing of the whole.
    """
    shown = Site.objects.filter(account=account, shown_at__isnull=False, delete_at=None)
    return frozenset(domain for domain in shown.values_list("domain", flat=True) if "/" not in domain)


@transaction.atomic
def set_client_brand(client: Client, brand: Brand | None, *, by: User | None) -> None:
    """Show `brand` to the client's people, at all of its sites; None: the account's first one.

    The same one changes nothing. Raises UserError for a brand that is not the account's.
    """
    _check(brand, client.account)
    if client.brand == brand:
        return
    client.brand = brand
    client.save(update_fields=["brand"])
    record("client.brand", account=client.account, by=by, subject=client.name, details=_named(brand))


@transaction.atomic
def set_site_brand(site: Site, brand: Brand | None, *, by: User | None) -> None:
    """Show `brand` at a site; None: the account's first one. While the site has a client, the client's is shown.

    The same one changes nothing. Raises UserError for a brand that is not the account's.
    """
    _check(brand, site.account)
    if site.brand == brand:
        return
    site.brand = brand
    site.save(update_fields=["brand"])
    record("site.brand", account=site.account, by=by, subject=site.domain, details=_named(brand))


def _check(brand: Brand | None, account: Account) -> None:
    if brand is not None and brand.account_id != account.pk:
        raise UserError("wrong_brand", _("This brand is not in this account."), _("Choose from the list."))


def _named(brand: Brand | None) -> dict[str, str]:
    return {"brand": brand.name if brand else ""}
