"""Which debates do the tests of figures count? Real ones: each was settled by the engine, move by move."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from hypothesis import strategies as st

from core.domain.commands import (
    AddStatement,
    Admit,
    AmendMotion,
    AnswerEscalation,
    ApplyTemplate,
    Cancel,
    Complete,
    Escalate,
    Open,
    Pause,
    Queue,
    Resume,
    ResumeRun,
    RetryStep,
    SettleAttempt,
)
from core.domain.errors import CommandRefused
from core.domain.events import Recorded
from core.domain.ids import SessionId, TemplateId
from core.domain.session import Status
from core.rules.rule import EscalateToHuman, PauseDebate
from tests.builders import Played, at_least, rule

AGREES = "I agree, you are right, I concede the point: releases on Fridays were rolled back twice."
DISAGREES = "I disagree. That is wrong, and releases on Fridays were not rolled back."

RULES = (
    rule("ask_at_three", at_least("argument_count", 3), EscalateToHuman(question="Go on?", reason="three")),
    rule("pause_at_two", at_least("argument_count", 2), PauseDebate(reason="two"), priority=60),
    rule("pause_at_two_as_well", at_least("argument_count", 2), PauseDebate(reason="two"), priority=40),
)


def number(of: int) -> SessionId:
    return SessionId(f"{of:032x}")


def settle_doubt(played: Played) -> None:
    doubt = played.state.work.doubtful[0]
    played.do(SettleAttempt(step=doubt.step, attempt=doubt.attempt, cost_microusd=doubt.cost_microusd_max // 3))


MOVES: tuple[Callable[[Played], object], ...] = (
    lambda played: played.speak(AGREES),
    lambda played: played.speak(DISAGREES),
    lambda played: played.speak("It is so.\nVerdict: for"),
    lambda played: played.begin(),
    lambda played: played.answer(AGREES, cost_microusd=70),
    lambda played: played.fail(cost_microusd=30),
    lambda played: played.fail(is_final=True),
    lambda played: played.doubt(policy="retry"),
    lambda played: played.doubt(policy="ask"),
    lambda played: played.doubt(policy="fail"),
    settle_doubt,
    lambda played: played.do(Pause(), after_ms=5_000),
    lambda played: played.do(Resume(), after_ms=60_000),
    lambda played: played.do(ResumeRun(), after_ms=9_000_000),
    lambda played: played.do(RetryStep()),
    lambda played: played.do(Escalate(question="Who is right?", reason="asked")),
    lambda played: played.do(AnswerEscalation(answer="continue"), after_ms=30_000),
    lambda played: played.do(AnswerEscalation(answer="new_round")),
    lambda played: played.do(AnswerEscalation(answer="cancel")),
    lambda played: played.do(AddStatement(text="Mind the rota.")),
    lambda played: played.do(AmendMotion(motion="The release train leaves on Mondays.")),
    lambda played: played.do(ApplyTemplate(template=TemplateId("reviewed"))),
    lambda played: played.do(Complete(reason="enough")),
    lambda played: played.do(Complete(reason="ruled", verdict="Carried.", outcome="for")),
    lambda played: played.do(Cancel()),
)


def played(moves: Iterable[Callable[[Played], object]], *, is_ruled: bool = False, is_queued: bool = False) -> Played:
    """A debate with these moves made as far as they were allowed."""
    debate = Played(RULES if is_ruled else ())
    debate.do(Open(opening=debate.opening()))
    if is_queued:
        debate.do(Queue())
    debate.do(Admit())
    for move in moves:
        try:
            move(debate)
        except (CommandRefused, AssertionError, ValueError, IndexError):
            continue  # not now: nothing is open, wanted, paused
    return debate


def to_its_end() -> Played:
    """A debate as most are: two rounds of two turns and a verdict."""
    debate = played(())
    debate.play_on()
    assert debate.status is Status.COMPLETED
    return debate


def as_one_log(debates: Sequence[Sequence[Recorded]], order: Sequence[int] = ()) -> list[Recorded]:
    """The debates' records in one global order, each debate as a session of its own. `order` says whose append is next,
    then the rest follow."""
    left = [[replace(record, session=number(at + 1)) for record in records] for at, records in enumerate(debates)]
    log: list[Recorded] = []

    def take(from_: list[Recorded]) -> None:
        log.append(from_.pop(0))
        while from_ and from_[0].envelope is None:
            log.append(from_.pop(0))

    for at in order:
        if left and left[at % len(left)]:
            take(left[at % len(left)])
    for records in left:
        while records:
            take(records)
    return [replace(record, position=position) for position, record in enumerate(log, start=1)]


a_debate = st.builds(
    played, st.lists(st.sampled_from(MOVES), max_size=30), is_ruled=st.booleans(), is_queued=st.booleans()
)

a_log = st.builds(
    lambda debates, order: as_one_log([each.log for each in debates], order),
    st.lists(a_debate, max_size=4),
    st.lists(st.integers(0, 3), max_size=60),
)
"""Several debates, one beside the other."""
