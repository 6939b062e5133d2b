"""The only writer of the tables of `sites`: one transaction a function.

Whatever changes what is served moves the registry's revision in the same transaction, so that `publish` sees it.
"""

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from trailhouse.accounts.models import Account, User
from trailhouse.accounts.services import record
from trailhouse.branding import looks
from trailhouse.core import clock
from trailhouse.core.errors import UserError
from trailhouse.events import registry
from trailhouse.events import salts as salt_rules
from trailhouse.events.store import Store
from trailhouse.sites import hooks, notices, selectors
from trailhouse.sites.domains import normal_domain, normal_hostname
from trailhouse.sites.models import (
    Alias,
    Client,
    Goal,
    Membership,
    Privacy,
    RegistryState,
    Role,
    Salt,
    Site,
    SiteKey,
    new_file,
    new_folder,
    new_key,
)
from trailhouse.sites.settings import checked_settings

NEUTRAL_NAME = "stats"  # of the function that pages call, where a brand is in the place of the product
ROTATED_KEY_LASTS = timedelta(days=30)


@dataclass(frozen=True)
class NewSite:
    """What is needed to add a site; what is empty comes from the account."""

    domain: str
    timezone: str = ""
    currency: str = ""
    privacy: str = Privacy.VISITS
    settings: Mapping[str, Any] = field(default_factory=dict)


def touch_registry() -> None:
    """Have the next `publish` write the snapshot anew; call it in the transaction that changes what is served."""
    if not RegistryState.objects.update(revision=F("revision") + 1):
        RegistryState.objects.get_or_create(
            id=RegistryState.ONLY, defaults={"revision": 1, "secret": secrets.token_bytes(32)}
        )


@transaction.atomic
def add_site(account: Account, new: NewSite, *, by: User | None, mail: bool = True) -> Site:
    """Add a site with a key of its own; with `mail`, the account's administrator is told (a demo's never is).

    Raises UserError where the domain is refused or already in this account, or a value is wrong.
    """
    domain = normal_domain(new.domain)
    values = checked_settings(
        {
            "timezone": new.timezone or account.timezone,
            "currency": new.currency or account.currency,
            "privacy": new.privacy,
            **new.settings,
        }
    )
    if looks.usual_brand(account) is not None:  # what its clients' pages load does not name the product
        values["tracker"] = {"name": NEUTRAL_NAME} | values.get("tracker", {})
    try:
        with transaction.atomic():
            site = Site.objects.create(account=account, domain=domain, **values)
    except IntegrityError:
        raise UserError(
            "site_exists",
            _("%(domain)s is in this account already.") % {"domain": domain},
            _("Find it in the list of sites."),
            status=409,
        ) from None
    SiteKey.objects.create(site=site)
    touch_registry()
    record("site.added", account=account, by=by, subject=domain)
    hooks.site_was_added(site, by)
    if mail and not account.demo:
        notices.tell_added(site, by=by)
    return site


@transaction.atomic
def change_site(site: Site, changes: Mapping[str, Any], *, by: User | None) -> Site:
    """Change settings of `site` (`sites.settings.SETTINGS`) or `counts`. Raises UserError for a wrong value."""
    values = checked_settings({name: value for name, value in changes.items() if name != "counts"})
    if "counts" in changes:
        values["counts"] = bool(changes["counts"])
    changed = sorted(name for name, value in values.items() if getattr(site, name) != value)
    for name, value in values.items():
        setattr(site, name, value)
    site.save(update_fields=list(values))
    touch_registry()
    if changed:
        record("site.changed", account=site.account, by=by, subject=site.domain, details={"changed": changed})
    return site


@transaction.atomic
def rotate_key(site: Site, *, by: User | None) -> str:
    """Give `site` a new key. The one before counts for 30 days more."""
    SiteKey.objects.filter(site=site, expires_at=None).update(expires_at=clock.now() + ROTATED_KEY_LASTS)
    key = SiteKey.objects.create(site=site, key=new_key())
    if site.own_path:
        give_path(key)
    site.__dict__.pop("present_key", None)  # the cached one
    touch_registry()
    record("site.key_rotated", account=site.account, by=by, subject=site.domain)
    return key.key


def give_path(key: SiteKey) -> None:
    """Give the script of `key` a path of its own, unless it has one: what was handed out goes on counting."""
    if key.folder is None:
        key.folder, key.file = new_folder(), new_file()
        key.save(update_fields=["folder", "file"])


