"""The pages of mail, and a mail itself, in a real browser and open to everyone."""

import pytest
from playwright.sync_api import expect
from pytest_django import Settings

from tests import people
from tests.browser import browser
from tests.dashboard.test_plain_pages_in_browser import SIZES, Opener, check, opened
from tests.outbox.conftest import Write, use_server
from trailhouse.accounts.models import Staff
from trailhouse.outbox.models import Mail
from trailhouse.outbox.rendering import render

__all__ = ["browser", "opened"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("viewport", SIZES)
def test_the_pages_of_mail_are_open_to_everyone(
    viewport: dict[str, int], opened: Opener, write: Write, settings: Settings
) -> None:
    use_server(settings, "")
    root = f"/accounts/{people.account().pk}/mail"
    look = {"viewport": viewport, "signed_in": True}
    check(opened(root, **look))  # none yet
    long = f"{'very-long-name' * 4}@{'sub.' * 20}example.example"
    mails = [write(long, account_id=people.account().pk, context={"name": "Bente " * 20}) for _one in range(51)]
    given_up = Mail.objects.filter(pk__in=[mail.pk for mail in mails[-2:]])
    given_up.update(state=Mail.State.FAILED, last_error="550 " + "no-such-person" * 20)
    check(opened(root, **look))
    check(opened(f"{root}/{mails[-1].pk}", **look))
    page = opened(f"{root}/{mails[0].pk}/html", **look)
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()
    people.account().owner.__class__.objects.filter(email=people.RESELLER).update(staff=Staff.OPERATOR)
    check(opened("/operator/mail", **look))


@pytest.mark.parametrize("viewport", SIZES)
def test_a_mail_is_open_to_everyone(viewport: dict[str, int], opened: Opener, write: Write) -> None:
    page = opened("/sign-in", viewport=viewport)
    page.goto("about:blank")  # a mail program has no policy of ours, and axe needs a script
    page.set_content(render(write(context={"name": "Bente-with-a-very-long-name" * 4, "note": "good " * 50})).html)
    check(page)


def test_by_keyboard_a_mail_is_tried_again(opened: Opener, write: Write) -> None:
    mail = write(account_id=people.account().pk)
    Mail.objects.filter(pk=mail.pk).update(state=Mail.State.FAILED, last_error="550 no")
    page = opened(f"/accounts/{people.account().pk}/mail/{mail.pk}", signed_in=True)
    page.get_by_role("button", name="Try again").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("The mail waits to be sent again.")).to_be_visible()
    mail.refresh_from_db()
    assert mail.state == Mail.State.WAITING
