"""The operator's pages about the machine: what they say, and for whom they exist."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from tests import people
from tests.dashboard import visits
from tests.events.makers import event
from tests.outbox.conftest import use_server
from trailhouse.accounts.models import AuditEntry, Staff, User
from trailhouse.collector.steps import REASONS
from trailhouse.core import clock, health
from trailhouse.core.settings import settings as own_settings
from trailhouse.dashboard import health_words, instance_figures, job_words, left_out_words, machine
from trailhouse.events import blocks
from trailhouse.events import health as machine_health
from trailhouse.events.counters import Counters
from trailhouse.events.health import Vitals
from trailhouse.events.model import CANARY
from trailhouse.events.store import Store
from trailhouse.jobs import table
from trailhouse.outbox import services as outbox
from trailhouse.outbox.models import Mail, Task
from trailhouse.outbox.runs import Recorder, Run

pytestmark = pytest.mark.django_db

PAGES = ("operator_home", "operator_jobs", "operator_left_out")
DAY = visits.NOW.date()
Known = Callable[..., None]


def text(response: Any) -> str:
    """What an answer says, without its tags."""
    assert response.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", response.content.decode()))


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    instance_figures.forget()
    yield
    instance_figures.forget()
    machine_health.watch(Vitals)


@pytest.fixture
def operator(client: Client, reading: Store) -> Client:
    """The operator's browser, signed in."""
    client.force_login(people.operator())
    return client


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> Known:
    """Sets what the machine knows of itself, and what its spool counts."""

    def know(vitals: Vitals | None = None, **numbers: int) -> None:
        machine_health.watch(lambda: vitals or Vitals())
        monkeypatch.setattr("trailhouse.events.counters.read", lambda directory: Counters(**numbers))

    know()
    return know


def left_out(store: Store, site: int, reason: str, n: int, ago: int = 0) -> None:
    """So many events of a site, so many days ago."""
    number = (DAY - timedelta(ago)).toordinal() - datetime(1970, 1, 1).toordinal()
    store.insert_block("drops", blocks.of_rows("drops", [(site, 1, number, reason, n)]))


def sample(store: Store, site: int, reason: str, detail: str) -> None:
    """One sample, a minute ago."""
    row = (site, 1, clock.to_ms(visits.NOW) - 60_000, reason, detail)
    store.insert_block("quarantine", blocks.of_rows("quarantine", [row]))


# -- who sees it


def support() -> User:
    """Answers questions for the operator."""
    return people.person("support@trailhouse.example", "Sam Support", "Sam at home", staff=Staff.SUPPORT)


@pytest.mark.parametrize("who", [people.reseller, people.colleague, people.client_person, people.stranger])
def test_for_everybody_else_it_does_not_exist(client: Client, who: Callable[[], User]) -> None:
    client.force_login(who())
    for name in PAGES:
        assert client.get(reverse(name)).status_code == 404
    assert client.post(reverse("operator_billing_mode"), {"billing": "on"}).status_code == 404
    assert client.post(reverse("operator_task_again", args=[1])).status_code == 404
    assert "/operator" not in client.get("/sites", follow=True).content.decode()


def test_who_is_not_signed_in_is_asked_to(client: Client) -> None:
    for name in PAGES:
        assert client.get(reverse(name))["Location"].startswith("/sign-in?")


def test_the_menu_leads_staff_there_and_from_page_to_page(client: Client, reading: Store, known: Known) -> None:
    client.force_login(support())
    assert 'href="/operator"' in client.get("/sites").content.decode()
    home = client.get("/operator").content.decode()
    for path in ("/operator/jobs", "/operator/left-out", "/operator/mail"):
        assert f'href="{path}"' in home
        assert f'href="{path}" aria-current="page"' in client.get(path).content.decode()
    assert "/operator/instance" not in home
    client.force_login(people.operator())
    assert 'href="/operator/instance"' in client.get("/operator").content.decode()


# -- the state of the machine