@transaction.atomic
def set_aliases(site: Site, hostnames: Sequence[str], *, by: User | None) -> None:
    """Let exactly these hostnames count beside the site's domain. Raises UserError for a refused one."""
    wanted = {normal_hostname(name) for name in hostnames}
    site.aliases.exclude(hostname__in=wanted).delete()
    Alias.objects.bulk_create([Alias(site=site, hostname=name) for name in sorted(wanted)], ignore_conflicts=True)
    touch_registry()
    record("site.aliases", account=site.account, by=by, subject=site.domain, details={"hostnames": sorted(wanted)})


@transaction.atomic
def add_goal(site: Site, kind: str, pattern: str, *, name: str = "", value_minor: int | None = None) -> Goal:
    """Add a goal, or find the one that has this kind and pattern. Raises UserError for a wrong or doubled one."""
    pattern = pattern.strip()
    if kind not in Goal.Kind.values or not pattern_fits(kind, pattern):
        raise UserError(
            "wrong_goal",
            _("%(pattern)s does not describe a goal of this kind.") % {"pattern": pattern},
            _("Use a path such as /thanks*, an event's name, a percentage from 1 to 100, or seconds."),
        )
    try:
        with transaction.atomic():
            goal, _made = Goal.objects.get_or_create(
                site=site,
                kind=kind,
                pattern=pattern,
                defaults={"name": (name or pattern)[:120], "value_minor": value_minor},
            )
    except IntegrityError:
        raise UserError(
            "goal_exists", _("This site has a goal of that name already."), _("Choose another name."), status=409
        ) from None
    return goal


def pattern_fits(kind: str, pattern: str) -> bool:
    """Whether `pattern` describes a goal of this kind, see `Goal.Kind`."""
    limits = {Goal.Kind.SCROLL: 100, Goal.Kind.DURATION: 86_400}
    if kind in limits:
        number, _space, path = pattern.partition(" ")  # a depth may be that of some pages only: "75 /blog/*"
        fits = number.isascii() and number.isdigit() and 1 <= int(number) <= limits[Goal.Kind(kind)]
        return fits and (not path or (kind == Goal.Kind.SCROLL and path[0] in "/*"))
    return 0 < len(pattern) <= 1000 and (kind != Goal.Kind.PAGE or pattern[0] in "/*")


@transaction.atomic
def remove_goal(goal: Goal, *, by: User | None) -> None:
    """Remove `goal`; what was counted stays."""
    record("goal.removed", account=goal.site.account, by=by, subject=f"{goal.site.domain}: {goal.name}")
    goal.delete()


@transaction.atomic
def give_role(
    user: User,
    account: Account,
    role: Role,
    *,
    by: User | None,
    site: Site | None = None,
    client: Client | None = None,
    ends_at: datetime | None = None,
) -> Membership:
    """Give `user` this role at `site`, at `client` or at the whole account, in place of the one they had there."""
    for place in (site, client):
        if place is not None and place.account_id != account.pk:
            raise ValueError(f"{place} is not a site of {account}")
    membership, _made = Membership.objects.update_or_create(
        user=user,
        account=account,
        site=site,
        client=client,
        defaults={"role": role, "ends_at": ends_at, "segment": None},
    )
    where = str(site or client or account)
    record("person.role", account=account, by=by, subject=user.email, details={"role": role, "where": where})
    return membership


@transaction.atomic
def end_role(membership: Membership, *, by: User | None) -> None:
    """Take the role away."""
    record("person.removed", account=membership.account, by=by, subject=membership.user.email)
    membership.delete()


@transaction.atomic
def note_first_events(first: Mapping[int, datetime]) -> None:
    """Remember when the first event of each of these sites came; those known already keep theirs."""
    for site_id, moment in first.items():
        Site.objects.filter(pk=site_id, first_event_at=None).update(first_event_at=moment)


@transaction.atomic
def note_key_visits(visits: Mapping[int, datetime]) -> None:
    """Remember when each of these sites was first visited by its key; those known already keep theirs.

    Only its own pages have the key, and events count on its own hostnames alone: so the account has the domain. A
    visit that names the domain alone shows nothing, since anybody can write a domain.
    """
    for site_id, moment in visits.items():
        if Site.objects.filter(pk=site_id, key_visit_at=None).update(key_visit_at=moment):
            prove(site_id, moment)
            hooks.site_was_visited(Site.objects.get(pk=site_id))


