"""What a change of a site's settings loses, said before it is carried out."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from trailhouse.core import clock
from trailhouse.dashboard import formats
from trailhouse.dashboard.confirming import Doubt
from trailhouse.events import current
from trailhouse.events.store import StoreUnavailable
from trailhouse.sites import lifecycle, upkeep
from trailhouse.sites.models import Privacy, SharedLink, Site

_ORDER = (Privacy.STRICT, Privacy.VISITS, Privacy.RECOGNISED)  # each keeps more than the one before


def by_privacy(site: Site, values: Mapping[str, Any]) -> Doubt | None:
    """By a stricter level, or by keeping events for a shorter time."""
    facts = [*_by_level(site, values["privacy"]), *_by_retention(site, values["retention_months"])]
    return Doubt(_("Keep less of this site?"), facts, _("Keep less")) if facts else None


def _by_level(site: Site, level: str) -> list[str]:
    now, then = _ORDER.index(Privacy(site.privacy)), _ORDER.index(Privacy(level))
    if then >= now:
        return []
    facts = []
    if site.privacy == Privacy.RECOGNISED:
        facts += [
            _("Visitors are not known again on later days: no names, and nobody is new or returning."),
            _("Visits that are counted meanwhile stay unknown for good."),
        ]
    if level == Privacy.STRICT:
        facts.append(_("Single visitors and their visits are not shown, and nothing of groups smaller than five."))
    return [*facts, _("This holds for what was counted before, too. It is kept, and the present level shows it again.")]


def _by_retention(site: Site, months: int) -> list[str]:
    if months >= site.retention_months:
        return []
    first = upkeep.first_day_kept(clock.now().date(), months)
    day = formats.day(first)
    try:
        lost = upkeep.counted(current.store(), [site.pk], before=first)
    except StoreUnavailable:
        return [
            _("Events from before %(day)s are deleted for good within the hour. How many cannot be told just now.")
            % {"day": day}
        ]
    if not lost.events:
        return []
    text = ngettext(
        "%(n)s event from before %(day)s is deleted for good within the hour.",
        "%(n)s events from before %(day)s are deleted for good within the hour.",
        lost.events,
    )
    return [text % {"n": formats.count(lost.events), "day": day}]


def by_closing(link: SharedLink) -> Doubt:
    """By closing a shared link."""
    facts = [
        _("Whoever has its address sees nothing any more, also where it stands in a frame."),
        _("The address does not come back: a new link has another one."),
    ]
    return Doubt(_("Close the link “%(name)s” for ever?") % {"name": link.name}, facts, _("Close the link"))


def by_moving(site: Site, values: Mapping[str, Any]) -> Doubt:
    """By moving the site to another account."""
    to = values["account"]
    names = {"site": site.domain, "account": to.name, "former": site.account.name}
    facts = [_("%(site)s leaves %(former)s, with all that was counted, its script, goals and shared links.") % names]
    if site.client is not None:
        facts.append(_("Its client, %(client)s, stays behind.") % {"client": site.client.name})
    if ended := lifecycle.lose_access(site, to):
        facts.append(_("These people lose their access: %(people)s.") % {"people": ", ".join(ended)})
    if to.owner_id != site.account.owner_id:
        owned = _("The account %(account)s belongs to %(email)s, who alone can give the site back.")
        facts += [owned % {**names, "email": to.owner.email}, _("Its labels and internal notes are deleted.")]
    return Doubt(_("Move the site to %(account)s?") % names, facts, _("Move the site"))


def of_all(site: Site) -> str:
    """How much there is to lose; "" where nothing was counted, or it cannot be told just now."""
    try:
        there = upkeep.counted(current.store(), [site.pk])
    except StoreUnavailable:
        return ""
    if there.since is None:
        return ""
    text = ngettext("It is %(n)s event, of %(day)s.", "Those are %(n)s events, the first of %(day)s.", there.events)
    return text % {"n": formats.count(there.events), "day": formats.day(there.since.date())}
