"""Part of the services of `sites`: a site is offered to the administrator of another account, who takes it over."""

from django.db import transaction
from django.utils.translation import gettext as _

from trailhouse.accounts import offers
from trailhouse.accounts.models import Account, User
from trailhouse.accounts.person import refuse_shared
from trailhouse.accounts.selectors import hash_of
from trailhouse.accounts.services import checked_email, record
from trailhouse.accounts.signup import known_language
from trailhouse.core.errors import UserError
from trailhouse.outbox import services as outbox
from trailhouse.sites import lifecycle
from trailhouse.sites.access import Privilege, allowed_in_account
from trailhouse.sites.models import Membership, SharedLink, Site, SiteOffer


def may_offer(site: Site, by: User) -> bool:
    """Whether `by` may offer `site` to another account: it is theirs to give, and is there to stay."""
    whole = site.staging_of_id is None and site.delete_at is None
    return whole and allowed_in_account(by, site.account, Privilege.MANAGE_ACCOUNT)


@transaction.atomic
def offer(site: Site, email: str, *, by: User) -> tuple[SiteOffer, str]:
    """Offer `site` to the administrator of another account, by mail; the offer and its token. Earlier offers end.

    The answer is the same whether the address is known or not. Raises UserError.
    """
    refuse_shared(by)
    if not may_offer(site, by):
        raise UserError(
            "no_transfer",
            _("This site cannot be offered."),
            _("The administrator of the account offers it, and only a site that is not about to be deleted."),
            status=403,
        )
    email = checked_email(email)
    if email == site.account.owner.email:
        raise UserError("own_email", _("This site is yours already."), _("Enter the address of somebody else."))
    withdraw_offer(site, by=by)
    rows, about = SiteOffer.objects.all(), {"domain": site.domain}
    offered, token = offers.make(rows, email, "sites/offer", by=by, about=about, site=site, account=site.account)
    record("site.offered", account=site.account, by=by, subject=site.domain, details={"to": email})
    return offered, token


@transaction.atomic
def withdraw_offer(site: Site, *, by: User) -> None:
    """End the open offers of `site`."""
    if offers.end(SiteOffer.objects.filter(site=site)):
        record("site.offer_withdrawn", account=site.account, by=by, subject=site.domain)


def waiting_offer(site: Site) -> SiteOffer | None:
    """The offer of `site` that is not answered yet."""
    return offers.waiting(SiteOffer.objects.filter(site=site)).first()


def open_offer(token: str) -> SiteOffer:
    """The offer that `token` opens, without using it.

    Raises UserError where it does not work: also where whoever made it could not make it any more.
    """
    found = offers.waiting(SiteOffer.objects.filter(hash=hash_of(token)))
    offered = found.select_related("site__account__owner", "account", "by").first()
    if offered is None or offered.by is None or offered.site.account_id != offered.account_id:
        raise offers.void()
    if not may_offer(offered.site, offered.by):
        raise offers.void()
    return offered


def accounts_to_take_into(offered: SiteOffer, user: User) -> list[Account]:
    """The accounts of `user` that the site may come into: those that they administer."""
    mine = Account.objects.filter(owner=user, closed_at=None, demo=False).exclude(pk=offered.account_id).order_by("id")
    return [account for account in mine if allowed_in_account(user, account, Privilege.ADD_SITE)]


@transaction.atomic
def accept_offer(token: str, to: Account, *, by: User) -> Site:
    """Move the offered site, with its twin, all that was counted, its keys and goals, into the account `to` of `by`.

    What belongs to the account before stays behind: client, people, labels, internal notes, shared links, the public
    page. Raises UserError where the offer does not work or is for somebody else, or the account has the domain already.
    """
    refuse_shared(by)
    offered = open_offer(token)
    offers.use(SiteOffer.objects.all(), offered, by, _("This site is offered to %(email)s."))
    if to not in accounts_to_take_into(offered, by):
        raise UserError(
            "no_transfer", _("The site cannot be moved to that account."), _("Choose an account of your own."), 403
        )
    site, former = offered.site, offered.account.owner
    moved = [site.pk, *site.twins.values_list("pk", flat=True)]
    Membership.objects.filter(site__in=moved).delete()
    SharedLink.objects.filter(site__in=moved).delete()
    Site.objects.filter(pk__in=moved).update(public=False)
    lifecycle.move(site, to, by=by)
    context = {"domain": site.domain, "person": by.email, "account": offered.account.name}
    language = known_language(former.language)
    outbox.mail(former.email, "sites/offer_accepted", context, language=language, account_id=offered.account_id)
    return site
