"""Does time count only while a session is active, and do rules about it fire by themselves?"""

from __future__ import annotations

from core.domain.commands import AnswerEscalation, Complete, Escalate, Pause, ReachDeadline, Resume, ResumeRun
from core.domain.events import DeadlineReached, RuleFired
from core.domain.session import Status
from core.rules.condition import AllOf, Not
from core.rules.rule import EscalateToHuman, PauseDebate
from tests.builders import MOVE_MILLISECONDS, Played, a_turn, after, at_least, begun, kinds, lasted, opened, rule

NIGHT_MILLISECONDS = 8 * 3_600_000
TOO_LONG = rule("too_long", lasted("elapsed_ms", 60_000))
SILENCE = rule("silence", lasted("silence_ms", 30_000), EscalateToHuman(question="Go on?", reason="silence"))


def active_ms(played: Played) -> int:
    return played.state.time.at(played.now_ms)


def passes(milliseconds: int) -> object:
    def move(played: Played) -> None:
        played.now_ms += milliseconds

    return move


def test_time_is_counted_from_admission() -> None:
    assert active_ms(after(*opened()[:1])) == 0
    assert active_ms(after(*opened(), begun)) == MOVE_MILLISECONDS


def test_a_session_paused_overnight_is_not_late() -> None:
    played = after(*opened(TOO_LONG), a_turn(), Pause())
    before = active_ms(played)

    played.do(Resume(), after_ms=NIGHT_MILLISECONDS)

    assert active_ms(played) == before
    assert played.fired == []


def test_waiting_for_an_answer_to_a_question_is_no_active_time() -> None:
    played = after(*opened(TOO_LONG), Escalate(question="Go on?"))
    before = active_ms(played)

    played.do(AnswerEscalation(answer="continue"), after_ms=NIGHT_MILLISECONDS)

    assert active_ms(played) == before


def test_the_time_in_which_no_process_drove_it_does_not_count() -> None:
    played = after(*opened(TOO_LONG), a_turn(), begun)
    before = active_ms(played)

    played.do(ResumeRun(), after_ms=NIGHT_MILLISECONDS)

    assert active_ms(played) == before
    assert played.fired == []
    assert played.next_deadline_ms == played.now_ms + 60_000 - before


def test_a_run_resumed_while_paused_counts_nothing() -> None:
    played = after(*opened(), a_turn(), Pause())
    before = active_ms(played)
    played.do(ResumeRun(), after_ms=NIGHT_MILLISECONDS)
    played.do(Resume(), after_ms=NIGHT_MILLISECONDS)

    assert active_ms(played) == before


def test_a_rule_about_time_fires_when_its_moment_comes_though_nobody_speaks() -> None:
    played = after(*opened(TOO_LONG), a_turn())
    deadline_ms = played.next_deadline_ms
    assert deadline_ms is not None

    played.do(ReachDeadline(), after_ms=deadline_ms - played.now_ms - 1)
    assert played.fired == []
    played.do(ReachDeadline(), after_ms=1)

    assert played.fired == ["too_long"]
    assert played.wanted == ("verdict",)
    assert played.of(DeadlineReached)[-1].active_ms == 60_000
    assert played.of(RuleFired)[0].seen["elapsed_ms"] == 60_000


def test_a_turn_moves_the_deadline_of_a_rule_about_silence() -> None:
    played = after(*opened(SILENCE))
    assert played.next_deadline_ms == played.now_ms + 30_000

    played.speak()

    assert played.next_deadline_ms == played.now_ms + 30_000


def test_a_rule_about_silence_is_armed_again_by_a_word() -> None:
    played = after(*opened(SILENCE), begun)
    played.do(ReachDeadline(), after_ms=30_000)
    assert played.status is Status.ESCALATED
    played.do(AnswerEscalation(answer="continue"))
    assert played.next_deadline_ms is None, "it holds, and has been heard"

    played.answer()

    assert played.next_deadline_ms == played.now_ms + 30_000
    played.do(ReachDeadline(), after_ms=30_000)
    assert played.fired == ["silence", "silence"]


def test_time_in_a_round_is_counted_from_its_beginning() -> None:
    slow = rule("slow_round", lasted("round_elapsed_ms", 10_000), PauseDebate(reason="slow"))
    played = after(*opened(slow, rounds=3), a_turn(), a_turn())

    assert played.next_deadline_ms == played.now_ms + 10_000


def test_the_deadline_is_the_earliest_moment_at_which_a_rule_could_wake() -> None:
    early = rule("early", AllOf(parts=(lasted("elapsed_ms", 5_000), at_least("round_count", 9))))
    calm = rule("calm", Not(part=lasted("elapsed_ms", 7_000)), PauseDebate(reason="calm"), enabled=False)
    played = after(*opened(TOO_LONG, SILENCE, early, calm))

    assert played.next_deadline_ms == played.now_ms + 5_000


def test_where_no_time_runs_there_is_no_deadline() -> None:
    for moves in (
        opened(),
        (*opened(TOO_LONG), Pause()),
        (*opened(TOO_LONG), Escalate(question="Go on?")),
        (*opened(TOO_LONG), a_turn(), Complete(reason="enough")),
        (*opened(TOO_LONG), Played.play_on),
    ):
        assert after(*moves).next_deadline_ms is None


def test_a_rule_switched_off_has_no_deadline() -> None:
    played = after(*opened(TOO_LONG))
    assert played.next_deadline_ms is not None

    played.switch("too_long", on=False)

    assert played.next_deadline_ms is None


def test_a_clock_that_jumps_back_takes_no_time_away() -> None:
    played = after(*opened(), a_turn())
    before = active_ms(played)

    played.do(Pause(), after_ms=-5_000)
    played.do(Resume(), after_ms=-5_000)

    assert played.state.time.active_ms == before
    assert played.state.at_ms == played.log[-3].at_ms


def test_a_rule_sees_no_time_run_backwards() -> None:
    played = after(*opened(), a_turn(), begun)
    before = active_ms(played)

    played.do(ReachDeadline(), after_ms=-1_500)

    assert played.of(DeadlineReached)[0].active_ms == before


def test_looking_at_the_time_too_early_wakes_nobody() -> None:
    assert kinds(after(*opened(TOO_LONG)).do(ReachDeadline())) == ["DeadlineReached"]
