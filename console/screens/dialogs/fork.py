"""In which way is a session to go on from one of its events? What is left empty stays as it was there."""

from __future__ import annotations

import asyncio
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Static

from console.screens.dialogs.frame import Dialog, field, label
from console.screens.dialogs.number import read_dollars, read_whole
from console.widgets.suggester import NameSuggester
from core.domain.errors import MootError, WrongUse
from core.domain.ids import SessionId
from core.runtime.requests import ForkRequest

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from console.app import MootApp
    from core.orchestrator import Orchestrator
    from core.rules.rule import Rule

FIELDS = (
    ("at", "event", "the last before it was over"),
    ("rules", "rules", "a set, or a file laid over those in force there: ~/mine.yaml"),
    ("template", "format", "another one from the next round on"),
    ("seats", "seats", "judge=NAME opponent=NAME, all=NAME for everybody"),
    ("rounds", "rounds", "another number"),
    ("budget", "budget $", "as much as it had, anew"),
    ("title", "title", "as it is called"),
)

OF_A_REFINEMENT = {
    "seats": ("seats", "writer=NAME reviewer=NAME, all=NAME for everybody"),
    "rounds": ("drafts", "another number of iterations"),
}
"""What is called otherwise there; it follows no format."""

ALL_SEATS = "all"


class ForkDialog(Dialog[SessionId]):
    """The id of the fork that was started, or None after escape. What is refused is said here, and what was written
    stays."""

    DEFAULT_CSS = """
    ForkDialog > .box { width: 84; }
    ForkDialog .row { height: 1; width: 1fr; }
    ForkDialog .name { width: 10; color: $muted; height: 1; }
    """
    AUTO_FOCUS = "#rules"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+s,ctrl+enter", "start", "Start", priority=True)]
    hints: ClassVar = (("ctrl+s", "start", "start"), ("⏎ tab", "next", "app.focus_next"))

    class Begun(Message):
        """It has been started."""

        def __init__(self, session: SessionId) -> None:
            super().__init__()
            self.session = session

    class StartRefused(Message):
        """It has not, and nothing has happened."""

        def __init__(self, why: str) -> None:
            super().__init__()
            self.why = why

    def __init__(
        self,
        origin: SessionId,
        start: Callable[[ForkRequest, Path | None], Awaitable[SessionId]],
        *,
        at_seq: int | None,
        names: Mapping[str, Callable[[], Sequence[str]]],
        is_refinement: bool = False,
    ) -> None:
        """`names` has by field what can be written there, as far as is known at that moment."""
        super().__init__("Fork")
        self._is_refinement = is_refinement
        self._origin = origin
        self._start = start
        self._at_seq = at_seq
        self._names = names
        self._is_starting = False

    def fields(self) -> ComposeResult:
        yield label(
            "Another session goes on from here. Everybody knows what was said; none of it is asked or paid for again."
        )
        for number, (id, name, otherwise) in enumerate(FIELDS):
            if self._is_refinement:
                name, otherwise = OF_A_REFINEMENT.get(id, (name, otherwise))
            with Horizontal(classes="row gap" if number == 0 else "row") as row:
                row.display = id != "template" or not self._is_refinement
                yield Static(name, classes="name", markup=False)
                value = str(self._at_seq) if id == "at" and self._at_seq is not None else ""
                written = field(value, placeholder=otherwise, id=id)
                if id in self._names:
                    written.suggester = NameSuggester(self._names[id])
                yield written

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.refuse("")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if event.input.id == FIELDS[-1][0]:
            self.action_start()
        else:
            self.focus_next()

    def action_start(self) -> None:
        if self._is_starting:
            return
        try:
            request, file = self._written()
        except WrongUse as error:
            self.refuse(str(error))
            return
        self._is_starting = True
        self.run_worker(self._begin(request, file), group="start")

    def action_leave(self) -> None:
        """What is being started can't be left: nobody would know what became of it."""
        if not self._is_starting:
            self.dismiss(None)

    def on_fork_dialog_begun(self, event: Begun) -> None:
        self.dismiss(event.session)

    def on_fork_dialog_start_refused(self, event: StartRefused) -> None:
        self._is_starting = False
        self.refuse(event.why)

    async def _begin(self, request: ForkRequest, file: Path | None) -> None:
        try:
            session = await self._start(request, file)
        except MootError as error:
            self.post_message(self.StartRefused(str(error)))
        else:
            self.post_message(self.Begun(session))

    def _written(self) -> tuple[ForkRequest, Path | None]:
        rules = self._value("rules")
        file = Path(rules).expanduser() if rules and (Path(rules).suffix or Path(rules).name != rules) else None
        return (
            ForkRequest(
                session=self._origin,
                at_seq=self._whole("at"),
                rules="" if file is not None else rules,
                template_id=self._value("template"),
                casting=_casting(self._value("seats")),
                rounds=self._whole("rounds"),
                cap_microusd=self._dollars("budget"),
                title=self._value("title"),
            ),
            file,
        )

    def _value(self, id: str) -> str:
        return self.query_one(f"#{id}", Input).value.strip()

    def _whole(self, id: str) -> int | None:
        written = self._value(id)
        number = read_whole(written) if written else None
        if written and number is None:
            raise WrongUse(f"{written!r:.40} is no whole number.", where=id, now="Write one such as 3, or none.")
        return number

    def _dollars(self, id: str) -> int | None:
        written = self._value(id)
        amount = read_dollars(written) if written else None
        if written and amount is None:
            raise WrongUse(
                f"{written!r:.40} is no amount in dollars.", where=id, now="Write one such as 0.25, or none."
            )
        return amount


def _casting(text: str) -> dict[str, str]:
    casting: dict[str, str] = {}
    try:
        words = shlex.split(text)
    except ValueError:
        words = text.split()
    for word in words:
        role, equals, name = (part.strip() for part in word.partition("="))
        if not (equals and role and name):
            raise WrongUse(f"{word!r:.40} names no seat and who takes it.", where="seats", now="Write judge=NAME.")
        casting["" if role == ALL_SEATS else role] = name
    return casting


async def forking(app: MootApp, origin: SessionId, *, at_seq: int | None) -> None:
    """Ask how a session is to go on, and start the fork; then show it."""
    from core.rules.layers import set_specs

    core = await app.core()
    templates = tuple(str(each.id) for each in await core.templates())
    sets = tuple(set_specs(await core.rulebook.book()))

    async def start(request: ForkRequest, file: Path | None) -> SessionId:
        return await _started(core, request, file, templates)

    from console.presenters.kinds import is_refinement

    names = {"rules": lambda: sets, "template": lambda: templates}
    is_refined = is_refinement(await core.summary(origin))
    dialog = ForkDialog(origin, start, at_seq=at_seq, names=names, is_refinement=is_refined)
    session = await app.push_screen_wait(dialog)
    if session is not None:
        from console.acting import Acting, Done

        app.action_go_sessions()
        app.post_message(Acting.Finished(Done(text=f"started fork {session[:8]}", session=session)))


async def _started(core: Orchestrator, request: ForkRequest, file: Path | None, templates: Sequence[str]) -> SessionId:
    if file is None:
        return await core.fork(request)
    from dataclasses import replace

    from console.cli.written_files import text_of
    from core.rules.reading import read_rules

    text = await asyncio.to_thread(text_of, file)
    rules: Sequence[Rule] = read_rules(text, origin=str(file), facts=core.fact_specs(), templates=templates)
    return await core.fork(replace(request, rules_given=tuple(rules), rules_name=file.name))
