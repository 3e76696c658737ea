"""How does whoever follows a debate in a shell speak when it is their turn?

Where there is a keyboard, lines are read until one that holds a full stop alone; anywhere else the command is said that
does it from another shell.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Coroutine
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


class Typist:
    """Listens to one session's events, and has the person at the keyboard speak when it is their turn."""

    def __init__(self, orchestrator: Orchestrator, session: SessionId, settings: Settings) -> None:
        self._orchestrator = orchestrator
        self._session = session
        self._settings = settings
        self._step: StepId | None = None
        self._asked_too: dict[StepId, tuple[str, int]] = {}
        self._lines: list[str] = []
        self._under_way: set[asyncio.Task[None]] = set()

    def hear(self, recorded: Recorded) -> None:
        """Look whether an event gives the floor to a person, or takes it from them."""
        match recorded.event:
            case AttemptStarted(step=step, seat=seat, route=route) if is_person(route):
                if self._step is None:
                    self._ask(step, seat, wait_ms_of(route))
                else:  # asked at once: one after the other they type
                    self._asked_too[step] = seat, wait_ms_of(route)
            case AttemptSucceeded(step=step) | AttemptFailed(step=step) if step == self._step:
                self._free_keyboard()
                if self._asked_too:
                    step = next(iter(self._asked_too))
                    self._ask(step, *self._asked_too.pop(step))
            case AttemptSucceeded(step=step) | AttemptFailed(step=step):
                self._asked_too.pop(step, None)
            case _:
                pass

    def stop(self) -> None:
        """Leave the keyboard alone."""
        self._asked_too.clear()
        self._free_keyboard()

    def _free_keyboard(self) -> None:
        if self._step is not None and sys.stdin.isatty():
            asyncio.get_running_loop().remove_reader(sys.stdin)
        self._step = None

    def _ask(self, step: StepId, seat: str, wait_ms: int) -> None:
        from console.presenters.figures import duration

        if not sys.stdin.isatty():
            self._begin(self._told_elsewhere(step, f"{seat} is to speak within {duration(wait_ms)}"))
            return
        self._step, self._lines = step, []
        asyncio.get_running_loop().add_reader(sys.stdin, self._typed)
        self._begin(self._told(step, f"you speak as {seat}, within {duration(wait_ms)}."))

    async def _told(self, step: StepId, who: str) -> None:
        """Say who is to speak, and what they are asked to do: how a verdict has to end is part of that."""
        from console.cli.tables import COLUMNS_MAX, terminal_columns, wrapped
        from console.presenters.people import asked_of_a_person

        task = asked_of_a_person(await self._task(step))
        width = min(COLUMNS_MAX, terminal_columns())
        told = [line for paragraph in task.splitlines() for line in wrapped(paragraph, width=width, indent="  ")]
        say("\n".join((who, *told)))
        say(f"type; a line that holds '{END}' alone ends it, {PASS} leaves it to the stand-in.")

    async def _told_elsewhere(self, step: StepId, who: str) -> None:
        """Say with which command they speak, and how what they say has to end."""
        from console.presenters.people import review_ending

        words = command_line("sessions", "speak", self._session[:ID_SHOWN_CHARACTERS], "TEXT", settings=self._settings)
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
        line = sys.stdin.readline()
        if not line or line.strip() == PASS:
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
