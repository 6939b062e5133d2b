"""A closed account: its owner is told, then its data is deleted, once; people who have nothing else here are erased."""

from datetime import UTC, datetime, timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client

from tests import people
from tests.accounts.mails import newest
from tests.dashboard import visits
from tests.events.makers import event
from trailhouse.accounts import handover as accounts
from trailhouse.accounts import offers, selectors, services
from trailhouse.accounts.instance import publish_terms
from trailhouse.accounts.models import Acceptance, Account, ApiKey, AuditEntry, Handover, SecondStepRequest, User
from trailhouse.core import clock
from trailhouse.core.errors import UserError
from trailhouse.events.store import Store
from trailhouse.outbox.models import Mail
from trailhouse.sites import closing, handover, invitations, upkeep
from trailhouse.sites.invitations import NewInvitation
from trailhouse.sites.models import Client as SiteClient
from trailhouse.sites.models import Invitation, Membership, Role, Site
from trailhouse.sites.roles import Grant

pytestmark = pytest.mark.django_db

CLOSED = datetime(2026, 3, 2, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def close() -> Account:
    """The reseller's account, closed, with what an account has."""
    people.bakery(), people.law_firm(), people.client(), people.client_member(), people.colleague()
    account = people.account()
    services.create_api_key(account, by=people.reseller())
    offer = NewInvitation("new@elsewhere.example", Grant(Role.STANDARD, everywhere=True))
    invitations.invite(account, people.reseller(), offer)
    terms = publish_terms("1", "Be kind.", by=people.operator())
    Acceptance.objects.create(terms=terms, account=account, user=people.reseller())
    with clock.frozen(CLOSED):
        handover.close(account, "Northlight Studio", by=people.reseller())
    return account


def run(store: Store, days: int) -> int:
    """Run the job so many days after the closing."""
    with clock.frozen(CLOSED + days * DAY):
        return closing.delete_closed(store)


def told() -> int:
    return Mail.objects.filter(template="accounts/deletion_soon").count()


def test_the_owner_is_told_seven_days_before_and_once(store: Store) -> None:
    account = close()
    assert run(store, 52) == 0
    assert told() == 0
    assert run(store, 53) == run(store, 54) == 0
    assert told() == 1
    mail = newest(people.RESELLER)
    assert mail.context["day"] == "May 1, 2026"
    assert Site.objects.filter(account=account).count() == 2


def test_everything_of_the_account_is_deleted_and_its_row_stays(store: Store) -> None:
    account = close()
    bakery, elsewhere = people.bakery(), people.stranger().accounts.get()
    other = elsewhere.sites.get()
    for site in (bakery, other):
        visits.add(store, [event(clock.to_ms(CLOSED), site_id=site.pk)])
    run(store, 53)
    assert run(store, 59) == 0
    assert run(store, 60) == 1
    assert run(store, 61) == 0
    account.refresh_from_db()
    assert (account.name, account.deleted_at) == (f"#{account.pk}", CLOSED + 60 * DAY)
    for model in (ApiKey, SiteClient, Membership, Invitation):
        assert not model.objects.filter(account=account).exists(), model
    assert not Site.objects.filter(account=account).exists()
    assert store.rows("SELECT DISTINCT site_id FROM events") == [(other.pk,)]
    assert not Mail.objects.filter(account_id=account.pk).exists()
    assert [entry.action for entry in AuditEntry.objects.filter(account=account)] == ["account.deleted"]
    assert Acceptance.objects.filter(account=account).exists(), "what was agreed can be proved"
    assert elsewhere.sites.exists()
    assert account not in selectors.closed_accounts()


def test_people_who_have_nothing_else_are_erased(store: Store) -> None:
    account = close()
    owner, colleague = people.reseller(), people.colleague()
    TOTP.activate(owner, generate_totp_secret())
    browser = Client()
    browser.force_login(owner)
    run(store, 53)
    run(store, 60)
    owner.refresh_from_db()
    assert (owner.email, owner.full_name, owner.is_active) == (f"deleted-{owner.pk}@invalid", "", False)
    assert not owner.has_usable_password()
    assert not Authenticator.objects.exists()
    assert browser.get("/sites").status_code == 302
    assert not User.objects.filter(email="owner@harbour-bakery.example").exists()
    assert User.objects.filter(pk=colleague.pk, is_active=True).exists(), "has an account of her own"
    assert User.objects.filter(email=people.operator().email, is_active=True).exists()
    again = people.person(people.RESELLER, "Marijke Kok", "Begins anew")
    assert again.pk != owner.pk
    assert not account.memberships.exists()


def test_opening_again_in_time_restores_and_begins_the_count_anew(store: Store) -> None:
    account = close()
    run(store, 53)
    with clock.frozen(CLOSED + 59 * DAY):
        accounts.reopen(account.pk, by=people.operator())
    assert run(store, 60) == 0
    account.refresh_from_db()
    assert (account.closed_at, account.deletion_told_at, account.sites.count()) == (None, None, 2)
    with clock.frozen(CLOSED + 70 * DAY):
        handover.close(account, "Northlight Studio", by=people.reseller())
        assert selectors.deletion_of(account) == CLOSED + 130 * DAY
    assert run(store, 100) == 0


def test_it_is_too_late_once_the_day_is_there(store: Store) -> None:
    account = close()
    run(store, 53)
    with clock.frozen(CLOSED + 60 * DAY), pytest.raises(UserError) as refused:
        accounts.reopen(account.pk, by=people.operator())
    assert refused.value.code == "not_closed"


def test_a_machine_that_was_off_tells_first(store: Store) -> None:
    close()
    assert run(store, 200) == 0
    assert told() == 1
    assert run(store, 206) == 0
    assert run(store, 207) == 1


def test_broken_off_after_the_sites_it_goes_on(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    account = close()
    run(store, 53)
    with monkeypatch.context() as broken:
        broken.setattr(closing, "_delete", lambda number: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            run(store, 60)
    account.refresh_from_db()
    assert (account.sites.count(), account.deleted_at) == (0, None)
    assert run(store, 60) == 1


def test_old_offers_are_deleted_90_days_after_they_expired() -> None:
    site, account, by = people.bakery(), people.account(), people.reseller()
    with clock.frozen(CLOSED):
        offer = NewInvitation("new@elsewhere.example", Grant(Role.STANDARD, sites=(site,)))
        invitations.invite(account, by, offer)
        accounts.offer(account, "heir@elsewhere.example", leaves=False, by=by)
        SecondStepRequest.objects.create(user=by, due_at=clock.now(), ended_at=clock.now())
        SecondStepRequest.objects.create(user=people.colleague(), due_at=clock.now())
    for days, left in ((90, (1, 1, 2)), (98, (1, 0, 1)), (105, (0, 0, 1)), (400, (0, 0, 1))):
        with clock.frozen(CLOSED + days * DAY):
            upkeep.prune_offers()
        rows = (Invitation.objects, Handover.objects, SecondStepRequest.objects)
        assert tuple(one.count() for one in rows) == left, days
    assert offers.LASTS == 7 * DAY
