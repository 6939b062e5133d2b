"""The operator's console: accounts, sites, people and the log are found, told rightly, and changed under audit."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tests import people
from tests.accounts.mails import newest, words
from tests.billing import money
from tests.dashboard import visits
from trailhouse.accounts import instance, suspension
from trailhouse.accounts.models import Acceptance, Account, AuditEntry, Instance, Staff, User
from trailhouse.accounts.services import NewPerson, create_account
from trailhouse.core import clock
from trailhouse.dashboard.view_as import HELD
from trailhouse.events import current
from trailhouse.events.store import Store
from trailhouse.outbox import services as outbox
from trailhouse.outbox.models import Mail
from trailhouse.sites import handover, invitations
from trailhouse.sites.invitations import NewInvitation
from trailhouse.sites.models import Membership, Role, Site
from trailhouse.sites.roles import Grant
from trailhouse.sites.services import note_key_visits, rotate_key
from trailhouse.stats.reports.all_sites import all_sites

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator(client: Client, reading: Store) -> Client:
    """The operator's browser, signed in and confirmed."""
    client.force_login(people.operator())
    client.post("/confirm/password", {"password": people.PASSWORD})
    return client


def names(answer: Any) -> list[str]:
    """The accounts that a list shows, in its order."""
    return [row.account.name for row in answer.context["rows"]]


def page(*more: object) -> str:
    """The console's address of the reseller's account."""
    return "/".join(["/operator/accounts", str(people.account().pk), *map(str, more)])


# -- accounts


def test_an_account_is_found_by_name_owner_domain_and_number(operator: Client) -> None:
    people.bakery()
    people.stranger()
    for text in ("northlight stu", "RESELLER@north", "harbour-bak", str(people.account().pk)):
        assert names(operator.get("/operator/accounts", {"q": text})) == ["Northlight Studio"], text
    for text in ("nothing like it", "9" * 30, "\0", "%"):
        assert operator.get("/operator/accounts", {"q": text}).status_code == 200
    assert names(operator.get("/operator/accounts", {"q": "%"})) == []


def test_accounts_are_filtered_by_state_and_put_in_order(operator: Client) -> None:
    people.bakery()
    people.client_person()
    suspension.suspend(people.stranger().accounts.get(), "Spam.", by=people.operator())
    chris = people.colleague().accounts.get()
    handover.close(chris, chris.name, by=chris.owner)
    for state, found in (("suspended", ["Elsewhere"]), ("closed", ["Chris at home"])):
        assert names(operator.get("/operator/accounts", {"state": state})) == found
    still = names(operator.get("/operator/accounts", {"state": "open", "sort": "name"}))
    assert still == sorted(still)
    assert not {"Elsewhere", "Chris at home"} & set(still)
    for order in ("sites", "people"):
        assert names(operator.get("/operator/accounts", {"sort": order}))[0] == "Northlight Studio"
    newest_first = names(operator.get("/operator/accounts", {"sort": "newest"}))
    assert newest_first == names(operator.get("/operator/accounts", {"sort": "oldest"}))[::-1]


def test_a_row_tells_sites_people_and_the_pageviews_that_the_account_itself_is_told(
    operator: Client, bakery: Site, reading: Store
) -> None:
    people.client_person()
    people.colleague()
    (row,) = operator.get("/operator/accounts", {"q": "northlight studio"}).context["rows"]
    own = all_sites(reading, {bakery.pk: bakery.timezone}, visits.NOW)[bakery.pk]["pageviews"].period
    assert own > 100
    assert (row.sites, row.people, row.pageviews.replace(",", "")) == ("1", "3", str(own))
    current.use(None)
    (away,) = operator.get("/operator/accounts", {"q": "northlight studio"}).context["rows"]
    assert away.pageviews == "–"


