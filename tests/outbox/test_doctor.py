"""What the doctor says of mail."""

from dataclasses import replace
from datetime import timedelta

import pytest
from pytest_django import Settings

from tests.outbox.conftest import NOBODY, Postbox, Write, use_server
from trailhouse.commands import doctor
from trailhouse.core import clock
from trailhouse.core.health import State
from trailhouse.core.settings import Settings as OwnSettings
from trailhouse.core.settings import settings as own_settings
from trailhouse.outbox.models import Mail
from trailhouse.outbox.runs import Recorder, Run

pytestmark = pytest.mark.django_db

CHECK = next(check for check in doctor.CHECKS if check.__name__ == "_mail")


@pytest.fixture
def own(write: Write) -> OwnSettings:
    """The settings of an instance with a mail server, where two mails wait and one is given up."""
    write()
    write()
    Mail.objects.filter(pk=write().pk).update(state=Mail.State.FAILED)
    return replace(own_settings(), mail_url="smtp://127.0.0.1")


def test_it_says_how_many_wait_and_how_many_are_given_up(own: OwnSettings, postbox: Postbox) -> None:
    [found] = CHECK(own)
    assert (found.state, found.message) == (State.WARN, "the mail server answers; 2 waiting, 1 given up")
    assert "/operator/mail?state=failed" in found.hint
    Mail.objects.all().delete()
    [found] = CHECK(own)
    assert (found.state, found.message) == (State.GOOD, "the mail server answers; 0 waiting, 0 given up")


def test_it_says_that_nothing_is_sent_and_how_many_wait(own: OwnSettings) -> None:
    [found] = CHECK(replace(own, mail_url=""))
    assert (found.state, found.message) == (State.WARN, "is not sent; 2 waiting, 1 given up")
    assert "TRAILHOUSE_MAIL_URL" in found.hint


def test_it_says_that_the_server_refuses(own: OwnSettings, settings: Settings) -> None:
    use_server(settings, NOBODY)
    [found] = CHECK(own)
    assert found.state is State.RED
    assert found.message.endswith("; 2 waiting, 1 given up")


def test_it_says_which_jobs_do_not_go_well(own: OwnSettings) -> None:
    check = next(check for check in doctor.CHECKS if check.__name__ == "_jobs")
    assert [(found.state, found.message) for found in check(own)] == [(State.GOOD, "go well")]
    recorder = Recorder()
    recorder.note(Run("send mail", 1, clock.now(), 5, "OSError: away", "0a1b2c3d"))
    recorder.note(Run("delete sites", 600, clock.now() - timedelta(hours=1), 5))
    assert [(found.state, found.message) for found in check(own)] == [
        (State.WARN, "jobs that fail: 1"),
        (State.WARN, "jobs that did not run when they were due: 1"),
    ]
