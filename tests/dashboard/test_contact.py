"""The contact form and the operator's list: the same answer for everybody, and nothing that was typed is lost."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from tests import people
from tests.accounts.mails import words
from tests.billing import money
from trailhouse.accounts.models import Inquiry, Instance
from trailhouse.core import clock
from trailhouse.outbox.models import Mail

pytestmark = pytest.mark.django_db

START = datetime(2027, 3, 1, 12, tzinfo=UTC)
TYPED = {
    "topic": "reseller",
    "name": "Nora Newcomer",
    "email": "Nora@Newcomer.example",
    "company": "Newcomer Media",
    "sites": "40",
    "message": "We have forty sites.",
}


@pytest.fixture(autouse=True)
def on() -> None:
    """Billing is on, an operator is there, and nobody wrote before."""
    money.switch_on()
    people.operator()


def send(client: Client, *, takes: float = 60, **changes: Any) -> Any:
    """The answer to a form that somebody opened and sent after so many seconds."""
    begun = clock.now()
    with clock.frozen(begun):
        signed = client.get("/contact").context["form"].initial["form"]
    with clock.frozen(begun + timedelta(seconds=takes)):
        return client.post("/contact", TYPED | {"form": signed} | changes)


def test_what_somebody_writes_is_kept_and_told(client: Client) -> None:
    answer = send(client)
    assert (answer.status_code, answer["Location"]) == (302, "/contact/sent")
    one = Inquiry.objects.get()
    told = (one.topic, one.name, one.email, one.company, one.sites, one.message, one.account)
    assert told == ("reseller", "Nora Newcomer", "nora@newcomer.example", "Newcomer Media", 40, TYPED["message"], None)
    assert [mail.to for mail in Mail.objects.all()] == [people.operator().email]
    assert "answers by e-mail, at the address that you entered" in words(client.get("/contact/sent"))


@pytest.mark.parametrize(
    "changes", [{"homepage": "https://a.example"}, {"message": "https://a.example " * 9}, {"takes": 1}]
)
def test_spam_gets_the_same_answer_and_nobody_a_mail(client: Client, changes: dict[str, Any]) -> None:
    answer = send(client, **changes)
    assert (answer.status_code, answer["Location"]) == (302, "/contact/sent")
    assert Inquiry.objects.exclude(held="").exists()
    assert not Mail.objects.exists()


@pytest.mark.parametrize(
    "changes",
    [{"email": "nora"}, {"name": ""}, {"message": "  "}, {"topic": "x"}, {"sites": "-1"}, {"sites": "9" * 30}],
)
def test_what_is_wrong_is_marked_and_what_was_typed_stays(client: Client, changes: dict[str, Any]) -> None:
    answer = send(client, **changes)
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert "Newcomer Media" in answer.text
    assert not Inquiry.objects.exists()


def test_a_form_that_was_open_too_long_is_sent_once_more(client: Client) -> None:
    answer = send(client, takes=90_000)
    assert answer.status_code == 422
    assert "open for too long" in words(answer)
    again = answer.context["form"].data["form"]
    with clock.frozen(clock.now() + timedelta(seconds=90_100)):
        assert client.post("/contact", TYPED | {"form": again}).status_code == 302
    assert Inquiry.objects.get().held == ""


def test_one_address_is_heard_three_times_an_hour_and_keeps_what_it_typed(client: Client) -> None:
    assert [send(client).status_code for _ in range(4)] == [302, 302, 302, 429]
    answer = send(client, email="nora@newcomer.EXAMPLE")
    assert answer.status_code == 429
    assert "We have forty sites." in answer.text
    assert send(client, email="other@newcomer.example").status_code == 302


def test_a_reseller_who_is_signed_in_finds_it_filled_in_and_is_known(client: Client) -> None:
    client.force_login(people.reseller())
    answer = client.get("/contact?topic=rebranding")
    page = answer.text
    for value in ("Marijke Kok", people.RESELLER, "Northlight Studio"):
        assert f'value="{value}"' in page
    assert answer.context["form"].initial["topic"] == "rebranding"
    send(client, takes=0)
    one = Inquiry.objects.get()
    assert (one.account, one.held) == (people.account(), "")


@pytest.mark.parametrize("billing", [Instance.Billing.OFF, Instance.Billing.EXTERNAL])
def test_where_the_operator_takes_none_there_is_no_form_and_no_link(client: Client, billing: Instance.Billing) -> None:
    Instance.objects.update(billing=billing)
    for path in ("/contact", "/contact/sent"):
        assert client.get(path).status_code == 404
    assert client.post("/contact", TYPED).status_code == 404
    for page in ("/sign-in", "/sign-up"):
        assert "/contact" not in client.get(page).text
    Instance.objects.update(contact_form=Instance.Contact.ON)
    assert send(client).status_code == 302
    assert 'href="/contact"' in client.get("/sign-in").text
    assert 'href="/prices"' not in client.get("/contact").text


# -- the operator's list


def test_the_staff_reads_marks_puts_back_and_deletes(client: Client) -> None:
    send(client, message="<b>Hello</b>\n\nhttps://a.example")
    number = Inquiry.objects.get().pk
    client.force_login(people.support())
    listed = client.get("/operator/inquiries")
    assert "Nora Newcomer" in words(listed)
    assert '>Inquiries<span>1<span class="unseen"> new</span></span></a>' in listed.text
    page = client.get(f"/operator/inquiries/{number}").text
    assert "&lt;b&gt;Hello&lt;/b&gt;" in page
    assert 'href="mailto:nora@newcomer.example"' in page
    assert 'href="https://a.example' not in page
    client.post(f"/operator/inquiries/{number}/answered")
    assert "Nothing waits for an answer" in words(client.get("/operator/inquiries"))
    assert "Nora Newcomer" in words(client.get("/operator/inquiries?state=answered"))
    client.post(f"/operator/inquiries/{number}/put-back")
    client.post(f"/operator/inquiries/{number}/delete")
    assert not Inquiry.objects.exists()
    assert client.get(f"/operator/inquiries/{number}").status_code == 404


def test_without_form_and_inquiries_the_console_does_not_speak_of_them(client: Client) -> None:
    Instance.objects.update(contact_form=Instance.Contact.OFF)
    client.force_login(people.operator())
    assert "/operator/inquiries" not in client.get("/operator/people").text
    assert "The contact form is closed" in words(client.get("/operator/inquiries"))