@transaction.atomic
def prove(site_id: int, moment: datetime, *, shown: bool = False) -> bool:
    """Note that the account has this site's domain: a visit by key, a DNS record, a meta tag or a file shows it.

    Proved sites come first where an event names only a domain. `shown`: by more than a visit, so that it comes before
    those with a visit alone, and mail may be sent in the domain's name. Whether it was news.
    """
    news = bool(Site.objects.filter(pk=site_id, proved_at=None).update(proved_at=moment))
    if shown:
        news = bool(Site.objects.filter(pk=site_id, shown_at=None).update(shown_at=moment)) or news
    if news:
        touch_registry()
    return news


def look_for_first_event(site: Site, store: Store) -> bool:
    """Whether `site` has been visited; asks the store only until the first event is known."""
    if site.first_event_at is None:
        look_for_visits([site], store)
    return site.first_event_at is not None


def look_for_visits(sites: Collection[Site], store: Store) -> None:
    """Ask the store for the first event of these sites and for their first visit by key, as far as it is not known.

    What is found is noted, also on `sites`. Raises StoreUnavailable.
    """
    first = {pk: begin for pk, begin, _ in _seen(store, [one for one in sites if one.first_event_at is None])}
    note_first_events(first)
    for site in sites:
        site.first_event_at = site.first_event_at or first.get(site.pk)
    waiting = {one.pk: one for one in sites if one.first_event_at is not None and one.key_visit_at is None}
    found = {}
    for pk, begin, last in _seen(store, waiting.values(), " AND by_key"):
        site = waiting[pk]
        moment = begin if site.renamed_at is None or begin >= site.renamed_at else last
        if site.renamed_at is None or moment >= site.renamed_at:
            site.key_visit_at = found[pk] = moment
    note_key_visits(found)


def _seen(store: Store, sites: Collection[Site], which: str = "") -> list[tuple[int, datetime, datetime]]:
    """The numbers of these sites, each with the times of its first and last event; those without any are left out."""
    if not sites:
        return []
    numbers = ", ".join(str(site.pk) for site in sites)
    rows = store.rows(
        "SELECT site_id, toUnixTimestamp64Milli(min(ts)), toUnixTimestamp64Milli(max(ts)) FROM events"
        f" WHERE site_id IN ({numbers}){which} GROUP BY site_id"
    )
    return [(pk, clock.from_ms(begin), clock.from_ms(last)) for pk, begin, last in rows]


def look_for_all_visits(store: Store) -> None:
    """Look for visits of all sites of which none by key is known, so that a trial and a proof wait for no reader."""
    there = Site.objects.filter(key_visit_at=None, delete_at=None, account__closed_at=None)
    look_for_visits(list(there.only("first_event_at", "key_visit_at", "renamed_at")), store)


@transaction.atomic
def turn_salts(now: datetime | None = None) -> bool:
    """Make the salts that are wanted from now on, a day ahead, and destroy older ones; whether anything changed."""
    wanted = set(salt_rules.wanted_days(clock.to_ms(now or clock.now())))
    there = set(Salt.objects.values_list("day", flat=True))
    # A salt beyond the wanted days was made while the clock was ahead: it stays until its day has passed.
    gone = Salt.objects.filter(day__lt=min(wanted)).delete()[0]
    missing = sorted(wanted - there)
    Salt.objects.bulk_create(
        [Salt(day=day, key=secrets.token_bytes(salt_rules.BYTES)) for day in missing], ignore_conflicts=True
    )
    expired = SiteKey.objects.filter(expires_at__lte=now or clock.now()).delete()[0]
    changed = bool(gone or missing or expired)
    if changed:
        touch_registry()
    return changed


_published: dict[Path, tuple[int, int]] = {}  # directory → revision and day of the snapshot that this process wrote


def publish(directory: Path) -> bool:
    """Write the Snapshot of all sites into `directory` if they or the salts changed; whether it was written.

    One small question where nothing changed, so that it can be called twice a second.
    """
    today = salt_rules.day_of(clock.now_ms())
    before, day = _published.get(directory, (-1, -1))
    if today != day:
        turn_salts()
    revision = RegistryState.objects.values_list("revision", flat=True).first()
    if revision is None:
        touch_registry()
    elif revision == before and (directory / registry.FILE).exists():
        _published[directory] = (revision, today)
        return False
    snapshot = selectors.snapshot()
    registry.write(snapshot, directory)
    _published[directory] = (snapshot.revision, today)
    return True
