"""How does a command reach the core, and leave it in order?"""

from __future__ import annotations

import asyncio
import shlex
from collections.abc import Awaitable, Callable
from enum import Enum
from typing import TYPE_CHECKING

from console.exit_codes import ExitCode
from console.failures import say, silence_output
from console.headless import Ending, StopRequest, follow
from console.machine import now_ms
from console.settings import COMMAND_LINE, DEMO, Settings
from core.domain.errors import PricesUnknown, WrongUse

if TYPE_CHECKING:
    from core.domain.events import Recorded
    from core.domain.ids import SessionId
    from core.orchestrator import Orchestrator
    from core.ports.terminal_target import TerminalTarget

ID_SHOWN_CHARACTERS = 8
"""Of 32 hexadecimal digits: enough to tell a hundred thousand sessions apart, short enough to type."""

DAY_SPENT = "budget_spent_day"
"""The pause that raising a session's own budget doesn't end."""

Work = Callable[["Orchestrator"], Awaitable[int]]


class Wheel(Enum):
    """Whether a command drives sessions itself."""

    LEFT = "left"
    """It reads, or asks whoever drives; where nobody does, the core drives for just that request."""
    TAKEN = "taken"
    """It drives the session that it is about, unless another process drives; others are left alone."""
    REQUIRED = "required"
    """It drives all sessions, or is refused."""


def with_orchestrator(
    settings: Settings,
    work: Work,
    *,
    wheel: Wheel = Wheel.LEFT,
    is_demo: bool = False,
    terminal: TerminalTarget | None = None,
) -> int:
    """Open the core, do `work` with it, close it. `terminal` is where it may ring."""
    from console.bootstrap import open_orchestrator
    from console.logging_setup import log_as_set

    log_as_set(settings)

    async def run() -> int:
        orchestrator = open_orchestrator(settings, is_demo=is_demo, terminal=terminal)
        for notice in orchestrator.notices:
            say(notice)
        all_of_them = wheel is Wheel.REQUIRED
        await orchestrator.start(drive=wheel is not Wheel.LEFT, must_drive=all_of_them, recover=all_of_them)
        if wheel is not Wheel.LEFT:
            say_left_out(orchestrator)
            say_in_doubt(orchestrator, settings)
        try:
            return await work(orchestrator)
        finally:
            await orchestrator.stop()

    return asyncio.run(run())


def say_left_out(orchestrator: Orchestrator) -> None:
    """Tell on standard error what of the installed plugins could not be taken."""
    for fault in orchestrator.plugins().faults:
        say(str(fault))


def say_in_doubt(orchestrator: Orchestrator, settings: Settings) -> None:
    """Tell on standard error which calls the process before this one left in doubt, where there are any."""
    if orchestrator.recovered:
        from console.presenters.doubts import recovered_in_words

        told = recovered_in_words(orchestrator.recovered, repr(command_line("sessions", "resume", settings=settings)))
        if told:
            say(told)


async def follow_to_the_end(
    orchestrator: Orchestrator,
    session: SessionId,
    *,
    settings: Settings,
    show: Callable[[Recorded], None],
    stop: StopRequest,
    after_seq: int = 0,
) -> Ending:
    """Follow a session, and tell the operator on standard error how to go on where it did not complete."""
    from console.cli.typing_turns import Typist

    is_driver = orchestrator.is_driver

    def on_stop() -> None:
        if not stop.asked.is_set():
            silence_output()
        if is_driver:
            say("stopping: the turn under way is recorded, or marked in doubt. Again to stop at once.")

    def on_standing(why: str) -> None:
        id_ = session[:ID_SHOWN_CHARACTERS]
        say(f"session {id_} stands still until this is over: {why}" if why else f"session {id_} goes on.")

    typist = Typist(orchestrator, session, settings)

    def shown(recorded: Recorded) -> None:
        show(recorded)
        typist.hear(recorded)

    try:
        ending = await follow(
            orchestrator, session, show=shown, stop=stop, on_stop=on_stop, on_standing=on_standing, after_seq=after_seq
        )
    finally:
        typist.stop()
    if ending.code is ExitCode.STOPPED and not is_driver:
        say(f"left; the process that drives goes on with session {session[:ID_SHOWN_CHARACTERS]}.")
        return ending
    advice = how_to_go_on(ending, session, settings)
    if advice:
        say(advice)
    if ending.is_question and (hurry := await _due(orchestrator, session)):
        say(f"session {session[:ID_SHOWN_CHARACTERS]}: {hurry}")
    return ending


async def _due(orchestrator: Orchestrator, session: SessionId) -> str:
    """How long there is to answer; "" where nobody is hurried."""
    from console.presenters.deadlines import due_in_words

    return due_in_words(await orchestrator.cases.of(session), now_ms=now_ms())


def how_to_go_on(ending: Ending, session: SessionId, settings: Settings) -> str:
    """What to type where a session did not complete; empty where it did."""
    from console.presenters.reasons import in_words

    id_ = session[:ID_SHOWN_CHARACTERS]
    resume = command_line("sessions", "resume", id_, settings=settings)
    match ending.code:
        case ExitCode.COMPLETED:
            return ""
        case ExitCode.STOPPED:
            return f"session {id_} can be taken up where it was left: {resume}"
        case ExitCode.BUDGET_SPENT:
            if ending.why == DAY_SPENT:
                return (
                    f"session {id_}: the budget of the day is spent. Raise cap_day_usd or wait for tomorrow: {resume}"
                )
            more = command_line("sessions", "budget", id_, "USD", settings=settings)
            return f"session {id_}: its budget is spent. Raise it: {more}, then: {resume}"
        case ExitCode.WAITS if ending.is_clarification:
            told = command_line("sessions", "answer", id_, "clarify", "--text", "TEXT", settings=settings)
            untold = command_line("sessions", "answer", id_, "continue", settings=settings)
            return f"session {id_}: {ending.why} To tell it: {told}. To have it go on without: {untold}"
        case ExitCode.WAITS if ending.is_question:
            answer = command_line("sessions", "answer", id_, "continue", settings=settings)
            answers = command_line("sessions", "cases", id_, settings=settings)
            return f"session {id_} asks: {ending.why} To let it go on: {answer}. What else you can answer: {answers}"
        case ExitCode.WAITS:
            return f"session {id_} is paused ({in_words(ending.why)}). To go on: {resume}"
        case _ if ending.is_final:
            return f"session {id_} was cancelled."
        case _:
            return f"session {id_} failed ({in_words(ending.why)}). To try its failed turn again: {resume}"


def asking_for_prices(unknown: PricesUnknown) -> WrongUse:
    """The refusal with the options that answer it."""
    asked = " ".join(f"--price {model}=IN/OUT" for model in unknown.models)
    now = f"Say it once, in US dollars for a million tokens: {asked}. It is kept in your table of prices."
    return WrongUse(unknown.what, where=unknown.where, now=now)


def command_line(*words: str, settings: Settings) -> str:
    """The command to type. It names the database where nothing else would the next time."""
    named = settings.origins.get("database") in (COMMAND_LINE, DEMO)
    return shlex.join(("moot", *words, *(("--database", str(settings.database)) if named else ())))
