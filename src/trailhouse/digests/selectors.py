"""What is asked of the tables of `digests`: what is set up where, whom it tells, and what came of it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.core import signing
from django.db.models import Q, QuerySet

from trailhouse.accounts.models import Account, User
from trailhouse.digests.models import Alert, Channel, OptOut, Schedule, Sending
from trailhouse.outbox.models import Mail, Task
from trailhouse.sites.access import (
    PRIVILEGES,
    Privilege,
    allowed,
    allowed_in_account,
    running,
    sections_of,
    visible_sites,
)
from trailhouse.sites.models import Membership, Role, Section, Site
from trailhouse.sites.notices import has_person

Told = Schedule | Alert
SALT = "digests.reader"


@dataclass(frozen=True)
class Place:
    """Where something is set up: a site, or with None all sites of the account."""

    account: Account
    site: Site | None = None

    @property
    def schedules(self) -> QuerySet[Schedule]:
        """The reports here, oldest first."""
        return Schedule.objects.filter(account=self.account, site=self.site).select_related("site", "account", "by")

    @property
    def alerts(self) -> QuerySet[Alert]:
        """The alerts here, oldest first."""
        found = Alert.objects.filter(account=self.account, site=self.site)
        return found.select_related("site", "account", "by", "goal").prefetch_related("channels")

    @property
    def channels(self) -> QuerySet[Channel]:
        """Where alerts of here can go: a site's own, and those of its account."""
        own = Q(site=None) if self.site is None else Q(site=None) | Q(site=self.site)
        return Channel.objects.filter(own, account=self.account)

    @property
    def own_channels(self) -> QuerySet[Channel]:
        """Those that are added and removed here."""
        return Channel.objects.filter(account=self.account, site=self.site)

    @property
    def sendings(self) -> QuerySet[Sending]:
        """What was sent, newest first; of an account all of its sites' too."""
        mine = Q(account=self.account) if self.site is None else Q(site=self.site)
        return Sending.objects.filter(mine).defer("content").select_related("site")

    def manages(self, user: User) -> bool:
        """Whether `user` may change here what is set up for others."""
        if self.site is not None:
            return allowed(user, self.site, Privilege.CHANGE_SITE)
        return allowed_in_account(user, self.account, Privilege.CHANGE_SITE)

    def sections(self, user: User) -> list[str]:
        """The sections that `user` sees here; none: all."""
        if self.site is not None:
            return as_list(sections_of(user, self.site))
        if self.account.owner_id == user.pk:
            return []
        wide = Membership.objects.filter(running(), user=user, account=self.account, site=None, client=None)
        confined = [one.sections for one in wide]
        return sorted({name for one in confined for name in one}) if confined and all(confined) else []

    def sees(self, user: User, section: Section) -> bool:
        """Whether `user`, who sees something here, sees that section."""
        seen = self.sections(user)
        return not seen or section in seen


def as_list(sections: Collection[Section]) -> list[str]:
    """Sections as they are stored: none for all."""
    return [] if set(sections) == set(Section) else sorted(str(one) for one in sections)


def is_own(told: Told, user: User) -> bool:
    """Whether it tells `user` alone, who set it up."""
    return told.by_id == user.pk and not told.roles and not told.addresses and [*told.people.all()] == [user]


def shown_to(user: User, place: Place, found: "QuerySet[Schedule] | QuerySet[Alert]") -> list[Told]:
    """What `user` sees of what is set up here: all where they manage it, else what tells them."""
    rows: list[Told] = [*found.prefetch_related("people")]
    return rows if place.manages(user) else [one for one in rows if user in persons(one, one.site)]


def opt_outs(told: Told) -> set[str]:
    """The addresses that want none of it, or nothing of the account."""
    this = Q(schedule=told) if isinstance(told, Schedule) else Q(alert=told)
    every = Q(schedule=None, alert=None)
    return set(OptOut.objects.filter(this | every, account=told.account_id).values_list("email", flat=True))


# -- whom it tells


@dataclass(frozen=True)
class Reader:
    """One who is told, with what they may see just now: `sections` (empty: all)."""

    email: str
    language: str
    sections: tuple[str, ...] = ()
    user: User | None = None
    stranger: bool = False


def persons(told: Told, site: Site | None) -> list[User]:
    """The people whom it names, by name or by their role where it is; whether they may see anything is not asked."""
    found = {user.pk: user for user in told.people.all()}
    if Role.ADMINISTRATOR in told.roles:
        found.setdefault(told.account.owner_id, told.account.owner)
    where = Q(site=None, client=None)
    if site is not None:
        where |= Q(site=site) | Q(client__isnull=False, client=site.client_id)
    held = Membership.objects.filter(running(), where, account=told.account_id, role__in=told.roles)
    for one in held.select_related("user"):
        found.setdefault(one.user_id, one.user)
    return [user for user in found.values() if user.is_active]


