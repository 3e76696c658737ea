"""What do the keys of the inbox do at the door, and how is each taken back?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.acting import Done, Work
from console.presenters.figures import duration

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence

    from core.notifying.muting import Mute
    from core.notifying.notification import NotificationType
    from core.orchestrator import Orchestrator

IDS_AT_ONCE_MAX = 500
"""So many are named in one request: another process may have to carry it out."""


def acknowledge(ids: Sequence[str], names: str) -> Work:
    """Say that these were seen. Taking it back has them open again."""

    async def work(core: Orchestrator) -> Done:
        async def see(part: list[str]) -> str:
            return await core.notifications.acknowledge(part, are_whole=True)

        await _in_parts(see, ids)
        return Done(text=f"seen: {names}", undo=back)

    async def back(core: Orchestrator) -> Done:
        await _in_parts(core.notifications.unacknowledge, ids)
        return Done(text=f"open again: {names}")

    return work


def snooze(ids: Sequence[str], for_ms: int, names: str) -> Work:
    """Let these rest for a while. Taking it back ends that."""

    async def work(core: Orchestrator) -> Done:
        async def rest(part: list[str]) -> str:
            return await core.notifications.snooze(part, for_ms=for_ms, are_whole=True)

        await _in_parts(rest, ids)
        return Done(text=f"for {duration(for_ms)} at rest: {names}", undo=back)

    async def back(core: Orchestrator) -> Done:
        await _in_parts(core.notifications.unsnooze, ids)
        return Done(text=f"back: {names}")

    return work


def mute(session: str, type: NotificationType | None, until_ms: int, *, said: str) -> Work:
    """Hear no more of these, until a moment where that is not 0."""

    async def work(core: Orchestrator) -> Done:
        before = {each.id for each in await core.notifications.mutes()}
        await core.notifications.mute(session=session, type=type, until_ms=until_ms)
        made = [each.id for each in await core.notifications.mutes() if each.id not in before]

        async def back(core: Orchestrator) -> Done:
            await core.notifications.unmute(made)
            return Done(text=f"no more muted: {said}")

        return Done(text=f"muted: {said}", undo=back if made else None)

    return work


def unmute(held: Mute, *, said: str) -> Work:
    """Hear of these again."""

    async def work(core: Orchestrator) -> Done:
        await core.notifications.unmute([held.id])

        async def back(core: Orchestrator) -> Done:
            await core.notifications.mute(session=held.session, type=held.type, until_ms=held.until_ms)
            return Done(text=f"muted again: {said}")

        return Done(text=f"no more muted: {said}", undo=back)

    return work


def send_again(ids: Sequence[str], *, channel: str = "") -> Work:
    """Put what was given up back on its way: these, or all that a channel has."""

    async def work(core: Orchestrator) -> Done:
        done = await core.notifications.send_again(ids, is_all=not ids, channel=channel)
        return Done(text=done)

    return work


async def mark_read(core: Orchestrator, ids: Sequence[str]) -> None:
    """Looking at something is no deed: nothing is said of it."""
    await core.notifications.mark_read(ids)


async def _in_parts(ask: Callable[[list[str]], Coroutine[object, object, str]], ids: Sequence[str]) -> None:
    for at in range(0, len(ids), IDS_AT_ONCE_MAX):
        await ask(list(ids[at : at + IDS_AT_ONCE_MAX]))
