"""Accounts that change hands or close, a part of the services of `sites`: what becomes of access and sites."""

from django.db import transaction

from trailhouse.accounts import handover
from trailhouse.accounts.models import Account, Terms, User
from trailhouse.accounts.selectors import open_keys
from trailhouse.accounts.services import record, revoke_api_key
from trailhouse.accounts.terms import accept_for
from trailhouse.sites.models import Membership, Role, Site
from trailhouse.sites.services import touch_registry


@transaction.atomic
def accept(token: str, user: User, *, terms: Terms | None = None) -> Account:
    """Make `user`, who accepted `terms`, the owner of the account behind `token`. Raises UserError.

    The former owner stays as super user of all sites, with leave to add some, unless they chose to leave: then the API
    keys are closed, since they know them.
    """
    offered, former = handover.take_over(token, user)
    account = offered.account
    accept_for(account, terms, user)
    for key in open_keys(account) if offered.by_leaves else ():
        revoke_api_key(key, by=user)
    Membership.objects.filter(user=user, account=account).delete()  # an owner has all rights and no role
    if not offered.by_leaves:
        Membership.objects.update_or_create(
            user=former,
            account=account,
            site=None,
            client=None,
            defaults={"role": Role.SUPER, "sections": [], "may_add_sites": True, "ends_at": None},
        )
        details = {"role": str(Role.SUPER), "where": account.name}
        record("person.role", account=account, by=user, subject=former.email, details=details)
    return account


@transaction.atomic
def close(account: Account, typed_name: str, *, by: User) -> None:
    """Close `account`: people lose access, its sites stop counting, its data stays for 60 days. Raises UserError."""
    if handover.close(account, typed_name, by=by):
        Site.objects.filter(account=account).update(counts=False)
        touch_registry()
