"""What waits is sent once, tried again, or given up."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import translation
from pytest_django import Settings

from tests.outbox.conftest import NOBODY, Postbox, Write, use_server
from trailhouse.core import clock
from trailhouse.jobs import table
from trailhouse.outbox import sending, tries, working
from trailhouse.outbox.models import Mail
from trailhouse.outbox.sending import send_due

pytestmark = pytest.mark.django_db(transaction=True)

BAKER = "baker@harbour-bakery.example"
URL = "http://127.0.0.1:8000"


def test_a_mail_is_sent_once_with_both_parts_in_its_language(write: Write, postbox: Postbox) -> None:
    mail = write(BAKER, language="nl")
    assert send_due() == 1
    assert send_due() == 0
    [letter] = postbox.letters
    with translation.override("nl"):
        assert letter["Subject"] == f"{translation.gettext('Sign in')}: Bente"
    assert (letter["To"], letter["From"]) == (BAKER, "Trailhouse <mail@localhost>")
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["Message-ID"] == sending.message_id(mail, URL)
    assert [part.get_content_type() for part in letter.iter_parts()] == ["text/plain", "text/html"]
    text, html = (part.get_content() for part in letter.iter_parts())
    assert "http://127.0.0.1:8000/enter/x7" in text
    assert '<html lang="nl">' in html
    mail.refresh_from_db()
    assert (mail.state, mail.attempts, mail.last_error) == (Mail.State.SENT, 1, "")
    assert mail.sent_at is not None


def test_what_was_rolled_back_is_not_sent(write: Write, postbox: Postbox) -> None:
    with transaction.atomic():
        write(BAKER)
        transaction.set_rollback(True)
    assert send_due() == 0
    assert postbox.letters == []


def test_no_header_can_be_smuggled_in(write: Write, postbox: Postbox) -> None:
    write(BAKER, context={"name": "Bente\r\nBcc: all@elsewhere.example\r\n\r\nHello"})
    send_due()
    [letter] = postbox.letters
    assert letter["Bcc"] is None
    assert letter["Subject"] == "Sign in: Bente Bcc: all@elsewhere.example Hello"


def test_with_the_server_away_it_is_tried_again_and_then_sent(
    write: Write, settings: Settings, request: pytest.FixtureRequest
) -> None:
    use_server(settings, NOBODY)
    now = clock.now()
    with clock.frozen(now):
        mail = write(BAKER)
        assert send_due() == 0
        mail.refresh_from_db()
        assert (mail.state, mail.attempts) == (Mail.State.WAITING, 1)
        assert "refused" in mail.last_error
    postbox: Postbox = request.getfixturevalue("postbox")
    with clock.frozen(now + timedelta(seconds=59)):
        assert send_due() == 0
    with clock.frozen(now + timedelta(seconds=60)):
        assert send_due() == 1
    assert len(postbox.letters) == 1


def test_the_tries_are_spread_over_two_days_and_then_end(write: Write, settings: Settings) -> None:
    use_server(settings, NOBODY)
    now = clock.now()
    with clock.frozen(now):
        mail = write(BAKER)
    waits = []
    while mail.state == Mail.State.WAITING:
        tried = mail.next_try_at
        with clock.frozen(tried):
            send_due()
        mail.refresh_from_db()
        waits.append(mail.next_try_at - tried)
    assert [wait / timedelta(minutes=1) for wait in waits[:-1]] == [1, 5, 15, 60, 240, 720, 1440]
    assert (mail.state, mail.attempts) == (Mail.State.FAILED, 8)
    assert mail.next_try_at - now < sending.KEPT_FOR  # so that no mail is too old before its tries end


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        pytest.param(f"550 5.1.1 <{BAKER}>: no such person", Mail.State.FAILED, id="refused for good"),
        pytest.param(f"450 4.2.1 <{BAKER}>: later, please", Mail.State.WAITING, id="refused for now"),
    ],
)
def test_a_refused_recipient_is_given_up_at_once_or_tried_again(
    write: Write, postbox: Postbox, answer: str, state: str
) -> None:
    postbox.refused[BAKER] = answer
    mail, other = write(BAKER), write("colleague@northlight.example")
    assert send_due() == 1  # the other one is not held up
    mail.refresh_from_db()
    other.refresh_from_db()
    assert (mail.state, other.state) == (state, Mail.State.SENT)
    assert mail.last_error == answer.replace(BAKER, "…")


def test_a_refused_sender_is_ours_to_mend_so_the_mail_waits(write: Write, postbox: Postbox) -> None:
    postbox.sender_refused = "553 5.7.1 not your address"
    mail = write(BAKER)
    send_due()
    mail.refresh_from_db()
    assert (mail.state, mail.last_error) == (Mail.State.WAITING, "553 5.7.1 not your address")


def test_the_postman_and_the_tasks_are_among_the_jobs(write: Write, postbox: Postbox) -> None:
    write(BAKER)
    [postman] = table.posting()
    postman.run()
    assert len(postbox.letters) == 1
    assert working.carry_out_due in [job.run for job in table.background()]


def test_what_was_given_up_is_sent_when_somebody_asks_for_it(write: Write, postbox: Postbox) -> None:
    postbox.refused[BAKER] = "550 no"
    mail = write(BAKER)
    send_due()
    postbox.refused.clear()
    assert send_due() == 0
    assert sending.retry(mail)
    assert not sending.retry(mail)  # it waits already
    assert send_due() == 1
    assert not sending.retry(mail)  # it is sent
    assert len(postbox.letters) == 1


def test_a_template_that_is_missing_holds_nobody_up_and_is_tried_again(write: Write, postbox: Postbox) -> None:
    broken = write(BAKER, template="test/no_such")
    write(BAKER)
    assert send_due() == 1
    broken.refresh_from_db()
    assert (broken.state, broken.last_error) == (Mail.State.WAITING, "TemplateDoesNotExist: mail/test/no_such.txt")


def test_two_senders_at_once_send_each_mail_once(write: Write, postbox: Postbox) -> None:
    sent = {sending.message_id(write(f"person{number}@elsewhere.example"), URL) for number in range(20)}
    start = threading.Barrier(2)
    counts: list[int] = []

    def work() -> None:
        start.wait()
        counts.append(send_due())
        connection.close()

    threads = [threading.Thread(target=work) for _one in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(counts) == len(postbox.letters) == 20
    assert {letter["Message-ID"] for letter in postbox.letters} == sent


def test_of_two_who_want_the_same_mail_one_gets_it(write: Write) -> None:
    mail = write(BAKER)
    assert tries.claim(Mail, mail.pk) is not None
    assert tries.claim(Mail, mail.pk) is None


def test_after_a_crash_the_same_letter_comes_again_and_can_be_recognised(
    write: Write, postbox: Postbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(context: object) -> None:
        raise KeyboardInterrupt

    now = clock.now()
    with clock.frozen(now):
        write(BAKER)
        with monkeypatch.context() as patch:
            patch.setattr(sending, "without_secrets", die)  # after the server's answer, before it is noted
            with pytest.raises(KeyboardInterrupt):
                send_due()
        assert send_due() == 0  # it belongs to the dead one
    with clock.frozen(now + tries.CLAIM):
        assert send_due() == 1
    first, second = postbox.letters
    assert first["Message-ID"] == second["Message-ID"]


def test_without_a_server_mail_is_kept_and_no_try_is_counted(write: Write, settings: Settings) -> None:
    use_server(settings, "")
    mail = write(BAKER)
    assert not sending.is_configured()
    assert send_due() == 0
    mail.refresh_from_db()
    assert (mail.state, mail.attempts, mail.last_error) == (Mail.State.WAITING, 0, "")


def test_once_there_is_a_server_nobody_gets_the_news_of_last_week(write: Write, postbox: Postbox) -> None:
    now = clock.now()
    with clock.frozen(now - sending.KEPT_FOR - timedelta(seconds=1)):
        stale = write(BAKER)
    with clock.frozen(now - sending.KEPT_FOR):
        write("colleague@northlight.example")
    with clock.frozen(now):
        assert send_due() == 1
    stale.refresh_from_db()
    assert (stale.state, stale.last_error) == (Mail.State.FAILED, sending.TOO_OLD)
    assert [letter["To"] for letter in postbox.letters] == ["colleague@northlight.example"]
    sending.retry(stale)  # whoever wants it all the same gets it sent
    assert send_due() == 1


def test_the_secrets_of_a_mail_are_forgotten_once_it_is_sent(write: Write, postbox: Postbox) -> None:
    mail = write(BAKER, context={"secret": {"token": "s3cr3t"}})
    assert "s3cr3t" in str(Mail.objects.get().context)
    send_due()
    mail.refresh_from_db()
    assert mail.context["secret"] == {"token": "…"}
    assert mail.context["name"] == "Bente"
