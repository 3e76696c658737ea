"""Is what was true at each event told as it was, and each value traced to the event that made it so?"""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings

from core.domain.commands import AddStatement, Pause, Resume, ResumeRun
from core.domain.events import AttemptSucceeded, RuleFired, RunResumed, SessionPaused
from core.domain.ids import RuleId
from core.engine.facts import time_facts
from core.engine.provenance import FactTrail, Point
from core.engine.replay import fold_session
from core.flows.debate_events import ConsensusUpdated, RoundCompleted, RoundStarted, StatementAdded
from core.rules import rule as asked
from core.rules.explanation import Standing, Verdict
from core.rules.rule import Repeat
from tests.builders import (
    FACTS,
    MOVE_MILLISECONDS,
    SESSION,
    Played,
    a_round,
    a_turn,
    after,
    at_least,
    begun,
    complete_at,
    lasted,
    opened,
    rule,
    rules_changed,
)
from tests.core.engine.strategies import histories

PAUSE = asked.PauseDebate(reason="rest")
GO_ON = asked.ContinueDebate(reason="converging")


def trail_of(played: Played) -> FactTrail:
    trail = FactTrail(played.engine, SESSION, FACTS)
    trail.read(played.log)
    return trail


def last_seq(played: Played, kind: type) -> int:
    return [record.seq for record in played.log if isinstance(record.event, kind)][-1]


laws = settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])


@laws
@given(histories())
def test_the_facts_at_each_event_are_those_of_the_log_folded_up_to_it(played: Played) -> None:
    trail = trail_of(played)
    for record in played.log:
        state = fold_session(played.engine, SESSION, played.log[: record.seq])
        assert trail.at(record.seq).facts == played.engine.facts(state, now_ms=state.at_ms)
    assert trail.state == played.state


@laws
@given(histories())
def test_a_value_has_stood_since_the_event_it_is_traced_to_and_was_another_before(played: Played) -> None:
    trail = trail_of(played)
    points = {record.seq: trail.at(record.seq) for record in played.log}
    for seq, point in points.items():
        assert point.origins.keys() == point.facts.keys()
        for name, origin in point.origins.items():
            assert 1 <= origin.seq <= seq
            assert origin.kind == type(played.log[origin.seq - 1].event).__name__
            if not origin.grows:
                assert {points[at].facts[name] for at in range(origin.seq, seq + 1)} == {point.facts[name]}
                assert origin.seq == 1 or points[origin.seq - 1].facts[name] != point.facts[name]


@laws
@given(histories())
def test_the_verdict_on_each_rule_is_that_of_its_evaluation(played: Played) -> None:
    trail = trail_of(played)
    for record in played.log:
        point = trail.at(record.seq)
        rules = played.rule_sets[point.ruling.digest]
        true_ids = rules.evaluate(point.facts).true_ids
        told = [point.explain(each) for each in rules.rules if each.enabled]
        assert {each.rule for each in told if each.verdict is Verdict.TRUE} == true_ids


@laws
@given(histories())
def test_a_rule_that_fired_was_armed_and_true_where_it_was_heard(played: Played) -> None:
    trail = trail_of(played)
    for record in played.log:
        if isinstance(record.event, RuleFired) and isinstance(played.log[record.seq - 2].event, ConsensusUpdated):
            point = trail.at(record.seq - 1)
            told = point.explain(played.rule_sets[point.ruling.digest].by_id[record.event.rule])
            assert told.verdict is Verdict.TRUE
            assert told.moment is not None
            assert told.moment.standing in (Standing.ARMED, Standing.SPENT)  # a later event of the append may re-arm it


def a_debate() -> Played:
    return after(*opened(complete_at(rounds=5), rounds=9), *a_round("I agree that it costs sleep.", "So do I."), begun)


def test_each_clause_names_the_event_that_last_changed_its_value() -> None:
    played = a_debate()
    both = rule("both", asked.AllOf(parts=(at_least("round_count", 1), at_least("statement_count", 1))), PAUSE)

    told = trail_of(played).at(len(played.log)).explain(both)

    rounds, statements = told.clauses
    assert rounds.origin is not None
    assert (rounds.origin.seq, rounds.origin.kind) == (last_seq(played, RoundCompleted), "RoundCompleted")
    assert told.first_false is statements
    assert statements.origin is not None
    assert (statements.origin.seq, statements.origin.kind) == (1, "SessionOpened")
    assert told.as_lines(with_origins=True)[0].endswith(f"from event {rounds.origin.seq} RoundCompleted")
    assert "event" not in told.as_lines()[0]


