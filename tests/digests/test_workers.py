"""Several processes at once, each with a connection of its own: each reader is told once."""

from collections import Counter
from datetime import timedelta

import pytest

from tests import people
from tests.billing.test_workers import _at_once
from tests.dashboard import visits
from tests.digests.test_posting import BOARD, MONDAY, weekly
from trailhouse.core import clock
from trailhouse.digests import posting, services, watching
from trailhouse.digests.models import Firing, Sending
from trailhouse.digests.selectors import Place
from trailhouse.digests.services import AlertText, Whom
from trailhouse.events.store import Store
from trailhouse.outbox.models import Mail
from trailhouse.sites.models import Site

pytestmark = pytest.mark.django_db(transaction=True)


def test_four_workers_send_each_report_once(bakery: Site) -> None:
    weekly(bakery, Whom([people.reseller(), people.colleague()], addresses=[BOARD]))
    weekly(None, Whom([people.reseller()], addresses=[BOARD]))
    with clock.frozen(MONDAY):
        _at_once(*[posting.send_due] * 4)
    assert Counter(Mail.objects.filter(template="digests/report").values_list("to", flat=True)) == {
        people.RESELLER: 2, people.colleague().email: 1, BOARD: 2,
    }  # fmt: skip
    assert Sending.objects.count() == 5


def test_four_workers_tell_an_alert_once(bakery: Site, reading: Store) -> None:
    Site.objects.filter(pk=bakery.pk).update(first_event_at=MONDAY - timedelta(days=60))
    now = clock.to_ms(MONDAY)
    came = [one for n in range(60) for one in visits.visit(bakery.pk, 70_000 + 6 * n + 1, now - 60_000 * 9, ("/",))]
    visits.add(reading, came)
    by = people.reseller()
    with clock.frozen(MONDAY - timedelta(days=1)):
        services.save_alert(Place(bakery.account, bakery), AlertText("spike", whom=Whom([by])), by=by)
    with clock.frozen(MONDAY):
        _at_once(*[watching.watch] * 4)
    assert Firing.objects.count() == 1
    assert Mail.objects.filter(template="digests/alert").count() == 1
