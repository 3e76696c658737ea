"""What does the operator answer a session that asks, and what will each answer do?"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding
from textual.containers import Vertical
from textual.widgets import Input, Static

from console.presenters.paragraphs import Paragraph
from console.screens.dialogs.confirm import ConfirmDialog
from console.screens.dialogs.frame import Dialog, Words, fault_place, field, label, say_at
from console.widgets.choices import Choice, Choices
from console.widgets.prose import Prose
from core.domain.commands import AnswerEscalation

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from textual.app import ComposeResult
    from textual.binding import BindingType

JUDGE = "judge"
NOTE_CHARACTERS_MAX = 500

_LABELS = {"continue": "continue", "new_round": "another round", "complete": "finish", "cancel": "cancel"}

WHAT_EACH_ANSWER_DOES: Mapping[str, str] = {
    "continue": "go on where it stopped",
    "new_round": "every seat speaks once more",
    "complete": "end it with a verdict: the judge's, or your own",
    "cancel": "end it without a verdict",
}
"""What is true of any debate; who knows more of this one says more."""

OF_A_REFINEMENT: Mapping[str, str] = {
    "new_round": "one more draft, whatever the limit",
    "complete": "end it with the best draft that there is",
    "cancel": "end it with no draft kept",
}
"""What is otherwise there."""


class AnswerDialog(Dialog[AnswerEscalation]):
    """The answer as the command that gives it, or None after escape: then the session goes on waiting."""

    DEFAULT_CSS = """
    AnswerDialog > .box { width: 78; }
    AnswerDialog #why { max-height: 5; }
    AnswerDialog #own.-empty, AnswerDialog #words.-empty { display: none; }
    AnswerDialog #own, AnswerDialog #words { height: auto; }
    """
    AUTO_FOCUS = "#answers"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+s,ctrl+enter", "answer", "Answer", priority=True)]
    hints = (("⏎", "choose", "answer"), ("ctrl+s", "answer", "answer"), ("tab", "next field", "app.focus_next"))
    leave_label = "let it wait"

    def __init__(
        self,
        question: str,
        reason: str = "",
        explanation_lines: Sequence[str] = (),
        what_each_answer_does: Mapping[str, str] = WHAT_EACH_ANSWER_DOES,
        *,
        lap: str = "round",
    ) -> None:
        """`lap` is what a session of its kind goes through again and again; one of a debate alone ends with a verdict,
        which can be the operator's own."""
        super().__init__("It asks you")
        self._labels = {**_LABELS, "new_round": f"another {lap}"}
        self._has_verdict = lap == "round"
        self._question = question
        self._reason = reason
        self._why = tuple(explanation_lines)
        self._does = {**WHAT_EACH_ANSWER_DOES, **what_each_answer_does}

    def fields(self) -> ComposeResult:
        yield label(self._question, style="strong")
        if self._reason:
            yield label(f"because of: {self._reason.replace('_', ' ')}")
        if self._why:
            why = Prose([Paragraph(((line, "muted"),)) for line in self._why], id="why")
            why.can_focus = False
            yield why
        yield label("Your answer", gap=True)
        yield Choices(
            [Choice(key, self._labels[key], does, key == "cancel") for key, does in self._does.items()],
            id="answers",
        )
        with Vertical(id="own", classes="-empty"):
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
            with Vertical(id="words", classes="-empty"):
                yield Words(placeholder="the reasons of your verdict, for the record", id="verdict")
                yield fault_place("verdict-fault")
        yield label("Note, for the record (may stay empty)", gap=True)
        yield field(id="note")

    def on_choices_changed(self, event: Choices.Changed) -> None:
        self.refuse("")
        if event.choices.id == "answers":
            self.query_one("#own").set_class(event.key != "complete" or not self._has_verdict, "-empty")
        else:
            self.query_one("#words").set_class(event.key == JUDGE, "-empty")

    def on_choices_accepted(self, event: Choices.Accepted) -> None:
        if event.choices.id == "answers" and event.key == "complete" and self._has_verdict:
            self.query_one("#outcome").focus()
        elif event.choices.id == "outcome" and event.key != JUDGE:
            self.query_one("#verdict").focus()
        else:
            self.action_answer()

    def on_input_submitted(self) -> None:
        self.action_answer()

    def on_text_area_changed(self) -> None:
        self._refuse_verdict("")

    def action_answer(self) -> None:
        answer = self.query_one("#answers", Choices).chosen
        note = self.query_one("#note", Input).value.strip()
        if len(note) > NOTE_CHARACTERS_MAX:
            self.refuse(f"The note has {len(note)} characters; at most {NOTE_CHARACTERS_MAX} are kept.")
        elif answer == "cancel":
            sure = ConfirmDialog(
                "Cancel the session", "It ends with nothing decided and can't be taken up again.", "cancel it", True
            )
            self.app.push_screen(sure, lambda is_sure: self._cancelled(note) if is_sure else None)
        elif answer == "complete":
            self._complete(note)
        else:
            self.dismiss(AnswerEscalation(answer=answer, note=note))

    def _complete(self, note: str) -> None:
        outcome = self.query_one("#outcome", Choices).chosen if self._has_verdict else JUDGE
        words = self.query_one("#verdict", Words).text.strip()
        if outcome == JUDGE:
            self.dismiss(AnswerEscalation(answer="complete", note=note))
        elif not words:
            self._refuse_verdict("A verdict of your own needs its reasons.")
            self.query_one("#verdict").focus()
        else:
            self.dismiss(AnswerEscalation(answer="complete", verdict=words, outcome=outcome, note=note))

    def _cancelled(self, note: str) -> None:
        self.dismiss(AnswerEscalation(answer="cancel", note=note))

    def _refuse_verdict(self, why: str) -> None:
        say_at(self.query_one("#verdict-fault", Static), why)
