"""Does a log read as its turns, however it is cut, and are lost and failed attempts seen?"""

from __future__ import annotations

from dataclasses import replace

import pytest

from console.presenters import transcript
from console.presenters.rules_fired import in_seconds
from console.presenters.session_detail import DetailFold, standing_lines
from console.presenters.transcript import EARLIER, NOT_ASKED, TranscriptFold, model_marks, step_of, turn_key
from core.domain.commands import AddStatement, Pause, RecordFailure
from core.domain.events import Recorded, Unreadable
from core.domain.ids import SessionId, TemplateId
from core.domain.provider_errors import NOT_SENT
from core.domain.session import Status
from core.domain.summary import SessionSummary
from tests.builders import SESSION, Played, a_round, a_turn, after, begun, complete_at, gave_up, opened
from tests.forked import fork_of


def folded(played: Played) -> TranscriptFold:
    fold = TranscriptFold({})
    for record in played.log:
        list(fold.take(record))
    return fold


def detail(played: Played) -> DetailFold:
    fold = DetailFold({})
    for record in played.log:
        fold.take(record)
    return fold


def states(fold: TranscriptFold) -> list[tuple[str, str]]:
    return [(turn.seat, turn.state) for turn in fold.turns.values()]


def test_turns_stand_in_the_order_in_which_they_were_spoken_and_the_one_under_way_is_speaking() -> None:
    fold = folded(after(*opened(), a_turn("Because."), begun))

    assert states(fold) == [("Proposer", "done"), ("Opponent", "speaking")]
    assert next(iter(fold.turns.values())).text == "Because."


def test_each_event_says_which_turns_it_changed_and_no_others() -> None:
    played = after(*opened(complete_at(rounds=1)), *a_round())
    fold = TranscriptFold({})
    known: dict[str, object] = {}
    for record in played.log:
        changed = set(fold.take(record))
        assert {key for key, turn in fold.turns.items() if known.get(key) != turn} == changed
        known = dict(fold.turns)


def test_an_attempt_that_failed_or_is_in_doubt_stays_in_sight_with_its_reason() -> None:
    failed = folded(after(*opened(), gave_up))
    (turn,) = [each for each in failed.turns.values() if each.state == "superseded"]
    assert "failed" in turn.marks
    assert "overloaded" in turn.text

    lost = folded(after(*opened(), begun, lambda played: played.doubt(policy="retry")))
    (turn,) = [each for each in lost.turns.values() if each.state == "superseded"]
    assert "in doubt" in turn.marks


def test_what_can_not_be_read_here_stands_in_the_transcript_with_what_to_do() -> None:
    played = after(*opened(), a_turn("Because."))
    unread = Unreadable(kind="ArgumentSung", version=1, why="The log holds an ArgumentSung.", now="Update moot.")
    played.log.append(replace(played.log[-1], seq=played.log[-1].seq + 1, event=unread))

    fold = folded(played)

    assert states(fold)[0] == ("Proposer", "done")
    (note,) = [turn for turn in fold.turns.values() if turn.seat == "✗ unread"]
    assert note.text == "The log holds an ArgumentSung. Update moot."


def test_a_session_that_can_not_be_read_on_says_so_instead_of_offering_to_retry() -> None:
    row = SessionSummary(
        session=SessionId("a1"),
        seq=1,
        position=1,
        flow="debate@1",
        title="",
        motion="Split billing?",
        template=TemplateId("standard_debate"),
        status=Status.FAILED,
        reason="not_readable_here",
        unreadable="The log holds a X. Update moot.",
    )

    lines, edge = standing_lines(row, DetailFold({}), {"retry_turn": "ctrl+r"}, now_ms=0)

    assert edge == "failed"
    assert ["".join(text for text, _ in line.parts) for line in lines] == [
        "✗ not readable here  The log holds a X. Update moot."
    ]


def test_words_that_were_shown_of_a_turn_that_broke_off_are_said_to_be_part_of_none() -> None:
    def broke_off(played: Played) -> None:
        step, attempt = played.open_attempt()
        played.do(
            RecordFailure(
                step=step, attempt=attempt, error="connection_lost", message="gone.", cost_microusd=5, characters=1_200
            )
        )

    (turn,) = folded(after(*opened(), begun, broke_off)).turns.values()

    assert turn.text == (
        "connection lost: gone. (1,200 characters that were shown are superseded: they are part of no turn.)"
    )


def test_a_call_that_was_never_sent_is_not_called_a_failure() -> None:
    def withdrawn(played: Played) -> None:
        step, attempt = played.open_attempt()
        played.do(RecordFailure(step=step, attempt=attempt, error=NOT_SENT, message="it waited", cost_microusd=0))

    (turn,) = folded(after(*opened(), begun, withdrawn)).turns.values()

    assert "not sent" in turn.marks
    assert "failed" not in turn.marks


def test_what_was_seen_of_an_answer_stands_beside_it() -> None:
    played = after(*opened(), begun)
    played.do(replace(played.answer_command("It is so."), findings=("repeated: it repeats its last turn",)))

    (turn,) = folded(played).turns.values()

    assert turn.marks == ("repeated: it repeats its last turn",)


