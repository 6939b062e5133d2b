"""What is kept of mail: its text for a month, its record for three, the key of what is told once for ever."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from tests import people
from tests.outbox.conftest import Write
from tests.outbox.test_pages import text
from trailhouse.core import clock
from trailhouse.outbox import pruning, selectors, sending, services
from trailhouse.outbox.models import Mail

pytestmark = pytest.mark.django_db

WRITTEN = datetime(2026, 3, 9, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.mark.parametrize("state", [Mail.State.SENT, Mail.State.FAILED])
def test_the_text_goes_first_and_the_record_later(client: Client, write: Write, state: str) -> None:
    number = people.account().pk
    with clock.frozen(WRITTEN):
        mail = write(account_id=number)
    Mail.objects.update(state=state)
    with clock.frozen(WRITTEN + 30 * DAY):
        assert pruning.prune_mail() == 0
    with clock.frozen(WRITTEN + 31 * DAY):
        assert pruning.prune_mail() == 1
        assert pruning.prune_mail() == 0
    mail.refresh_from_db()
    assert (mail.context, mail.subject, mail.state) == ({}, "Sign in: Bente", state)
    client.force_login(people.reseller())
    page = text(client.get(f"/accounts/{number}/mail/{mail.pk}"))
    assert "The text of this mail is deleted." in page
    assert "Try again" not in page
    assert "Sign in: Bente" in text(client.get(f"/accounts/{number}/mail"))
    assert client.get(f"/accounts/{number}/mail/{mail.pk}/html").status_code == 404
    assert not sending.retry(mail)
    with clock.frozen(WRITTEN + 91 * DAY):
        assert pruning.prune_mail() == 1
        assert pruning.prune_mail() == 0
    assert not Mail.objects.exists()


def test_what_waits_keeps_its_text(write: Write) -> None:
    with clock.frozen(WRITTEN):
        mail = write()
    with clock.frozen(WRITTEN + 89 * DAY):
        assert pruning.prune_mail() == 0
    mail.refresh_from_db()
    assert mail.context["name"] == "Bente"


def test_what_is_told_once_is_not_told_again_when_its_mail_is_gone(write: Write) -> None:
    with clock.frozen(WRITTEN):
        mail = write(key="site/1/added", account_id=people.account().pk)
    with clock.frozen(WRITTEN + 91 * DAY):
        assert pruning.prune_mail() == 1
        assert pruning.prune_mail() == 0
        assert (
            services.mail("baker@harbour-bakery.example", "test/letter", {}, language="en", key="site/1/added") == mail
        )
    mail.refresh_from_db()
    assert (mail.to, mail.context, mail.account_id, mail.subject) == ("", {}, None, "")
    assert not selectors.mails().exists()
    assert sum(selectors.mail_counts().values()) == 0
