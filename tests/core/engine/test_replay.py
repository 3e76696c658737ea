"""Does a replay find what was decided otherwise, and say what it can't judge?"""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.domain.commands import AddStatement, Pause, Resume
from core.domain.errors import NotVerifiableHere
from core.domain.events import Recorded, SessionPaused, Unreadable
from core.engine.replay import fold, fold_session, verify
from core.flows.debate_events import ArgumentPresented
from tests.builders import SESSION, Played, a_round, after, complete_at, opened, template


def played_one() -> Played:
    return after(*opened(complete_at(rounds=1)), *a_round(), Pause(), Resume(), Played.play_on)


def with_event(log: list[Recorded], seq: int, **changes: object) -> list[Recorded]:
    """The log as somebody may have tampered with it."""
    return [replace(each, event=replace(each.event, **changes)) if each.seq == seq else each for each in log]


def seq_of(played: Played, kind: type) -> int:
    return next(record.seq for record in played.log if isinstance(record.event, kind))


def test_a_log_is_verified() -> None:
    played = played_one()

    assert verify(played.engine, SESSION, played.log) is None


def test_an_event_that_would_be_decided_otherwise_is_found_with_its_place() -> None:
    played = played_one()
    seq = seq_of(played, ArgumentPresented)

    found = verify(played.engine, SESSION, with_event(played.log, seq, text="I never said that."))

    assert found is not None
    assert found.seq == seq
    assert "I never said that." in found.recorded
    assert "It is so." in found.decided


def test_what_can_not_be_read_is_neither_folded_nor_judged_and_its_place_is_named() -> None:
    played = played_one()
    seq = seq_of(played, ArgumentPresented)
    unread = Unreadable(kind="ArgumentSung", version=1, why="It holds an ArgumentSung.", now="Update moot.")
    log = [replace(each, event=unread) if each.seq == seq else each for each in played.log]

    for ask in (lambda: fold_session(played.engine, SESSION, log), lambda: verify(played.engine, SESSION, log)):
        with pytest.raises(NotVerifiableHere) as refused:
            ask()
        assert str(refused.value) == f"session {SESSION[:8]}, event {seq}: It holds an ArgumentSung. Update moot."


def test_a_moment_that_was_changed_within_an_append_is_found() -> None:
    played = played_one()
    changed = next(record for record in played.log if record.envelope is None)
    log = [replace(each, at_ms=each.at_ms + 1) if each is changed else each for each in played.log]

    found = verify(played.engine, SESSION, log)

    assert found is not None
    assert found.seq == changed.seq
    assert found.recorded.endswith(f"at {changed.at_ms + 1}")
    assert found.decided.endswith(f"at {changed.at_ms}")


def test_an_event_that_is_missing_from_an_append_is_found() -> None:
    played = played_one()
    seq = seq_of(played, ArgumentPresented)

    found = verify(played.engine, SESSION, [record for record in played.log if record.seq != seq])

    assert found is not None
    assert "ArgumentPresented" in found.decided


def test_an_event_too_few_at_the_end_of_an_append_is_found() -> None:
    played = played_one()
    found = verify(played.engine, SESSION, played.log[:-1])

    assert found is not None
    assert (found.seq, found.recorded) == (played.log[-1].seq, "nothing")
    assert "SessionCompleted" in found.decided


def test_a_command_that_would_be_refused_today_is_a_divergence() -> None:
    played = after(*opened(), Pause())
    paused = played.log[-1]
    twice = replace(paused, seq=paused.seq + 1)

    found = verify(played.engine, SESSION, [*played.log, twice])

    assert found is not None
    assert found.seq == twice.seq
    assert "can't be paused" in found.decided


def test_an_append_without_its_command_is_a_divergence() -> None:
    played = played_one()
    found = verify(played.engine, SESSION, [replace(played.log[0], envelope=None)])

    assert found is not None
    assert "no command" in found.decided


@pytest.mark.parametrize("missing", ["rules", "template", "flow"])
def test_a_log_whose_pins_are_not_at_hand_is_not_verifiable_here(missing: str) -> None:
    played = played_one()
    match missing:
        case "rules":
            played.rule_sets.clear()
            engine = played.engine
        case "template":
            engine = Played(templates=(template("another"),)).engine
        case _:
            engine = replace(played.engine, flows={})

    with pytest.raises(NotVerifiableHere):
        verify(engine, SESSION, played.log)


def test_a_log_can_be_folded_in_pieces() -> None:
    played = played_one()
    half = len(played.log) // 2
    first = fold_session(played.engine, SESSION, played.log[:half])

    assert fold(played.engine, played.log[half:], state=first) == played.state


def test_folding_asks_no_rule() -> None:
    played = played_one()
    state = played.state
    played.rule_sets.clear()

    assert fold_session(played.engine, SESSION, played.log) == state


def test_two_futures_of_one_state_do_not_see_each_other() -> None:
    played = after(*opened())
    one = played.try_out(AddStatement(text="One."))
    other = played.try_out(AddStatement(text="Other."))

    assert [turn.text for turn in one.state.flow.turns] == ["One."]
    assert [turn.text for turn in other.state.flow.turns] == ["Other."]
    assert len(played.debate.turns) == 0


def test_a_settlement_that_was_not_recorded_leaves_nothing_behind() -> None:
    played = after(*opened())
    played.try_out(AddStatement(text="Lost on a full disk."))

    played.do(AddStatement(text="Written."))

    assert [turn.text for turn in played.debate.turns] == ["Written."]
    assert played.of(SessionPaused) == []
