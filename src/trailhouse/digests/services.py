"""Sets reports and alerts up. With `posting`, `watching`, `channels` and `pruning` the only writer of these tables."""

import secrets
from base64 import b64encode
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from trailhouse.accounts.models import Account, User, normal_email
from trailhouse.accounts.person import refuse_shared
from trailhouse.accounts.services import checked_email, record
from trailhouse.core import clock
from trailhouse.core.errors import UserError
from trailhouse.digests import schedule as calendar
from trailhouse.digests import selectors
from trailhouse.digests.kinds import RULES
from trailhouse.digests.models import Alert, Channel, OptOut, Schedule
from trailhouse.digests.sealing import sealed
from trailhouse.digests.selectors import Link, Place, Told
from trailhouse.sites.models import Goal, Site

REPORT_FILE = "digests/report"
MOST_HERE = 50  # schedules, alerts or channels of a site or an account
MOST_ADDRESSES = 20
MOST_QUIET_MIN = 30 * 24 * 60


@dataclass(frozen=True)
class Whom:
    """Whom it tells; somebody who does not manage the site tells themselves alone, whatever stands here."""

    people: Sequence[User] = ()
    roles: Collection[str] = ()
    addresses: Sequence[str] = ()
    language: str = "en"


@dataclass(frozen=True)
class ScheduleText:
    """A schedule as it was filled in. `timezone` "": the site's."""

    every: str
    hour: int
    timezone: str = ""
    pdf: bool = True
    whom: Whom = field(default_factory=Whom)
    what: str = Schedule.What.FIGURES


@dataclass(frozen=True)
class AlertText:
    """An alert as it was filled in; None stands for what its kind begins with."""

    kind: str
    threshold: int | None = None
    least: int | None = None
    quiet_min: int | None = None
    goal: Goal | None = None
    channels: Sequence[Channel] = ()
    whom: Whom = field(default_factory=Whom)


# -- who may


def may_change(by: User, told: Told, place: Place) -> bool:
    """Whether `by` may change, pause and remove it: their own, and as long as they manage the site everybody's."""
    return place.manages(by) or selectors.is_own(told, by)


def _check_may(by: User, told: Told, place: Place) -> None:
    """Raises Http404 for what is not theirs, which does not exist for them."""
    if not may_change(by, told, place):
        raise Http404


# -- schedules


@transaction.atomic
def save_schedule(place: Place, text: ScheduleText, *, by: User, schedule: Schedule | None = None) -> Schedule:
    """Set a report up, or change `schedule`. Raises UserError for what cannot be."""
    if text.every not in calendar.EVERY or not 0 <= text.hour <= 23:
        raise _wrong(_("This is no time for a report."), _("Choose one from the list."))
    if text.timezone and text.timezone not in clock.zones():
        raise _wrong(_("There is no such time zone."), _("Choose one from the list."))
    if text.what != Schedule.What.FIGURES and (text.every != Schedule.Every.MONTH or place.site is None):
        raise UserError(
            "plain_is_monthly",
            _("The report in plain words is on one site, and of a month."),
            _("Choose every month, or the figures."),
            status=422,
        )
    names = ("every", "hour", "timezone", "pdf", "what")
    values: dict[str, Any] = {name: getattr(text, name) for name in names}
    if schedule is None:
        _check_room(place.schedules.count())
        schedule = Schedule(account=place.account, site=place.site, by=by)
    else:
        schedule = Schedule.objects.select_for_update().get(pk=schedule.pk)
        _check_may(by, schedule, place)
    is_new = schedule.pk is None
    if is_new or any(getattr(schedule, name) != values[name] for name in ("every", "hour", "timezone", "what")):
        schedule.since = clock.now()
    for name, value in values.items():
        setattr(schedule, name, value)
    _write(schedule, place, text.whom, by)
    schedule.next_at = next_at(schedule, clock.now())
    schedule.save(update_fields=["next_at"])
    record("report.added" if is_new else "report.changed", **_about(schedule, by))
    return schedule


def next_at(schedule: Schedule, now: datetime) -> datetime:
    """When a schedule is to be looked at after `now`."""
    return calendar.following(schedule.every, schedule.hour, clock_of(schedule), zones_of(schedule), now)


def due(schedule: Schedule, now: datetime) -> calendar.Due:
    """The newest report that is due."""
    return calendar.newest(schedule.every, schedule.hour, clock_of(schedule), zones_of(schedule), now)


