"""Does a fork go on from exactly what was, without asking or paying for any of it again?"""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.domain.changing import changed
from core.domain.commands import Admit, ChangeSeats, Fork
from core.domain.errors import CommandRefused, WrongUse
from core.domain.events import AttemptSucceeded, Inherited, Prefix, RuleFired, SessionForked, SessionOpened
from core.domain.ids import Digest
from core.domain.participants import Role, Seat
from core.domain.session import Status
from core.domain.summary import SessionSummary
from core.engine.forking import cut, differs_from, inherited
from core.engine.replay import fold_session, verify
from core.engine.summarise import summarise
from core.flows.debate_events import ArgumentPresented, SeatsChanged, TemplateApplied
from core.rules.rule import EscalateToHuman, PauseDebate
from tests.builders import (
    REVIEWED,
    ROUTE,
    SESSION,
    TURN_COST_MICROUSD,
    Played,
    a_round,
    a_turn,
    after,
    at_least,
    complete_at,
    digest_of,
    opened,
    participant,
    rule,
    seat,
)
from tests.core.engine.strategies import histories
from tests.forked import ORIGIN_DIGEST, fork_of

MONEY = {"cost_microusd", "budget_microusd", "budget_used_ppm", "tokens_input", "tokens_output"}
WORK = {"attempt_count"}

laws = settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])


def seq_of(played: Played, kind: type, number: int = 1) -> int:
    return [record.seq for record in played.log if isinstance(record.event, kind)][number - 1]


def test_a_fork_knows_all_that_was_said_and_asks_only_for_what_was_not() -> None:
    origin = after(*opened(), *a_round(), a_turn("The third says this."))
    fork = fork_of(origin)

    fork.do(Admit())

    assert [turn.text for turn in fork.debate.turns] == [turn.text for turn in origin.debate.turns]
    assert fork.wanted == origin.wanted
    fork.play_on()
    assert fork.status is Status.COMPLETED
    assert not set(fork.answered) & set(origin.answered)


def test_what_the_prefix_cost_stays_with_the_session_that_spent_it() -> None:
    origin = after(*opened(cap_microusd=1_000), *a_round())
    fork = fork_of(origin)

    fork.do(Admit())
    fork.speak()

    assert origin.state.money.spent_microusd == 2 * TURN_COST_MICROUSD
    assert fork.state.money.spent_microusd == TURN_COST_MICROUSD
    assert fork.state.money.cap_microusd == 1_000
    assert sum(event.cost_microusd for event in fork.of(AttemptSucceeded)) == TURN_COST_MICROUSD


def test_a_call_under_way_is_not_taken_along_and_its_number_is_given_again() -> None:
    origin = after(*opened(), *a_round(), lambda played: played.begin())
    fork = fork_of(origin)
    fork.do(Admit())

    assert not fork.state.work.open
    assert fork.state.work.attempts == origin.state.work.attempts - 1
    fork.begin()
    assert fork.open_attempt() == origin.open_attempt()


def test_a_call_in_doubt_stays_in_the_origins_account() -> None:
    origin = after(*opened(), a_turn(), lambda played: played.begin(), lambda played: played.doubt(policy="ask"))
    fork = fork_of(origin)
    fork.do(Admit())

    assert origin.state.money.spent_microusd > TURN_COST_MICROUSD
    assert (fork.state.work.doubtful, fork.state.money.spent_microusd) == ((), 0)
    assert fork.status is Status.RUNNING
    assert len(fork.wanted) == 1


def test_a_fork_of_a_failed_session_tries_again_what_gave_up() -> None:
    def give_up(played: Played) -> None:
        played.begin()
        played.fail(is_final=True)

    origin = after(*opened(), a_turn(), give_up)
    assert origin.status is Status.FAILED

    fork = fork_of(origin)
    fork.do(Admit())

    assert fork.wanted
    assert fork.status is Status.RUNNING