def test_time_is_named_with_the_event_that_set_it_back() -> None:
    played = a_debate()
    origins = trail_of(played).at(len(played.log)).origins

    assert origins["silence_ms"].seq == last_seq(played, AttemptSucceeded)
    assert origins["round_elapsed_ms"].seq == last_seq(played, RoundStarted)
    assert (origins["elapsed_ms"].seq, origins["elapsed_ms"].grows) == (1, True)
    assert str(origins["silence_ms"]) == f"time since event {origins['silence_ms'].seq} AttemptSucceeded"


def test_time_in_which_nobody_drove_sets_nothing_back() -> None:
    played = after(*opened(), a_turn())
    played.do(ResumeRun(), after_ms=3_600_000)

    assert trail_of(played).at(last_seq(played, RunResumed)).origins["elapsed_ms"].seq == 1


def test_a_past_point_has_the_time_that_was_recorded_and_the_present_one_the_time_now() -> None:
    played = a_debate()
    trail = trail_of(played)
    end = len(played.log)
    later_ms = played.now_ms + 60_000

    assert trail.at(end).facts["elapsed_ms"] == time_facts(played.state, played.state.at_ms)["elapsed_ms"]
    assert trail.now(later_ms).facts["silence_ms"] == 60_000 + MOVE_MILLISECONDS
    assert trail.now(later_ms).explain(rule("slow", lasted("silence_ms", 60_000), PAUSE)).verdict is Verdict.TRUE
    assert trail.at(end).explain(rule("slow", lasted("silence_ms", 60_000), PAUSE)).verdict is Verdict.FALSE


def standing(point: Point, rule_id: str, played: Played) -> Standing:
    moment = point.explain(played.rule_sets[point.ruling.digest].by_id[RuleId(rule_id)]).moment
    assert moment is not None
    return moment.standing


def test_a_rule_that_fired_is_spent_until_it_was_false_and_the_firing_is_named() -> None:
    played = after(*opened(rule("going", at_least("argument_count", 1), GO_ON), rounds=9), a_turn(), a_turn())
    trail = trail_of(played)
    fired = last_seq(played, RuleFired)
    told = trail.at(len(played.log)).explain(played.in_force.rules[0])

    assert standing(trail.at(fired - 1), "going", played) is Standing.ARMED
    assert standing(trail.at(fired), "going", played) is Standing.SPENT
    assert told.moment is not None
    assert told.moment.fired_seq == fired


def test_how_a_rule_stands_is_told_for_every_reason_there_is() -> None:
    broken = rule("broken", at_least("roud_count", 1), PAUSE)
    sleeping = rule("sleeping", at_least("round_count", 1), PAUSE, enabled=False)
    loud = rule("loud", at_least("argument_count", 1), GO_ON, repeat=Repeat.EVENT)
    played = after(*opened(broken, sleeping, loud, rounds=9), *(a_turn() for _ in range(7)))
    running = trail_of(played).at(len(played.log))
    played.do(Pause())
    paused = trail_of(played).at(last_seq(played, SessionPaused))

    assert standing(running, "broken", played) is Standing.SWITCHED_OFF
    assert standing(running, "sleeping", played) is Standing.DISABLED
    assert standing(running, "loud", played) is Standing.ARMED
    assert standing(paused, "loud", played) is Standing.NOT_HEARD
    elsewhere = running.explain(complete_at(rounds=1), is_in_force=False).moment
    assert elsewhere is not None
    assert elsewhere.standing is Standing.NOT_IN_FORCE


def test_the_rules_in_force_at_each_point_are_those_of_that_point() -> None:
    played = after(*opened(complete_at(rounds=5), rounds=9), a_turn())
    before = played.in_force.digest
    changed_at = len(played.log) + 1
    rules_changed(without="complete_at")(played)  # type: ignore[operator]
    trail = trail_of(played)

    assert trail.at(changed_at - 1).ruling.digest == before
    assert trail.at(changed_at).ruling.digest == played.in_force.digest != before


def test_a_trail_is_read_on_as_the_log_grows() -> None:
    played = after(*opened(), a_turn())
    trail = trail_of(played)
    read = len(played.log)
    played.do(AddStatement(text="Mind the weekend."))
    trail.read(played.log[read:])

    assert trail.at(last_seq(played, StatementAdded)).facts["statement_count"] == 1
    assert trail.at(read).facts["statement_count"] == 0
    assert trail.state == played.state


def test_an_event_that_was_not_read_is_no_point() -> None:
    played = after(*opened(), Pause(), Resume())
    trail = trail_of(played)

    for seq in (0, -1, len(played.log) + 1):
        with pytest.raises(IndexError):
            trail.at(seq)
