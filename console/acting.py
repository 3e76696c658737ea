"""What does a key do? It asks the door, says what was done, and remembers how to take it back.

Each verb is a coroutine over the core alone; `Acting.ask` runs one beside the screen and turns its end into a message:
done to the app, refused to whoever asked, so that a refusal is said in the place where it was asked.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from textual.message import Message

from console.presenters.doubts import recovered_in_words
from console.presenters.figures import counted, money
from console.presenters.sessions import names_of
from console.presenters.transcript import words
from core.domain.commands import (
    AddStatement,
    AmendMotion,
    AnswerEscalation,
    Cancel,
    ChangeBudget,
    ChangeRounds,
    Command,
    Complete,
    Escalate,
    GiveUp,
    Pause,
    RetryStep,
    SettleAttempt,
)
from core.domain.errors import CommandRefused, MootError, StorageFailed
from core.domain.ids import SessionId, StepId
from core.domain.session import Status

if TYPE_CHECKING:
    from textual.app import App
    from textual.message_pump import MessagePump

    from core.domain.summary import SessionSummary
    from core.orchestrator import DebateRequest, Orchestrator
    from core.runtime.backups import BackupReport
    from core.runtime.doubts import Doubt

UNDO_MAX = 50
ID_SHOWN_CHARACTERS = 8
DIGEST_SHOWN_CHARACTERS = 12
CHECK_NOW = "So may the database be: 'moot doctor' looks."


@dataclass(frozen=True, slots=True)
class Target:
    """A session that something is done to, and what the operator calls it."""

    session: SessionId
    title: str
    status: Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What was done, in words. `undo` takes it back; `session` is one that was started; `refused` what was not done."""

    text: str
    undo: Work | None = None
    session: SessionId | None = None
    refused: tuple[str, ...] = ()


Work = Callable[["Orchestrator"], Awaitable[Done]]


def watched(work: Work, look: Callable[[], None]) -> Work:
    """The same, after which somebody looks at what has become of it: done, refused, or taken back."""

    async def look_after(core: Orchestrator) -> Done:
        try:
            done = await work(core)
        finally:
            look()
        return watched_undo(done, look)

    return look_after


def watched_undo(done: Done, look: Callable[[], None]) -> Done:
    """What was done, after whose taking back somebody looks."""
    return done if done.undo is None else replace(done, undo=watched(done.undo, look))


class Acting:
    """Runs what was asked, one worker each; a second key never waits for the first."""

    class Finished(Message):
        """Something was done."""

        def __init__(self, done: Done) -> None:
            super().__init__()
            self.done = done

    class Refused(Message):
        """Something was not done; `why` says where, what and what now."""

        def __init__(self, why: str) -> None:
            super().__init__()
            self.why = why

    def __init__(self, app: App[int], core: Callable[[], Awaitable[Orchestrator]]) -> None:
        """`core` waits until the core is open: a key pressed before that is not lost."""
        self._app = app
        self._core = core
        self._undos: list[Work] = []

    @property
    def can_undo(self) -> bool:
        return bool(self._undos)

    def ask(self, work: Work, asker: MessagePump) -> None:
        """Do `work` beside the screen."""
        self._app.run_worker(self._do(work, asker), group="acting", exit_on_error=True)

    def undo(self, asker: MessagePump) -> None:
        """Take back the last thing that can be taken back."""
        if self._undos:
            self.ask(self._undos.pop(), asker)
        else:
            asker.post_message(self.Refused("There is nothing to take back."))

    async def _do(self, work: Work, asker: MessagePump) -> None:
        try:
            done = await work(await self._core())
        except MootError as error:
            asker.post_message(self.Refused(str(error)))
            return
        for refused in done.refused[:1]:
            asker.post_message(self.Refused(refused))
        self.tell(done)

    def tell(self, done: Done) -> None:
        """Say what was done, by a key or in a dialog that did it itself, and remember how to take it back."""
        if done.undo is not None:
            self._undos = [*self._undos[-UNDO_MAX:], done.undo]
        if done.text:
            self._app.post_message(self.Finished(done))


async def _each(
    core: Orchestrator,
    targets: Sequence[Target],
    act: Callable[[Orchestrator, Target], Awaitable[object]],
    *,
    said: str,
    back: Callable[[Orchestrator, Target], Awaitable[object]] | None = None,
    back_said: str = "",
) -> Done:
    """Do the same to several. One that refuses doesn't keep the others from it; where all refuse, that is the end."""
    done: list[Target] = []
    refusals: list[MootError] = []
    for target in targets:
        try:
            await act(core, target)
        except MootError as error:
            refusals.append(error)
        else:
            done.append(target)
    if not done:
        raise refusals[0]
    undo: Work | None = None
    if back is not None:
        acted = tuple(done)

        async def undo(core: Orchestrator) -> Done:
            return await _each(core, acted, back, said=back_said)

    told = f"{said} {names_of([each.title for each in done])}"
    return Done(text=told, undo=undo, refused=tuple(str(each) for each in refusals))


async def _pause(core: Orchestrator, target: Target) -> None:
    await core.command(target.session, Pause())


