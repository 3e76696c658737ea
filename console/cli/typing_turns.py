"""How does whoever follows a debate in a shell speak when it is their turn?

Where there is a keyboard, lines are read until one that holds a full stop alone; anywhere else the command is said that
does it from another shell.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import TYPE_CHECKING

from console.cli.running import ID_SHOWN_CHARACTERS, command_line
from console.failures import say
from core.domain.errors import MootError
from core.domain.events import AttemptFailed, AttemptStarted, AttemptSucceeded, Recorded
from core.domain.people import is_person, wait_ms_of

if TYPE_CHECKING:
    from console.settings import Settings
    from core.domain.ids import SessionId, StepId
    from core.orchestrator import Orchestrator

END = "."
PASS = "/pass"
LINES_MAX = 10_000
TASK = "Your task now: "
"""Behind it a prompt says what is to be done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """A person to speak for `seat`, asked at `at_ms` (Unix) by a route on which they are waited for so long."""

    seat: str
    at_ms: int
    wait_ms: int


class Typist:
    """Listens to one session's events, and has the person at the keyboard speak when it is their turn."""

    def __init__(self, orchestrator: Orchestrator, session: SessionId, settings: Settings) -> None:
        self._orchestrator = orchestrator
        self._session = session
        self._settings = settings
        self._step: StepId | None = None
        self._asked_too: dict[StepId, _Asked] = {}
        self._lines: list[str] = []
        self._under_way: set[asyncio.Task[None]] = set()

    def hear(self, recorded: Recorded) -> None:
        """Look whether an event gives the floor to a person, or takes it from them."""
        match recorded.event:
            case AttemptStarted(step=step, seat=seat, route=route) if is_person(route):
                asked = _Asked(seat=seat, at_ms=recorded.at_ms, wait_ms=wait_ms_of(route))
                if self._step is None:
                    self._ask(step, asked)
                else:  # asked at once: one after the other they type
                    self._asked_too[step] = asked
            case AttemptSucceeded(step=step) | AttemptFailed(step=step) if step == self._step:
                self._free_keyboard()
                if self._asked_too:
                    step = next(iter(self._asked_too))
                    self._ask(step, self._asked_too.pop(step))
            case AttemptSucceeded(step=step) | AttemptFailed(step=step):
                self._asked_too.pop(step, None)
            case _:
                pass

    def stop(self) -> None:
        """Leave the keyboard alone."""
        self._asked_too.clear()
        self._free_keyboard()

    def _free_keyboard(self) -> None:
        if self._step is not None:
            asyncio.get_running_loop().remove_reader(sys.stdin)
        self._step = None

    def _ask(self, step: StepId, asked: _Asked) -> None:
        if not sys.stdin.isatty():
            self._begin(self._told_elsewhere(step, asked))
            return
        self._step, self._lines = step, []
        asyncio.get_running_loop().add_reader(sys.stdin, self._typed)
        self._begin(self._told(step, asked))

    async def _within(self, step: StepId, asked: _Asked) -> str:
        """How long they have. Who was asked before, by a process that is gone, has what is left of that time."""
        from console.presenters.figures import duration

        try:
            due_ms = (await self._orchestrator.summary(self._session)).person_due_ms(step)
        except MootError:
            due_ms = None
        left_ms = asked.wait_ms if due_ms is None else min(asked.wait_ms, due_ms - asked.at_ms)
        return f"within {duration(left_ms)}"

    async def _told(self, step: StepId, asked: _Asked) -> None:
        """Say who is to speak, and what they are asked to do: how a verdict has to end is part of that."""
        from console.cli.tables import COLUMNS_MAX, terminal_columns, wrapped
        from console.presenters.people import asked_of_a_person

        within, task = await self._within(step, asked), asked_of_a_person(await self._task(step))
        width = min(COLUMNS_MAX, terminal_columns())
        told = [line for paragraph in task.splitlines() for line in wrapped(paragraph, width=width, indent="  ")]
        say("\n".join((f"you speak as {asked.seat}, {within}.", *told)))
        say(f"type; a line that holds '{END}' alone ends it, {PASS} leaves it to the stand-in.")

    async def _told_elsewhere(self, step: StepId, asked: _Asked) -> None:
        """Say with which command they speak, and how what they say has to end."""
        from console.presenters.people import review_ending

        words = command_line("sessions", "speak", self._session[:ID_SHOWN_CHARACTERS], "TEXT", settings=self._settings)
        who = f"{asked.seat} is to speak {await self._within(step, asked)}"
        say(f"{who}: {words}, or --pass. {review_ending(await self._task(step))}".rstrip())

    async def _task(self, step: StepId) -> str:
        """What the prompt of a step asks for."""
        try:
            messages = await self._orchestrator.prompt(self._session, step)
        except MootError as error:
            say(f"what you are asked can't be shown: {error}")
            return ""
        return messages[-1].text.rpartition(TASK)[2] if messages else ""

    def _typed(self) -> None:
        try:
            line = sys.stdin.readline()
        except OSError:
            line = ""
        if not line and not sys.stdin.isatty():
            self._free_keyboard()  # the terminal was closed, which passes no turn
        elif not line or line.strip() == PASS:
            self._send(None)
        elif line.strip() == END or len(self._lines) == LINES_MAX:
            self._send("".join(self._lines))
        else:
            self._lines.append(line)

    def _send(self, text: str | None) -> None:
        self._begin(self._said(text))

    def _begin(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.ensure_future(work)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _said(self, text: str | None) -> None:
        step = self._step or ""
        try:
            if text is None:
                await self._orchestrator.pass_turn(self._session, step=step)
            else:
                await self._orchestrator.speak(self._session, text, step=step)
        except MootError as refused:
            say(str(refused))
            say(f"what you typed is kept: go on, and end with '{END}' once more.")