def test_a_hundred_accounts_a_page_cost_no_more_questions_than_one(
    operator: Client,
    reading: Store,
    django_assert_max_num_queries: DjangoAssertNumQueries,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    User.objects.bulk_create([User(email=f"owner{n:03}@many.example") for n in range(101)])
    Account.objects.bulk_create(
        [Account(name=f"Many {one.pk}", owner=one) for one in User.objects.filter(email__endswith="many.example")]
    )
    asked: list[str] = []
    ask = reading.rows

    def rows(sql: str, *args: Any, **more: Any) -> list[tuple[Any, ...]]:
        asked.append(sql)
        return ask(sql, *args, **more)

    monkeypatch.setattr(reading, "rows", rows)
    people.bakery()
    with django_assert_max_num_queries(19):
        first = operator.get("/operator/accounts", {"q": "Many"})
    assert len(names(first)) == 100
    assert len(names(operator.get("/operator/accounts", {"q": "Many", "page": "2"}))) == 1
    asked.clear()
    assert "Northlight Studio" in names(operator.get("/operator/accounts", {"sort": "sites"}))
    assert len(asked) == 1


def test_one_account_tells_owner_terms_people_sites_mail_and_log(operator: Client) -> None:
    site, account = people.bakery(), people.account()
    people.client_person()
    terms = instance.publish_terms("2026-06-01", "Be kind.", by=people.operator())
    Acceptance.objects.create(terms=terms, account=account, user=account.owner)
    suspension.suspend(account, "Spam.", by=people.operator())
    told = words(operator.get(page()))
    for text in (people.RESELLER, "2026-06-01, accepted", site.domain, site.key, "baker@harbour-bakery.example"):
        assert text in told
    assert "is suspended" in told  # the mail, and
    assert "was suspended by the operator" in told  # the log
    for missing in (987_654, 2**70):
        assert operator.get(f"/operator/accounts/{missing}").status_code == 404


def test_finance_sees_an_account_without_its_people_mail_sites_and_log(client: Client, reading: Store) -> None:
    people.client_person()
    client.force_login(people.finance())
    told = words(client.get(page()))
    assert people.RESELLER in told
    for text in ("baker@", "harbour-bakery", "mail yet", "What happened"):
        assert text not in told
    assert "Suspend" not in told


def test_from_an_account_whoever_bills_finds_its_billing(client: Client, reading: Store) -> None:
    billing = f'href="/operator/billing/accounts/{people.account().pk}"'
    for who, sees in ((people.finance, True), (people.operator, True), (people.support, False)):
        client.force_login(who())
        assert billing not in client.get(page()).text
        money.switch_on()
        assert (billing in client.get(page()).text) == sees
        Instance.objects.update(billing=Instance.Billing.OFF)


def test_an_account_is_suspended_and_restored(operator: Client) -> None:
    assert operator.post(page("suspend"), {"because": ""}).status_code == 422
    assert operator.post(page("suspend"), {"because": "Spam."}).status_code == 302
    assert people.account().suspended_because == "Spam."
    assert operator.post(page("suspend"), {"because": "Spam."}).status_code == 409
    assert operator.post(page("restore")).status_code == 302
    assert people.account().suspended_at is None
    assert newest(people.RESELLER).template == "accounts/restored"


def test_an_account_is_handed_over_for_an_owner_who_is_gone(operator: Client) -> None:
    former, at = people.reseller(), page("hand-over")
    people.bakery()
    assert "They own this account already." in words(operator.post(at, {"email": former.email}))
    assert operator.post(at, {"email": "heir@new.example"})["Location"] == page()
    assert "It is offered to heir@new.example until" in words(operator.get(page()))
    token = newest("heir@new.example").context["secret"]["token"]
    heir = people.person("heir@new.example", "Hella Heir", "Hella at home")
    assert handover.accept(token, heir).owner == heir
    held = Membership.objects.filter(account__name="Northlight Studio", site=None)
    assert [one.user for one in held] == [former]  # and not the operator
    log = words(operator.get("/operator/audit"))
    assert "The operator offered the account to heir@new.example." in log


def test_an_offer_is_taken_back_and_a_closed_account_is_not_offered(operator: Client) -> None:
    operator.post(page("hand-over"), {"email": "heir@new.example"})
    assert operator.post(page("hand-over", "withdraw"))["Location"] == page()
    assert "It is offered to" not in words(operator.get(page()))
    handover.close(people.account(), "Northlight Studio", by=people.reseller())
    assert operator.get(page("hand-over")).status_code == 404


# -- looking as the owner


@pytest.mark.parametrize("who", [people.operator, people.support])
def test_staff_look_as_the_owner_under_audit_and_see_this_account_alone(
    who: Callable[[], User], client: Client, bakery: Site, reading: Store
) -> None:
    account, at, theirs = people.account(), page(), people.stranger().accounts.get()
    other = create_account(NewPerson("x@other.example", account_name="Another of hers"))
    other.owner = people.reseller()
    other.save()
    client.force_login(who())
    assert client.get(f"/sites/{bakery.key}").status_code == 404
    assert client.post(f"{at}/view-as")["Location"] == "/sites"
    listed = client.get("/sites")
    assert bakery.domain in listed.text
    assert "You look as reseller@northlight.example" in words(listed)
    assert "Another of hers" not in listed.text
    assert client.get(f"/sites/{bakery.key}").status_code == 200
    assert client.get(f"/sites/{theirs.sites.get().key}").status_code == 404
    assert client.get(f"/accounts/{other.pk}/people").status_code == 404
    for closed in ("settings", "mail", "audit", "keys", "close", "hand-over"):
        assert client.get(f"/accounts/{account.pk}/{closed}").status_code == 404, closed
    for closed in ("/profile", "/profile/security", "/operator/accounts", "/sites/add"):
        assert client.get(closed).status_code == 403, closed
    assert client.post(f"/sites/{bakery.key}/settings", {}).status_code == 403
    assert client.post("/view-as/stop")["Location"] == at
    assert client.get(f"/sites/{bakery.key}").status_code == 404
    log = AuditEntry.objects.filter(account=account, user=who()).order_by("action")
    assert [entry.action for entry in log] == ["view.staff_started", "view.stopped"]
    assert {entry.subject for entry in log} == {people.RESELLER}


def test_looking_ends_when_the_account_is_suspended_or_the_staff_dismissed(client: Client, bakery: Site) -> None:
    support = people.support()
    client.force_login(support)
    client.post(page("view-as"))
    User.objects.filter(pk=support.pk).update(staff=Staff.FINANCE)
    assert client.get(f"/sites/{bakery.key}").status_code == 404
    assert HELD not in client.session
    User.objects.filter(pk=support.pk).update(staff=Staff.SUPPORT)
    client.post(page("view-as"))
    suspension.suspend(people.account(), "Spam.", by=people.operator())
    assert client.get(f"/sites/{bakery.key}").status_code == 404
    assert client.post(page("view-as")).status_code == 403
    with clock.frozen(clock.now() + timedelta(hours=2)):
        suspension.restore(people.account(), by=people.operator())
        assert client.get("/sites").status_code == 200


def test_nobody_looks_as_themselves(operator: Client) -> None:
    own = people.operator().accounts.get()
    assert operator.post(f"/operator/accounts/{own.pk}/view-as").status_code == 403


# -- sites, people, the log


def test_a_site_is_found_by_domain_and_key_with_its_account_and_last_event(operator: Client, bakery: Site) -> None:
    people.stranger()
    before = bakery.key
    rotate_key(bakery, by=None)
    for text in ("HARBOUR-bak", before, Site.objects.get(pk=bakery.pk).key):
        (row,) = operator.get("/operator/sites", {"q": text}).context["rows"]
        assert (row.site, row.site.account) == (bakery, people.account())
        assert row.last is not None
        assert abs(row.last - visits.NOW) < timedelta(minutes=1)
    (row,) = operator.get("/operator/sites", {"q": "elsewhere"}).context["rows"]
    assert (row.last, str(row.state.text)) == (None, "Waiting for the first visit")
    of_account = operator.get("/operator/sites", {"account": people.account().pk}).context["rows"]
    assert [row.site for row in of_account] == [bakery]
    for wrong in ("x", "9" * 40, "987654"):
        assert operator.get("/operator/sites", {"account": wrong}).status_code in {200, 404}


def test_a_site_that_is_visited_without_its_key_is_seen_to_have_no_proof(operator: Client, bakery: Site) -> None:
    def told() -> str:
        return words(operator.get("/operator/sites", {"q": "harbour-bak"}))

    Site.objects.filter(pk=bakery.pk).update(first_event_at=None)
    assert "domain not proved" not in told(), "nobody has visited it yet"
    Site.objects.filter(pk=bakery.pk).update(first_event_at=clock.now())
    assert "domain not proved" in told()
    note_key_visits({bakery.pk: clock.now()})
    assert "domain not proved" not in told()


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"stopped": True, "locked": True}, "Stopped, counts nothing"),
        ({"counts": False}, "Paused"),
        ({"locked": True}, "Counting, statistics locked"),
    ],
)
def test_why_a_site_has_no_visits_is_its_state(
    operator: Client, bakery: Site, values: dict[str, bool], said: str
) -> None:
    Site.objects.filter(pk=bakery.pk).update(**values)
    (row,) = operator.get("/operator/sites", {"q": "harbour-bak"}).context["rows"]
    assert str(row.state.text) == said


