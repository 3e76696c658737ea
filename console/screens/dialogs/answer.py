"""What does the operator answer a session that asks, and what will each answer do?

The question stands above what scrolls, so that it is in sight whatever is typed. What is refused is said here, in the
dialog, and what was typed is kept when it is left.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input, Static

from console.beside import beside
from console.presenters.figures import age
from console.presenters.paragraphs import Paragraph
from console.presenters.people import time_left
from console.presenters.reasons import in_words
from console.screens.dialogs.confirm import ConfirmDialog
from console.screens.dialogs.frame import Dialog, Words, fault_place, field, label, say_at
from console.widgets.cells import clean
from console.widgets.choices import Choice, Choices
from console.widgets.prose import Prose
from core.domain.cases import CaseKind
from core.domain.commands import CLARIFY, AnswerEscalation
from core.domain.errors import MootError
from core.domain.ids import TemplateId

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping, Sequence

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from core.domain.cases import CaseFile

JUDGE = "judge"
NOTE_CHARACTERS_MAX = 500
FORMATS_IN_SIGHT = 4

WRITTEN: dict[str, tuple[str, str]] = {
    "say": ("said", "what every seat is to hear"),
    "amend": ("motion", "as it is to be from the next turn on"),
    CLARIFY: ("clarified", "what it wants to know; everybody hears it"),
}
"""Answers that are written: the field that they are written in, and what stands in it while it is empty."""


class AnswerDialog(Dialog[AnswerEscalation]):
    """The answer as the command that gives it, or None after escape: then the session goes on waiting.

    `send` gives the answer; what it refuses is said here and nothing is lost. Without it, the dialog ends with the
    answer. `drafts` keeps what is typed, by field, for the next time. `formats` are those that it can go on by, with
    their names; `motion` is what it is about now.
    """

    DEFAULT_CSS = """
    AnswerDialog > .box { width: 78; }
    AnswerDialog #why { max-height: 4; }
    AnswerDialog #does { color: $foreground; height: 2; }
    AnswerDialog .-unchosen { display: none; }
    AnswerDialog .answer { height: auto; }
    AnswerDialog .written { height: 4; }
    """
    AUTO_FOCUS = "#answers"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+s,ctrl+enter", "answer", "Answer", priority=True)]
    hints = (("⏎", "choose", "answer"), ("ctrl+s", "answer", "answer"), ("tab", "next field", "app.focus_next"))
    leave_label = "let it wait, kept"
    heading_lines = 3

    class Sent(Message):
        """The answer is on record."""

        def __init__(self, command: AnswerEscalation) -> None:
            super().__init__()
            self.command = command

    class NotSent(Message):
        """It was refused; the session goes on waiting."""

        def __init__(self, why: str) -> None:
            super().__init__()
            self.why = why

    def __init__(
        self,
        file: CaseFile,
        *,
        now_ms: int,
        formats: Sequence[tuple[str, str]] = (),
        motion: str = "",
        drafts: MutableMapping[str, str] | None = None,
        send: Callable[[AnswerEscalation], Awaitable[object]] | None = None,
    ) -> None:
        case = file.case
        super().__init__(f"{_called(case.seat)} asks you" if case.kind is CaseKind.CLARIFICATION else "It asks you")
        self._file = file
        self._now_ms = now_ms
        self._formats = tuple(formats)
        self._motion = motion
        self._drafts = {} if drafts is None else drafts
        self._send = send
        self._has_verdict = case.flow == "debate"
        self._is_sending = False
        self._answers = {each.answer: each for each in file.answers}

    def heading(self) -> ComposeResult:
        question = label(self._file.case.question, style="strong")
        question.styles.max_height = self.heading_lines
        yield question

    def fields(self) -> ComposeResult:
        case = self._file.case
        yield label(f"because of: {in_words(case.reason)}, {_since(case.asked_at_ms, self._now_ms)}")
        until = f"{time_left(case.due_ms, now_ms=self._now_ms)}. " if case.due_ms is not None else ""
        yield label(f"{until}{case.then_does}")
        if self._file.why:
            why = Prose([Paragraph(((line, "muted"),)) for line in self._file.why], id="why")
            why.can_focus = False
            yield why
        yield label("Your answer", gap=True)
        yield Choices(
            [Choice(each.answer, each.label, each.does, each.answer == "cancel") for each in self._file.answers],
            id="answers",
            chosen=self._drafts.get("answer", ""),
        )
        yield Static(id="does", markup=False)
        yield from self._own_verdict()
        yield from self._by_another_format()
        for answer, (name, placeholder) in WRITTEN.items():
            if answer in self._answers:
                with Vertical(id=f"for-{answer}", classes="answer -unchosen"):
                    text = self._drafts.get(name, self._motion if answer == "amend" else "")
                    yield _Several(text, placeholder=placeholder, id=name, classes="written")
        if case.kind is CaseKind.ESCALATION:
            yield label("Note, for the record (may stay empty)", gap=True)
            yield field(self._drafts.get("note", ""), id="note")

    def _own_verdict(self) -> ComposeResult:
        with Vertical(id="for-complete", classes="answer -unchosen"):
            yield label("Verdict: leave it to the judge, or find yourself", gap=True)
            yield Choices(
                [
                    Choice(JUDGE, "the judge"),
                    Choice("for", "for"),
                    Choice("against", "against"),
                    Choice("undecided", "undecided"),
                ],
                is_across=True,
                is_numbered=False,
                id="outcome",
            )
            with Vertical(id="words", classes="answer -unchosen"):
                text = self._drafts.get("verdict", "")
                yield Words(text, placeholder="the reasons of your verdict, for the record", id="verdict")
                yield fault_place("verdict-fault")

    def _by_another_format(self) -> ComposeResult:
        with Vertical(id="for-apply_template", classes="answer -unchosen"):
            yield Choices([Choice(id, id, name) for id, name in self._formats], lines_max=FORMATS_IN_SIGHT, id="format")

    def on_mount(self) -> None:
        for words in self.query(Words):
            words.move_cursor(words.document.end)
        self._show_chosen()

    @property
    def _chosen(self) -> str:
        return self.query_one("#answers", Choices).chosen

    def _show_chosen(self) -> None:
        """The parts that the chosen answer needs, and what it does in full."""
        chosen = self._chosen
        for each in self._answers:
            for part in self.query(f"#for-{each}"):
                is_needed = each == chosen and (each != "complete" or self._has_verdict)
                part.set_class(not is_needed, "-unchosen")
        answer = self._answers.get(chosen)
        if answer is not None:
            told = f"Can't be answered now: {answer.refused}" if answer.refused else answer.does
            self.query_one("#does", Static).update(clean(told))
        self._keep("answer", chosen)

    def _keep(self, name: str, text: str) -> None:
        """Nothing that was typed is lost by leaving."""
        if text:
            self._drafts[name] = text
        else:
            self._drafts.pop(name, None)

    def on_choices_changed(self, event: Choices.Changed) -> None:
        self.refuse("")
        if event.choices.id == "answers":
            self._show_chosen()
        elif event.choices.id == "outcome":
            self.query_one("#words").set_class(event.key == JUDGE, "-unchosen")

    def on_choices_accepted(self, event: Choices.Accepted) -> None:
        if event.choices.id == "answers" and event.key == "complete" and self._has_verdict:
            self.query_one("#outcome").focus()
        elif event.choices.id == "answers" and event.key in WRITTEN:
            self.query_one(f"#{WRITTEN[event.key][0]}").focus()
        elif event.choices.id == "answers" and event.key == "apply_template":
            self.query_one("#format").focus()
        elif event.choices.id == "outcome" and event.key != JUDGE:
            self.query_one("#verdict").focus()
        else:
            self.action_answer()

    def on_input_submitted(self) -> None:
        self.action_answer()

    def on_input_changed(self, event: Input.Changed) -> None:
        self._keep("note", event.value)

    def on_text_area_changed(self, event: Words.Changed) -> None:
        self._refuse_verdict("")
        self.refuse("")
        self._keep(event.text_area.id or "", event.text_area.text)

    def action_answer(self) -> None:
        if self._is_sending:
            return
        note = "".join(each.value.strip() for each in self.query(Input) if each.id == "note")
        chosen = self._chosen
        answer = self._answers.get(chosen)
        if answer is not None and answer.refused:
            self.refuse(answer.refused)
        elif len(note) > NOTE_CHARACTERS_MAX:
            self.refuse(f"The note has {len(note)} characters; at most {NOTE_CHARACTERS_MAX} are kept.")
        elif chosen == "cancel":
            sure = ConfirmDialog(
                "Cancel the session", "It ends with nothing decided and can't be taken up again.", "cancel it", True
            )
            self.app.push_screen(sure, lambda is_sure: self._give("cancel", note) if is_sure else None)
        elif chosen == "complete":
            self._complete(note)
        elif chosen in WRITTEN:
            self._write(chosen, note)
        elif chosen == "apply_template":
            format = self.query_one("#format", Choices).chosen
            if format:
                self._give(chosen, note, template=format)
            else:
                self.refuse("There is no other format to go on by.")
        else:
            self._give(chosen, note)

    def _complete(self, note: str) -> None:
        outcome = self.query_one("#outcome", Choices).chosen if self._has_verdict else JUDGE
        words = self.query_one("#verdict", Words).text.strip()
        if outcome == JUDGE:
            self._give("complete", note)
        elif not words:
            self._refuse_verdict("A verdict of your own needs its reasons.")
            self.query_one("#verdict").focus()
        else:
            self._give("complete", note, verdict=words, outcome=outcome)

    def _write(self, answer: str, note: str) -> None:
        name, _ = WRITTEN[answer]
        text = self.query_one(f"#{name}", Words).text.strip()
        if not text:
            self.refuse("There is nothing written yet.")
            self.query_one(f"#{name}").focus()
        elif answer == "amend" and text == self._motion.strip():
            self.refuse("It is what it was. Change it, or choose 'continue'.")
        elif answer == "amend":
            self._give(answer, note, motion=text)
        else:
            self._give(answer, note, statement=text)

    def _give(
        self,
        answer: str,
        note: str,
        *,
        verdict: str = "",
        outcome: str = "",
        template: str = "",
        motion: str = "",
        statement: str = "",
    ) -> None:
        command = AnswerEscalation(
            answer=answer,
            note=note,
            verdict=verdict,
            outcome=outcome,
            template=TemplateId(template),
            motion=motion,
            statement=statement,
            case=self._file.case.asked_seq,
        )
        if self._send is None:
            self.dismiss(command)
            return
        self._is_sending = True
        send = self._send

        async def sending() -> None:
            try:
                await send(command)
            except MootError as error:
                self.post_message(self.NotSent(str(error)))
            else:
                self.post_message(self.Sent(command))

        beside(self, sending, group="answer")

    def on_answer_dialog_sent(self, event: Sent) -> None:
        self._drafts.clear()
        self.dismiss(event.command)

    def on_answer_dialog_not_sent(self, event: NotSent) -> None:
        self._is_sending = False
        self.refuse(event.why)

    def action_leave(self) -> None:
        """What is being sent can't be left: nobody would know whether it counts."""
        if not self._is_sending:
            self.dismiss(None)

    def _refuse_verdict(self, why: str) -> None:
        say_at(self.query_one("#verdict-fault", Static), why)


class _Several(Words):
    """Enter breaks the line here: what is written has paragraphs, and ctrl+s sends it."""

    def action_move_on(self) -> None:
        self.action_break_line()


def _called(seat: str) -> str:
    return seat.replace("_", " ").capitalize()


def _since(asked_at_ms: int, now_ms: int) -> str:
    waited = age(max(0, now_ms - asked_at_ms))
    return "just now" if waited == "now" else f"{waited} ago"