def test_a_machine_that_works_says_so(operator: Client, known: Known, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "_troubles", lambda *everything: [])
    known(
        Vitals(canary_ms=12_000, behind_ms=800, minute=1_234, hour=70_000), received=10, stored=7, dropped=2, queued=1
    )
    said = text(operator.get("/operator"))
    assert "All is well" in said
    assert "Received 10 acknowledged, and on disk = Stored 7 in the event store + Quarantined 0" in said
    assert "+ Dropped 2 left out with a reason + Queued 1" in said
    assert "It adds up" in said
    assert "Events in the last minute 1,234" in said
    assert "Events in the last hour 70,000" in said
    assert "Heartbeat 12s" in said
    assert "Writer behind by 1s" in said


def test_what_is_wrong_is_said_with_what_to_do(operator: Client, known: Known) -> None:
    known(Vitals(writer_fails=True, canary_lost=True), received=5, stored=3, corrupt=2)
    said = text(operator.get("/operator"))
    assert "Something needs mending" in said
    assert "The writer cannot store. See the log of the server for the reason." in said
    assert "No canary has come back from the store for five minutes." in said
    assert "Groups of the spool that are damaged: 2, missing: 0." in said
    assert "It does not add up" in said
    assert "The four numbers do not add up." in said


def test_what_is_worth_a_look_is_said_and_leads_on(operator: Client, known: Known, settings: Settings) -> None:
    use_server(settings, "")
    Recorder().note(Run("send mail", 1, clock.now(), 5, "OSError: away", "0a1b2c3d"))
    outbox.mail("a@b.example", "accounts/closed", {"account": "A"}, language="en")
    Mail.objects.update(state=Mail.State.FAILED)
    page = operator.get("/operator")
    said = text(page)
    assert "It works; some things are worth a look" in said
    assert "Jobs that fail: 1. See why on the page of the jobs." in said
    assert "Mail is not sent; 0 waiting, 1 given up. Set TRAILHOUSE_MAIL_URL" in said
    assert 'href="/operator/jobs"' in page.content.decode()


def test_health_and_doctor_go_by_the_same(monkeypatch: pytest.MonkeyPatch, known: Known) -> None:
    known(Vitals(writer_fails=True), corrupt=1)
    page = {said.message.lower().rstrip(".") for said in machine.state()["troubles"] if said.state is health.State.RED}
    own = replace(own_settings(), data=Path("/tmp"))
    asked = machine_health.of_machine(own, machine_health.vitals(), Counters(corrupt=1))
    assert {trouble.message.lower() for trouble in asked if trouble.state is health.State.RED} == page


def test_the_upper_part_is_renewed_alone(operator: Client, known: Known) -> None:
    part = operator.get("/operator", headers={"HX-Request": "true", "HX-Target": "machine"}).content.decode()
    assert part.strip().startswith('<div id="machine"')
    assert "<html" not in part
    assert "Accounts with" not in part


def test_the_months_events_and_the_largest_accounts_are_shown(operator: Client, known: Known, reading: Store) -> None:
    bakery, other = people.bakery(), people.stranger().accounts.get().sites.get()
    now = clock.to_ms(visits.NOW)
    visits.add(reading, [event(now - n * 1000, site_id=bakery.pk) for n in range(1, 6)])
    visits.add(reading, [event(now - 40 * visits.DAY, site_id=bakery.pk)])  # before these days
    visits.add(reading, [event(now - visits.DAY, site_id=other.pk), event(now - 5, site_id=other.pk, name="Order")])
    said = text(operator.get("/operator"))
    assert "7 in 30 days, at most 6 on 23 Nov 2026" in said
    assert "23 Nov 2026 6 5 22 Nov 2026 1 1" in said
    assert re.search(
        r"Northlight Studio reseller@northlight\.example 5 83% .*Elsewhere stranger@elsewhere\.example 1", said
    )
    assert "Accounts 3 Accounts suspended: 0" in said
    assert "Sites 2 Sites counting: 2" in said


def test_the_month_is_read_once_in_ten_minutes(operator: Client, known: Known, reading: Store) -> None:
    site = people.bakery()
    assert "No event was stored yet" in text(operator.get("/operator"))
    visits.add(reading, [event(clock.to_ms(visits.NOW) - 1000, site_id=site.pk)])
    assert "No event was stored yet" in text(operator.get("/operator"))
    with clock.frozen(visits.NOW + timedelta(minutes=10)):
        assert "1 in 30 days" in text(operator.get("/operator"))


