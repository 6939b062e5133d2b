"""The life of a subscription: what leads where, what each state means, and what time alone brings."""

from datetime import UTC, datetime, timedelta

import pytest

from trailhouse.billing.limits import LimitsError
from trailhouse.billing.notices import Notice, due_between, notices
from trailhouse.billing.states import (
    FIRST,
    LIMITS,
    MEANINGS,
    RANKED,
    SUSPENDABLE,
    TRANSITIONS,
    Dates,
    IllegalTransition,
    Limits,
    State,
    Transition,
    allowed,
    counts_until,
    counts_visits,
    export_ends,
    move,
    next_time,
    revival_ends,
    timed,
)

S, T = State, Transition
SINCE = datetime(2026, 3, 1, 9, tzinfo=UTC)


def after(days: int) -> datetime:
    return SINCE + timedelta(days=days)


@pytest.mark.parametrize(
    ("state", "counts_days", "statistics", "ranked", "banner"),
    [
        (S.TRIAL, None, True, False, False),
        (S.DUE, 14, False, False, False),
        (S.ACTIVE, None, True, True, False),
        (S.PAST_DUE, None, True, True, True),
        (S.SUSPENDED, 30, False, False, False),
        (S.CANCELLING, None, True, True, False),
        (S.PAUSED, 0, True, False, False),
        (S.FREE, None, True, False, False),
        (S.CANCELLED, 0, False, False, False),
        (S.DELETED, 0, False, False, False),
    ],
)
def test_what_a_state_means(
    state: State, counts_days: int | None, statistics: bool, ranked: bool, banner: bool
) -> None:
    meaning = MEANINGS[state]
    assert (meaning.statistics, meaning.ranked, meaning.banner) == (statistics, ranked, banner)
    assert (state in RANKED) == ranked
    until = counts_until(state, SINCE)
    assert until == (None if counts_days is None else after(counts_days))
    assert counts_visits(state, SINCE, after(0)) == (counts_days != 0)
    assert counts_visits(state, SINCE, after(5000)) == (counts_days is None)
    if counts_days:
        assert counts_visits(state, SINCE, after(counts_days) - timedelta(milliseconds=1))
        assert not counts_visits(state, SINCE, after(counts_days))


def test_every_state_has_a_meaning_and_can_be_reached() -> None:
    assert set(MEANINGS) == set(State)
    reached: set[State] = set(FIRST)
    while more := {to for (state, _), to in TRANSITIONS.items() if state in reached} - reached:
        reached |= more
    assert reached == set(State)


def test_every_transition_is_an_arrow_somewhere() -> None:
    assert {transition for _, transition in TRANSITIONS} == set(Transition)


def test_no_arrow_leaves_what_is_deleted() -> None:
    assert allowed(S.DELETED) == frozenset()
    for transition in Transition:
        with pytest.raises(IllegalTransition, match="deleted"):
            move(S.DELETED, transition)


def test_from_everywhere_else_there_is_a_way_to_be_deleted() -> None:
    leads: set[State] = {S.DELETED}
    while more := {state for (state, _), to in TRANSITIONS.items() if to in leads} - leads:
        leads |= more
    assert leads == set(State)