def test_a_rule_that_had_fired_does_not_fire_again_and_a_changed_one_is_armed() -> None:
    pausing = rule("hold_it", at_least("turn_count", 1), PauseDebate(reason="look"))
    origin = after(*opened(pausing), a_turn())
    assert origin.fired == ["hold_it"]

    same = fork_of(origin)
    same.do(Admit())
    changed = fork_of(origin, rules=(replace(pausing, priority=7),))
    changed.do(Admit())

    assert (same.fired, same.status) == ([], Status.RUNNING)
    assert (changed.fired, changed.status) == (["hold_it"], Status.PAUSED)


def test_a_fork_right_behind_a_commands_own_events_hears_other_rules_about_it() -> None:
    origin = after(*opened(complete_at(rounds=1)), *a_round())
    seq = seq_of(origin, RuleFired) - 2  # the round's end and the rule's firing followed from the last answer
    asking = rule("ask_first", at_least("round_count", 1), EscalateToHuman(question="End it?", reason="to see"))

    fork = fork_of(origin, at_seq=seq, rules=(asking,))
    fork.do(Admit())

    assert fork.fired == ["ask_first"]
    assert fork.status is Status.ESCALATED


def test_no_fork_begins_in_the_midst_of_a_decision_and_both_sides_of_it_are_named() -> None:
    origin = after(*opened(), *a_round())
    seq = seq_of(origin, ArgumentPresented, 2)

    with pytest.raises(WrongUse) as refused:
        cut(origin.engine, SESSION, origin.log, at_seq=seq)

    assert str(refused.value) == (
        f"session {SESSION[:8]}: event {seq} lies in the midst of what followed from one command. "
        f"Fork it at {seq + 1}, before the rules were heard, or at {seq + 3}, behind it."
    )
    assert cut(origin.engine, SESSION, origin.log, at_seq=seq + 1).seq == seq + 1


def test_nothing_goes_on_from_where_it_is_over_and_the_last_place_before_is_named() -> None:
    origin = after(*opened(rounds=1), Played.play_on)
    last = origin.log[-1].seq

    with pytest.raises(WrongUse, match=r"it is completed: nothing goes on from there\. Fork it at \d+, the last"):
        cut(origin.engine, SESSION, origin.log, at_seq=last)
    with pytest.raises(WrongUse, match=rf"it has no event {last + 1}\. Its events are numbered from 1 to {last}"):
        cut(origin.engine, SESSION, origin.log, at_seq=last + 1)

    found = cut(origin.engine, SESSION, origin.log)
    assert found.state.life.completing == "rounds_played"
    assert not found.state.life.status.is_over


def test_another_judge_may_be_asked_for_the_verdict() -> None:
    origin = after(*opened(rounds=1), Played.play_on)
    other = Seat(id=seat(Role.JUDGE).id, role=Role.JUDGE, participant=participant("beta", model=ROUTE))

    fork = fork_of(origin, seats=(other,))
    fork.do(Admit())

    assert fork.of(SeatsChanged) == [SeatsChanged(seats=(other,), by="operator")]
    assert fork.wanted == ("verdict",)
    assert fork.engine.flow(fork.state).seated(fork.state, other.id).name == "Beta"
    fork.speak("They are right.\nVerdict: for")
    assert (fork.debate.outcome, origin.debate.outcome) == ("for", "against")


def test_nobody_is_seated_whose_price_was_not_pinned_or_where_there_is_no_seat() -> None:
    origin = after(*opened(), a_turn())
    stranger = seat(Role.JUDGE, model="other:one")
    nowhere = seat(Role.REVIEWER)

    with pytest.raises(CommandRefused, match=r"what other:one costs was not pinned"):
        fork_of(origin, seats=(stranger,))
    with pytest.raises(CommandRefused, match=r"nobody sits as reviewer"):
        fork_of(origin, seats=(nowhere,))
    assert "over" not in origin.refuses(ChangeSeats(seats=(nowhere,)))


def test_another_format_holds_from_the_next_round_on() -> None:
    origin = after(*opened(), *a_round())
    fork = fork_of(origin, template=REVIEWED.id, template_digest=digest_of(REVIEWED.id))
    fork.do(Admit())

    assert len(fork.of(TemplateApplied)) == 1
    fork.play_on()
    assert fork.debate.template == REVIEWED
    assert fork.status is Status.COMPLETED