def clock_of(schedule: Schedule) -> ZoneInfo:
    """The time zone of the hour at which it is sent."""
    own = schedule.site.timezone if schedule.site else schedule.account.timezone
    return ZoneInfo(schedule.timezone or own)


def zones_of(schedule: Schedule) -> set[ZoneInfo]:
    """The time zones whose days have to be over."""
    if schedule.site is not None:
        return {ZoneInfo(schedule.site.timezone)}
    names = set(selectors.open_sites(schedule.account).order_by().values_list("timezone", flat=True))
    return {ZoneInfo(name) for name in names} or {ZoneInfo(schedule.account.timezone)}


# -- alerts


@transaction.atomic
def save_alert(place: Place, text: AlertText, *, by: User, alert: Alert | None = None) -> Alert:
    """Set an alert up, or change `alert`. Raises UserError for what cannot be."""
    values = _alert_values(place, text, by)
    if alert is None:
        _check_room(place.alerts.count())
        alert = Alert(account=place.account, site=place.site, by=by)
    else:
        alert = Alert.objects.select_for_update().get(pk=alert.pk)
        _check_may(by, alert, place)
    is_new = alert.pk is None
    if is_new or alert.kind != values["kind"] or alert.goal != values["goal"]:
        alert.since = clock.now()
    for name, value in values.items():
        setattr(alert, name, value)
    channels = list(text.channels) if place.manages(by) else []
    _write(alert, place, text.whom, by, or_else=bool(channels))
    alert.channels.set(channels)
    record("alert.added" if is_new else "alert.changed", **_about(alert, by))
    return alert


def _alert_values(place: Place, text: AlertText, by: User) -> dict[str, Any]:
    rules = RULES.get(text.kind)
    if rules is None or not place.sees(by, rules.section):  # a destination has no sections of its own
        raise _wrong(_("There is no such alert."), _("Choose one from the list."))
    values: dict[str, Any] = {"kind": text.kind, "goal": text.goal if text.kind == Alert.Kind.GOAL else None}
    for name in ("threshold", "least", "quiet_min"):
        given = getattr(text, name)
        values[name] = getattr(rules, name) if given is None else given
    low, high = rules.range
    if not low <= values["threshold"] <= high:
        raise UserError(
            "wrong_threshold", _("Use a number from %(low)s to %(high)s.") % {"low": low, "high": high}, "", status=422
        )
    if not 0 <= values["quiet_min"] <= MOST_QUIET_MIN or not 0 <= values["least"] <= 1_000_000_000:
        raise _wrong(_("This number is too high."), _("Use a lower one."))
    if text.kind == Alert.Kind.GOAL and (text.goal is None or place.site is None or text.goal.site_id != place.site.pk):
        raise UserError(
            "no_goal", _("Choose a goal of the site."), _("Goals are added in the site's settings."), status=422
        )
    known = set(place.channels.values_list("pk", flat=True))
    if not {channel.pk for channel in text.channels} <= known:
        raise Http404
    return values


# -- both


def _check_room(there: int) -> None:
    if there >= MOST_HERE:
        raise _wrong(_("There are 50 already, which is the most."), _("Remove one first."))


def _write(told: Told, place: Place, whom: Whom, by: User, *, or_else: bool = False) -> None:
    """Save it with whom it tells: somebody, unless it goes somewhere `or_else`."""
    manages = place.manages(by)
    told.roles = sorted(set(whom.roles)) if manages else []
    told.addresses = _addresses(whom.addresses) if manages else []
    told.sections = place.sections(by)
    told.language = whom.language
    people = list(whom.people) if manages else [by]
    if not (people or told.roles or told.addresses or or_else):
        raise UserError("nobody", _("Nobody would get it."), _("Choose somebody, or type an address."), status=422)
    told.save()
    told.people.set(people)


def _addresses(given: Sequence[str]) -> list[str]:
    found = list(dict.fromkeys(checked_email(email) for email in given))
    if len(found) > MOST_ADDRESSES:
        raise UserError(
            "too_many_addresses",
            _("There can be %(most)s addresses at most.") % {"most": MOST_ADDRESSES},
            _("Invite more people to the site instead."),
        )
    return found


