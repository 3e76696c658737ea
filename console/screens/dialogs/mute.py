"""Of what does the operator want to hear no more, for how long, and of what does nobody hear now?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding

from console.acting import Work
from console.notice_acts import unmute
from console.presenters.notification_channels import mute_row, muted_in_words
from console.presenters.notifications import type_word
from console.screens.dialogs.frame import Dialog, label
from console.screens.dialogs.snooze import DAY_MS, HOUR_MS
from console.widgets.choices import Choice, Choices
from console.widgets.rows import Column, Rows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from console.presenters.notifications import Entry
    from core.notifying.muting import Mute
    from core.notifying.notification import NotificationType

THIS, SESSION, TYPE = "this", "session", "type"

COLUMNS = (
    Column(key="what", title="muted", width=24, is_flex=True, priority=3),
    Column(key="until", title="for", width=10, align="right", priority=2),
    Column(key="age", title="since", width=6, align="right", priority=1),
)
EMPTY_TEXT = "Nothing is muted."


@dataclass(frozen=True, slots=True, kw_only=True)
class Muting:
    """What is to be muted, for so long (0 without an end), and what that is called."""

    session: str
    type: NotificationType | None
    for_ms: int
    said: str


class MuteDialog(Dialog[Muting]):
    """What is to be muted because of one notification, or None after escape."""

    DEFAULT_CSS = "MuteDialog > .box { width: 76; }"
    AUTO_FOCUS = "#which"
    hints = (("⏎", "mute", "mute"), ("tab", "for how long", "app.focus_next"))

    def __init__(self, entry: Entry) -> None:
        super().__init__("Mute")
        self._session = entry.session
        self._type = entry.type
        self._titles = {entry.session: entry.title}

    def fields(self) -> ComposeResult:
        yield label("What is muted goes into the audit trail alone, and nobody is reminded of it.")
        yield label("Of what do you want to hear no more?", gap=True)
        word = type_word(self._type)
        of_session = [
            Choice(SESSION, "this session", "whatever it tells"),
            Choice(THIS, f"'{word}' of this session", "and nothing else of it"),
        ]
        of_all = Choice(TYPE, f"every '{word}'", "of any session")
        yield Choices([*of_session, of_all] if self._session else [of_all], id="which")
        yield label("For how long?", gap=True)
        yield Choices(
            [Choice("0", "for good"), Choice(str(HOUR_MS), "an hour"), Choice(str(DAY_MS), "a day")],
            is_across=True,
            is_numbered=False,
            id="long",
        )

    def on_choices_accepted(self) -> None:
        self.action_mute()

    def action_mute(self) -> None:
        which = self.query_one("#which", Choices).chosen
        session = "" if which == TYPE else self._session
        type = None if which == SESSION else self._type
        for_ms = int(self.query_one("#long", Choices).chosen)
        self.dismiss(
            Muting(session=session, type=type, for_ms=for_ms, said=muted_in_words(session, type, self._titles))
        )


class MutesDialog(Dialog[Work]):
    """Every mute; the result is the end of one of them."""

    DEFAULT_CSS = """
    MutesDialog > .box { width: 76; }
    MutesDialog Rows { height: auto; min-height: 3; max-height: 12; }
    """
    AUTO_FOCUS = "Rows"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("d", "unmute", "Hear of it again", show=False)]
    hints = (("⏎", "hear of it again", "unmute"),)
    leave_label = "close"

    def __init__(self, mutes: Sequence[Mute], titles: Mapping[str, str], *, now_ms: int) -> None:
        super().__init__("Mutes")
        self._mutes = {each.id: each for each in mutes}
        self._titles = titles
        self._at_ms = now_ms

    def fields(self) -> ComposeResult:
        rows = Rows(COLUMNS, empty_text=EMPTY_TEXT)
        rows.styles.height = max(3, len(self._mutes) + 1)
        yield rows

    def on_mount(self) -> None:
        shown = [mute_row(each, self._titles, now_ms=self._at_ms) for each in self._mutes.values()]
        self.query_one(Rows).set_rows(shown)

    def on_rows_opened(self) -> None:
        self.action_unmute()

    def action_unmute(self) -> None:
        key = self.query_one(Rows).cursor_key
        if key is None:
            self.refuse(EMPTY_TEXT)
            return
        held = self._mutes[key]
        self.dismiss(unmute(held, said=muted_in_words(held.session, held.type, self._titles)))
