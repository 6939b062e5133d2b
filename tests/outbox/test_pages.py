"""The pages of mail: what an account wrote, what became of it, and for whom none of it exists."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from tests import people
from tests.outbox.conftest import Write, use_server
from trailhouse.accounts.models import User
from trailhouse.core import clock
from trailhouse.dashboard.views_mail import A_PAGE
from trailhouse.outbox import services as outbox
from trailhouse.outbox.models import Mail

pytestmark = pytest.mark.django_db


def text(response: Any) -> str:
    """What an answer says, without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", response.content.decode()))


def failed(mail: Mail, why: str = "550 no such person") -> Mail:
    """`mail`, given up."""
    Mail.objects.filter(pk=mail.pk).update(state=Mail.State.FAILED, last_error=why, attempts=8)
    return mail


@pytest.fixture
def reseller(client: Client) -> Client:
    """The reseller's browser, signed in."""
    client.force_login(people.reseller())
    return client


@pytest.fixture
def mine(write: Write) -> Mail:
    """A mail of the reseller's account."""
    return write(account_id=people.account().pk)


def pages(mail: Mail) -> list[str]:
    """The addresses of a mail and of its list, in its account and for the operator."""
    roots = [f"/accounts/{mail.account_id}/mail", "/operator/mail"]
    return [root + end for root in roots for end in ("", f"/{mail.pk}", f"/{mail.pk}/html", f"/{mail.pk}/again")]


LIST, READ, HTML, AGAIN = range(4)
NOBODY: set[int] = set()


@pytest.mark.parametrize(
    ("who", "sees"),
    [
        (people.reseller, {LIST, READ, HTML, AGAIN}),
        (people.colleague, NOBODY),
        (people.client_person, NOBODY),
        (people.bookkeeper, NOBODY),
        (people.stranger, NOBODY),
        (people.support, {4 + LIST}),
        (people.finance, NOBODY),
        (people.operator, {4 + LIST, 4 + READ, 4 + HTML, 4 + AGAIN}),
    ],
)
def test_mail_exists_for_its_account_and_the_operator_alone(
    client: Client, mine: Mail, who: Callable[[], User], sees: set[int]
) -> None:
    failed(mine)
    client.force_login(who())
    for number, path in enumerate(pages(mine)):
        answer = (client.post if path.endswith("again") else client.get)(path)
        assert answer.status_code == (404 if number not in sees else 302 if path.endswith("again") else 200), path
    mine.refresh_from_db()
    assert (mine.state == Mail.State.WAITING) == (not sees.isdisjoint({AGAIN, 4 + AGAIN}))


def test_who_is_not_signed_in_is_asked_to(client: Client, mine: Mail) -> None:
    for path in pages(mine):
        answer = (client.post if path.endswith("again") else client.get)(path)
        assert answer["Location"].startswith("/sign-in?"), path


def test_a_mail_of_another_account_or_of_none_is_not_found_under_mine(
    reseller: Client, mine: Mail, write: Write
) -> None:
    for other in (write(account_id=people.stranger().accounts.get().pk), write(account_id=None)):
        failed(other)
        for path in pages(mine)[READ : AGAIN + 1]:
            foreign = path.replace(f"/mail/{mine.pk}", f"/mail/{other.pk}")
            assert (reseller.post if path.endswith("again") else reseller.get)(foreign).status_code == 404
        other.refresh_from_db()
        assert other.state == Mail.State.FAILED
    assert reseller.get(f"/accounts/{mine.account_id}/mail/{2**63}").status_code == 404


