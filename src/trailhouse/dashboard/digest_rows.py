"""What the pages of reports and alerts list."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from trailhouse.accounts.models import User
from trailhouse.dashboard import formats
from trailhouse.digests import selectors, services
from trailhouse.digests.kinds import RULES
from trailhouse.digests.models import Alert, Channel, Schedule, Sending
from trailhouse.digests.selectors import Place, Told
from trailhouse.sites.models import Role

NAMED = 3  # readers that a row names


@dataclass(frozen=True)
class Row:
    """One report or alert, and what its reader may do with it."""

    kind: str  # schedule or alert: the name of its number in forms
    number: int
    title: str
    details: str
    whom: str
    active: bool
    next: str
    change: str  # the address of its form; "" for who may not
    stopped: bool  # by whoever looks
    is_mine: bool  # whoever looks is among its readers


@dataclass(frozen=True)
class SentRow:
    """One line of the log."""

    about: str
    kind: str
    to: str
    domain: str
    at: datetime
    state: str
    state_label: str
    error: str


def url(place: Place, name: str) -> str:
    """The address of the route `site_<name>` of a site, or `account_<name>`."""
    if place.site is not None:
        return reverse(f"site_{name}", args=[place.site.key])
    return reverse(f"account_{name}", args=[place.account.pk])


def rows(place: Place, user: User, found: Sequence[Told]) -> list[Row]:
    """The rows of what `user` sees of it."""
    manages = place.manages(user)
    return [_row(place, user, one, manages=manages) for one in found]


def _row(place: Place, user: User, told: Told, *, manages: bool) -> Row:
    is_schedule = isinstance(told, Schedule)
    kind = "schedule" if is_schedule else "alert"
    may = manages or selectors.is_own(told, user)
    form = f"{url(place, f'digest_{kind}')}?{kind}={told.pk}"
    return Row(
        kind=kind,
        number=told.pk,
        title=_schedule(told) if isinstance(told, Schedule) else str(told.get_kind_display()),
        details=_with_pdf(told) if isinstance(told, Schedule) else _alert(told),
        whom=_whom(told),
        active=told.active,
        next=_next(told) if isinstance(told, Schedule) and told.active else "",
        change=form if may else "",
        stopped=user.email in selectors.opt_outs(told),
        is_mine=user in selectors.persons(told, told.site),
    )


def _schedule(told: Schedule) -> str:
    texts = {
        "day": _("Every day at %(hour)s"),
        "week": _("Every Monday at %(hour)s"),
        "month": _("On the 1st of every month at %(hour)s"),
    }
    return texts[told.every] % {"hour": f"{told.hour:02d}:00"}


def _with_pdf(told: Schedule) -> str:
    plain = [_("in plain words")] if told.what == Schedule.What.PLAIN else []
    zone = str(services.clock_of(told)).replace("_", " ")
    return " · ".join([*plain, zone, *(["PDF"] if told.pdf else [])])


def _next(told: Schedule) -> str:
    return formats.moment(told.next_at.astimezone(ZoneInfo(str(services.clock_of(told)))))


def _alert(told: Alert) -> str:
    number = formats.count(told.threshold)
    texts = {
        "spike": _("%(number)s%% above the usual, from %(least)s visitors in an hour"),
        "drop": _("%(number)s%% below the usual, where that is %(least)s visitors in an hour"),
        "silence": ngettext("%(number)s hour without a visit", "%(number)s hours without a visit", told.threshold),
        "goal": _("%(goal)s, from %(number)s times"),
        "not_found": _("From %(number)s times in an hour"),
    }
    text = texts.get(told.kind, "")
    return text % {"number": number, "least": formats.count(told.least), "goal": told.goal.name if told.goal else ""}


def _whom(told: Told) -> str:
    names = [str(user) for user in told.people.all()] + list(told.addresses)
    shown = [str(Role(role).label) for role in told.roles] + names[:NAMED]
    if len(names) > NAMED:
        shown.append(_("%(count)s more") % {"count": len(names) - NAMED})
    if isinstance(told, Alert):
        shown += [channel.name for channel in told.channels.all()]
    return ", ".join(shown)


def channels(place: Place) -> list[Channel]:
    """The destinations that are added here."""
    return list(place.own_channels)


def sent(found: Sequence[Sending]) -> list[SentRow]:
    """The lines of the log."""
    outcomes = selectors.outcomes(found)
    labels = {"waiting": _("waiting"), "sent": _("sent"), "failed": _("given up")}
    return [
        SentRow(
            about=one.about if one.kind != Sending.Kind.REPORT and one.alert_id else _days(one.about),
            kind=str(one.get_kind_display()),
            to=one.to,
            domain=one.site.domain if one.site else "",
            at=one.at,
            state=outcomes[one.pk][0],
            state_label=labels.get(outcomes[one.pk][0], ""),
            error=outcomes[one.pk][1] if outcomes[one.pk][0] != "sent" else "",
        )
        for one in found
    ]


def _days(about: str) -> str:
    first, _dash, last = about.partition(" – ")
    try:
        days = [datetime.fromisoformat(day).date() for day in (first, last)]
    except ValueError:
        return about
    return formats.day_range(*days)


def kinds(place: Place, user: User) -> list[str]:
    """The kinds of alerts that `user` can set up here: goals belong to one site, and each kind to a section."""
    here = (kind for kind in RULES if kind != Alert.Kind.GOAL or place.site is not None)
    return [kind for kind in here if place.sees(user, RULES[kind].section)]
