"""What do the keys of the Events screen do: narrow and find, follow and hold, lead on from an entry?"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from textual.css.query import NoMatches
from textual.screen import Screen
from textual.widgets import Input, Static

from console.keys import shown_key
from console.presenters.event_detail import Looked
from console.presenters.event_filter import NO_FILTER, EventFilter, completion, read_filter
from console.presenters.event_window import Window
from console.screens.event_following import Asked, EventReader
from console.screens.event_reading import EVENTS, LINES
from console.widgets.cells import clean
from core.domain.errors import WrongUse
from core.domain.ids import SessionId

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from console.app import MootApp
    from console.keys import Keymap
    from console.presenters.event_entries import Entry
    from console.widgets.rows import Rows

EXPORT_FILE = "events.jsonl"
SESSION_TYPED_CHARACTERS = 12
"""Of a session's id in a filter that nobody typed: enough to mean one alone."""


class EventActions(Screen[None]):
    """The screen's base: it carries out the keys of the place `events`. What it shows is the screen's own."""

    app: MootApp
    rows: Rows

    def __init__(self, log_file: Path, *, now_ms: Callable[[], int], keymap: Keymap, text: str) -> None:
        super().__init__()
        self._now_ms = now_ms
        self._keymap = keymap
        self._text = text
        self._find: EventFilter = NO_FILTER
        self._window = Window()
        self._looked = Looked()
        self._is_read = False
        self._is_looking = True
        self._is_held = False
        self._reader = EventReader(
            log_file, tell=self.post_message, current=lambda: self.current, before=lambda: self._window.before
        )

    # What others ask.

    @property
    def source(self) -> str:
        return self._reader.asked.source

    @property
    def is_read(self) -> bool:
        """True once what is asked for was looked for."""
        return self._is_read and not self._is_looking

    @property
    def is_following(self) -> bool:
        """True while the list goes along with what comes in."""
        keys = self.rows.keys
        return not self._is_held and (not keys or self.rows.cursor_key == keys[-1])

    @property
    def looked_key(self) -> str:
        """The entry of which all there is was read last."""
        return self._looked.key

    @property
    def current(self) -> Entry | None:
        return self._window.entry(self.rows.cursor_key)

    def show(self, *, goes_to_end: bool = False) -> None:
        """Show what is at hand anew."""
        raise NotImplementedError

    def show_title(self) -> None:
        raise NotImplementedError

    def forget_rows(self) -> None:
        """Rows read otherwise from here on."""
        raise NotImplementedError

    def say_refusal(self, why: str) -> None:
        """Say it where it was asked; "" takes it back."""
        with suppress(NoMatches):
            place = self.query_one("#refused", Static)
            place.update(clean(why))
            place.set_class(bool(why), "-said")

    # Keys.

    def action_filter(self) -> None:
        self._open_line("search", self._text)

    def action_find_event(self) -> None:
        """Look for words without narrowing the list."""
        self._open_line("find", self._find.text)

    def action_find_event_next(self) -> None:
        self._step(1)

    def action_find_event_previous(self) -> None:
        self._step(-1)

    def action_follow_events(self) -> None:
        """Hold the list where it is, or go along with what comes in again."""
        if self.is_following:
            self._is_held = True
            self.show_title()
        else:
            self._is_held = False
            self.go_to_end()

    def action_event_source(self) -> None:
        """The log lines instead of the events, or the other way round, narrowed by the same words."""
        asked = self._reader.asked
        self._renew(LINES if asked.source == EVENTS else EVENTS, asked.wanted)

    def action_event_moment(self) -> None:
        """The session as it stood behind the event under the cursor."""
        entry = self.current
        seq = entry.value("seq") if entry is not None else None
        if entry is None or not entry.session or not isinstance(seq, int):
            self.say_refusal("This is about no event of a session.")
            return
        self.app.going.to_past(SessionId(entry.session), at_seq=seq)

    def action_event_session(self) -> None:
        """The session of the entry under the cursor, in the list of sessions."""
        entry = self.current
        if entry is None or not entry.session:
            self.say_refusal("This is about no session.")
            return
        self.app.going.to_session(SessionId(entry.session))

    def action_event_trace(self) -> None:
        """Only what the same command brought about; of a log line, what else was written of the same call."""
        entry = self.current
        if entry is None or not entry.session:
            self.say_refusal("This is about no session.")
            return
        appended, correlation = self._looked.appended, entry.value("correlation")
        session = session_filter(SessionId(entry.session))
        if appended is not None and self._looked.key == entry.key:
            self.filter_to(f"{session} seq>={appended.records[0].seq} seq<={appended.records[-1].seq}")
        elif correlation:
            self.filter_to(f'{session} correlation="{correlation}"')
        else:
            self.say_refusal("Nobody noted which command led to this.")

    def action_export_events(self) -> None:
        self.say_refusal("")
        self.run_worker(self._export(), group="dialogs")

    async def _export(self) -> None:
        from console.event_files import exporting
        from console.screens.dialogs.text import TextDialog
        from console.screens.rule_actions import file_at

        marks = self.rows.marks
        chosen = tuple(each for each in self._window.entries if not marks or each.key in marks)
        if not chosen:
            self.say_refusal("Nothing is shown that could be written.")
            return
        what = f"the {len(chosen)} marked" if marks else f"all {len(chosen)} at hand"
        path = await self.app.push_screen_wait(
            TextDialog("Export", f"Write {what} into a new file, .jsonl or .csv:", EXPORT_FILE, is_proposal=True)
        )
        if path:
            try:
                self.app.acting.ask(exporting(chosen, file_at(path)), self)
            except WrongUse as refusal:
                self.say_refusal(str(refusal))

    # Filter and find.

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        if event.input.id == "find":
            self._find_by(event.value)
        else:
            self._filter_by(event.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """The list keeps what was found; an empty line is none."""
        event.stop()
        if not event.value.strip():
            event.input.remove_class("-open")
        self.rows.focus()
        if event.input.id == "find" and event.value.strip():
            self._step(-1, is_first=True)

    def leave_line(self) -> bool:
        """Close the line that finds, or the filter, or take back a refusal; False where none of that was."""
        search, find = self.query_one("#search", Input), self.query_one("#find", Input)
        if find.has_class("-open"):
            find.value = ""
            find.remove_class("-open")
            self._find_by("")
        elif search.has_class("-open") or self._text:
            self.filter_to("")
        elif self.query_one("#refused").has_class("-said"):
            self.say_refusal("")
        else:
            return False
        self.rows.focus()
        return True

    def filter_to(self, text: str) -> None:
        """Narrow the list to words that nobody typed."""
        line = self.query_one("#search", Input)
        line.value = text
        line.set_class(bool(text), "-open")
        self._filter_by(text)

    def completed(self, text: str) -> str:
        vocabulary = self._reader.vocabulary
        return completion(text, vocabulary) if vocabulary is not None else ""

    def is_match(self, entry: Entry) -> bool:
        """Is this one that is looked for?"""
        return bool(self._find.terms) and self._find.holds(entry)

    def _open_line(self, id: str, text: str) -> None:
        self.set_class(False, "-zoomed")
        line = self.query_one(f"#{id}", Input)
        line.value = text
        line.add_class("-open")
        line.focus()

    def _filter_by(self, text: str) -> None:
        wanted = self._read_words(text)
        if wanted is not None:
            self._text = wanted.text
            if wanted != self._reader.asked.wanted:
                self._renew(self._reader.asked.source, wanted)

    def _find_by(self, text: str) -> None:
        wanted = self._read_words(text)
        if wanted is not None and wanted != self._find:
            self._find = wanted
            self.forget_rows()
            self.show()

    def _read_words(self, text: str) -> EventFilter | None:
        vocabulary = self._reader.vocabulary
        if vocabulary is None:
            self._text = text  # it is read once it is known what there is to name
            return None
        try:
            wanted = read_filter(text, vocabulary, now_ms=self._now_ms())
        except WrongUse as refusal:
            self.say_refusal(str(refusal))
            return None
        self.say_refusal("")
        return wanted

    def _step(self, step: int, *, is_first: bool = False) -> None:
        """To the match next to the cursor; the first of all is the newest that there is."""
        if not self._find.terms:
            self.action_find_event()
            return
        matches = [each.key for each in self._window.entries if self.is_match(each)]
        key = self.rows.cursor_key
        if is_first and key in matches:
            return
        found = self._window.next_to(key, matches, step)
        if found is not None:
            self.rows.move_to(found)
        elif step < 0 and not self._window.is_whole:
            self.say_refusal(f"No match above. {self.key_of('list_top')} looks further back.")
        else:
            self.say_refusal("No further match.")

    # Following.

    def go_to_end(self) -> None:
        """To the newest; where they are not at hand, they are read."""
        if self._window.is_at_end:
            self.rows.action_list_end()
            self.show_title()
        else:
            self._renew(self._reader.asked.source, self._reader.asked.wanted)

    def look_further_back(self) -> None:
        """Read what lies before the first that is at hand."""
        if self.is_read and not self._window.is_whole and self._window.before:
            self._reader.wants_older = self._is_looking = True
            self._reader.look_soon()
            self.show_title()

    def _renew(self, source: str, wanted: EventFilter) -> None:
        """Show something else, from its newest on."""
        self._reader.asked = Asked(self._reader.asked.number + 1, source, wanted)
        self._reader.wants_older = False
        self._is_looking, self._is_held = True, False
        self.forget_rows()
        self._reader.look_soon()

    def key_of(self, action_id: str) -> str:
        """The key of an action, as the keymap in force has it."""
        keys = self._keymap.of(action_id)
        return shown_key(keys[0]) if keys else "The palette"


def session_filter(session: SessionId | None) -> str:
    """What narrows a list to one session; nothing where there is none."""
    return f"session:{session[:SESSION_TYPED_CHARACTERS]}" if session else ""
