"""What follows from one command, rules included?

The answer is one tuple of events, appended in one transaction: no crash can fall between an event and the rules that it
wakes. Settling is a pure function of the state, the command and the moment; replaying a log asks it again.
"""

from __future__ import annotations

from dataclasses import dataclass

from core.domain.changing import maker
from core.domain.commands import (
    Admit,
    AnswerEscalation,
    BeginAttempt,
    Command,
    Fork,
    Open,
    Queue,
    ReachDeadline,
    Resume,
    ResumeRun,
    RetryStep,
)
from core.domain.events import CascadeStopped, Event, SessionFailed
from core.domain.ids import RuleId
from core.domain.session import SessionState, Status
from core.engine.draft import Draft
from core.engine.engine import Engine
from core.engine.react import PASSES_MAX, acting_on_every_event, heard_after_news, may_react, react

PROCEEDS_MAX = 4
"""How many steps of its own a flow may take, once the rules are no longer heard, until it wants something or rests."""

QUIET_COMMANDS = (BeginAttempt, Open, Fork, Queue, ResumeRun)
"""What these record is an intent or a place in a queue: nothing that a rule could have waited for."""

LETTING_GO_ON = (Resume, Admit, AnswerEscalation, RetryStep)
"""Who asks for these has seen why the session stood. A rule that stops it after every event waits for the next one:
otherwise it would stop a session for ever that is let go on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """All events that a command brought about, in order, and the state behind them."""

    events: tuple[Event, ...]
    state: SessionState


_made_settlement = maker(Settlement)


def settle(engine: Engine, state: SessionState, command: Command, *, now_ms: int) -> Settlement:
    """Decide, evolve, react until nothing more follows. Raises CommandRefused and then nothing has happened."""
    now_ms = max(now_ms, state.at_ms)
    draft = Draft(engine, state, now_ms=now_ms)
    draft.obey(command)
    if not isinstance(command, QUIET_COMMANDS):
        lets_go_on = isinstance(command, LETTING_GO_ON) or (
            isinstance(command, ReachDeadline) and state.life.status is Status.ESCALATED
        )
        _settle_down(draft, heard=acting_on_every_event(draft) if lets_go_on else frozenset())
    return _made_settlement(events=tuple(draft.events), state=draft.state)


def _settle_down(draft: Draft, *, heard: frozenset[RuleId]) -> None:
    reacted = 0
    for _ in range(PASSES_MAX):
        before = len(draft.events)
        if may_react(draft):
            heard = react(draft, heard=heard, since=reacted)
        reacted = before
        if len(draft.events) > before:
            continue
        following = _proceed(draft)
        if not following:
            return
        draft.add(*following)
        if heard:
            heard = heard_after_news(draft, heard)
    draft.add(CascadeStopped(passes=PASSES_MAX))
    for _ in range(PROCEEDS_MAX):  # a session left between two rounds would want nothing, and nobody would wake it
        following = _proceed(draft)
        if not following:
            return
        draft.add(*following)


def _proceed(draft: Draft) -> tuple[Event, ...]:
    """What follows by itself when the rules have nothing more to say."""
    state = draft.state
    if state.life.status is not Status.RUNNING:
        return ()
    for step in draft.flow.plan(state) if state.work.exhausted else ():
        if step.id in state.work.exhausted:
            return (SessionFailed(reason="turn_failed", step=step.id),)
    return draft.flow.proceed(state)
