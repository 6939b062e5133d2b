"""The demo account: made once, with sites that can be looked at."""

from datetime import UTC, datetime

import pytest

from trailhouse.accounts.models import Account
from trailhouse.core import clock
from trailhouse.demo import seed
from trailhouse.demo.sites import AGENCY, SITES
from trailhouse.events.store import Store
from trailhouse.sites.models import Goal, Site

pytestmark = pytest.mark.django_db


def test_a_second_start_makes_no_second_account_site_goal_or_event(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trailhouse.demo.seed.SPAN_MS", 3 * 86_400_000)
    with clock.frozen(datetime(2026, 7, 4, 12, tzinfo=UTC)):
        seed.start(store)
        counts = [store.rows("SELECT count() FROM events")[0][0]]
        seed.start(store)
        counts.append(store.rows("SELECT count() FROM events")[0][0])
    assert counts[0] == counts[1] > 1000
    account = Account.objects.get()
    assert (account.name, account.demo) == (AGENCY, True)
    assert not account.owner.has_usable_password()
    assert [site.domain for site in account.sites.all()] == sorted(site.domain for site in SITES)
    assert Goal.objects.count() == sum(len(site.goals) for site in SITES)
    assert all(site.first_event_at is not None for site in Site.objects.all())
