"""Keeps the demo account: an agency with three client sites, what is set up there, and traffic up to now."""

import logging
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django.db import transaction

from trailhouse.accounts import selectors as accounts
from trailhouse.accounts.models import Account
from trailhouse.accounts.services import NewPerson, create_account
from trailhouse.branding.services import BrandText, add_brand
from trailhouse.core import clock
from trailhouse.demo.fill import SPAN_MS, Live, fill
from trailhouse.demo.left_out import add_left_out
from trailhouse.demo.setting_up import set_up
from trailhouse.demo.shapes import DemoSite
from trailhouse.demo.sites import AGENCY, COLOUR, EMAIL, PRODUCT, SITES
from trailhouse.demo.traffic import Traffic
from trailhouse.events.store import Store
from trailhouse.sites.clients import ClientValues, add_client, set_sites
from trailhouse.sites.models import Site
from trailhouse.sites.services import NewSite, add_goal, add_site, note_first_events

log = logging.getLogger(__name__)


def start(store: Store) -> Live:
    """Make what is missing of the demo and fill in the traffic since the last start; what keeps it going.

    The first start takes some seconds, a further one adds nothing twice.
    """
    account = demo_account()
    traffic = [Traffic(site, _site_id(account, site)) for site in SITES]
    added = fill(store, traffic, clock.now_ms(), SPAN_MS)
    add_left_out(store, traffic, clock.now_ms(), SPAN_MS)
    first = datetime.fromtimestamp((clock.now_ms() - SPAN_MS) // 1000, UTC)
    note_first_events({one.site_id: first for one in traffic})
    log.info("demo: %d events added", added)
    return Live(store, traffic)


@transaction.atomic
def demo_account() -> Account:
    """The account of the made-up agency, with a brand for its clients. Nobody signs in to it by password."""
    there = accounts.account_of(EMAIL)
    if there is not None:
        return there
    person = NewPerson(EMAIL, full_name="Marijke Kok", account_name=AGENCY, timezone=SITES[0].timezone)
    account = create_account(person, demo=True)
    add_brand(account, BrandText(PRODUCT, COLOUR, powered_by=True), {}, by=account.owner)
    return account


@transaction.atomic
def _site_id(account: Account, demo: DemoSite) -> int:
    site = Site.objects.filter(account=account, domain=demo.domain).first()
    if site is None:
        new = NewSite(demo.domain, demo.timezone, demo.currency, demo.privacy)
        site = add_site(account, new, by=account.owner)
        set_sites(add_client(account, ClientValues(demo.client), by=account.owner), [site.pk], by=account.owner)
        for goal in demo.goals:
            add_goal(site, goal.kind, goal.pattern, name=goal.name, value_minor=goal.value)
        set_up(site, clock.now().astimezone(ZoneInfo(demo.timezone)).date(), by=account.owner)
    return int(site.pk)