@pytest.mark.parametrize(
    ("state", "happens", "follows"),
    [
        pytest.param(S.TRIAL, T.TRIAL_OVER, S.DUE, id="the trial is over"),
        pytest.param(S.TRIAL, T.ACTIVATED, S.ACTIVE, id="activated at the trial's end"),
        pytest.param(S.DUE, T.PAID, S.ACTIVE, id="payment unlocks at once"),
        pytest.param(S.DUE, T.ACTIVATED, S.ACTIVE, id="so does activation on invoice terms"),
        pytest.param(S.DUE, T.UNPAID_TOO_LONG, S.CANCELLED, id="30 days due"),
        pytest.param(S.ACTIVE, T.PAYMENT_FAILED, S.PAST_DUE, id="a payment failed"),
        pytest.param(S.ACTIVE, T.PAYMENT_LATE, S.PAST_DUE, id="a payment is late"),
        pytest.param(S.PAST_DUE, T.PAID, S.ACTIVE, id="then it came"),
        pytest.param(S.PAST_DUE, T.PAYMENT_FAILED, S.PAST_DUE, id="or failed again"),
        pytest.param(S.PAST_DUE, T.DUNNING_OVER, S.SUSPENDED, id="14 days past due"),
        pytest.param(S.PAST_DUE, T.CANCEL, S.CANCELLED, id="nothing paid to stay open for"),
        pytest.param(S.SUSPENDED, T.PAID, S.ACTIVE, id="paid after dunning"),
        pytest.param(S.SUSPENDED, T.RESTORED, S.ACTIVE, id="restored by the operator"),
        pytest.param(S.SUSPENDED, T.SUSPENDED_TOO_LONG, S.CANCELLED, id="30 days suspended"),
        pytest.param(S.ACTIVE, T.CANCEL, S.CANCELLING, id="the payer cancels"),
        pytest.param(S.CANCELLING, T.CANCEL_WITHDRAWN, S.ACTIVE, id="and thinks better of it"),
        pytest.param(S.CANCELLING, T.PERIOD_OVER, S.CANCELLED, id="or the period is over"),
        pytest.param(S.CANCELLING, T.PAID, S.CANCELLING, id="a late payment withdraws nothing"),
        pytest.param(S.ACTIVE, T.REMOVED, S.CANCELLED, id="removed now"),
        pytest.param(S.ACTIVE, T.PAUSED, S.PAUSED, id="paused"),
        pytest.param(S.PAUSED, T.RESUMED, S.ACTIVE, id="and resumed"),
        pytest.param(S.ACTIVE, T.FREE_GRANTED, S.FREE, id="free"),
        pytest.param(S.FREE, T.FREE_ENDED, S.DUE, id="and no longer"),
        pytest.param(S.CANCELLED, T.PAID, S.ACTIVE, id="paid within 60 days"),
        pytest.param(S.CANCELLED, T.DELETED, S.DELETED, id="60 days cancelled"),
        pytest.param(S.DUE, T.TRIAL_GRANTED, S.TRIAL, id="another trial"),
    ],
)
def test_where_a_transition_leads(state: State, happens: Transition, follows: State) -> None:
    assert move(state, happens) == follows
    assert happens in allowed(state)


@pytest.mark.parametrize(
    ("state", "happens"),
    [
        (S.TRIAL, T.PAUSED),
        (S.DUE, T.PAUSED),
        (S.CANCELLING, T.CANCEL),
        (S.PAUSED, T.TRIAL_OVER),
        (S.CANCELLED, T.RESTORED),
        (S.CANCELLED, T.CANCEL),
        (S.ACTIVE, T.DELETED),
        (S.ACTIVE, T.TRIAL_GRANTED),
    ],
)
def test_what_cannot_happen_is_refused_by_name(state: State, happens: Transition) -> None:
    with pytest.raises(IllegalTransition, match=f"{happens} cannot happen to a subscription that is {state}"):
        move(state, happens)


@pytest.mark.parametrize("state", [S.SUSPENDED, S.CANCELLED])
@pytest.mark.parametrize("happens", [T.PAID, T.ACTIVATED])
def test_an_operators_suspension_is_not_lifted_by_payment(state: State, happens: Transition) -> None:
    assert move(state, happens) == S.ACTIVE
    assert happens not in allowed(state, held=True)
    with pytest.raises(IllegalTransition, match="the operator suspended it"):
        move(state, happens, held=True)


@pytest.mark.parametrize("before", sorted(SUSPENDABLE))
def test_what_the_operator_suspended_goes_back_to_where_it_was(before: State) -> None:
    assert move(before, T.SUSPENDED) == S.SUSPENDED
    assert move(S.SUSPENDED, T.RESTORED, held=True, before=before) == before


def test_nothing_is_restored_into_what_was_never_suspended() -> None:
    with pytest.raises(IllegalTransition, match="cannot go back to deleted"):
        move(S.SUSPENDED, T.RESTORED, before=S.DELETED)


@pytest.mark.parametrize(
    ("state", "dates", "expected"),
    [
        pytest.param(S.TRIAL, Dates(trial_ends=after(29)), [(29, T.TRIAL_OVER)], id="the trial ends"),
        pytest.param(S.TRIAL, Dates(), [], id="a trial without an end, before its first visit"),
        pytest.param(S.DUE, Dates(), [(30, T.UNPAID_TOO_LONG)], id="due"),
        pytest.param(S.ACTIVE, Dates(period_ends=after(9)), [], id="active goes on"),
        pytest.param(S.ACTIVE, Dates(pause_from=after(9)), [(9, T.PAUSED)], id="a pause that was asked for"),
        pytest.param(S.PAST_DUE, Dates(), [(14, T.DUNNING_OVER)], id="past due"),
        pytest.param(S.SUSPENDED, Dates(), [(30, T.SUSPENDED_TOO_LONG)], id="suspended"),
        pytest.param(S.CANCELLING, Dates(period_ends=after(9)), [(9, T.PERIOD_OVER)], id="cancelling"),
        pytest.param(
            S.CANCELLING,
            Dates(period_ends=after(20), dunning_since=after(-1)),
            [(13, T.DUNNING_OVER), (20, T.PERIOD_OVER)],
            id="cancelling a period that is not paid",
        ),
        pytest.param(S.PAUSED, Dates(), [], id="paused"),
        pytest.param(S.FREE, Dates(), [], id="free"),
        pytest.param(S.CANCELLED, Dates(), [(60, T.DELETED)], id="cancelled"),
        pytest.param(S.DELETED, Dates(), [], id="deleted"),
    ],
)
def test_what_time_alone_brings(state: State, dates: Dates, expected: list[tuple[int, Transition]]) -> None:
    found = timed(state, SINCE, LIMITS, dates)
    assert found == [(after(days), transition) for days, transition in expected]
    assert next_time(state, SINCE, LIMITS, dates) == (found[0] if found else None)
    for _, transition in found:
        move(state, transition)


