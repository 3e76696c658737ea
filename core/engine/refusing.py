"""When may a command not be obeyed, and what is the operator told?"""

from __future__ import annotations

from core.domain.errors import CommandRefused
from core.domain.session import SessionState, Status


def require(state: SessionState, statuses: tuple[Status, ...], what: str) -> None:
    if state.life.status not in statuses:
        raise CommandRefused(
            f"a session that is {state.life.status} can't {what}.",
            where=f"session {state.session[:8]}",
            now=advice(state),
        )


def require_unfinished(state: SessionState) -> None:
    if state.life.status.is_over:
        raise CommandRefused(
            f"it is {state.life.status}; nothing more can happen.", where=f"session {state.session[:8]}"
        )


def require_begun(state: SessionState) -> None:
    if not state.life.has_begun:
        raise refused(state, "told what only a session that has begun can do", "Resume it, or cancel it.")


def require_no_end(state: SessionState) -> None:
    if state.life.completing is not None:
        raise refused(state, "told to play on, but its end is decided", "What is left is the verdict.")


def advice(state: SessionState) -> str:
    match state.life.status:
        case Status.PAUSED:
            return "Resume it first."
        case Status.ESCALATED:
            return "Answer its question first."
        case Status.FAILED:
            return "Retry its failed turn first."
        case Status.RUNNING:
            return "It is running."
        case _:
            return ""


def refused(state: SessionState, what: str, now: str = "") -> CommandRefused:
    return CommandRefused(f"{what}.", where=f"session {state.session[:8]}", now=now)