def test_an_answer_that_was_kept_says_so_and_what_it_saved() -> None:
    played = after(*opened(), begun)
    played.do(replace(played.answer_command("It is so."), is_cached=True, saved_microusd=52_000))
    (turn,) = folded(played).turns.values()

    assert turn.marks == ("the same was asked before and its answer was kept: nobody was asked, which saved $0.052",)


def test_what_a_call_waits_for_is_shown_until_it_is_sent() -> None:
    fold = folded(after(*opened(), begun))
    ((key, before),) = fold.turns.items()

    assert fold.waits(key, "", "its turn with cloud").marks == (*before.marks, "waits for its turn with cloud")
    assert fold.waits(key, "its turn with cloud", "cloud to recover").marks[-1] == "waits for cloud to recover"
    assert fold.waits(key, "cloud to recover", "") == before


def test_what_is_no_turn_is_a_note_of_its_own() -> None:
    fold = folded(after(*opened(complete_at(rounds=1)), AddStatement(text="Mind the rota."), Pause()))

    assert ("Operator", "note") in states(fold)
    assert ("‖ paused", "note") in states(fold)


def test_a_rule_that_fired_is_told_with_the_values_it_saw() -> None:
    played = after(*opened(complete_at(rounds=1)), *a_round())

    (firing,) = detail(played).firings
    assert (firing.rule, firing.turn, firing.effect) == ("complete_at", 2, "complete debate")
    assert "round_count" in firing.values


def test_the_next_speaker_follows_from_the_steps_of_the_round() -> None:
    assert detail(after(*opened(), begun)).next_seat({"reply": "opponent"}) == "opponent"
    assert detail(after(*opened(), a_turn())).next_seat({"reply": "opponent"}) == "opponent"
    assert detail(after(*opened(), *a_round())).next_seat({"claim": "proposer"}) in ("proposer", "")


def test_the_key_of_a_turn_gives_back_its_step_and_a_note_has_none() -> None:
    assert step_of(turn_key("r1.claim.proposer", 2)) == "r1.claim.proposer"
    assert step_of("note 7") == ""


def test_a_rehearsal_is_marked_and_a_model_is_not() -> None:
    assert model_marks("rehearsal") == (NOT_ASKED,)
    assert model_marks("claude") == ()


@pytest.mark.parametrize(
    ("exact", "shown"),
    [
        ("elapsed 1 s 911 ms < 30 min", "elapsed 1 s < 30 min"),
        ("silence 39 ms < 10 min", "silence 0 s < 10 min"),
        ("elapsed 2 min 5 s 7 ms < 30 min", "elapsed 2 min 5 s < 30 min"),
        ("round_count 1 ≤ 4", "round_count 1 ≤ 4"),
    ],
)
def test_time_that_runs_is_shown_without_milliseconds(exact: str, shown: str) -> None:
    assert in_seconds(exact) == shown


def test_a_log_in_pieces_gives_the_same_turns_as_the_whole() -> None:
    played = after(*opened(complete_at(rounds=2)), *a_round(), *a_round())
    cut: list[Recorded] = played.log
    whole = folded(played)
    fold = TranscriptFold({})
    for start in range(0, len(cut), 3):
        for record in cut[start : start + 3]:
            list(fold.take(record))

    assert fold.turns == whole.turns


def test_the_oldest_turns_give_way_and_a_note_says_how_many_and_where_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transcript, "TURNS_KEPT_MAX", 8)
    played = after(*opened(rounds=9), *(a_turn(f"Turn {number}.") for number in range(15)), begun)
    fold = TranscriptFold({})
    sizes = []
    for record in played.log:
        before = fold.let_go
        changed = list(fold.take(record))
        assert (EARLIER in changed) is (fold.let_go > before)
        sizes.append(len(fold.turns))

    texts = [turn.text for turn in fold.turns.values()]
    assert max(sizes) <= 8 + 1, "and the note"
    assert texts[-2:] == ["Turn 14.", ""]
    assert next(iter(fold.turns)) == EARLIER
    kept = sum(text.startswith("Turn") for text in texts)
    assert texts[0] == f"{15 - kept} turns and notes stand before this: moot sessions show {SESSION[:8]}"
    assert texts[1:-1] == [f"Turn {number}." for number in range(15 - kept, 15)]


def test_long_texts_give_way_before_there_are_many_and_the_newest_stays_however_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(transcript, "CHARACTERS_KEPT_MAX", 100)
    fold = folded(after(*opened(rounds=3), *(a_turn(letter * 40) for letter in "abcd")))
    assert sum(len(turn.text) for turn in fold.turns.values() if turn.key != EARLIER) <= 100

    alone = folded(after(*opened(), a_turn("x" * 500)))
    assert [len(turn.text) for turn in alone.turns.values() if turn.state == "done"] == [500]
    assert EARLIER not in alone.turns


def test_a_fork_reads_as_all_that_was_said_before_it_and_what_was_under_way_there_is_gone() -> None:
    origin = after(*opened(), a_turn("Because."), begun)
    fork = fork_of(origin)
    fold, told = TranscriptFold({}), detail(fork)
    changed = [key for record in fork.log for key in fold.take(record)]

    assert [turn.text for turn in fold.turns.values()] == ["Because.", fold.turns["note 2"].text]
    assert f"session {SESSION[:8]} up to its event {origin.log[-1].seq}" in fold.turns["note 2"].text
    assert set(changed) == set(fold.turns)
    assert (told.turns, told.speaking) == (1, {})