def people_of(place: Place) -> list[User]:
    """Everybody who sees statistics of a site, or those of all of an account: its owner and whoever has such a role."""
    where = Q(site=None, client=None)
    if place.site is not None:
        where |= Q(site=place.site) | Q(client__isnull=False, client=place.site.client_id)
    roles = [role for role, privileges in PRIVILEGES.items() if Privilege.VIEW_STATS in privileges]
    whole = Membership.objects.filter(running(), where, segment=None)  # within a segment nobody is told
    held = whole.filter(account=place.account, role__in=roles, user__is_active=True)
    found = {place.account.owner_id: place.account.owner}
    return list((found | {one.user_id: one.user for one in held.select_related("user")}).values())


def readers(told: Told, site: Site | None, section: Section | None = None) -> list[Reader]:
    """Who is told now of `site`, or with None of the account: without those who see nothing there or want none.

    `section` is the one that it is about; who does not see it is not told.
    """
    out = opt_outs(told)
    found = {}
    for user in persons(told, told.site):
        reader = _as_reader(user, told, site, section)
        if reader is not None and reader.email not in out:
            found[reader.email] = reader
    if section is None or not told.sections or section in told.sections:
        for email in told.addresses:
            if email not in out and email not in found:
                is_stranger = not has_person(told.account, email)
                found[email] = Reader(email, told.language, tuple(told.sections), stranger=is_stranger)
    return list(found.values())


def _as_reader(user: User, told: Told, site: Site | None, section: Section | None) -> Reader | None:
    language = user.language or told.language
    if site is None:
        sees = sites_for(user, told.account).exists()
        return Reader(user.email, language, (), user) if sees else None
    sections = sections_of(user, site) if allowed(user, site, Privilege.VIEW_STATS) else frozenset()
    if not sections or (section is not None and section not in sections):
        return None
    return Reader(user.email, language, tuple(as_list(sections)), user)


def as_reader(user: User, told: Told) -> Reader | None:
    """`user` as they would be told; None where they see nothing there."""
    return _as_reader(user, told, told.site, None)


def is_told_of(site: Site) -> bool:
    """Whether anything is told of a site: it is not locked, stopped or about to be deleted, nor is its account shut."""
    shut = site.locked or site.stopped or site.delete_at is not None
    return not shut and is_open(site.account)


def is_open(account: Account) -> bool:
    """Whether an account is neither closed nor suspended, nor a demo, which writes to nobody."""
    return account.closed_at is None and account.suspended_at is None and not account.demo


def open_sites(account: Account) -> QuerySet[Site]:
    """The sites of an account of which something is told; twins for trying things out are not among them."""
    found = Site.objects.filter(account=account, locked=False, stopped=False, delete_at=None, staging_of=None)
    return found.select_related("account").prefetch_related("keys").order_by("domain", "id")


def sites_for(user: User | None, account: Account) -> QuerySet[Site]:
    """Those of them whose overview `user` sees; all for an address, which is nobody by name."""
    found = open_sites(account)
    return found if user is None else found.filter(visible_sites(user, Privilege.VIEW_STATS, Section.OVERVIEW))


# -- a reader's own link


@dataclass(frozen=True)
class Link:
    """What a link in a mail says: whose mail it is, and of what."""

    email: str
    account: int
    schedule: int | None = None
    alert: int | None = None


def token_for(email: str, told: Told) -> str:
    """What lets the reader of this address stop it, without a sign-in."""
    is_schedule = isinstance(told, Schedule)
    value = [email, told.account_id, told.pk if is_schedule else None, None if is_schedule else told.pk]
    return signing.dumps(value, salt=SALT)


def read_token(token: str) -> Link | None:
    """What `token` says; None for one that is not ours."""
    try:
        email, account, schedule, alert = signing.loads(token, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return Link(email, account, schedule, alert)


def told_by(link: Link) -> list[Told]:
    """All that tells the reader of a link, of the link's account, whether stopped or not."""
    mine: list[Told] = []
    for model in (Schedule, Alert):
        rows = model.objects.filter(account=link.account).select_related("site", "account").prefetch_related("people")
        mine += [one for one in rows if _names(one, link.email)]
    return mine


def _names(told: Told, email: str) -> bool:
    if email in told.addresses or any(user.email == email for user in told.people.all()):
        return True
    return bool(told.roles) and any(user.email == email for user in persons(told, told.site))


# -- what came of it


def outcomes(sendings: Sequence[Sending]) -> dict[int, tuple[str, str]]:
    """Of each sending its state (waiting, sent, failed) and the last error."""
    mails = Mail.objects.in_bulk([one.mail_id for one in sendings if one.mail_id])
    tasks = Task.objects.in_bulk([one.task_id for one in sendings if one.task_id])
    return {one.pk: _outcome(one, mails.get(one.mail_id or 0), tasks.get(one.task_id or 0)) for one in sendings}


def _outcome(one: Sending, mail: Mail | None, task: Task | None) -> tuple[str, str]:
    if one.refused:
        return "failed", one.refused
    if task is not None:
        return {"done": "sent"}.get(task.state, task.state), task.last_error
    return (mail.state, mail.last_error) if mail is not None else ("sent", "")
