"""An account that the operator offers to somebody else: its owner learns of it at once, and how to object."""

import pytest
from django.core.cache import cache
from django.test import Client

from tests import people
from tests.accounts.mails import newest
from trailhouse.accounts import handover as accounts
from trailhouse.accounts import selectors
from trailhouse.accounts.models import Account, Instance, User
from trailhouse.outbox.models import Mail
from trailhouse.outbox.rendering import render
from trailhouse.outbox.services import MOST_TO_STRANGERS
from trailhouse.sites import handover

pytestmark = pytest.mark.django_db

HEIR = "heir@elsewhere.example"


@pytest.fixture(autouse=True)
def _nobody_tried_before() -> None:
    cache.clear()


@pytest.fixture
def operator(client: Client) -> Client:
    """The operator's browser, signed in and confirmed."""
    client.force_login(people.operator())
    client.post("/confirm/password", {"password": people.PASSWORD})
    return client


def offer(operator: Client, email: str = HEIR) -> int:
    """Offer the reseller's account in the console; the status of the answer."""
    path = f"/operator/accounts/{people.account().pk}/hand-over"
    return operator.post(path, {"email": email}).status_code


def text_of(mail: Mail) -> str:
    """What a mail says, in English."""
    mail.language = "en"
    return render(mail).text


@pytest.mark.parametrize("support", ["help@house.example", ""])
def test_the_owner_is_told_at_once_in_their_language_and_how_to_object(operator: Client, support: str) -> None:
    Instance.objects.update_or_create(pk=Instance.ONLY, defaults={"support_email": support})
    User.objects.filter(pk=people.reseller().pk).update(language="de")
    assert offer(operator) == 302
    told = newest(people.RESELLER)
    number = people.account().pk
    assert (told.template, told.language, told.account_id) == ("accounts/offered", "de", number)
    text = text_of(told)
    assert HEIR in text
    assert f"/accounts/{number}/settings" in text
    assert (support or "whoever runs this instance") in text


def test_the_owner_can_end_the_offer(operator: Client) -> None:
    offer(operator)
    token = newest(HEIR).context["secret"]["token"]
    owner = Client()
    owner.force_login(people.reseller())
    assert owner.post(f"/accounts/{people.account().pk}/hand-over/withdraw").status_code == 302
    assert selectors.open_handover(token) is None


def test_the_owners_mail_opens_nothing_and_is_not_one_to_a_stranger(operator: Client) -> None:
    offer(operator)
    told, offered = newest(people.RESELLER), newest(HEIR)
    assert (told.stranger, offered.stranger) == (False, True)
    assert offered.context["secret"]["token"] not in str(told.context)


def test_a_known_and_an_unknown_heir_make_the_same_mail(operator: Client) -> None:
    people.person("known@elsewhere.example", "Hella Heir", "Hella at home")
    texts = set()
    for email in ("known@elsewhere.example", "unknown@elsewhere.example"):
        offer(operator, email)
        texts.add(text_of(newest(people.RESELLER)).replace(email, "…"))
    assert len(texts) == 1


def test_who_offers_their_own_account_gets_no_mail() -> None:
    accounts.offer(people.account(), HEIR, leaves=False, by=people.reseller())
    assert not Mail.objects.filter(to=people.RESELLER).exists()


def test_an_offer_that_is_refused_is_told_to_nobody(operator: Client) -> None:
    for number in range(MOST_TO_STRANGERS):
        accounts.offer(people.account(), f"heir{number}@elsewhere.example", leaves=False, by=people.reseller())
    assert offer(operator) == 429
    assert offer(operator, people.RESELLER) == 422
    assert not Mail.objects.filter(to__in=[people.RESELLER, HEIR]).exists()


@pytest.mark.parametrize("chose", [True, False])
def test_a_former_owner_reads_that_they_chose_to_leave_only_if_they_did(chose: bool) -> None:
    by = people.reseller() if chose else people.operator()
    _offer, token = accounts.offer(people.account(), HEIR, leaves=True, by=by)
    handover.accept(token, people.person(HEIR, "Hella Heir", "Hella at home"))
    assert Account.objects.get(name="Northlight Studio").owner.email == HEIR
    text = text_of(newest(people.RESELLER))
    assert "no access to it any more" in text
    assert ("As you chose" in text) == chose
