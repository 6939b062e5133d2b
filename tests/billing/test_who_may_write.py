"""Who writes to more than twenty strangers a day: an account whose money is here, and whoever runs the instance."""

from collections.abc import Callable

import pytest

from tests import people
from tests.billing import money
from tests.billing.money import Time
from trailhouse.accounts.models import Account, User
from trailhouse.billing import enrolment, operating, receiving
from trailhouse.billing.models import BillingAccount
from trailhouse.core.errors import UserError
from trailhouse.outbox import services as outbox
from trailhouse.outbox.services import MOST_TO_STRANGERS
from trailhouse.sites.invitations import NewInvitation, invite
from trailhouse.sites.models import Invitation, Role
from trailhouse.sites.roles import Grant


def unpaid() -> None:
    """It was added, and that is all."""
    money.account()


def by_transfer() -> None:
    """It has paid."""
    money.pay(20_00)


def half_of_it_back() -> None:
    """Some of what it has paid went back to it."""
    receiving.take_back(money.pay(20_00), "back/1", amount=10_00, note="refund")


def all_of_it_back() -> None:
    """What it had paid was not its money: the card's owner took it back."""
    receiving.take_back(money.pay(20_00), "back/1", note="dispute")


def first_back_second_kept() -> None:
    """It paid again after that."""
    all_of_it_back()
    money.pay(20_00)


def in_two_parts_back() -> None:
    """It went back bit by bit."""
    payment = money.pay(20_00)
    for part in ("1", "2"):
        receiving.take_back(payment, f"back/{part}", amount=10_00, note="refund")


def on_invoice() -> None:
    """It is to pay later."""
    BillingAccount.objects.filter(account=money.account()).update(terms_days=14)


def with_credit() -> None:
    """The operator gave it credit."""
    operating.grant_credit(enrolment.billing_of(money.account()), 50_00, "sorry", "credit/1", by=people.operator())


def send_invitation(account: Account, by: User) -> None:
    """Invite one more stranger, after as many as anybody may on a day."""
    for number in range(MOST_TO_STRANGERS):
        told = {"secret": {"token": "x"}, "days": 14, "by": "M", "sites": [], "number": 1, "client": "", "account": "N"}
        to = f"stranger{number}@elsewhere.example"
        outbox.mail(to, "sites/invitation", told, language="en", account_id=account.pk, stranger=True)
    invite(account, by, NewInvitation("one.more@elsewhere.example", Grant(Role.STANDARD, everywhere=True)))


@pytest.mark.parametrize("happened", [by_transfer, half_of_it_back, first_back_second_kept])
def test_an_account_whose_money_is_here_invites_as_many_as_it_likes(time: Time, happened: Callable[[], None]) -> None:
    happened()
    send_invitation(money.account(), people.reseller())
    assert Invitation.objects.filter(email="one.more@elsewhere.example").exists()


@pytest.mark.parametrize("happened", [unpaid, all_of_it_back, in_two_parts_back, on_invoice, with_credit])
def test_all_others_invite_twenty_strangers_a_day(time: Time, happened: Callable[[], None]) -> None:
    happened()
    with pytest.raises(UserError) as refused:
        send_invitation(money.account(), people.reseller())
    assert (refused.value.code, refused.value.status) == ("too_many_mails", 429)
    assert not Invitation.objects.filter(email="one.more@elsewhere.example").exists()


def test_that_somebody_else_pays_helps_nobody(time: Time) -> None:
    by_transfer()
    stranger = people.stranger()
    with pytest.raises(UserError):
        send_invitation(stranger.accounts.get(), stranger)


def test_whoever_runs_the_instance_invites_as_many_as_they_like(time: Time) -> None:
    operator = people.operator()
    send_invitation(operator.accounts.get(), operator)


def test_staff_who_only_help_do_not(time: Time) -> None:
    helper = people.stranger()
    User.objects.filter(pk=helper.pk).update(staff="support")
    with pytest.raises(UserError):
        send_invitation(helper.accounts.get(), helper)