def test_who_was_invited_and_has_not_come_is_found_among_people(operator: Client) -> None:
    new = NewInvitation("Novice@new.example", Grant(Role.STANDARD, everywhere=True))
    invitations.invite(people.account(), people.reseller(), new)
    told = words(operator.get("/operator/people", {"q": "novice"}))
    for text in (
        "Nobody fits",
        "Invited, and not come yet",
        "novice@new.example",
        "Northlight Studio",
        "Not accepted yet",
    ):
        assert text in told
    assert "novice@new.example" not in words(operator.get("/operator/people"))
    with clock.frozen(clock.now() + timedelta(days=15)):
        operator.force_login(people.operator())
        assert "Expired" in words(operator.get("/operator/people", {"q": "novice"}))


def test_a_persons_page_tells_which_mail_went_to_them_and_what_became_of_it(operator: Client) -> None:
    user = people.client_person()
    mine = outbox.mail(user.email, "accounts/sign_in_code", {"secret": {"code": "1234-5678"}}, language="en")
    outbox.mail(f"x{user.email}", "accounts/restored", {"account": "Another"}, language="en")
    Mail.objects.filter(pk=mine.pk).update(state=Mail.State.FAILED, last_error="550 mailbox full")
    told = words(operator.get(f"/operator/people/{user.pk}"))
    assert "Newest mail to them" in told
    assert "550 mailbox full given up" in told
    assert "Another" not in told
    assert "1234-5678" not in told


