"""What does the operator say, now that it is their turn, and how long have they left?"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding
from textual.message import Message
from textual.widgets import Static

from console.beside import beside
from console.presenters.paragraphs import paragraphs
from console.presenters.people import asked_of_a_person, time_left
from console.screens.dialogs.frame import Dialog, Words, label
from console.widgets.cells import clean
from console.widgets.prose import Prose
from core.domain.errors import MootError
from core.domain.ids import StepId

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from console.screens.session_actions import SessionActions
    from core.domain.steps import Message as Prompt
    from core.domain.summary import SessionSummary

TICK_SECONDS = 1.0
TASK_MARK = "Your task now: "
"""Before the words of the step in what a seat is asked."""
ITS_OVER = "It is no longer your turn: {}. What you typed is kept until you leave moot."


class SpeakDialog(Dialog[str]):
    """What was done, in words, once it is on record; None after escape, which keeps what was typed as a draft.

    `say` speaks, with None it passes; what it refuses is said here and nothing is lost. `awaited` says whether the seat
    is still waited for: "" where it is, else why it isn't.
    """

    DEFAULT_CSS = """
    SpeakDialog > .box { width: 96%; max-width: 110; height: 100%; max-height: 40; }
    SpeakDialog .fields { height: 1fr; }
    SpeakDialog #task { height: auto; max-height: 40%; }
    SpeakDialog #words { height: 1fr; min-height: 4; margin-top: 1; }
    SpeakDialog #left { color: $warning; height: 1; }
    """
    AUTO_FOCUS = "#words"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s,ctrl+enter", "send", "Send", priority=True),
        Binding("ctrl+n", "pass_turn", "Pass", priority=True),
        Binding("ctrl+l", "whole_prompt", "All that is asked", priority=True),
    ]
    hints = (
        ("ctrl+s", "send", "send"),
        ("ctrl+n", "pass", "pass_turn"),
        ("ctrl+l", "in full", "whole_prompt"),
    )
    leave_label = "later, kept"
    standing_lines = 1

    class Spoken(Message):
        """It is on record."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class NotSpoken(Message):
        """It was refused; nothing counts."""

        def __init__(self, why: str) -> None:
            super().__init__()
            self.why = why

    def __init__(
        self,
        summary: SessionSummary,
        prompt: tuple[Prompt, ...],
        *,
        draft: str,
        stand_in: str,
        say: Callable[[str | None], Awaitable[str]],
        keep: Callable[[str], None],
        awaited: Callable[[], str],
        now_ms: Callable[[], int],
    ) -> None:
        super().__init__(f"You speak as {summary.awaited_seat.replace('_', ' ')}")
        self._until_ms = summary.awaited_until_ms
        self._prompt = prompt
        self._draft = draft
        self._stand_in = stand_in
        self._say = say
        self._keep = keep
        self._awaited = awaited
        self._now_ms = now_ms
        self._is_sending = False
        self._is_over = False

    def fields(self) -> ComposeResult:
        yield label("What you are asked to do")
        yield Prose(paragraphs(asked_of_a_person(task_of(self._prompt))), id="task")
        words = _Turn(self._draft, placeholder="what you have to say; enter breaks the line", id="words")
        yield words

    def standing(self) -> ComposeResult:
        yield Static(id="left", markup=False)

    def on_mount(self) -> None:
        words = self.query_one("#words", Words)
        words.move_cursor(words.document.end)
        self._tick()
        self.set_interval(TICK_SECONDS, self._tick)

    def _tick(self) -> None:
        """Say how long is left; where it is over, that whoever stands in speaks."""
        over = self._awaited() if not self._is_sending else ""
        if over and not self._is_over:
            self._is_over = True
            self.refuse(ITS_OVER.format(over))
        then = f", then {self._stand_in} speaks" if self._stand_in else ""
        left = "" if self._is_over else f"{time_left(self._until_ms, now_ms=self._now_ms())}{then}"
        self.query_one("#left", Static).update(clean(left))

    def on_text_area_changed(self) -> None:
        self._keep(self.query_one("#words", Words).text)
        if not self._is_over:
            self.refuse("")

    # Keys.

    def action_send(self) -> None:
        text = self.query_one("#words", Words).text
        if not text.strip():
            self.refuse("There is nothing written yet. ctrl+n passes.")
        else:
            self._begin(text)

    def action_pass_turn(self) -> None:
        self._begin(None)

    def action_whole_prompt(self) -> None:
        from console.screens.dialogs.prompt import PromptView

        self.app.push_screen(PromptView(self._prompt, "All that you are asked"))

    def action_leave(self) -> None:
        """What is being sent can't be left: nobody would know whether it counts."""
        if not self._is_sending:
            self.dismiss(None)

    def _begin(self, text: str | None) -> None:
        if self._is_sending:
            return
        self._is_sending = True
        self.refuse("")

        async def send() -> None:
            try:
                said = await self._say(text)
            except MootError as error:
                self.post_message(self.NotSpoken(str(error)))
            else:
                self.post_message(self.Spoken(said))

        beside(self, send, group="speak")

    def on_speak_dialog_spoken(self, event: Spoken) -> None:
        self._keep("")
        self.dismiss(event.text)

    def on_speak_dialog_not_spoken(self, event: NotSpoken) -> None:
        self._is_sending = False
        self.refuse(f"{event.why} What you typed stands as it was.")


class _Turn(Words):
    """Enter breaks the line here: a turn has paragraphs, and ctrl+s sends it."""

    def action_move_on(self) -> None:
        self.action_break_line()


def task_of(prompt: tuple[Prompt, ...]) -> str:
    """What a seat is told to do, how it has to end included; all of it where the prompt says it otherwise."""
    text = prompt[-1].text if prompt else ""
    _, mark, task = text.rpartition(TASK_MARK)
    return task if mark else text


async def speaking(screen: SessionActions, summary: SessionSummary) -> None:
    """Have the operator speak for the seat that is waited for."""
    from console.acting import Done
    from console.presenters.people import stand_in

    core = await screen.app.core()
    session, step, app = summary.session, summary.awaited_step, screen.app
    key = f"{session} {step}"
    try:
        prompt = await core.prompt(session, StepId(step))
        seats = (await core.state(session)).flow.seats
    except MootError as error:
        screen.say_refusal(str(error))
        return

    async def say(text: str | None) -> str:
        done = core.pass_turn(session, step=step) if text is None else core.speak(session, text, step=step)
        return await done

    def keep(text: str) -> None:
        if text:
            app.drafts[key] = text
        else:
            app.drafts.pop(key, None)

    def awaited() -> str:
        now = app.feed.summaries.get(session) if app.feed is not None else None
        if now is None or now.awaited_step == step:
            return ""
        return "the session does not wait for you any more" if now.status == "running" else f"it is {now.status}"

    seat = seats.get(summary.awaited_seat)
    dialog = SpeakDialog(
        summary,
        prompt,
        draft=app.drafts.get(key, ""),
        stand_in=stand_in(seat) if seat is not None else "",
        say=say,
        keep=keep,
        awaited=awaited,
        now_ms=app.now_ms,
    )
    said = await app.push_screen_wait(dialog)
    if said is not None:
        app.acting.tell(Done(text=said))