def test_without_the_store_the_page_still_says_what_is_wrong(client: Client, known: Known) -> None:
    client.force_login(people.operator())
    known(Vitals(writer_fails=True))
    said = text(client.get("/operator"))
    assert "The writer cannot store." in said
    assert "The statistics cannot be read just now." in said
    assert "The event store cannot be asked just now" in text(client.get("/operator/left-out"))


@pytest.mark.parametrize(
    ("amount", "words"),
    [(0, "0 kB"), (49_400, "49 kB"), (1_500_000, "1.5 MB"), (999_000_000, "999 MB"), (77_430_000_000, "77.4 GB")],
)
def test_sizes_are_said_in_the_unit_that_fits(amount: int, words: str) -> None:
    assert machine.size(amount) == words


# -- jobs and long work


def test_each_job_is_shown_with_how_it_went(operator: Client) -> None:
    started = clock.now()
    Recorder().note(Run("delete sites", 600, started, 40, "", ""))
    failing = Recorder()
    failing.note(Run("send mail", 1, started, 2_300, "OSError: [Errno 111] refused <b>", "0a1b2c3d"))
    page = operator.get("/operator/jobs")
    said = text(page)
    assert said.index("Send mail") < said.index("Delete sites that were to be deleted")  # what fails comes first
    assert "OSError: [Errno 111] refused &lt;b&gt;" in said
    assert "under the number 0a1b2c3d" in said
    assert "1s 23 Nov 2026, 15:00 2s failed in a row: 1 within a minute" in said
    assert "10m 00s 23 Nov 2026, 15:00 40 ms well 23 Nov 2026, 15:10" in said


def test_a_job_that_did_not_run_is_late(operator: Client) -> None:
    Recorder().note(Run("delete sites", 600, clock.now() - timedelta(minutes=16), 40))
    assert "40 ms late" in text(operator.get("/operator/jobs"))


def test_long_work_shows_its_progress_and_is_run_again(operator: Client) -> None:
    number = people.account().pk
    running = outbox.task("sites/bulk", {}, total=40, account_id=number)
    Task.objects.filter(pk=running.pk).update(done=10, created_at=clock.now() - timedelta(seconds=30))
    failed = outbox.task("sites/bulk", {}, total=40, account_id=number)
    gone = {
        "state": Task.State.FAILED,
        "done": 7,
        "ended_at": clock.now(),
        "attempts": 8,
        "last_error": "OSError: away",
    }
    Task.objects.filter(pk=failed.pk).update(**gone)
    said = text(operator.get("/operator/jobs"))
    assert "10 of 40 about 1m 30s left waiting" in said
    assert "OSError: away 7 of 40 given up Run again" in said
    answer = operator.post(reverse("operator_task_again", args=[failed.pk]), follow=True)
    assert "“Adding many sites” goes on where it was." in text(answer)
    failed.refresh_from_db()
    assert (failed.state, failed.done, failed.attempts, failed.last_error, failed.ended_at) == (
        "waiting",
        7,
        0,
        "",
        None,
    )
    assert AuditEntry.objects.get(action="task.run_again").account_id == number
    operator.post(reverse("operator_task_again", args=[failed.pk]))  # a second press changes nothing
    assert AuditEntry.objects.filter(action="task.run_again").count() == 1
    assert operator.post(reverse("operator_task_again", args=[987_654])).status_code == 404


def test_only_the_operator_runs_work_again(client: Client, reading: Store) -> None:
    task = outbox.task("sites/bulk", {}, total=4)
    Task.objects.filter(pk=task.pk).update(state=Task.State.FAILED, ended_at=clock.now())
    client.force_login(support())
    assert "Run again" not in text(client.get("/operator/jobs"))
    assert client.post(reverse("operator_task_again", args=[task.pk])).status_code == 404


def test_every_job_has_words(reading: Store) -> None:
    every = (
        *table.background(), *table.posting(), *table.deleting(reading), *table.billing(reading),
        *table.telling(reading),
        *table.publishing(Path("/tmp")),
        *table.listening(table.Heart(reading), lambda: None),
        *table.reading(lambda: None, 1),
    )  # fmt: skip
    assert {job.name for job in every} | {"demo traffic"} == set(job_words.JOBS)
    assert "sites/bulk" in job_words.TASKS
    assert job_words.job("a new one") == "a new one"


# -- what was left out


