"""Part of the services of `sites`: what its people do with one visitor, who is known by a number of the event store."""

import json
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import UTC
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from trailhouse.accounts.models import User
from trailhouse.accounts.services import record
from trailhouse.core import clock
from trailhouse.core.errors import UserError
from trailhouse.core.settings import settings
from trailhouse.events import visitor_erasures, visitors
from trailhouse.events.store import Store
from trailhouse.sites import hooks
from trailhouse.sites.models import Privacy, Site, VisitorName
from trailhouse.sites.models.visitors import LONGEST_NAME

_HEX = re.compile(r"[0-9a-f]{1,16}")
MOST_ASKED = 500  # names in one question


def number_of(text: str) -> int | None:
    """The visitor that an address names by hexadecimal digits; None where it names none."""
    return int(text, 16) if _HEX.fullmatch(text) else None


def hex_of(visitor_id: int) -> str:
    """A visitor's number as it stands in addresses."""
    return f"{visitor_id:016x}"


def own_names(site: Site, visitor_ids: Iterable[int]) -> dict[int, str]:
    """What the site's people call these visitors; only at the level that keeps names."""
    if site.privacy != Privacy.RECOGNISED:
        return {}
    asked = sorted({hex_of(number) for number in visitor_ids})
    found: dict[int, str] = {}
    for start in range(0, len(asked), MOST_ASKED):
        rows = VisitorName.objects.filter(site=site, visitor__in=asked[start : start + MOST_ASKED])
        found |= {int(visitor, 16): name for visitor, name in rows.values_list("visitor", "name")}
    return found


def names_for(site: Site, store: Store, visitor_ids: Collection[int]) -> dict[int, str]:
    """What each of these visitors is called that has a name: by the site's people, else by the site itself.

    None at a level that keeps no names.
    """
    if site.privacy != Privacy.RECOGNISED:
        return {}
    return visitors.names_of(store, site.pk, visitor_ids) | own_names(site, visitor_ids)


def numbers_at(site: Site, store: Store, visitor_id: int) -> tuple[int, ...]:
    """All numbers under which reports tell of a visitor, `visitor_id` first; that alone where none is recognised."""
    if site.privacy != Privacy.RECOGNISED:
        return (visitor_id,)
    return visitors.numbers_of(store, site.pk, visitor_id)


def rename(site: Site, visitor_id: int, name: str, store: Store, *, by: User | None) -> None:
    """Call a visitor `name`, under all of their numbers; "" gives the name that the site sends back.

    Raises UserError where the site keeps no names, or the name cannot be one.
    """
    if site.privacy != Privacy.RECOGNISED:
        raise UserError(
            "no_names",
            _("This site keeps no names of visitors."),
            _("Names need the privacy level Recognised and the visitor's consent."),
            status=403,
        )
    text = " ".join(name.split())
    if len(text) > LONGEST_NAME or not text.isprintable():
        raise UserError(
            "wrong_name",
            _("This cannot be a name."),
            _("Use a text of at most %(most)d letters.") % {"most": LONGEST_NAME},
        )
    _rename(site, [hex_of(number) for number in visitors.numbers_of(store, site.pk, visitor_id)], text, by)


@transaction.atomic
def _rename(site: Site, numbers: Collection[str], name: str, by: User | None) -> None:
    if name:
        values = {"name": name, "by": by, "at": clock.now()}
        for number in numbers:
            VisitorName.objects.update_or_create(site=site, visitor=number, defaults=values)
    else:
        VisitorName.objects.filter(site=site, visitor__in=numbers).delete()
    # Not the name itself: the log outlives the visitor's data.
    details = {"visitor": min(numbers)}
    record("visitor.renamed", account=site.account, by=by, subject=site.domain, details=details)


def erase(site: Site, visitor_id: int, store: Store, *, by: User | None) -> None:
    """Erase all that is kept of a visitor: events, names, profile. It is noted first, and done when this returns.

    Doing it twice changes nothing more. Raises UserError while the store is away; some of it may be done by then.
    """
    numbers = visitors.numbers_of(store, site.pk, visitor_id)
    with transaction.atomic():
        details = {"visitor": hex_of(visitor_id)}
        record("visitor.erased", account=site.account, by=by, subject=site.domain, details=details)
        VisitorName.objects.filter(site=site, visitor__in=[hex_of(number) for number in numbers]).delete()
    visitor_erasures.erase(store, settings().data, site.pk, numbers)
    hooks.events_were_erased(site)


@transaction.atomic
def note_export(site: Site, visitor_id: int, *, by: User | None) -> None:
    """Note that somebody took the data of a visitor along. Raises UserError at a site that keeps no single visits."""
    if site.privacy == Privacy.STRICT:
        raise UserError(
            "figures_only",
            _("This site keeps figures only: there is nothing of a single visitor."),
            _("The privacy level is chosen in the site's settings."),
            status=403,
        )
    details = {"visitor": hex_of(visitor_id)}
    record("visitor.exported", account=site.account, by=by, subject=site.domain, details=details)


def data_of(site: Site, visitor_id: int, store: Store, *, by: User | None) -> Iterator[bytes]:
    """Everything that is kept of a visitor as one JSON object, an event a line; no event where that is nothing.

    Noted at once, read as it is written. Raises UserError as `note_export` does.
    """
    numbers = visitors.numbers_of(store, site.pk, visitor_id)
    note_export(site, visitor_id, by=by)
    head = {
        "site": site.domain,
        "visitor": hex_of(visitor_id),
        "known_as": sorted(set(names_for(site, store, numbers).values())),
        "made": clock.now().astimezone(UTC).isoformat(),
    }
    return _written(head, visitors.events_of(store, site.pk, numbers))


def _written(head: dict[str, Any], events: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    yield json.dumps(head, ensure_ascii=False)[:-1].encode() + b', "events": ['
    between = b"\n"
    for event in events:
        yield between + json.dumps(event, ensure_ascii=False).encode()
        between = b",\n"
    yield b"\n]}\n"


def file_of(site: Site, visitor_id: int) -> str:
    """The name of the file that `data_of` makes."""
    return f"{site.domain.replace('/', '-')}-visitor-{hex_of(visitor_id)}.json"


def tidy(store: Store) -> int:
    """The nightly part: take erased visitors off the disk, and forget names of visitors of whom nothing is kept.

    How much was done: statements in the store and names.
    """
    done = visitor_erasures.nightly(store, settings().data)
    by_site: dict[int, list[str]] = defaultdict(list)
    for site_id, visitor in VisitorName.objects.order_by("pk").values_list("site_id", "visitor"):
        by_site[site_id].append(visitor)
    for site_id, theirs in by_site.items():
        for start in range(0, len(theirs), MOST_ASKED):
            some = theirs[start : start + MOST_ASKED]
            kept = visitors.with_events(store, site_id, [int(visitor, 16) for visitor in some])
            gone = [visitor for visitor in some if int(visitor, 16) not in kept]
            done += VisitorName.objects.filter(site_id=site_id, visitor__in=gone).delete()[0] if gone else 0
    return done