def test_a_subscription_that_nobody_looks_after_ends_by_itself() -> None:
    state, since, way = S.TRIAL, SINCE, []
    while coming := next_time(state, since, LIMITS, Dates(trial_ends=after(28))):
        since, transition = coming
        state = move(state, transition)
        way.append(((since - SINCE).days, state))
    assert way == [(28, S.DUE), (58, S.CANCELLED), (118, S.DELETED)]


def test_a_failed_payment_that_nobody_makes_good_ends_by_itself() -> None:
    state, since, way = S.PAST_DUE, SINCE, []
    while coming := next_time(state, since):
        since, transition = coming
        state = move(state, transition)
        way.append(((since - SINCE).days, state))
    assert way == [(14, S.SUSPENDED), (44, S.CANCELLED), (104, S.DELETED)]


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (S.TRIAL, [(21, Notice.TRIAL_ENDS), (27, Notice.TRIAL_ENDS)]),
        (S.DUE, [(3, Notice.REMINDER), (7, Notice.REMINDER), (13, Notice.REMINDER), (14, Notice.COUNTING_STOPS)]),
        (S.PAST_DUE, [(1, Notice.RETRY), (3, Notice.RETRY), (5, Notice.RETRY), (7, Notice.RETRY)]),
        (S.SUSPENDED, [(30, Notice.COUNTING_STOPS)]),
        (S.CANCELLED, [(30, Notice.EXPORT_ENDS), (53, Notice.DELETION_NEAR)]),
        (S.ACTIVE, []),
        (S.DELETED, []),
    ],
)
def test_what_is_told_meanwhile(state: State, expected: list[tuple[int, Notice]]) -> None:
    found = notices(state, SINCE, LIMITS, Dates(trial_ends=after(28)))
    assert found == [(after(days), what) for days, what in expected]


def test_a_short_trial_is_not_told_before_it_began() -> None:
    assert notices(S.TRIAL, SINCE, LIMITS, Dates(trial_ends=after(3))) == [(after(2), Notice.TRIAL_ENDS)]
    assert notices(S.TRIAL, SINCE, LIMITS, Dates(trial_ends=after(1))) == []
    assert notices(S.TRIAL, SINCE) == []


def test_each_notice_comes_once_however_rarely_somebody_asks() -> None:
    found = notices(S.DUE, SINCE)
    assert due_between(found, SINCE, after(7)) == found[:2]
    assert due_between(found, after(7), after(13)) == found[2:3]


def test_limits_are_the_operators() -> None:
    limits = Limits(due_counts=2, due_cancelled=5, reminders=(1, 5), deleted_after=90)
    assert counts_until(S.DUE, SINCE, limits) == after(2)
    assert next_time(S.DUE, SINCE, limits) == (after(5), T.UNPAID_TOO_LONG)
    assert next_time(S.CANCELLED, SINCE, limits) == (after(90), T.DELETED)
    assert (revival_ends(SINCE), export_ends(SINCE)) == (after(60), after(30))


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"due_counts": -1}, ("days_out_of_range", ("due_counts", 0, 3660))),
        ({"reminders": (0, 3)}, ("days_out_of_range", ("reminders", 1, 3660))),
        ({"reminders": (3, 3)}, ("days_not_rising", ("reminders",))),
        ({"trial_notices": (1, 7)}, ("days_not_falling", ("trial_notices",))),
        ({"due_counts": 31}, ("days_longer_than", ("due_counts", "due_cancelled"))),
        ({"revival": 61}, ("days_longer_than", ("revival", "deleted_after"))),
        ({"retries": (1, 15)}, ("days_too_late", ("retries", 14))),
    ],
)
def test_limits_that_contradict_each_other_are_refused(values: dict[str, object], problem: tuple[object, ...]) -> None:
    with pytest.raises(LimitsError) as refused:
        Limits(**values)  # type: ignore[arg-type]
    assert problem in refused.value.problems
