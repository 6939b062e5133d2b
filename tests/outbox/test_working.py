"""Work that takes long is done a step at a time, whatever dies meanwhile."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.db import transaction

from trailhouse.core import clock
from trailhouse.core.errors import UserError
from trailhouse.outbox import selectors, services, tries, working
from trailhouse.outbox.models import Mail, Task
from trailhouse.outbox.working import carry_out_due, progress

pytestmark = pytest.mark.django_db

Step = Callable[[Task], None]


@pytest.fixture
def register(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Callable[[Step], Step]]]:
    """`working.register`, forgotten after the test."""
    monkeypatch.setattr(working, "_steps", {})
    return working.register  # type: ignore[return-value]


Register = Callable[[str], Callable[[Step], Step]]


def count_up(task: Task) -> None:
    """One part a step."""
    progress(task, task.done + 1, {"names": [*task.result.get("names", []), task.payload["names"][task.done]]})


def task_with(names: list[str], **changes: object) -> Task:
    """A task with a part for each name."""
    return services.task("test/count", {"names": names}, total=len(names), **changes)  # type: ignore[arg-type]


def test_a_task_goes_on_step_by_step_until_all_is_done(register: Register) -> None:
    register("test/count")(count_up)
    task = task_with(["a", "b", "c"])
    assert carry_out_due() == 3
    task.refresh_from_db()
    assert (task.state, task.done, task.result) == (Task.State.DONE, 3, {"names": ["a", "b", "c"]})
    assert task.ended_at is not None
    assert carry_out_due() == 0


def test_tasks_take_turns(register: Register) -> None:
    done: list[str] = []

    @register("test/count")
    def step(task: Task) -> None:
        done.append(task.payload["names"][task.done])
        count_up(task)

    now = clock.now()
    with clock.frozen(now):
        task_with(["a1", "a2", "a3"])
        task_with(["b1", "b2"])
        carry_out_due()
    assert done == ["a1", "b1", "a2", "b2", "a3"]


def test_a_step_that_crashes_is_done_again_from_where_the_last_one_ended(register: Register) -> None:
    crashes = iter([False, True, False, False])

    @register("test/count")
    def step(task: Task) -> None:
        with transaction.atomic():
            count_up(task)
            if next(crashes):
                raise OSError("the disk is full")

    now = clock.now()
    with clock.frozen(now):
        task = task_with(["a", "b"])
        carry_out_due()
        task.refresh_from_db()
        assert (task.state, task.done, task.attempts) == (Task.State.WAITING, 1, 1)
        assert task.last_error == "OSError: the disk is full"
        assert carry_out_due() == 0
    with clock.frozen(now + timedelta(minutes=1)):
        carry_out_due()
    task.refresh_from_db()
    assert (task.state, task.result, task.last_error) == (Task.State.DONE, {"names": ["a", "b"]}, "")


def test_a_task_whose_process_was_killed_is_taken_up_again(register: Register) -> None:
    died = iter([True, False])

    @register("test/count")
    def step(task: Task) -> None:
        if next(died):
            raise SystemExit
        count_up(task)

    now = clock.now()
    with clock.frozen(now):
        task = task_with(["a"])
        with pytest.raises(SystemExit):
            carry_out_due()
        assert carry_out_due() == 0
    with clock.frozen(now + tries.CLAIM):
        assert carry_out_due() == 1
    task.refresh_from_db()
    assert task.state == Task.State.DONE


def test_whoever_lost_a_task_changes_nothing_of_it(register: Register) -> None:
    now = clock.now()
    with clock.frozen(now):
        task = task_with(["a", "b"])
        late = tries.claim(Task, task.pk)
    with clock.frozen(now + tries.CLAIM):
        tries.claim(Task, task.pk)
    assert late is not None
    progress(late, 2)
    assert not tries.put_off(late, "too late")
    task.refresh_from_db()
    assert (task.done, task.last_error, task.attempts) == (0, "", 2)


def test_a_task_is_given_up_after_its_tries(register: Register) -> None:
    @register("test/count")
    def step(task: Task) -> None:
        raise OSError("never")

    task = task_with(["a"])
    for _one in range(len(tries.AFTER) + 1):
        task.refresh_from_db()
        with clock.frozen(task.next_try_at):
            assert carry_out_due() == 1
    task.refresh_from_db()
    assert (task.state, task.attempts, task.last_error) == (Task.State.FAILED, 8, "OSError: never")
    assert task.ended_at is not None


def test_what_the_person_has_to_mend_is_not_tried_again(register: Register) -> None:
    @register("test/count")
    def step(task: Task) -> None:
        raise UserError("wrong_file", "This is no table.", "Send a CSV file.")

    task = task_with(["a"])
    carry_out_due()
    task.refresh_from_db()
    assert (task.state, task.last_error) == (Task.State.FAILED, "This is no table. Send a CSV file.")


@pytest.mark.parametrize("registered", [True, False])
def test_a_step_without_progress_and_a_kind_without_function_are_errors(register: Register, registered: bool) -> None:
    if registered:
        register("test/count")(lambda task: None)
    task = task_with(["a"])
    assert carry_out_due() == 1
    task.refresh_from_db()
    assert task.state == Task.State.WAITING
    assert ("made no progress" if registered else "nothing carries out test/count") in task.last_error


def test_a_kind_has_one_function(register: Register) -> None:
    register("test/count")(count_up)
    with pytest.raises(ValueError, match="test/count is carried out by count_up already"):
        register("test/count")(count_up)


def test_a_page_is_told_how_far_it_is_and_how_long_it_takes() -> None:
    now = clock.now()
    with clock.frozen(now):
        task = task_with(list("abcd"), account_id=7)
        first = selectors.progress_of(task)
    assert (first.percent, first.seconds_left, first.running) == (0, None, True)
    with clock.frozen(now + timedelta(seconds=30)):
        claimed = tries.claim(Task, task.pk)
        assert claimed is not None
        progress(claimed, 1)
        [found] = selectors.tasks(7, "test/count")
        later = selectors.progress_of(found)
    assert (later.percent, later.seconds_left) == (25, 90)
    assert not selectors.tasks(8).exists()


def test_mail_is_counted_by_its_state() -> None:
    for account_id, state in [(7, Mail.State.WAITING), (7, Mail.State.FAILED), (8, Mail.State.SENT)]:
        Mail.objects.create(to="a@b.example", account_id=account_id, state=state)
    assert selectors.mail_counts() == {"waiting": 1, "sent": 1, "failed": 1}
    assert selectors.mail_counts(7) == {"waiting": 1, "sent": 0, "failed": 1}
