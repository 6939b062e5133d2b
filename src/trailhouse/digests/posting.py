"""Sends the reports that are due. Part of the services of `digests`."""

import logging
import time
import uuid
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from trailhouse.accounts.models import User
from trailhouse.accounts.person import refuse_shared
from trailhouse.core import clock
from trailhouse.core.errors import UserError
from trailhouse.digests import reports, selectors, services
from trailhouse.digests.models import Schedule, Sending
from trailhouse.digests.monthly import report as monthly
from trailhouse.digests.reports import Content
from trailhouse.digests.schedule import Due
from trailhouse.digests.selectors import Reader
from trailhouse.events import current
from trailhouse.events.store import Store
from trailhouse.outbox import services as outbox
from trailhouse.sites import looks
from trailhouse.sites.models import Section, Site

log = logging.getLogger(__name__)

TEMPLATES = {Schedule.What.FIGURES: "digests/report", Schedule.What.PLAIN: "digests/month"}
LONGEST_S = 5.0
MOST_PREVIEWS = 10  # of a person in an hour
Made = dict[tuple[Any, ...], Content]


def send_due(store: Store | None = None) -> int:
    """Send what is due, for a few seconds at most; how many reports.

    Any number of processes may do this at once: each reader gets each report once. After a time in which nothing ran,
    the newest report of each schedule is sent and no other.
    """
    ends = time.monotonic() + LONGEST_S
    failed: Exception | None = None
    sent = 0
    waiting = Schedule.objects.filter(active=True, next_at__lte=clock.now()).order_by("next_at", "pk")
    for number in list(waiting.values_list("pk", flat=True)[:500]):
        if time.monotonic() > ends:
            break
        try:
            sent += _send(number, store or current.store())
        except Exception as error:  # of one schedule; the others are sent all the same
            log.warning("schedule %s: %s", number, error)
            failed = error
    if failed is not None:
        raise failed
    return sent


def _send(number: int, store: Store) -> int:
    now = clock.now()
    found = Schedule.objects.select_related("account__owner", "site__account__owner", "site__client")
    schedule = found.filter(pk=number, active=True).first()
    if schedule is None:
        return 0
    due, sent = services.due(schedule, now), 0
    is_told = selectors.is_told_of(schedule.site) if schedule.site else selectors.is_open(schedule.account)
    if is_told and due.at > schedule.since:
        made: Made = {}
        for reader in selectors.readers(schedule, schedule.site):
            sent += _send_to(store, schedule, due, reader, made)
    Schedule.objects.filter(pk=number, next_at=schedule.next_at).update(next_at=services.next_at(schedule, now))
    return sent


def _send_to(store: Store, schedule: Schedule, due: Due, reader: Reader, made: Made) -> bool:
    key = f"report/{schedule.pk}/{due.key}/{reader.email}"
    if Sending.objects.filter(key=key).exists():
        return False
    content = _content(store, schedule, due, reader, made)
    return content is not None and _write(key, schedule, due, reader, content, Sending.Kind.REPORT) is not None


def _content(store: Store, schedule: Schedule, due: Due, reader: Reader, made: Made) -> Content | None:
    """What the reader sees of it; None where that is nothing. The same is made once."""
    site = schedule.site
    if site is not None:
        if schedule.what == Schedule.What.PLAIN and not monthly.sees(reader.sections):
            return None
        key: tuple[Any, ...] = (reader.language, reader.sections)
        if key not in made:
            made[key] = _of_site(store, schedule, site, due, reader)
        content = made[key]
        return content if content["figures"] or content["lists"] or content["empty"] else None
    if reader.user is None and reader.sections and Section.OVERVIEW not in reader.sections:
        return None
    sites = list(selectors.sites_for(reader.user, schedule.account))
    if not sites:
        return None
    look = looks.of_told(reader.user, schedule.account, None)
    key = (reader.language, look.key, *(one.pk for one in sites))
    if key not in made:
        name = schedule.account.name if look.is_operators else look.name
        made[key] = reports.of_sites(store, name, sites, due, reader.language)
    return made[key]


def _of_site(store: Store, schedule: Schedule, site: Site, due: Due, reader: Reader) -> Content:
    if schedule.what == Schedule.What.FIGURES:
        return reports.of_site(store, site, due, reader.sections, reader.language)
    return monthly.of_month(store, site, due.first, reader.sections, reader.language)


@transaction.atomic
def _write(
    key: str, schedule: Schedule, due: Due, reader: Reader, content: Content, kind: Sending.Kind
) -> Sending | None:
    """Note the report and write its mail, once; None where another process has. A refusal is noted."""
    values = {
        "account": schedule.account, "site": schedule.site, "schedule": schedule, "kind": kind, "to": reader.email,
        "about": f"{due.first.isoformat()} – {due.last.isoformat()}", "content": content,
    }  # fmt: skip
    sending, created = Sending.objects.get_or_create(key=key, defaults=values)
    if not created:
        return None
    look = looks.of_told(reader.user, schedule.account, schedule.site)
    context = content | {"every": schedule.every, "test": kind == Sending.Kind.TEST, "pdf": schedule.pdf}
    context["secret"] = {"stop": f"/reports/{selectors.token_for(reader.email, schedule)}"}
    template = TEMPLATES[Schedule.What(schedule.what)]
    try:
        with transaction.atomic():
            mail = outbox.mail(
                reader.email, template, context, language=reader.language, account_id=schedule.account_id,
                look=look.key, key=f"digests/{sending.pk}", stranger=reader.stranger,
                attachments=[(services.REPORT_FILE, sending.pk)] if schedule.pdf else [],
            )  # fmt: skip
    except UserError as error:
        sending.refused = error.message[:300]
    else:
        sending.mail_id = mail.pk
    sending.save(update_fields=["refused", "mail_id"])
    return sending


def send_now(schedule: Schedule, *, by: User, store: Store | None = None) -> Sending:
    """Send `by` the newest report that is over, as they would get it: to look at. Raises UserError."""
    refuse_shared(by)
    since = clock.now() - timedelta(hours=1)
    lately = Sending.objects.filter(account=schedule.account, kind=Sending.Kind.TEST, to=by.email, at__gt=since)
    if lately.count() >= MOST_PREVIEWS:
        raise UserError("too_many_previews", _("These were ten within an hour."), _("Try again later."), status=429)
    reader = selectors.as_reader(by, schedule)
    content = None
    if reader is not None:
        due = services.due(schedule, clock.now())
        content = _content(store or current.store(), schedule, due, reader, {})
    if reader is None or content is None:
        raise UserError("nothing_to_send", _("There is nothing in it that you see."), "", status=409)
    sending = _write(f"test/{uuid.uuid4()}", schedule, due, reader, content, Sending.Kind.TEST)
    assert sending is not None  # nobody else has this key
    return sending
