"""Billing mode external: the operator bills elsewhere; here nothing is on trial, locked, charged or told of money."""

from datetime import timedelta

import pytest
from django.test import Client

from tests import people
from tests.billing import money
from trailhouse.accounts.models import Instance
from trailhouse.billing import activating, charging, daily, modes, tick
from trailhouse.billing.book import Interval
from trailhouse.billing.models import BillingAccount, Charge, Subscription
from trailhouse.billing.states import State
from trailhouse.core import clock
from trailhouse.outbox.models import Mail
from trailhouse.sites import hooks
from trailhouse.sites.access import Privilege, allowed
from trailhouse.sites.models import Site
from trailhouse.sites.services import NewSite, add_site

pytestmark = pytest.mark.django_db

EXTERNAL = Instance.Billing.EXTERNAL
DAY = timedelta(days=1)


def locked_bakery() -> Site:
    """The bakery after a trial that nobody paid for: locked, and no longer counted."""
    with clock.frozen(money.START):
        money.switch_on()
        site = people.bakery()
        tick.run(money.FlatMeter())
    with clock.frozen(money.START + 60 * DAY):
        tick.run(money.FlatMeter())
    site.refresh_from_db()
    assert (site.locked, site.stopped) == (True, True)
    return site


def test_from_the_moment_of_the_switch_everything_is_open_and_counts() -> None:
    site = locked_bakery()
    assert not allowed(people.client_member(), site, Privilege.VIEW_STATS)
    assert modes.set_mode(EXTERNAL, by=people.operator())
    site.refresh_from_db()
    assert (site.locked, site.stopped) == (False, False)
    assert allowed(people.client_member(), site, Privilege.VIEW_STATS)
    assert not modes.set_mode(EXTERNAL, by=people.operator())


def test_the_operators_page_opens_the_sites_too(client: Client) -> None:
    site = locked_bakery()
    client.force_login(people.operator())
    client.post("/operator/instance/billing", {"billing": "external"})
    site.refresh_from_db()
    assert not site.locked


def test_no_job_tells_charges_or_locks() -> None:
    site = locked_bakery()
    account = people.account()
    request = activating.activate(account, {site.subscription: Interval.MONTHLY}, by=None)
    modes.set_mode(EXTERNAL, by=people.operator())
    today = clock.now().date()
    paid = {"interval": "monthly", "paid_until": today, "activated_on": money.START.date()}
    Subscription.objects.update(state=State.ACTIVE, tier=1_000, **paid)
    BillingAccount.objects.update(look_at=money.START)
    asked = Charge.objects.create(
        account=account, request=request, gateway="transfer", key="k", amount=100, currency="EUR"
    )
    before = Mail.objects.count()
    meter = money.FlatMeter(per_day=90_000)
    assert (tick.run(meter), daily.look(meter), charging.carry_out()) == (0, 0, 0)
    asked.refresh_from_db()
    assert asked.state == Charge.State.ASKED
    assert Mail.objects.count() == before
    assert not Site.objects.filter(locked=True).exists()


def test_a_site_that_is_added_has_no_trial_and_its_mail_speaks_of_none() -> None:
    Instance.objects.update_or_create(pk=Instance.ONLY, defaults={"billing": EXTERNAL})
    site = add_site(people.account(), NewSite("new.example"), by=people.reseller())
    assert not Subscription.objects.filter(site=site).exists()
    told = Mail.objects.get(template="sites/added")
    assert (told.context["trial_begins"], told.context["trial_last_day"]) == (None, None)


def test_a_site_that_moves_meanwhile_is_billed_to_its_new_account_later() -> None:
    site = locked_bakery()
    modes.set_mode(EXTERNAL, by=people.operator())
    Site.objects.filter(pk=site.pk).update(account=people.stranger().accounts.get())
    site.refresh_from_db()
    hooks.site_was_moved(site, people.stranger())
    assert Subscription.objects.get(site=site).account == site.account
