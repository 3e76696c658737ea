"""What do the keys of the inbox do to the rows that are chosen?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.screen import Screen

from console import notice_acts as acts
from console.acting import watched
from console.beside import beside
from console.presenters.figures import counted
from console.presenters.notifications import OPEN, is_given_up, names_of, standing
from core.domain.errors import MootError
from core.domain.ids import SessionId

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from console.acting import Work
    from console.app import MootApp
    from console.presenters.notifications import Entry
    from console.screens.notification_reading import Reading
    from console.widgets.rows import Rows
    from core.orchestrator import Orchestrator

NOTHING_HERE = "There is nothing here yet."
NOTHING_OPEN = "Nothing of this is open: it was seen, answered or has expired."


class NotificationActions(Screen[None]):
    """The screen's base: it carries out the keys of the place `notifications`. What it shows is the screen's own."""

    app: MootApp
    rows: Rows

    def __init__(self, core: Callable[[], Awaitable[Orchestrator]], *, now_ms: Callable[[], int]) -> None:
        super().__init__()
        self._core = core
        self._now_ms = now_ms
        self._reading: Reading | None = None

    def say_refusal(self, why: str) -> None:
        """Say it where it was asked; "" takes it back."""
        raise NotImplementedError

    def look_anew(self) -> None:
        """Something was changed here."""
        raise NotImplementedError

    @property
    def keys_shown(self) -> dict[str, str]:
        """Keys by action, as the keymap in force has them."""
        return self.app.sessions.keys_shown

    @property
    def entries(self) -> Sequence[Entry]:
        """All that the filter leaves."""
        return self._reading.entries if self._reading is not None else ()

    @property
    def chosen(self) -> list[Entry]:
        """The marked rows, or the one under the cursor; where there is none, that is said."""
        keys = frozenset(self.rows.chosen)
        found = [each for each in self.entries if each.key in keys]
        self.say_refusal("" if found else NOTHING_HERE)
        return found

    @property
    def current(self) -> Entry | None:
        key = self.rows.cursor_key
        return next((each for each in self.entries if each.key == key), None)

    def _ask(self, work: Work) -> None:
        """Do it beside the screen, and look again when it is done, and when it is taken back."""
        self.app.acting.ask(watched(work, self.look_anew), self)

    def _dialog(self, steps: Callable[[], Awaitable[None]]) -> None:
        """A conversation in dialogs; what the core refuses is said on the screen."""
        self.say_refusal("")

        async def carried_out() -> None:
            try:
                await steps()
            except MootError as error:
                self.say_refusal(str(error))
            self.look_anew()

        beside(self, carried_out, group="dialogs")

    # What is asked.

    def action_answer_case(self) -> None:
        """Answer what is asked here; where nothing is, go to the first row that asks."""
        current = self.current
        if current is not None and current.asking is not None:
            self._dialog(lambda: self._answer(current))
            return
        asking = next((each for each in self.entries if each.asking is not None), None)
        if asking is None:
            self.say_refusal("Nothing asks you anything here.")
        else:
            self.say_refusal("")
            self.rows.move_to(asking.key)

    async def _answer(self, entry: Entry) -> None:
        """In the dialog that the sessions screen opens too."""
        from console.acting import target_of
        from console.presenters.sessions import title_of
        from console.steering import STEPS, Chosen

        feed, asking = self.app.feed, entry.asking
        row = feed.summaries.get(SessionId(entry.session)) if feed is not None else None
        if feed is None or row is None or asking is None:
            self.say_refusal("Its session is not there any more.")
            return
        label = feed.labels.get(row.session)
        chosen = Chosen(
            summary=row,
            label=label,
            targets=(target_of(row, title_of(row, label)),),
            turn="",
            fold=feed.fold_of(row.session),
            asked_seq=asking.asked_seq,
        )
        await STEPS["speak" if asking.is_turn else "answer"](self, chosen)  # type: ignore[arg-type]  # it has what they use

    def action_notification_session(self) -> None:
        """To the session that the row tells of."""
        current = self.current
        if current is None:
            self.say_refusal(NOTHING_HERE)
        elif not current.session or self.app.feed is None or current.session not in self.app.feed.summaries:
            self.say_refusal("This is of no session that is still there.")
        else:
            self.app.going.to_session(SessionId(current.session))

    # What was seen, and what is to rest.

    def action_acknowledge(self) -> None:
        chosen = self.chosen
        open_ = self._open_of(chosen)
        if open_:
            self._ask(acts.acknowledge(_ids(open_), names_of(open_)))
            self.rows.unmark()
        elif chosen:
            self.say_refusal(NOTHING_OPEN)

    def action_acknowledge_shown(self) -> None:
        """All that the filter leaves, once the operator has seen how many these are."""
        open_ = self._open_of(self.entries)
        if not open_:
            self.say_refusal(NOTHING_OPEN if self.entries else NOTHING_HERE)
        elif len(open_) == 1:
            self._ask(acts.acknowledge(_ids(open_), names_of(open_)))
        else:
            self._dialog(lambda: self._acknowledge_all(open_))

    async def _acknowledge_all(self, entries: Sequence[Entry]) -> None:
        from console.screens.dialogs.confirm import ConfirmDialog

        filter_ = self._reading.wanted.text if self._reading is not None else ""
        which = f"All that /{filter_} shows" if filter_ else "All that is open and shown"
        asks = sum(each.asking is not None for each in entries)
        still = f" {counted(asks, 'question')} among them still {'waits' if asks == 1 else 'wait'}." if asks else ""
        text = f"{which}: {names_of(entries)}. Nobody is reminded of them any more.{still}"
        if await self.app.push_screen_wait(ConfirmDialog("Seen?", text, "seen", False)):
            self._ask(acts.acknowledge(_ids(entries), names_of(entries)))

    def action_snooze(self) -> None:
        chosen = self.chosen
        open_ = self._open_of(chosen)
        if open_:
            self._dialog(lambda: self._snooze(open_))
        elif chosen:
            self.say_refusal(NOTHING_OPEN)

    async def _snooze(self, entries: Sequence[Entry]) -> None:
        from console.screens.dialogs.snooze import SnoozeDialog

        for_ms = await self.app.push_screen_wait(SnoozeDialog(names_of(entries)))
        if for_ms is not None:
            self._ask(acts.snooze(_ids(entries), for_ms, names_of(entries)))
            self.rows.unmark()

    def _open_of(self, entries: Sequence[Entry]) -> list[Entry]:
        """Those that somebody may still acknowledge."""
        now_ms = self._now_ms()
        return [
            each
            for each in entries
            if each.told is not None and each.told.is_open and standing(each, now_ms=now_ms) in OPEN
        ]

    # Mutes.

    def action_mute(self) -> None:
        current = self.current
        if current is None:
            self.say_refusal(NOTHING_HERE)
        else:
            self._dialog(lambda: self._mute(current))

    async def _mute(self, entry: Entry) -> None:
        from console.screens.dialogs.mute import MuteDialog

        chosen = await self.app.push_screen_wait(MuteDialog(entry))
        if chosen is not None:
            until_ms = self._now_ms() + chosen.for_ms if chosen.for_ms else 0
            self._ask(acts.mute(chosen.session, chosen.type, until_ms, said=chosen.said))

    def action_mutes(self) -> None:
        self._dialog(self._mutes)

    async def _mutes(self) -> None:
        from console.screens.dialogs.mute import MutesDialog

        core = await self._core()
        titles = {str(session): title for session, title in self.app.session_titles()}
        mutes = await core.notifications.mutes()
        undone = await self.app.push_screen_wait(MutesDialog(mutes, titles, now_ms=self._now_ms()))
        if undone is not None:
            self._ask(undone)

    # How it gets there.

    def action_resend(self) -> None:
        chosen = self.chosen
        dead = [each for each in chosen if is_given_up(each)]
        if dead:
            self._ask(acts.send_again(_ids(dead)))
        elif chosen:
            self.say_refusal("Nothing of this was given up. / state:dead shows what was.")

    def action_show_channels(self) -> None:
        self._dialog(self._channels)

    async def _channels(self) -> None:
        from console.screens.dialogs.channels import ChannelsDialog

        core = await self._core()
        channels = core.notifications.channels  # where nobody is told anything, that is said here and not there
        await self.app.push_screen_wait(ChannelsDialog(core, channels, now_ms=self._now_ms))

    def action_preview_notification(self) -> None:
        current = self.current
        if current is None or current.told is None:
            self.say_refusal(NOTHING_HERE if current is None else "No route takes this, so that it reads nowhere.")
        else:
            self._dialog(lambda: self._preview(current))

    async def _preview(self, entry: Entry) -> None:
        from console.presenters.notification_channels import preview_lines
        from console.screens.dialogs.prompt import TextView

        told, core = entry.told, await self._core()
        assert told is not None  # asked for only where there is one
        channels = [sent.channel for sent in told.deliveries] or list(core.notifications.channels)
        id = told.notification.id
        shown = [(each, await core.notifications.preview(each, notification=id)) for each in channels]
        await self.app.push_screen_wait(TextView("How it reads", preview_lines(shown), note=entry.type.value))


def _ids(entries: Sequence[Entry]) -> list[str]:
    return [each.told.notification.id for each in entries if each.told is not None]