def test_what_was_left_out_is_shown_by_reason_day_and_site(operator: Client, reading: Store) -> None:
    site = people.bakery().pk
    left_out(reading, site, "bot_user_agent", 30)
    left_out(reading, site, "bot_user_agent", 10, ago=3)
    left_out(reading, 0, "unknown_site", 60, ago=1)
    left_out(reading, 987_654, "site_flood", 5, ago=20)
    left_out(reading, site, "site_flood", 900, ago=40)
    said = text(operator.get("/operator/left-out"))
    assert "105 in 30 days, at most 60 on 22 Nov 2026" in said
    assert "No site has this key or domain 60 57%" in said
    assert "The user agent is that of a known bot 40 38%" in said
    assert "no site is known 60 57% harbour-bakery.example Northlight Studio 40 38%" in said
    assert "a site that was deleted 5 5%" in said
    assert "35 in 7 days" not in said
    assert "100 in 7 days" in text(operator.get("/operator/left-out?days=7"))
    assert "1,005 in 90 days" in text(operator.get("/operator/left-out?days=90"))
    assert "30 days" in text(operator.get("/operator/left-out?days=nonsense&reason=nonsense"))


def test_one_reason_can_be_looked_at_alone(operator: Client, reading: Store) -> None:
    site = people.bakery().pk
    left_out(reading, site, "bot_user_agent", 30)
    left_out(reading, 0, "unknown_site", 60)
    page = operator.get("/operator/left-out?reason=bot_user_agent&days=7")
    assert "30 in 7 days" in text(page)
    assert "no site is known" not in text(page)
    assert 'href="?days=7"' in page.content.decode()  # takes it off
    assert 'href="?reason=unknown_site&amp;days=7"' in page.content.decode()


def test_one_site_can_be_looked_at_alone(operator: Client, reading: Store) -> None:
    site = people.bakery()
    left_out(reading, site.pk, "foreign_hostname", 7)
    left_out(reading, 0, "unknown_site", 60)
    sample(reading, site.pk, "foreign_hostname", '{"page": "staging.example/x"}')
    sample(reading, people.law_firm().pk, "foreign_hostname", '{"page": "copied.example/x"}')
    assert (
        f'href="/operator/left-out?site={site.pk}&amp;days=30"' in operator.get("/operator/left-out").content.decode()
    )
    said = text(operator.get("/operator/left-out", {"site": str(site.pk)}))
    assert "7 in 30 days" in said
    assert "staging.example" in said
    assert "copied.example" not in said
    assert f"?site={site.pk}&amp;days=7" in operator.get("/operator/sites").content.decode()
    for wrong in ("x", "0", "9" * 30, "987654"):
        assert operator.get("/operator/left-out", {"site": wrong}).status_code == 404


def test_samples_tell_nothing_of_a_person(operator: Client, reading: Store) -> None:
    site = people.bakery().pk
    robot = '{"name": "pageview", "page": "robot.example/secret", "user_agent": "Robot/1.0"}'
    person = '{"name": "Order", "page": "person.example/private/anna", "user_agent": "Mozilla/5.0 (X11; Anna)"}'
    sample(reading, site, "bot_user_agent", robot)
    sample(reading, site, "foreign_hostname", person)
    sample(reading, 0, "malformed", "Expected `int` >= 0 - at `$[3]`")
    sample(reading, 0, CANARY, "")
    said = text(operator.get("/operator/left-out"))
    assert "pageview · robot.example · Robot/1.0" in said
    assert "Order · person.example" in said
    assert "Expected `int` &gt;= 0" in said
    assert "The event does not fit the store" in said
    for private in ("Anna", "anna", "secret", "canary"):
        assert private not in said
    assert "person.example harbour-bakery.example 1" in said  # among the hostnames that do not count


def test_with_nothing_left_out_the_page_says_what_will_appear(operator: Client) -> None:
    said = text(operator.get("/operator/left-out"))
    assert "Nothing was left out in these days." in said
    assert "Robots, floods and what sites exclude appear here with their reason." in said


def test_the_reasons_are_those_of_the_collector() -> None:
    assert {reason: str(words) for reason, words in left_out_words.REASONS.items()} == REASONS


def test_the_troubles_are_those_of_health() -> None:
    said = {code: tuple(map(str, words)) for code, words in health_words.TEXTS.items()}
    assert said == health.TEXTS
    assert set(health_words.LINKS) <= set(said)
