"""Part of the services of `sites`: a site is paused, moved to another account, emptied, or deleted after seven days."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from trailhouse.accounts import offers
from trailhouse.accounts.models import Account, User
from trailhouse.accounts.services import record
from trailhouse.core import clock
from trailhouse.core.errors import UserError
from trailhouse.events import erasures
from trailhouse.events.store import Store
from trailhouse.sites import hooks, selectors, upkeep
from trailhouse.sites.access import Privilege, allowed_in_account, running
from trailhouse.sites.models import Annotation, Membership, Role, Site, SiteOffer
from trailhouse.sites.services import touch_registry

REFLECTION = timedelta(days=7)


@transaction.atomic
def pause(site: Site, *, by: User | None) -> None:
    """Count nothing from now on; what was counted stays. A second call changes nothing."""
    _count(site, False, by)


@transaction.atomic
def resume(site: Site, *, by: User | None) -> None:
    """Count again. A second call changes nothing."""
    _count(site, True, by)


def _count(site: Site, counts: bool, by: User | None) -> None:
    if Site.objects.filter(pk=site.pk, counts=not counts).update(counts=counts):
        site.counts = counts
        touch_registry()
        record("site.resumed" if counts else "site.paused", account=site.account, by=by, subject=site.domain)


def accounts_to_move_to(site: Site, by: User) -> list[Account]:
    """The accounts that `by` may move `site` to: others where they may add sites, if this one is theirs to manage."""
    if site.staging_of_id is not None or not allowed_in_account(by, site.account, Privilege.MANAGE_ACCOUNT):
        return []
    others = selectors.accounts_for(by).exclude(pk=site.account_id).filter(closed_at=None)
    return [account for account in others if allowed_in_account(by, account, Privilege.ADD_SITE)]


def lose_access(site: Site, to: Account) -> list[str]:
    """The addresses of the people whose access to `site` ends when it moves to `to`."""
    here = Q(client__isnull=False, client=site.client_id) | Q(account=site.account, site=None, client=None)
    if site.account.owner_id != to.owner_id:
        here |= Q(site=site)
    held = Membership.objects.filter(running()).exclude(role=Role.BOOKKEEPER)
    stay = held.filter(account=to, site=None, client=None).values("user")
    found = held.filter(here).exclude(user__in=stay).exclude(user=to.owner).order_by("user__email")
    return list(found.values_list("user__email", flat=True).distinct())


@transaction.atomic
def transfer(site: Site, to: Account, *, by: User) -> Site:
    """Move `site` and its twin to another account, with all that was counted, its keys, goals and links.

    Its client stays behind. People at the site stay with it where both accounts have one owner; else their access ends,
    and labels and internal notes stay behind as well.
    Raises UserError where `by` may not, or the account has the domain already.
    """
    if to not in accounts_to_move_to(site, by):
        raise UserError(
            "no_transfer",
            _("The site cannot be moved to that account."),
            _("It must be an account where you may add sites."),
            status=403,
        )
    return move(site, to, by=by)


def move(site: Site, to: Account, *, by: User) -> Site:
    """Do what `transfer` says, in the caller's transaction, which has checked that `by` may. Raises UserError."""
    source = site.account
    moved = [site.pk, *site.twins.values_list("pk", flat=True)]
    try:
        with transaction.atomic():
            Site.objects.filter(pk__in=moved).update(account=to, client=None, brand=None, shown_at=None)
    except IntegrityError:
        raise UserError(
            "site_exists",
            _("%(account)s has this domain already.") % {"account": to.name},
            _("Rename or delete the site there first."),
            status=409,
        ) from None
    upkeep.revoke_invitations_of(moved)
    offers.end(SiteOffer.objects.filter(site__in=moved))
    theirs = Membership.objects.filter(site__in=moved)
    if source.owner_id == to.owner_id:
        theirs.update(account=to)
    else:  # what the former team wrote for itself is not for another one
        theirs.delete()
        Annotation.objects.filter(site__in=moved, internal=True).delete()
        Site.objects.filter(pk__in=moved).update(labels=[])
    touch_registry()
    record("site.moved_away", account=source, by=by, subject=site.domain, details={"to": to.name})
    record("site.moved_here", account=to, by=by, subject=site.domain, details={"from": source.name})
    site.refresh_from_db()
    hooks.site_was_moved(site, by)
    return site


def _check_typed(site: Site, typed: str) -> None:
    if typed.strip().casefold() != site.domain.casefold():
        raise UserError(
            "not_confirmed",
            _("This is not the site's domain, so nothing was changed."),
            _("Type %(domain)s to confirm.") % {"domain": site.domain},
        )


def reset_statistics(site: Site, typed: str, store: Store, *, by: User | None) -> None:
    """Delete all that was counted for `site`; settings stay, and counting goes on. `typed` must be its domain.

    It is noted before it is done, and may be done again where the store was away. Raises UserError.
    """
    _check_typed(site, typed)
    with transaction.atomic():
        record("site.reset", account=site.account, by=by, subject=site.domain)
    erasures.erase(store, [site.pk])
    with transaction.atomic():
        Site.objects.filter(pk=site.pk).update(first_event_at=None)
    site.first_event_at = None
    hooks.events_were_erased(site)


@transaction.atomic
def delete_later(site: Site, typed: str, *, by: User | None) -> datetime:
    """Delete `site` in seven days; it stops counting at once. When that is. `typed` must be its domain.

    A second call keeps the first date. Raises UserError.
    """
    _check_typed(site, typed)
    when = clock.now() + REFLECTION
    if Site.objects.filter(pk=site.pk, delete_at=None).update(delete_at=when):
        touch_registry()
        details = {"on": when.isoformat()}
        record("site.deletion_asked", account=site.account, by=by, subject=site.domain, details=details)
    site.refresh_from_db(fields=["delete_at"])
    assert site.delete_at is not None
    return site.delete_at


@transaction.atomic
def keep(site: Site, *, by: User | None) -> None:
    """Keep a site that was to be deleted; it counts again unless it was paused. A second call changes nothing.

    Raises UserError where its seven days are over.
    """
    if Site.objects.filter(pk=site.pk, delete_at__gt=clock.now()).update(delete_at=None):
        site.delete_at = None
        touch_registry()
        record("site.kept", account=site.account, by=by, subject=site.domain)
    elif Site.objects.filter(pk=site.pk).exclude(delete_at=None).exists():
        raise UserError(
            "site_gone", _("The seven days are over: the site is being deleted."), _("Add it anew."), status=410
        )