def test_the_list_says_what_became_of_each_mail(reseller: Client, write: Write) -> None:
    number = people.account().pk
    with clock.frozen(datetime(2026, 3, 9, 12, 5, tzinfo=UTC)):
        failed(write("gone@harbour-bakery.example", account_id=number, context={"name": "Gone"}))
    write("other@elsewhere.example", account_id=people.stranger().accounts.get().pk)
    write(account_id=number, context={"name": "Bente"})
    said = text(reseller.get(f"/accounts/{number}/mail"))
    assert "All 2 Waiting 1 Sent 0 Given up 1" in said
    assert "Sign in: Gone 550 no such person gone@harbour-bakery.example given up" in said
    assert "9 Mar 2026, 13:05" in said, "in the time zone of the account"
    assert said.index("Sign in: Bente") < said.index("Sign in: Gone")  # newest first
    assert "other@elsewhere.example" not in said
    only = text(reseller.get(f"/accounts/{number}/mail?state=failed"))
    assert "Sign in: Gone" in only
    assert "Sign in: Bente" not in only
    assert "No mail in this state" in text(reseller.get(f"/accounts/{number}/mail?state=sent"))


def test_the_list_has_pages(reseller: Client, write: Write) -> None:
    number = people.account().pk
    for one in range(A_PAGE + 1):
        write(account_id=number, context={"name": f"Person-{one:02}."})
    first = text(reseller.get(f"/accounts/{number}/mail"))
    last = reseller.get(f"/accounts/{number}/mail?state=waiting&page=2")
    assert "Person-50." in first
    assert "Person-00." not in first
    assert "Person-00." in text(last)
    assert 'href="?state=waiting&amp;page=1"' in last.content.decode()
    assert reseller.get(f"/accounts/{number}/mail?page=9&state=nonsense").status_code == 200


def test_a_mail_is_read_in_full(reseller: Client, mine: Mail) -> None:
    page = reseller.get(f"/accounts/{mine.account_id}/mail/{mine.pk}")
    assert "Bente writes: Good morning" in text(page)
    assert "http://127.0.0.1:8000/enter/x7" in text(page)
    assert f'href="/accounts/{mine.account_id}/mail/{mine.pk}/html"' in page.content.decode()
    assert "Try again" not in text(page)


def test_the_html_of_a_mail_can_do_nothing(reseller: Client, write: Write) -> None:
    mail = write(account_id=people.account().pk, context={"note": "<script>alert(1)</script>"})
    page = reseller.get(f"/accounts/{mail.account_id}/mail/{mail.pk}/html")
    assert "&lt;script&gt;" in page.content.decode()
    policy = page["Content-Security-Policy"].split("; ")
    assert {"sandbox", "default-src 'none'", "base-uri 'none'", "form-action 'none'"} <= set(policy)
    assert not [rule for rule in policy if rule.startswith(("script-src", "img-src"))]


def test_what_was_given_up_can_be_tried_again(reseller: Client, mine: Mail) -> None:
    path = f"/accounts/{mine.account_id}/mail/{mine.pk}"
    failed(mine, "too old")
    assert "Too old: it could not be sent for three days. " in text(reseller.get(path))
    assert reseller.get(f"{path}/again").status_code == 405
    answer = reseller.post(f"{path}/again", follow=True)
    assert "The mail waits to be sent again." in text(answer)
    assert "Try again" not in text(answer)


def test_without_a_mail_server_the_page_says_what_to_set(reseller: Client, mine: Mail, settings: Settings) -> None:
    notice = "Mail is kept here: no mail server is configured."
    assert notice not in text(reseller.get(f"/accounts/{mine.account_id}/mail"))
    use_server(settings, "")
    for path in pages(mine)[LIST : READ + 1]:
        said = text(reseller.get(path))
        assert notice in said
        assert "TRAILHOUSE_MAIL_URL" in said


def test_a_mail_whose_template_is_gone_is_listed_and_explained(reseller: Client, write: Write) -> None:
    mail = write(account_id=people.account().pk, template="test/no_such")
    path = f"/accounts/{mail.account_id}/mail"
    assert "test/no_such" in text(reseller.get(path))
    assert "This mail cannot be shown." in text(reseller.get(f"{path}/{mail.pk}"))
    assert reseller.get(f"{path}/{mail.pk}/html").status_code == 404


def test_the_operator_sees_mail_of_all_accounts_and_of_none(client: Client, mine: Mail, write: Write) -> None:
    client.force_login(people.operator())
    failed(write("somebody@elsewhere.example", account_id=None))
    everything = text(client.get("/operator/mail"))
    assert mine.to in everything
    assert "somebody@elsewhere.example" in everything
    assert mine.to not in text(client.get("/operator/mail?state=failed"))