@transaction.atomic
def set_active(told: Told, place: Place, *, active: bool, by: User) -> None:
    """Pause it, or go on: of what was missed meanwhile nothing is sent. Raises Http404 for another's."""
    _check_may(by, told, place)
    if told.active != active:
        told.active, told.since = active, clock.now() if active else told.since
        told.save(update_fields=["active", "since"])
        if isinstance(told, Schedule):
            Schedule.objects.filter(pk=told.pk).update(next_at=next_at(told, clock.now()))
            record("report.resumed" if active else "report.paused", **_about(told, by))
        else:
            record("alert.resumed" if active else "alert.paused", **_about(told, by))


@transaction.atomic
def remove(told: Told, place: Place, *, by: User) -> None:
    """Remove it; the log of what was sent stays. Raises Http404 for another's."""
    _check_may(by, told, place)
    record("report.removed" if isinstance(told, Schedule) else "alert.removed", **_about(told, by))
    told.delete()


def _about(told: Told, by: User) -> dict[str, Any]:
    """What the audit log notes of it."""
    which = str(told.every if isinstance(told, Schedule) else told.kind)
    where = told.site.domain if told.site else told.account.name
    return {"account": told.account, "by": by, "subject": where, "details": {"which": which}}


def _wrong(message: str, hint: str) -> UserError:
    return UserError("wrong_report", message, hint, status=422)


# -- channels


@transaction.atomic
def add_channel(place: Place, kind: str, name: str, url: str, *, by: User) -> tuple[Channel, str]:
    """Add a destination of alerts; it and, of a signed webhook, the secret, which is shown this once.

    Raises UserError for an address that is none, and for the shared person of the demo.
    """
    if not place.manages(by):
        raise Http404
    refuse_shared(by)
    _check_room(place.own_channels.count())
    url = url.strip()
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname or parts.username or len(url) > 2000 or not url.isprintable():
        raise UserError(
            "wrong_url", _("This is no address that can be posted to."), _("Paste it whole, beginning with https://.")
        )
    secret = f"whsec_{b64encode(secrets.token_bytes(32)).decode()}" if kind == Channel.Kind.WEBHOOK else ""
    channel = Channel.objects.create(
        account=place.account, site=place.site, kind=Channel.Kind(kind), name=" ".join(name.split())[:120],
        url=sealed(url), secret=sealed(secret) if secret else "",
    )  # fmt: skip
    record("channel.added", account=place.account, by=by, subject=channel.name, details={"kind": channel.kind})
    return channel, secret


@transaction.atomic
def remove_channel(channel: Channel, place: Place, *, by: User) -> None:
    """Remove a destination; alerts go there no more. Raises Http404 for whoever does not manage the place."""
    if not place.manages(by):
        raise Http404
    record("channel.removed", account=channel.account, by=by, subject=channel.name, details={"kind": channel.kind})
    channel.delete()


# -- readers who want no more


@transaction.atomic
def stop(link: Link, told: Told | None = None) -> None:
    """The reader of a link wants no more of `told`; with None nothing of the account. Twice is as once."""
    if not Account.objects.filter(pk=link.account).exists():
        return
    OptOut.objects.get_or_create(**_opting(link, told))


@transaction.atomic
def resume(link: Link, told: Told | None = None) -> None:
    """The reader of a link wants it again."""
    OptOut.objects.filter(**_opting(link, told)).delete()


def _opting(link: Link, told: Told | None) -> dict[str, Any]:
    schedule = told if isinstance(told, Schedule) else None
    alert = told if isinstance(told, Alert) else None
    return {"email": normal_email(link.email), "account_id": link.account, "schedule": schedule, "alert": alert}


# -- sites that move


def on_moved(site: Site, by: User | None) -> None:
    """In the transaction that moved `site`: its reports and alerts go along where the owner is the same, else not."""
    moved = [site.pk, *site.twins.values_list("pk", flat=True)]
    for model in (Schedule, Alert):
        rows = model.objects.filter(site__in=moved)
        strange = rows.exclude(account__owner=site.account.owner_id)
        strange.delete()
        rows.update(account=site.account)
    channels = Channel.objects.filter(site__in=moved)
    channels.exclude(account__owner=site.account.owner_id).delete()
    channels.update(account=site.account)
    for alert in Alert.objects.filter(site__in=moved):  # those of the account before stay there
        alert.channels.remove(*alert.channels.exclude(account=site.account))
