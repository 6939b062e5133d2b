"""Tells of an alert that went off: mails and posts, in the caller's transaction. Part of the services of `digests`."""

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_timedelta
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from trailhouse.accounts.models import User
from trailhouse.accounts.person import refuse_shared
from trailhouse.core import clock
from trailhouse.core.errors import UserError
from trailhouse.digests import channels, selectors, texts, words
from trailhouse.digests.channels.message import Message
from trailhouse.digests.kinds import RULES
from trailhouse.digests.models import Alert, Channel, Firing, Sending
from trailhouse.digests.selectors import Reader
from trailhouse.outbox import services as outbox
from trailhouse.outbox.locales import locale
from trailhouse.sites import looks
from trailhouse.sites.models import Site

TEMPLATE = "digests/alert"
PAGES: Mapping[str, str] = {"goal": "/events/goals", "not_found": "/pages"}  # after the site's; else its overview
SAMPLES: Mapping[str, dict[str, int]] = {  # figures of a test
    "spike": {"now": 312, "low": 40, "high": 70},
    "drop": {"now": 6, "low": 40, "high": 70},
    "silence": {"now": 0, "low": 40, "high": 70, "hours": 3},
    "first_visit": {"now": 1},
    "goal": {"now": 3},
    "not_found": {"now": 45},
}


def tell(alert: Alert, firing: Firing, site: Site) -> None:
    """Write to everybody whom the alert tells, and to its channels."""
    for reader in selectors.readers(alert, site, RULES[alert.kind].section):
        _mail(alert, site, reader, firing.values, firing.at, f"alert/{firing.pk}/{reader.email}", Sending.Kind.ALERT)
    for channel in alert.channels.all():
        _post(alert, site, channel, firing.values, firing.at, f"alert/{firing.pk}/channel/{channel.pk}")


@transaction.atomic
def test(alert: Alert, *, by: User) -> int:
    """Send a test with made-up figures to `by` and to the alert's channels; to how many. Raises UserError."""
    refuse_shared(by)
    since = clock.now() - timedelta(hours=1)
    if Sending.objects.filter(kind=Sending.Kind.TEST, account=alert.account, at__gt=since).count() >= 30:
        raise UserError("too_many_previews", _("These were enough tests for an hour."), _("Try again later."), 429)
    site = alert.site or selectors.open_sites(alert.account).first()
    if site is None:
        raise UserError("no_site", _("There is no site to test it with."), _("Add one first."), status=409)
    now, key = clock.now(), f"test/{uuid.uuid4()}"
    values = SAMPLES[alert.kind] | {"since_ms": clock.to_ms(now - timedelta(hours=1))}
    reader = selectors.as_reader(by, alert)
    if reader is not None:
        _mail(alert, site, reader, values, now, f"{key}/{by.email}", Sending.Kind.TEST)
    found = list(alert.channels.all())
    for channel in found:
        _post(alert, site, channel, values, now, f"{key}/{channel.pk}", Sending.Kind.TEST)
    return len(found) + (reader is not None)


def _mail(
    alert: Alert, site: Site, reader: Reader, values: Mapping[str, Any], at: datetime, key: str, kind: Sending.Kind
) -> None:
    sending = _note(alert, site, key, kind, reader.email)
    with translation.override(reader.language):
        title, text = _said(alert, site, values)
        quiet = format_timedelta(timedelta(minutes=alert.quiet_min), locale=locale()) if alert.quiet_min else ""
    context = {
        "title": title, "text": text, "url": path(alert, site), "quiet": quiet, "test": kind == Sending.Kind.TEST,
        "secret": {"stop": f"/reports/{selectors.token_for(reader.email, alert)}"},
    }  # fmt: skip
    try:
        with transaction.atomic():
            mail = outbox.mail(
                reader.email, TEMPLATE, context, language=reader.language, account_id=alert.account_id,
                look=looks.of_told(reader.user, alert.account, site).key, key=f"digests/{sending.pk}",
                stranger=reader.stranger,
            )  # fmt: skip
    except UserError as error:
        sending.refused = error.message[:300]
    else:
        sending.mail_id = mail.pk
    sending.save(update_fields=["refused", "mail_id"])


def _post(
    alert: Alert,
    site: Site,
    channel: Channel,
    values: Mapping[str, Any],
    at: datetime,
    key: str,
    kind: Sending.Kind = Sending.Kind.ALERT,
) -> None:
    sending = _note(alert, site, key, kind, channel.name)
    message = message_of(alert, site, values, at, is_test=kind == Sending.Kind.TEST)
    payload = {"channel": channel.pk, "message": vars(message)}
    sending.task_id = outbox.task(channels.DELIVER, payload, total=1, account_id=alert.account_id).pk
    sending.save(update_fields=["task_id"])


def message_of(alert: Alert, site: Site, values: Mapping[str, Any], at: datetime, *, is_test: bool) -> Message:
    """The alert as its channels get it, in the language of the alert."""
    with translation.override(alert.language):
        title, text = _said(alert, site, values)
        link = _("Open the statistics")
        title = _("Test: %(title)s") % {"title": title} if is_test else title
    url = looks.of_site(site).url + path(alert, site)
    figures = {name: value for name, value in values.items() if name != "since_ms"}
    stamp = clock.to_ms(at) // 1000
    return Message(f"msg_{uuid.uuid4().hex}", alert.kind, site.domain, title, text, url, link, stamp, is_test, figures)


def _said(alert: Alert, site: Site, values: Mapping[str, Any]) -> tuple[str, str]:
    since = clock.from_ms(int(values.get("since_ms", 0))).astimezone(ZoneInfo(site.timezone))
    known = {**values, "goal": alert.goal.name if alert.goal else "", "since": words.moment(since)}
    return texts.title(alert.kind, site.domain, known), texts.text(alert.kind, known)


def path(alert: Alert, site: Site) -> str:
    """Where the statistics show what happened."""
    return f"/sites/{site.key}{PAGES.get(alert.kind, '')}?period=today"


def _note(alert: Alert, site: Site, key: str, kind: Sending.Kind, to: str) -> Sending:
    return Sending.objects.create(
        key=key, account=alert.account, site=site, alert=alert, kind=kind, about=alert.get_kind_display(), to=to[:254]
    )


def test_channel(channel: Channel, place: selectors.Place) -> None:
    """Post a test to a channel now. Raises UserError with what came of it where it was not taken."""
    site = place.site or selectors.open_sites(place.account).first()
    if site is None:
        raise UserError("no_site", _("There is no site to test it with."), _("Add one first."), status=409)
    alert = Alert(account=place.account, site=place.site, kind=Alert.Kind.SPIKE, language=translation.get_language())
    message = message_of(alert, site, SAMPLES["spike"], clock.now(), is_test=True)
    try:
        channels.send(channel, message)
    except channels.TryLater as error:
        raise UserError("not_taken", str(error), _("Try again in a moment."), status=422) from None
