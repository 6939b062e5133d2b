"""Many sites from a list: each line's fate is said before, and a list that comes twice adds nothing twice."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests import people
from tests.sites.test_notices import words
from trailhouse.accounts.models import Account, Instance, User
from trailhouse.core import clock
from trailhouse.core.errors import UserError
from trailhouse.outbox import working
from trailhouse.outbox.models import Mail, Task
from trailhouse.sites import bulk, services
from trailhouse.sites.models import Client, Membership, Site

pytestmark = pytest.mark.django_db


def run(text: str, by: User | None = None) -> Task:
    """Carry out a list to its end."""
    task = bulk.begin(people.account(), bulk.read(text), by=by or people.reseller())
    working.carry_out_due()
    task.refresh_from_db()
    return task


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        pytest.param("a.example\nb.example\n", [(1, "a.example"), (2, "b.example")], id="one a line"),
        pytest.param("\n a.example \r\n\r\nb.example", [(2, "a.example"), (4, "b.example")], id="with empty lines"),
        pytest.param("\ufeffa.example,Baker,Europe/Paris", [(1, "a.example", "Baker", "Europe/Paris")], id="with all"),
        pytest.param("a.example;Baker;\nb.example;;", [(1, "a.example", "Baker"), (2, "b.example")], id="semicolons"),
        pytest.param("a.example\tBaker", [(1, "a.example", "Baker")], id="tabs, as copied from a sheet"),
        pytest.param('a.example,"Baker, Sons"', [(1, "a.example", "Baker, Sons")], id="quoted"),
        pytest.param("Domain,Client\na.example,B", [(2, "a.example", "B")], id="with a heading"),
        pytest.param("a.example,B,UTC,more,cells", [(1, "a.example", "B", "UTC")], id="more cells are passed over"),
    ],
)
def test_a_list_is_read_as_people_keep_them(text: str, lines: list[tuple[Any, ...]]) -> None:
    assert bulk.read(text) == [bulk.Line(*line) for line in lines]
    assert [line.domain for line in bulk.read(bulk.written(bulk.read(text)))] == [line[1] for line in lines]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "list_empty"),
        ("domain\n\n", "list_empty"),
        ("a.example\n" * 2001, "list_too_long"),
        ("x" * 1_000_001, "list_too_large"),
        ("a" * 200_000, "list_unreadable"),
    ],
)
def test_a_list_that_cannot_be_taken_is_refused(text: str, code: str) -> None:
    with pytest.raises(UserError) as refusal:
        bulk.read(text)
    assert refusal.value.code == code
    assert refusal.value.hint


def test_the_plan_says_for_each_line_what_will_happen_and_changes_nothing() -> None:
    people.bakery()
    text = "new.example\nhttps://www.NEW.example/\nharbour-bakery.example\nlocalhost\nz.example,,Mars/Olympus"
    planned = bulk.plan(people.account(), bulk.read(text), by=people.reseller())
    assert [(one.domain, one.fate) for one in planned] == [
        ("new.example", "added"),
        ("new.example", "there"),
        ("harbour-bakery.example", "there"),
        ("localhost", "refused"),
        ("z.example", "refused"),
    ]
    assert all(one.reason for one in planned if one.fate == "refused")
    assert Site.objects.count() == 1


def test_a_list_is_carried_out_as_planned_and_told_in_one_mail() -> None:
    people.bakery()
    task = run("a.example,Baker,Asia/Kolkata\nb.example,Baker\nharbour-bakery.example\nlocalhost\nc.example")
    assert (task.state, task.done, task.total) == (Task.State.DONE, 5, 5)
    assert (len(task.result["added"]), task.result["there"], len(task.result["refused"])) == (3, 1, 1)
    sites = {site.domain: site for site in Site.objects.select_related("client")}
    assert sites["a.example"].timezone == "Asia/Kolkata"
    assert sites["a.example"].client == sites["b.example"].client == Client.objects.get(name="Baker")
    assert (sites["c.example"].client, sites["c.example"].timezone) == (None, "Europe/Amsterdam")
    (mail,) = Mail.objects.all()
    assert (mail.to, mail.template) == (people.RESELLER, "sites/bulk")
    assert mail.context["count"] == 3
    assert f"a.example: http://127.0.0.1:8000/sites/{sites['a.example'].key}/script" in mail.context["lines"]
    said = words(mail)
    assert f"in one file: http://127.0.0.1:8000/accounts/{people.account().pk}/sites/bulk/{task.pk}\n" in said
    assert "1 line of the list was refused" in said
    assert "Sign in at http://127.0.0.1:8000/sign-in" in said
    assert "trial" not in said


def test_the_mail_says_which_sites_have_a_trial_where_this_instance_bills() -> None:
    Instance.objects.update_or_create(id=1, defaults={"billing": Instance.Billing.ON})
    with clock.frozen(datetime(2026, 6, 1, 12, tzinfo=UTC)):
        run("a.example\nb.example")
    said = words(Mail.objects.get(template="sites/bulk"))
    assert "Each new site has a free trial of four weeks" in said
    assert "at the latest on June 15, 2026" in said
    assert "payment is due" not in said


def test_a_list_that_comes_twice_adds_nothing_twice() -> None:
    text = "a.example\nb.example\n"
    first = bulk.begin(people.account(), bulk.read(text), by=people.reseller())
    second = bulk.begin(people.account(), bulk.read(text), by=people.reseller())
    working.carry_out_due()
    first.refresh_from_db()
    second.refresh_from_db()
    assert (len(first.result["added"]), first.result["there"]) == (2, 0)
    assert (len(second.result["added"]), second.result["there"]) == (0, 2)
    assert Site.objects.count() == 2
    assert Mail.objects.count() == 1


def test_a_long_list_goes_by_steps_and_a_step_that_failed_is_done_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    task = bulk.begin(people.account(), bulk.read("\n".join(f"n{n}.example" for n in range(120))), by=people.reseller())
    bulk.step(task)
    task.refresh_from_db()
    assert (task.state, task.done) == (Task.State.WAITING, bulk.STEP)
    assert Site.objects.count() == bulk.STEP

    def fails(*args: Any, **kwargs: Any) -> None:
        raise OSError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(working, "progress", fails)
        with pytest.raises(OSError, match="full"):
            bulk.step(task)
    assert Site.objects.count() == bulk.STEP, "sites and progress stand together"
    working.carry_out_due()
    task.refresh_from_db()
    assert (task.state, task.done, Site.objects.count()) == (Task.State.DONE, 120, 120)
    assert task.result["there"] == 0
    assert Mail.objects.count() == 1


def test_who_may_no_longer_add_sites_adds_none() -> None:
    user = people.colleague()
    Membership.objects.filter(user=user).update(may_add_sites=True)
    task = bulk.begin(people.account(), bulk.read("a.example"), by=user)
    Membership.objects.filter(user=user).update(may_add_sites=False)
    working.carry_out_due()
    task.refresh_from_db()
    assert not Site.objects.exists()
    assert task.state == Task.State.DONE
    assert "no longer" in task.result["refused"][0][2]


def test_only_who_looks_after_clients_gives_sites_to_them() -> None:
    user = people.colleague()
    Membership.objects.filter(user=user).update(may_add_sites=True, sections=["sources"])
    task = run("a.example,Baker\nb.example", by=user)
    assert list(Site.objects.values_list("domain", flat=True)) == ["b.example"]
    assert "You may not give sites to clients" in task.result["refused"][0][2]
    assert not Client.objects.exists()


def test_a_task_is_its_accounts_alone() -> None:
    task = run("a.example")
    assert bulk.task_of(people.account(), task.pk) == task
    assert bulk.task_of(people.stranger().accounts.get(), task.pk) is None


def test_somebody_elses_site_of_that_name_does_not_matter() -> None:
    services.add_site(people.stranger().accounts.get(), services.NewSite("a.example"), by=None, mail=False)
    assert len(run("a.example").result["added"]) == 1
    assert Account.objects.filter(sites__domain="a.example").count() == 2
