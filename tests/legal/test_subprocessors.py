"""Sub-processors: on the list from a day on, told of before it, once."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from tests import people
from trailhouse.core import clock
from trailhouse.core.errors import UserError
from trailhouse.legal import agreements, subprocessors
from trailhouse.legal.agreements import Signing
from trailhouse.legal.models import SubProcessor
from trailhouse.outbox.models import Mail

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
SOON = NOW.date() + timedelta(days=30)


def test_before_anything_was_accepted_the_list_begins_as_it_is() -> None:
    with clock.frozen(NOW):
        subprocessors.add(None, "Host", "Servers", "DE", starts_on=NOW.date(), by=people.operator())
        assert [one.starts_on for one in subprocessors.of(None)] == [""]
    assert not Mail.objects.exists()


def test_a_name_is_on_the_list_once_and_can_come_back() -> None:
    by = people.operator()
    one = subprocessors.add(None, "Host", "Servers", "DE", starts_on=NOW.date(), by=by)
    with pytest.raises(UserError, match="on the list already"):
        subprocessors.add(None, "Host", "Mail", "DE", starts_on=NOW.date(), by=by)
    subprocessors.remove(one, by=by)
    subprocessors.remove(one, by=by)
    subprocessors.add(None, "Host", "Mail", "DE", starts_on=NOW.date(), by=by)
    assert SubProcessor.objects.count() == 2


def test_the_chain_begins_with_the_operator_and_ends_with_the_accounts_own() -> None:
    account = people.account()
    subprocessors.add(account, "Newsletter", "Mail", "FR", starts_on=NOW.date(), by=people.reseller())
    subprocessors.add(None, "Host", "Servers", "DE", starts_on=NOW.date(), by=people.operator())
    assert [one.name for one in subprocessors.chain(account)] == ["Trailhouse", "Host", "Newsletter"]
    (other,) = people.stranger().accounts.all()
    assert [one.name for one in subprocessors.chain(other)] == ["Trailhouse", "Host"]


def test_accounts_are_told_of_the_operators_new_one_30_days_before_once_each() -> None:
    account, operator = people.account(), people.operator()
    people.stranger()
    with clock.frozen(NOW):
        found = agreements.publish(None, "1", by=operator)
        agreements.sign(found, account, None, Signing("en"), by=people.reseller())
        with pytest.raises(UserError, match="30 days"):
            subprocessors.add(None, "Host", "Servers", "US", starts_on=SOON - timedelta(days=1), by=operator)
        subprocessors.add(None, "Host", "Servers", "US", starts_on=SOON, by=operator)
    told = sorted(Mail.objects.filter(template="legal/new_subprocessor").values_list("to", flat=True))
    assert told == [people.RESELLER, "stranger@elsewhere.example"]


def test_clients_who_accepted_are_told_when_the_reseller_says_so_once_each(client: Client) -> None:
    account, by = people.account(), people.reseller()
    with clock.frozen(NOW):
        found = agreements.publish(account, "1", by=by)
        agreements.sign(found, account, people.client(), Signing("en"), by=people.client_member())
        subprocessors.add(account, "Newsletter", "Mail", "FR", starts_on=SOON, by=by)
        assert [one.name for one in subprocessors.to_announce(account)] == ["Newsletter"]
        client.force_login(by)
        page = f"/accounts/{account.pk}/legal/sub-processors"
        assert "Tell the clients" in client.get(page).content.decode()
        assert client.post(f"{page}/tell").status_code == 302
        assert subprocessors.tell_clients(account, by=by) == (0, 0)
        assert "Tell the clients" not in client.get(page).content.decode()
    mail = Mail.objects.get(template="legal/client_subprocessor")
    assert (mail.to, mail.language, mail.stranger) == ("owner@harbour-bakery.example", "de", False)
    assert mail.context["country"] == "Frankreich"


def test_the_day_passes_and_there_is_nothing_left_to_announce() -> None:
    account, by = people.account(), people.reseller()
    with clock.frozen(NOW):
        found = agreements.publish(account, "1", by=by)
        agreements.sign(found, account, people.client(), Signing("en"), by=people.client_member())
        subprocessors.add(account, "Newsletter", "Mail", "FR", starts_on=SOON, by=by)
    with clock.frozen(NOW + timedelta(days=30)):
        assert subprocessors.to_announce(account) == []
