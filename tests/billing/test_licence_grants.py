"""Licences that the operator grants without charge, and those of brands that were there before billing."""

from datetime import UTC, date, datetime

import pytest

from tests import people
from tests.billing import brands, money
from trailhouse.accounts.models import AuditEntry, Instance
from trailhouse.billing import licences, modes
from trailhouse.billing.book import Fees
from trailhouse.core.errors import UserError

Time = money.Time


def test_the_operator_grants_a_licence_with_an_end(time: Time) -> None:
    brands.publish(Fees())
    licences.grant(brands.brand(), logo=True, until=date(2027, 3, 1), by=people.operator())
    assert brands.standing() == ("logo", True)
    with pytest.raises(UserError, match="cannot be ordered"):
        licences.order(brands.brand(), logo=True, by=people.reseller())
    brands.run(time, datetime(2027, 2, 28, 23, 0, tzinfo=UTC))
    assert brands.licence().state == "ended"
    assert brands.standing() == ("", False)
    said = AuditEntry.objects.filter(account=people.account(), action="billing.licence_granted").get()
    assert said.user == people.operator()
    assert brands.told() == ["licence_granted", "licence_over"]


def test_a_grant_over_a_paid_year_leads_back_to_it(time: Time) -> None:
    brands.publish()
    brands.order(logo=False)
    licences.grant(brands.brand(), logo=True, until=None, by=people.operator())
    assert brands.standing() == ("logo", True)
    licences.end_grant(brands.licence(), by=people.operator())
    assert brands.licence().state == "active"
    assert brands.standing() == ("plain", True)


def test_a_day_that_has_passed_is_no_end_of_a_grant(time: Time) -> None:
    with pytest.raises(UserError, match="has passed"):
        licences.grant(brands.brand(), logo=True, until=date(2027, 1, 4), by=people.operator())


def test_brands_that_are_there_when_billing_is_switched_on_are_shown_for_the_days_of_notice(time: Time) -> None:
    Instance.objects.update(billing=Instance.Billing.OFF)
    brand = brands.brand()
    modes.set_mode(Instance.Billing.ON, by=people.operator())
    assert brands.standing() == ("logo", True)
    one = brands.licence(brand)
    assert one.granted_until == datetime(2027, 3, 4, 23, tzinfo=UTC)
    brands.run(time, datetime(2027, 3, 5, tzinfo=UTC))
    assert brands.standing() == ("", False)
