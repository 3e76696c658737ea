"""What do the keys of the sessions screen do to the sessions that are chosen?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.screen import Screen

from console.keys import shown_key

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from console.acting import Target, Work
    from console.app import MootApp
    from console.feed import Feed
    from console.first_rows import FirstRows
    from console.widgets.rows import Rows
    from console.widgets.transcript import Transcript
    from core.domain.ids import SessionId
    from core.domain.summary import SessionSummary

NOBODY_ASKS = "No session asks you anything."
NOT_OPEN_YET = "The database is still being opened: whose turn it is isn't known yet."
OVER = "It is over, and stays as it is. A fork goes on from any of its events."
NO_SESSION = "There is no session here yet. c starts a debate."


class SessionActions(Screen[None]):
    """The screen's base: it carries out the keys of the place `sessions`. What it shows is the screen's own."""

    app: MootApp
    rows: Rows
    transcript: Transcript

    def __init__(self) -> None:
        super().__init__()
        self._feed: Feed | FirstRows | None = None
        self._session: SessionId | None = None

    def say_refusal(self, why: str) -> None:
        """Say it where it was asked."""
        raise NotImplementedError

    def clear_refusal(self) -> None:
        """What was refused before is old now."""
        raise NotImplementedError

    def catch_up(self) -> None:
        """Be where the cursor is: what is done next is done to that session."""
        raise NotImplementedError

    @property
    def summary(self) -> SessionSummary | None:
        """The row of the session under the cursor."""
        if self._feed is None or self._session is None:
            return None
        return self._feed.summaries.get(self._session)

    @property
    def keys_shown(self) -> dict[str, str]:
        """Keys by action, as the keymap in force has them."""
        keys = self.app.keymap_in_force.keys
        return {action: shown_key(bound[0]) for action, bound in keys.items() if bound}

    def _targets(self) -> list[Target]:
        """What an action applies to: the marked rows, or the one under the cursor."""
        from console.acting import target_of
        from console.presenters.sessions import title_of
        from core.domain.ids import SessionId

        feed = self._feed
        if feed is None:
            return []
        chosen = self.rows.chosen if self.focused is not self.transcript else (self._session or "",)
        found = [summary for key in chosen if (summary := feed.summaries.get(SessionId(key))) is not None]
        return [target_of(each, title_of(each, feed.labels.get(each.session))) for each in found]

    def _ask(self, make: Callable[[Sequence[Target]], Work]) -> None:
        """Do something to what is chosen."""
        self.catch_up()
        self.clear_refusal()
        targets = self._targets()
        if targets:
            self.app.acting.ask(make(targets), self)
        else:
            self.say_refusal(NO_SESSION)

    def action_new_debate(self) -> None:
        from console.steering import new_debate

        self.run_worker(new_debate(self), group="dialogs")

    def action_new_refinement(self) -> None:
        from console.refining import new_refinement

        self.run_worker(new_refinement(self), group="dialogs")

    def action_drafts(self) -> None:
        """Read a refinement's drafts side by side."""
        from console.presenters.kinds import is_refinement
        from console.steering import NO_DRAFTS

        self.catch_up()
        self.clear_refusal()
        if self.summary is None:
            self.say_refusal(NO_SESSION)
        elif not is_refinement(self.summary):
            self.say_refusal(NO_DRAFTS)
        else:
            self.app.going.to_drafts(self.summary)

    def action_accept_draft(self) -> None:
        self._steer("accept_draft")

    def action_edit_draft(self) -> None:
        self._steer("edit_draft")

    def action_pause_resume(self) -> None:
        from console.acting import pause_or_resume

        self._ask(pause_or_resume)

    def action_complete(self) -> None:
        from console.acting import finish

        self._ask(finish)

    def action_archive(self) -> None:
        from console.acting import archive

        feed = self._feed
        chosen = [target.session for target in self._targets()]
        are_archived = feed is not None and all(
            each in feed.labels and feed.labels[each].is_archived for each in chosen
        )
        self._ask(lambda targets: archive(targets, is_archived=not are_archived))

    def action_export(self) -> None:
        from console.screens.dialogs.export import exporting

        self.catch_up()
        self.clear_refusal()
        targets = self._targets()
        if targets:
            self.run_worker(exporting(self, targets), group="dialogs")
        else:
            self.say_refusal(NO_SESSION)

    def action_import_session(self) -> None:
        from console.screens.dialogs.export import importing

        self.clear_refusal()
        self.run_worker(importing(self), group="dialogs")

    def action_retry_turn(self) -> None:
        from console.acting import retry
        from console.presenters.transcript import step_of

        key = self.transcript.current_key if self.focused is self.transcript else None
        self._ask(lambda targets: retry(targets[0], step_of(key) if key else ""))

    def action_layout(self) -> None:
        wanted = "sequence" if self.transcript.layout_shown == "columns" else "columns"
        self.transcript.set_layout("columns" if wanted == "columns" else "sequence")
        if wanted == "columns" and self.transcript.layout_shown != "columns":
            self.say_refusal(
                "Side by side takes 100 columns and two seats that have spoken; it comes once there is room. "
                f"{self.keys_shown.get('zoom', 'z')} gives it the whole screen once it is in focus."
            )

    def action_answer(self) -> None:
        """Answer what is asked here; where nothing is, go to the session that asks."""
        self.catch_up()
        feed, summary = self._feed, self.summary
        if feed is None:
            return
        if summary is None or not feed.is_asking(summary.session):
            asking = next((key for key in self.rows.keys if feed.is_asking(key)), None)
            if asking is None:
                self.say_refusal(NOBODY_ASKS if feed.knows_turns else NOT_OPEN_YET)
            else:
                self.rows.move_to(asking)
            return
        self._steer("answer" if summary.status == "escalated" else "speak")

    def action_take_seat(self) -> None:
        self._steer("take_seat")

    def action_change_format(self) -> None:
        self._steer("change_format")

    def action_go_control(self) -> None:
        """To the newest session that this one began, and from such a one back to where it comes from."""
        self.catch_up()
        self.clear_refusal()
        summary, feed = self.summary, self._feed
        other = (summary.control or summary.parent) if summary is not None else ""
        if not other and summary is not None and feed is not None:
            began = [each for each in feed.summaries.values() if each.parent == summary.session]
            other = max(began, key=lambda each: each.opened_at_ms).session if began else ""
        if not other:
            from console.steering import no_child

            self.say_refusal(no_child(summary))
        elif not self.rows.move_to(other):
            self.say_refusal(f"The list doesn't show {other[:8]}: the filter leaves it out, or it was deleted.")

    def action_escalate(self) -> None:
        self._steer_on("escalate", is_for_marked=True)

    def action_cancel(self) -> None:
        self._steer_on("cancel", is_for_marked=True)

    def action_delete(self) -> None:
        self._steer("delete")

    def action_raise_budget(self) -> None:
        self._steer_on("raise_budget")

    def action_raise_rounds(self) -> None:
        self._steer_on("raise_rounds")

    def action_add_statement(self) -> None:
        self._steer_on("add_statement")

    def action_amend_motion(self) -> None:
        self._steer_on("amend_motion")

    def action_settle(self) -> None:
        self._steer("settle")

    def action_session_events(self) -> None:
        """The events of the session under the cursor, as they are recorded."""
        self.catch_up()
        self.clear_refusal()
        if self._session is None:
            self.say_refusal(NO_SESSION)
        else:
            self.app.going.to_events_of(self._session)

    def action_look_back(self) -> None:
        """Step along the events of the session under the cursor."""
        self.catch_up()
        self.clear_refusal()
        if self._session is None:
            self.say_refusal(NO_SESSION)
        else:
            self.app.going.to_past(self._session)

    def action_fork(self) -> None:
        self.catch_up()
        self.clear_refusal()
        if self._session is None:
            self.say_refusal(NO_SESSION)
            return
        from console.screens.dialogs.fork import forking

        self.app.run_worker(forking(self.app, self._session, at_seq=None), group="dialogs")

    def action_beside_origin(self) -> None:
        """Read a fork beside the session that it goes on from."""
        self.catch_up()
        self.clear_refusal()
        summary = self.summary
        if summary is None or not summary.forked_from:
            self.say_refusal("This is no fork: it stands beside nothing. ├ marks those that are.")
        else:
            self.app.going.to_beside(summary)

    def action_rename(self) -> None:
        self._steer("rename")

    def action_tag(self) -> None:
        self._steer("tag")

    def action_show_prompt(self) -> None:
        self._steer("show_prompt")

    def _steer_on(self, name: str, *, is_for_marked: bool = False) -> None:
        """The same to what goes on: what is over is refused before anybody has thought of words or a number for it."""
        self.catch_up()
        about = self._targets() if is_for_marked else [self.summary] if self.summary is not None else []
        if about and all(each.status.is_over for each in about):
            self.say_refusal(OVER)
        else:
            self._steer(name)

    def _steer(self, name: str) -> None:
        """Ask for what the action needs to know first, in a dialog of its own."""
        from console.steering import STEPS, Chosen

        self.catch_up()
        self.clear_refusal()
        feed, summary, targets = self._feed, self.summary, self._targets()
        if feed is None or summary is None or not targets:
            self.say_refusal(NO_SESSION)
            return
        chosen = Chosen(
            summary=summary,
            label=feed.labels.get(summary.session),
            targets=tuple(targets),
            turn=self.transcript.current_key or "",
            fold=feed.fold_of(summary.session),
        )
        self.run_worker(STEPS[name](self, chosen), group="dialogs")