async def _resume(core: Orchestrator, target: Target) -> None:
    await core.resume(target.session)


def pause_or_resume(targets: Sequence[Target]) -> Work:
    """Hold what runs or waits; where nothing of it does, go on with what stands."""
    moving = [each for each in targets if each.status in (Status.RUNNING, Status.WAITING, Status.CREATED)]

    async def work(core: Orchestrator) -> Done:
        if moving:
            return await _each(core, moving, _pause, said="paused", back=_resume, back_said="resumed")
        return await _each(core, targets, _resume, said="resumed")

    return work


def commanding(targets: Sequence[Target], command: Command, said: str) -> Work:
    """The same command to each; it can't be taken back."""

    async def act(core: Orchestrator, target: Target) -> None:
        await core.command(target.session, command)

    async def work(core: Orchestrator) -> Done:
        return await _each(core, targets, act, said=said)

    return work


def finish(targets: Sequence[Target]) -> Work:
    return commanding(targets, Complete(reason="asked"), "brought to an end:")


def escalate(targets: Sequence[Target], question: str) -> Work:
    return commanding(targets, Escalate(question=question, reason="asked"), "put before you:")


def cancel(targets: Sequence[Target]) -> Work:
    return commanding(targets, Cancel(), "stopped")


def answer(target: Target, command: AnswerEscalation) -> Work:
    return commanding([target], command, f"answered '{words(command.answer)}' to")


def state(target: Target, text: str) -> Work:
    return commanding([target], AddStatement(text=text), "every seat hears you from the next turn on in")


def tell(target: Target, seat: str, text: str) -> Work:
    """Tell one seat alone; it can't be taken back."""

    async def work(core: Orchestrator) -> Done:
        said = await core.tell(target.session, seat, text)
        return Done(text=f"{said} in {names_of([target.title])}")

    return work


def amend(target: Target, motion: str, *, before: str, about: str = "motion") -> Work:
    """Change what it is about; undoing changes it back, and both stay in the log."""
    return _changing(target, AmendMotion(motion=motion), AmendMotion(motion=before), f"amended the {about} of")


def change_rounds(target: Target, limit: int, *, before: int, lap: str = "round") -> Work:
    return _changing(
        target, ChangeRounds(rounds_limit=limit), ChangeRounds(rounds_limit=before), f"{counted(limit, lap)} for"
    )


def change_budget(target: Target, cap_microusd: int, *, before: int | None) -> Work:
    return _changing(
        target, ChangeBudget(cap_microusd=cap_microusd), ChangeBudget(cap_microusd=before), f"{money(cap_microusd)} for"
    )


def _changing(target: Target, command: Command, back: Command, said: str) -> Work:
    async def work(core: Orchestrator) -> Done:
        await core.command(target.session, command)

        async def undo(core: Orchestrator) -> Done:
            await core.command(target.session, back)
            return Done(text=f"took back: {said} {names_of([target.title])}")

        return Done(text=f"{said} {names_of([target.title])}", undo=undo)

    return work


def retry(target: Target, step: str) -> Work:
    """Ask again for the turn under the cursor where it gave up, else for whatever gave up."""

    async def work(core: Orchestrator) -> Done:
        try:
            await core.command(target.session, RetryStep(step=StepId(step)))
        except CommandRefused:
            if not step:
                raise
            await core.command(target.session, RetryStep())
        return Done(text=f"asked again in {names_of([target.title])}")

    return work


def settle(target: Target, step: str, attempt: int, cost_microusd: int) -> Work:
    command = SettleAttempt(step=StepId(step), attempt=attempt, cost_microusd=cost_microusd)
    return commanding([target], command, f"settled {step} at {money(cost_microusd)} in")


def ask_again(doubt: Doubt) -> Work:
    """Have the session go on that a call in doubt holds up; the call is made again."""

    async def work(core: Orchestrator) -> Done:
        row = await core.summary(doubt.session)
        if row.status is Status.ESCALATED:
            await core.command(doubt.session, AnswerEscalation(answer="continue"))
        else:
            await core.resume(doubt.session)
        return Done(text=f"asked again in {names_of([doubt.title])}")

    return work


def give_up(doubt: Doubt) -> Work:
    """Leave the session failed that a call in doubt holds up."""

    async def work(core: Orchestrator) -> Done:
        await core.command(doubt.session, GiveUp())
        return Done(text=f"{names_of([doubt.title])} failed; resuming asks again")

    return work


def settle_doubt(doubt: Doubt, cost_microusd: int) -> Work:
    return settle(Target(doubt.session, doubt.title, doubt.status), doubt.step, doubt.attempt, cost_microusd)


def export_path(target: Target, folder: Path, ending: str) -> Path:
    """Where a session's file comes to lie."""
    return folder / f"moot-{target.session[:ID_SHOWN_CHARACTERS]}{ending}"


