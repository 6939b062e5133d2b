"""The domains of brands, part of the services of `branding`: claimed, proved by DNS, watched, given up.

A name belongs to the account whose TXT record stands in its DNS. Once proved it stays so while the record is away: a
mistake in a zone must not close the pages of clients. It passes to another account when that one's record stands there
instead.
"""

import asyncio
import secrets
from collections.abc import Sequence
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from trailhouse.accounts import limits
from trailhouse.accounts.models import Account, User
from trailhouse.accounts.person import refuse_shared
from trailhouse.accounts.services import record
from trailhouse.branding import dns_records, hosts
from trailhouse.branding.dns_records import Resolver
from trailhouse.branding.domain_check import PROOF, Found, Problem, look
from trailhouse.branding.hostnames import MAX_HOST, ascii_hostname, refused
from trailhouse.branding.models import Brand, Domain
from trailhouse.core import clock
from trailhouse.core.errors import UserError

MOST = 20  # domains of one account
MOST_CHECKS = 10  # a minute, by the people of one account
LONGEST_CLAIM = timedelta(days=30)  # after which an unproved one is looked at only when somebody asks
TOGETHER = 20  # domains that are looked at in one run


def of_account(account: Account) -> QuerySet[Domain]:
    """The domains of `account` that are not removed, by name."""
    return Domain.objects.filter(account=account, removed_at=None).select_related("brand", "account")


def proved_of(account: Account) -> QuerySet[Domain]:
    """Those that are proved and lead to a brand: primary ones first, then by age."""
    found = of_account(account).filter(proved_at__isnull=False, brand__isnull=False)
    return found.order_by("-primary", "proved_at", "id")


@transaction.atomic
def add(account: Account, brand: Brand, text: str, *, by: User) -> Domain:
    """Claim a host name, as somebody typed it, for `brand`. Raises UserError where it cannot be one."""
    refuse_shared(by)
    name = _checked(text)
    Account.objects.select_for_update().get(pk=account.pk)  # two at once must not be one too many
    if of_account(account).count() >= MOST:
        raise UserError(
            "too_many_domains",
            _("An account has at most %(most)d domains.") % {"most": MOST},
            _("Remove one that is not needed."),
        )
    try:
        with transaction.atomic():
            domain = Domain.objects.create(account=account, brand=brand, name=name, token=secrets.token_hex(20))
    except IntegrityError:
        raise UserError(
            "domain_exists",
            _("%(domain)s is in this account already.") % {"domain": name},
            _("Find it in the list of domains."),
            status=409,
        ) from None
    record("domain.added", account=account, by=by, subject=name, details={"brand": brand.name})
    return domain


def _checked(text: str) -> str:
    """The one form of a host name that may be claimed."""
    bare = text.strip().partition("://")[2] or text.strip()
    name = ascii_hostname(bare.partition("/")[0].partition(":")[0])
    if "_" in name or len(f"{PROOF}.{name}") > MAX_HOST:  # no certificate is issued for it, or no proof fits
        raise refused(
            _("%(host)s cannot be the host name of pages.") % {"host": name[:100]},
            _("Enter one of letters, digits and hyphens, as in stats.agency.example."),
        )
    if name in hosts.own_hosts():
        raise refused(
            _("%(host)s belongs to this instance.") % {"host": name},
            _("Enter a name under a domain of yours, as in stats.agency.example."),
        )
    return name


# -- looking


def check(domain: Domain, resolver: Resolver | None = None) -> Domain:
    """Ask the DNS now, and note what follows. Raises UserError 429 where the account asks too often."""
    _limit(domain.account_id)
    found = asyncio.run(look(domain.name, resolver or dns_records.MACHINE))
    settle(domain.pk, found)
    domain.refresh_from_db()
    return domain


def _limit(account: int) -> None:
    if limits.count(f"domains/{account}", 60) > MOST_CHECKS:
        raise UserError(
            "too_many_checks", _("Domains are being checked too often."), _("Try again in a minute."), status=429
        )


@transaction.atomic
def settle(number: int, found: Found) -> None:
    """Note what the DNS says of the domain with this number: it may be proved by it, or have a problem."""
    domain = Domain.objects.select_for_update().filter(pk=number, removed_at=None).first()
    if domain is None:
        return
    problem = found.problem_of_proof(domain.token, proved=domain.proved_at is not None)
    if not problem and domain.proved_at is None and not _prove(domain, found):
        problem = Problem.TAKEN
    problem = problem or found.problem_of_way()
    if problem != domain.problem:
        since = domain.problem_at or clock.now()
        domain.problem, domain.problem_at = problem, since if problem else None
    if found.way is not None:
        domain.found = found.shown
    domain.checked_at = clock.now()
    domain.save()


def _prove(domain: Domain, found: Found) -> bool:
    """Make `domain` its account's; False while another account's record stands in the DNS as well."""
    others = Domain.objects.select_for_update().filter(name=domain.name, removed_at=None, proved_at__isnull=False)
    for other in others.exclude(pk=domain.pk):
        if found.proves(other.token):
            return False
        _lose(other)
    try:
        with transaction.atomic():
            Domain.objects.filter(pk=domain.pk).update(proved_at=clock.now())
    except IntegrityError:  # another account's check came first
        return False
    domain.proved_at = clock.now()
    domain.primary = domain.brand is not None and not _has_primary(domain.brand)
    record("domain.proved", account=domain.account, by=None, subject=domain.name)
    return True


