"""What the operator changes of people: staff, sign-in, the second step; the last operator always stays."""

from collections.abc import Callable

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from tests import people
from tests.accounts.mails import newest
from trailhouse.accounts import staff, staffing
from trailhouse.accounts.models import AuditEntry, Staff, User
from trailhouse.accounts.staff import PRIVILEGES, StaffPrivilege
from trailhouse.core.errors import UserError

pytestmark = pytest.mark.django_db


def refusal(act: Callable[[], object]) -> str:
    """The code of the error that `act` ends with."""
    with pytest.raises(UserError) as error:
        act()
    return error.value.code


def logged(action: str) -> set[int | None]:
    """The accounts in whose logs an action stands; None is the instance's."""
    return set(AuditEntry.objects.filter(action=action).values_list("account", flat=True))


def test_each_kind_of_staff_has_its_place_in_the_table() -> None:
    assert set(PRIVILEGES) == set(Staff)
    assert PRIVILEGES[Staff.NONE] == frozenset()
    assert PRIVILEGES[Staff.OPERATOR] == frozenset(StaffPrivilege)
    closed = {StaffPrivilege.READ_MAIL, StaffPrivilege.VIEW_AS, StaffPrivilege.VIEW_PEOPLE, StaffPrivilege.VIEW_MAIL}
    assert not closed & PRIVILEGES[Staff.FINANCE]
    changes = {StaffPrivilege.CHANGE_ACCOUNTS, StaffPrivilege.CHANGE_PEOPLE, StaffPrivilege.CHANGE_INSTANCE}
    assert not (changes | {StaffPrivilege.READ_MAIL}) & PRIVILEGES[Staff.SUPPORT]


def test_staff_who_are_switched_off_may_nothing() -> None:
    user = people.support()
    assert staff.staff_may(user, StaffPrivilege.VIEW_ACCOUNTS)
    user.is_active = False
    assert staff.staff_privileges(user) == frozenset()


def test_an_administrator_makes_staff_and_takes_it_away() -> None:
    user, by = people.stranger(), people.operator()
    staffing.set_staff(user, Staff.SUPPORT, by=by)
    user.refresh_from_db()
    assert user.staff == Staff.SUPPORT
    staffing.set_staff(user, Staff.NONE, by=by)
    user.refresh_from_db()
    assert user.staff == Staff.NONE
    assert AuditEntry.objects.filter(action="staff.changed", account=None, user=by, subject=user.email).count() == 2


@pytest.mark.parametrize("who", [people.support, people.finance, people.reseller])
def test_nobody_but_an_administrator_changes_people(who: Callable[[], User]) -> None:
    by, user = who(), people.stranger()
    people.operator()
    for act in (
        lambda: staffing.set_staff(user, Staff.SUPPORT, by=by),
        lambda: staffing.set_staff(by, Staff.OPERATOR, by=by),
        lambda: staffing.switch_off(user, by=by),
        lambda: staffing.switch_on(user, by=by),
        lambda: staffing.take_second_step_away(user, by=by),
    ):
        assert refusal(act) == "not_allowed"
    assert not User.objects.filter(pk=by.pk, staff=Staff.OPERATOR).exists()


def test_somebody_who_was_dismissed_meanwhile_may_no_longer_change_anybody() -> None:
    first, second = people.operator(), people.person("two@trailhouse.example", "Tom Two", "Two", staff=Staff.OPERATOR)
    staffing.set_staff(first, Staff.NONE, by=second)
    assert first.staff == Staff.OPERATOR  # as their page still has them
    assert refusal(lambda: staffing.set_staff(second, Staff.NONE, by=first)) == "not_allowed"
    assert refusal(lambda: staffing.set_staff(second, Staff.FINANCE, by=second)) == "last_administrator"


def test_the_last_administrator_who_can_sign_in_stays() -> None:
    first, second = people.operator(), people.person("two@trailhouse.example", "Tom Two", "Two", staff=Staff.OPERATOR)
    staffing.switch_off(second, by=first)
    assert refusal(lambda: staffing.set_staff(first, Staff.NONE, by=first)) == "last_administrator"
    staffing.switch_on(second, by=first)
    staffing.set_staff(first, Staff.NONE, by=first)
    assert list(User.objects.filter(staff=Staff.OPERATOR, is_active=True)) == [second]


def test_who_is_switched_off_is_signed_out_and_comes_in_no_more(client: Client) -> None:
    user, by = people.reseller(), people.operator()
    form = {"login": user.email, "password": people.PASSWORD}
    client.post("/sign-in", form)
    assert client.get("/sites").status_code == 200
    staffing.switch_off(user, by=by)
    assert client.get("/sites").status_code == 302
    client.post("/sign-in", form)
    assert client.get("/sites").status_code == 302
    staffing.switch_on(user, by=by)
    client.post("/sign-in", form)
    assert client.get("/sites").status_code == 200
    for action in ("person.switched_off", "person.switched_on"):
        assert logged(action) == {None, people.account().pk}
    assert refusal(lambda: staffing.switch_off(by, by=by)) == "own_person"


def test_support_signs_somebody_out_of_all_browsers() -> None:
    browsers = [Client(), Client()]
    for browser in browsers:
        browser.force_login(people.reseller())
    assert staffing.sign_out_everywhere(people.reseller(), by=people.support()) == 2
    assert [browser.get("/sites").status_code for browser in browsers] == [302, 302]
    assert logged("person.signed_out") == {None, people.account().pk}
    assert refusal(lambda: staffing.sign_out_everywhere(people.reseller(), by=people.finance())) == "not_allowed"


def test_a_lost_second_step_is_taken_away_and_told_by_mail() -> None:
    user = people.reseller()
    for kind in (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN, Authenticator.Type.RECOVERY_CODES):
        Authenticator.objects.create(user=user, type=kind, data={})
    Authenticator.objects.create(user=people.stranger(), type=Authenticator.Type.TOTP, data={})
    staffing.take_second_step_away(user, by=people.operator())
    assert list(Authenticator.objects.values_list("user", flat=True)) == [people.stranger().pk]
    assert newest(user.email).template == "accounts/second_step_off"
    assert logged("second_step.taken_off") == {people.account().pk}
    assert refusal(lambda: staffing.take_second_step_away(user, by=people.operator())) == "no_second_step"