def test_a_fork_of_a_fork_holds_one_prefix_and_stands_where_its_origin_stood() -> None:
    origin = after(*opened(), a_turn("First."))
    child = fork_of(origin)
    child.do(Admit())
    child.speak("Second.")

    grandchild = fork_of(child)
    grandchild.do(Admit())

    (forked,) = grandchild.of(SessionForked)
    assert not [each for each in forked.prefix.events if isinstance(each.event, (SessionForked, SessionOpened))]
    assert [turn.text for turn in grandchild.debate.turns] == ["First.", "Second."]
    assert verify(grandchild.engine, SESSION, grandchild.log) is None


def test_the_row_of_a_fork_says_where_it_comes_from_and_counts_only_its_own_money() -> None:
    origin = after(*opened(), *a_round())
    fork = fork_of(origin)
    fork.do(Admit())
    row: SessionSummary | None = None
    for record in fork.log:
        row = summarise(row, record, fork.engine.flows)

    assert row is not None
    assert (row.forked_from, row.forked_at_seq) == (SESSION, origin.log[-1].seq)
    assert (row.round, row.consensus_ppm) == (2, origin.debate.agreement.ppm)
    assert (row.spent_microusd, row.turns, row.attempts_open) == (0, 0, 0)


def test_a_prefix_that_is_not_the_origins_is_told_apart() -> None:
    origin = after(*opened(), *a_round())
    found = cut(origin.engine, SESSION, origin.log)
    prefix = Prefix(session=SESSION, seq=found.seq, digest=ORIGIN_DIGEST, events=found.events)
    forked = SessionForked(prefix=prefix)
    events = inherited(origin.log)

    assert differs_from(forked, ORIGIN_DIGEST, events) == ""
    assert "has the digest cdcd" in differs_from(forked, Digest("cd" * 32), events)
    altered = (*events[:-1], Inherited(at_ms=1, kind="SessionPaused", event=events[-1].event))
    assert "are not those of its origin" in differs_from(forked, ORIGIN_DIGEST, altered)


def test_nothing_is_made_a_fork_that_is_open_already() -> None:
    origin = after(*opened(), a_turn())
    found = cut(origin.engine, SESSION, origin.log)
    prefix = Prefix(session=SESSION, seq=found.seq, digest=ORIGIN_DIGEST, events=found.events)

    assert "made a fork" in origin.refuses(Fork(opening=found.opening, prefix=prefix))


@laws
@given(played=histories(), data=st.data())
def test_wherever_it_is_cut_a_fork_is_what_its_origin_was_there_but_for_the_money(
    played: Played, data: st.DataObject
) -> None:
    places = [None, *range(1, len(played.log) + 1)]
    at_seq = data.draw(st.sampled_from(places))
    try:
        found = cut(played.engine, SESSION, played.log, at_seq=at_seq)
    except WrongUse:
        return
    fork = fork_of(played, at_seq=at_seq)

    own = fork.engine.flow(fork.state).facts(fork.state)
    assert own == played.engine.flow(found.state).facts(found.state)
    # A call that is under way where it is cut is the origin's: the fork asks by one of its own.
    assert fork.state.flow == changed(found.state.flow, calls={})
    now_ms = found.state.at_ms
    theirs = played.engine.facts(found.state, now_ms=now_ms)
    ours = fork.engine.facts(fork.state, now_ms=fork.now_ms)
    for name in theirs.keys() - MONEY - WORK - {"status"}:
        assert ours[name] == theirs[name], name
    answered = [
        each.event.step for each in fork.of(SessionForked)[0].prefix.events if type(each.event) is AttemptSucceeded
    ]
    fork.do(Admit())
    assert not set(fork.wanted) & set(answered)
    fork.drive_home()
    assert verify(fork.engine, SESSION, fork.log) is None
    assert fold_session(fork.engine, SESSION, fork.log) == fork.state