def test_mail_is_found_by_the_address_that_it_went_to(client: Client, mine: Mail, write: Write) -> None:
    client.force_login(people.operator())
    lost = failed(write("Lost@elsewhere.example", account_id=None))
    (row,) = client.get("/operator/mail", {"q": "LOST@"}).context["rows"]
    assert (row.mail, row.account) == (lost, None)
    said = text(client.get("/operator/mail", {"q": "lost", "state": "failed"}))
    assert "All 1 Waiting 0 Sent 0 Given up 1" in said
    assert "No mail fits" in text(client.get("/operator/mail", {"q": "nobody@"}))
    client.force_login(people.reseller())
    assert client.get(f"/accounts/{mine.account_id}/mail", {"q": "lost"}).context["rows"] == []


def test_in_the_list_of_all_each_mail_leads_to_its_account_and_one_can_be_looked_at_alone(
    client: Client, mine: Mail, write: Write
) -> None:
    client.force_login(people.operator())
    write("other@elsewhere.example", account_id=people.stranger().accounts.get().pk)
    assert f'href="/operator/accounts/{mine.account_id}"' in client.get("/operator/mail").content.decode()
    answer = client.get("/operator/mail", {"account": str(mine.account_id)})
    assert [row.mail for row in answer.context["rows"]] == [mine]
    assert "Mail of Northlight Studio" in text(answer)
    assert f'href="/operator/mail?account={mine.account_id}&amp;state=failed"' in answer.content.decode()
    for wrong in ("x", "9" * 40, "987654"):
        assert client.get("/operator/mail", {"account": wrong}).status_code == 200


def test_the_menu_leads_the_administrator_to_the_mail(reseller: Client, client: Client) -> None:
    link = f'href="/accounts/{people.account().pk}/mail"'
    assert link in reseller.get("/sites").content.decode()
    client.force_login(people.colleague())
    assert link not in client.get("/sites").content.decode()


SECRET_MAILS = [
    ("sites/invitation", {"by": "Marijke", "account": "Northlight", "number": 0, "days": 14}),
    ("sites/offer", {"person": "Marijke", "domain": "harbour-bakery.example", "instance": "Trailhouse", "days": 7}),
    ("accounts/handover", {"person": "Marijke", "account": "Northlight", "instance": "Trailhouse"}),
    ("accounts/sign_in_code", {"instance": "Trailhouse"}),
    ("accounts/reset_code", {"instance": "Trailhouse"}),
    ("accounts/second_step_asked", {"instance": "Trailhouse", "hours": 72}),
]


@pytest.mark.parametrize("sends", [True, False], ids=["where mail is sent", "where none is sent"])
@pytest.mark.parametrize(("template", "context"), SECRET_MAILS)
def test_links_and_codes_are_their_readers_alone(
    reseller: Client, settings: Settings, template: str, context: dict[str, Any], sends: bool
) -> None:
    use_server(settings, "smtp://127.0.0.1:1" if sends else "")
    secret = {"token": "tokentoken", "code": "1234-5678"}
    mail = outbox.mail("bo@new.example", template, context | {"secret": secret}, language="en",
                       account_id=people.account().pk)  # fmt: skip
    handed_over = template in {"sites/invitation", "sites/offer", "accounts/handover"} and not sends
    for state in Mail.State:
        Mail.objects.update(state=state)
        for path in (f"/accounts/{mail.account_id}/mail/{mail.pk}", f"/accounts/{mail.account_id}/mail/{mail.pk}/html"):
            page = reseller.get(path).content.decode()
            assert ("tokentoken" in page) == handed_over, f"{path} {state}"
            assert "1234-5678" not in page
    operator = Client()
    operator.force_login(people.operator())
    for end in ("", f"/{mail.pk}", f"/{mail.pk}/html"):
        page = operator.get(f"/operator/mail{end}").content.decode()
        assert "tokentoken" not in page
        assert "1234-5678" not in page