def export(targets: Sequence[Target], folder: Path, ending: str = ".md", *, replaces: bool = False) -> Work:
    """Write each into `folder`, as a file of that ending: Markdown, HTML, JSON or a bundle. `replaces` says whether
    files that lie there are to be replaced."""

    async def work(core: Orchestrator) -> Done:
        from console.bundle_files import ENDING, export_bundle
        from console.exporting import export_session

        write = export_bundle if ending == ENDING else export_session
        written = [
            await write(core, each.session, export_path(each, folder, ending), replaces=replaces) for each in targets
        ]
        where = str(written[0]) if len(written) == 1 else f"{len(written)} files in {folder}"
        return Done(text=f"wrote {where}")

    return work


def rename(target: Target, title: str, *, before: str) -> Work:
    return _labelling(target, f"renamed to {names_of([title])}" if title else "its first name again", title, before)


def _labelling(target: Target, said: str, title: str, before: str) -> Work:
    async def work(core: Orchestrator) -> Done:
        await core.set_label(target.session, title=title)

        async def undo(core: Orchestrator) -> Done:
            await core.set_label(target.session, title=before)
            return Done(text=f"called {names_of([before or target.title])} again")

        return Done(text=said, undo=undo)

    return work


def tag(target: Target, tags: tuple[str, ...], *, before: tuple[str, ...]) -> Work:
    async def work(core: Orchestrator) -> Done:
        await core.set_label(target.session, tags=tags)

        async def undo(core: Orchestrator) -> Done:
            await core.set_label(target.session, tags=before)
            return Done(text=f"tags of {names_of([target.title])} as before")

        named = ", ".join(f"#{each}" for each in tags) if tags else "no tags"
        return Done(text=f"{named} on {names_of([target.title])}", undo=undo)

    return work


def archive(targets: Sequence[Target], *, is_archived: bool) -> Work:
    """Take out of the list, or back into it."""

    def setting(value: bool) -> Callable[[Orchestrator, Target], Awaitable[object]]:
        async def act(core: Orchestrator, target: Target) -> None:
            await core.set_label(target.session, is_archived=value)

        return act

    async def work(core: Orchestrator) -> Done:
        said, back_said = ("archived", "back in the list:") if is_archived else ("back in the list:", "archived")
        return await _each(
            core, targets, setting(is_archived), said=said, back=setting(not is_archived), back_said=back_said
        )

    return work


def delete(targets: Sequence[Target]) -> Work:
    async def act(core: Orchestrator, target: Target) -> None:
        await core.delete(target.session)

    async def work(core: Orchestrator) -> Done:
        return await _each(core, targets, act, said="deleted")

    return work


def start(request: DebateRequest) -> Work:
    async def work(core: Orchestrator) -> Done:
        session = await core.start_debate(request=request)
        return Done(text=f"started {names_of([request.title or request.question])}", session=session)

    return work


def keep_request(kept: MutableMapping[str, str], kind: str) -> Done:
    """What was written in the dialog of a new session waits there for the next time; undoing lets go of it."""

    async def let_go(_: Orchestrator) -> Done:
        kept.clear()
        return Done(text=f"the next new {kind} begins empty")

    return Done(text=f"kept what you wrote for a new {kind}", undo=let_go)


async def hold_all(core: Orchestrator) -> Done:
    """Pause everything; where nothing moves, resume what was paused all at once."""
    count = await core.pause_all()
    if count:
        return Done(text=f"held {counted(count, 'session')}", undo=_go_on)
    return await _go_on(core)


async def _go_on(core: Orchestrator) -> Done:
    count = await core.resume_all()
    return Done(text=f"{counted(count, 'session')} go on" if count != 1 else "1 session goes on")


async def take_wheel(core: Orchestrator) -> Done:
    """Drive from here where nobody does."""
    if core.is_driver:
        raise CommandRefused("this console drives already.")
    await core.take_the_wheel()
    doubtful = recovered_in_words(core.recovered, "")
    return Done(text="this console drives now; what was left goes on" + (f". {doubtful}" if doubtful else ""))


async def back_up(core: Orchestrator) -> Done:
    """Copy the database, and prove the copy."""
    return _proven(await core.backups.create(), "backed up to")


async def check_backup(core: Orchestrator) -> Done:
    return _proven(await core.backups.verify_newest(), "in order:")


def _proven(report: BackupReport, said: str) -> Done:
    """Raises StorageFailed for a back-up that is damaged: whoever asked for one has none."""
    if not report.is_sound:
        raise StorageFailed(f"the back-up is damaged: {report.faults[0]}", where=str(report.path), now=CHECK_NOW)
    otherwise = len(report.differing) + len(report.unverifiable)
    again = f"{counted(report.sessions - otherwise, 'session')} decided again, each the same"
    rest = f"; {counted(otherwise, 'session')} not, 'moot backup verify' says why" if otherwise else ""
    return Done(text=f"{said} {report.path}: {again}{rest}; digest {report.digest[:DIGEST_SHOWN_CHARACTERS]}")


async def stop_spending(core: Orchestrator) -> Done:
    count = await core.stop_spending()
    return Done(text=f"spending is stopped; paused {counted(count, 'session')}")


async def allow_spending(core: Orchestrator) -> Done:
    await core.allow_spending()
    return Done(text="spending is allowed; what was paused stays paused until resumed")


def target_of(summary: SessionSummary, title: str) -> Target:
    return Target(summary.session, title, summary.status)