def _lose(domain: Domain) -> None:
    """The DNS names another account's proof: the name is theirs now. Scripts that were given out go on counting."""
    was_primary, domain.primary, domain.proved_at = domain.primary, False, None
    domain.problem, domain.problem_at = Problem.WRONG_PROOF, clock.now()
    domain.save()
    if was_primary:
        _promote(domain.brand)
    record("domain.lost", account=domain.account, by=None, subject=domain.name)


def _has_primary(brand: Brand) -> bool:
    return Domain.objects.filter(brand=brand, removed_at=None, primary=True).exists()


def _promote(brand: Brand | None) -> None:
    """Have the proved domain that `brand` has had longest lead its links, where none does any more."""
    if brand is None or _has_primary(brand):
        return
    proved = Domain.objects.filter(brand=brand, removed_at=None, proved_at__isnull=False)
    if next_one := proved.order_by("proved_at", "id").first():
        next_one.primary = True
        next_one.save(update_fields=["primary"])


def due() -> QuerySet[Domain]:
    """The domains to look at now: proved ones daily, with a problem hourly, fresh claims every ten minutes."""
    now = clock.now()

    def before(**ago: int) -> Q:
        return Q(checked_at=None) | Q(checked_at__lte=now - timedelta(**ago))

    proved = Q(proved_at__isnull=False)
    young, claimed = Q(added_at__gt=now - timedelta(days=1)), Q(added_at__gt=now - LONGEST_CLAIM)
    wanted = (proved & Q(problem="") & before(days=1)) | (proved & ~Q(problem="") & before(hours=1))
    wanted |= ~proved & claimed & (before(hours=1) | (young & before(minutes=10)))
    return Domain.objects.filter(wanted, removed_at=None, account__closed_at=None).order_by("checked_at", "id")


def check_due(resolver: Resolver | None = None) -> int:
    """Look at the domains that are due, side by side; how many."""
    chosen = list(due()[:TOGETHER])
    for domain, found in zip(chosen, asyncio.run(_look_at(chosen, resolver or dns_records.MACHINE)), strict=True):
        settle(domain.pk, found)
    return len(chosen)


async def _look_at(domains: Sequence[Domain], resolver: Resolver) -> list[Found]:
    return list(await asyncio.gather(*(look(one.name, resolver) for one in domains)))


# -- changing


def _hold(domain: Domain) -> None:
    """Keep everybody else from changing `domain`, and bring it up to what they have made of it."""
    domain.refresh_from_db(from_queryset=Domain.objects.select_for_update())


@transaction.atomic
def make_primary(domain: Domain, *, by: User) -> None:
    """Have links and mail of its brand name this domain. Raises UserError while it is not proved."""
    _hold(domain)
    if domain.proved_at is None or domain.removed_at is not None or domain.brand is None:
        raise UserError(
            "not_proved", _("%(domain)s is not proved yet.") % {"domain": domain.name}, _("Prove it first."), status=409
        )
    Domain.objects.filter(brand=domain.brand, removed_at=None, primary=True).update(primary=False)
    domain.primary = True
    domain.save(update_fields=["primary"])
    record("domain.primary", account=domain.account, by=by, subject=domain.name, details={"brand": domain.brand.name})


@transaction.atomic
def lead_to(domain: Domain, brand: Brand, *, by: User) -> None:
    """Have `domain` show `brand`, another one of its account."""
    _hold(domain)
    if brand.pk == domain.brand_id:
        return
    before, was_primary = domain.brand, domain.primary
    domain.brand = brand
    domain.primary = domain.proved_at is not None and not _has_primary(brand)
    domain.save(update_fields=["brand", "primary"])
    if was_primary:
        _promote(before)
    record("domain.brand", account=domain.account, by=by, subject=domain.name, details={"brand": brand.name})


@transaction.atomic
def remove(domain: Domain, *, by: User) -> None:
    """Give the name up: its pages end, and whoever proves it can have it.

    The row stays where scripts were given out under the name: they go on counting, with a certificate.
    """
    _hold(domain)
    record("domain.removed", account=domain.account, by=by, subject=domain.name)
    brand, was_primary = domain.brand, domain.primary
    if domain.script_at is None:
        domain.delete()
    else:
        domain.primary, domain.removed_at = False, clock.now()
        domain.save(update_fields=["primary", "removed_at"])
    if was_primary:
        _promote(brand)


def give_out(account: Account, host: str) -> None:
    """Note that a script was given out at `host`, if it is a domain of the account: from now on it counts for ever."""
    of_account(account).filter(name=host, script_at=None).update(script_at=clock.now())


def given_out_by(account: Account) -> list[str]:
    """The hosts that scripts of `account` were ever given out at, removed ones included, as they stand in addresses."""
    found = Domain.objects.filter(account=account, script_at__isnull=False)
    return [hosts.with_port(name) for name in found.values_list("name", flat=True).distinct()]