def test_a_role_in_a_suspended_account_is_told_so(operator: Client) -> None:
    user = people.client_person()
    assert "Account: Suspended" not in words(operator.get(f"/operator/people/{user.pk}"))
    suspension.suspend(people.account(), "Spam.", by=people.operator())
    assert "Account: Suspended" in words(operator.get(f"/operator/people/{user.pk}"))


def test_a_person_is_found_and_told_without_a_secret(operator: Client) -> None:
    user = people.client_person()
    for text in ("BAKER@harbour", "bente"):
        assert [one.pk for one in operator.get("/operator/people", {"q": text}).context["rows"]] == [user.pk]
    staff = operator.get("/operator/people", {"staff": "1"}).context["rows"]
    assert [one.email for one in staff] == ["operator@trailhouse.example"]
    told = operator.get(f"/operator/people/{user.pk}")
    for text in ("Northlight Studio", "Standard user", "never", "set"):
        assert text in words(told)
    assert user.password not in told.text


def test_people_are_helped_from_their_page(operator: Client) -> None:
    user = people.reseller()
    at = f"/operator/people/{user.pk}"
    assert operator.post(f"{at}/staff", {"staff": "support"})["Location"] == at
    user.refresh_from_db()
    assert user.staff == Staff.SUPPORT
    assert operator.post(f"{at}/staff", {"staff": "king"}).status_code == 422
    assert operator.post(f"{at}/sign-out").status_code == 302
    assert operator.post(f"{at}/switch-off").status_code == 302
    assert "Switched off" in words(operator.get(at))
    assert operator.post(f"{at}/switch-on").status_code == 302
    assert operator.post(f"{at}/second-step").status_code == 409  # there is none
    own = f"/operator/people/{people.operator().pk}"
    assert operator.post(f"{own}/staff", {"staff": ""}).status_code == 409
    assert operator.post(f"{own}/switch-off").status_code == 403


def test_making_staff_and_taking_the_second_step_away_ask_again_who_it_is(client: Client) -> None:
    client.force_login(people.operator())
    for what in ("staff", "second-step"):
        answer = client.post(f"/operator/people/{people.reseller().pk}/{what}", {"staff": "support"})
        assert answer["Location"].startswith("/confirm/password")
    assert people.reseller().staff == Staff.NONE


def test_the_log_of_the_instance_tells_what_the_staff_did_and_an_accounts_all_of_it(operator: Client) -> None:
    people.bakery()
    people.stranger()
    operator.post(page("suspend"), {"because": "Spam."})
    operator.post(f"/operator/people/{people.stranger().pk}/staff", {"staff": "finance"})
    told = words(operator.get("/operator/audit"))
    assert "stranger@elsewhere.example is now of the staff as: finance (before: no staff)." in told
    assert "The account Northlight Studio was suspended by the operator. The reason: “Spam.”." in told.replace(
        "&#x27;", "'"
    )
    assert "harbour-bakery" not in told
    assert "The site harbour-bakery.example was added." in words(
        operator.get("/operator/audit", {"account": people.account().pk})
    )
