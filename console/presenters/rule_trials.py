"""What did trying rules come to in one session, on one line, and in all of them?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.presenters.backtests import SAID, SESSION_SHOWN_CHARACTERS, step_lines, totals_rows
from console.presenters.figures import bar, count, counted
from console.presenters.paragraphs import Paragraph
from console.presenters.shown import Cell, Row
from core.engine.backtest_report import Unread

if TYPE_CHECKING:
    from core.engine.backtest_report import BacktestTotals, SessionBacktest
    from core.runtime.backtesting import BacktestStep

PPM_ONE = 1_000_000
BAR_CELLS = 16
RULE_CELLS = 20


def trial_row(step: BacktestStep, turn: str) -> Row:
    """session, title, what would be otherwise. `turn` is the one in which it would first be so, "" where unknown."""
    title = " ".join((step.summary.title or step.summary.motion).split()) if step.summary is not None else ""
    said, style = outcome(step.found, turn)
    session = step.found.session
    return Row(session, (Cell(session[:SESSION_SHOWN_CHARACTERS], "muted"), Cell(title, "muted"), Cell(said, style)))


def outcome(found: SessionBacktest | Unread, turn: str) -> tuple[str, str]:
    """What became of one session, and the style to say it in."""
    if isinstance(found, Unread):
        return f"✗ not read: {found.why}", "failed"
    first = found.first
    place = "" if first is None else f"event {first.after_seq}" + (f", {turn}" if turn else "")
    if found.branch is not None:
        return f"✂ another way from {place}: {found.branch.rule} {SAID[found.branch.kind]}", "attention strong"
    if first is not None:
        return f"◇ from {place}: {first.rule} {SAID[first.kind]}", "accent strong"
    if found.unanswered is not None:
        return f"? unknown from event {found.unanswered.seq} on", "attention"
    if found.firings_count:
        return f"= unchanged, fires {counted(found.firings_count, 'time')} as on record", "text"
    return "= unchanged", "muted"


def event_of(found: SessionBacktest | Unread) -> int | None:
    """The event to look at: the first difference, else the first firing, else where it can no longer be told."""
    if isinstance(found, Unread):
        return None
    if found.first is not None:
        return found.first.after_seq
    if found.firings:
        return found.firings[0].after_seq
    return found.unanswered.seq - 1 if found.unanswered is not None else None


def differs(found: SessionBacktest | Unread) -> bool:
    """True of a session that n and N stop at."""
    return isinstance(found, Unread) or not found.is_unchanged


def session_lines(step: BacktestStep) -> tuple[Paragraph, ...]:
    """One session in full."""
    return tuple(Paragraph(((line, "text"),)) for line in step_lines(step))


def progress(step: BacktestStep | None, *, is_over: bool, is_stopped: bool) -> Paragraph:
    """`▓▓▓▓░░░░ 12 of 40 sessions · 3 would differ`."""
    if step is None:
        said = "No session is on record." if is_over else "The sessions on record are being looked up …"
        return Paragraph((("Stopped before one was tried." if is_stopped else said, "muted"),))
    shown = bar(step.number * PPM_ONE // max(1, step.total), width=BAR_CELLS)
    where = f" {count(step.number)} of {counted(step.total, 'session')}"
    totals = step.totals
    parts = [(shown, "accent"), (where, "text"), (f" · {count(totals.differing)} would differ", "text strong")]
    if totals.undecided:
        parts.append((f" · {count(totals.undecided)} unknown", "attention"))
    if totals.unread:
        parts.append((f" · {count(totals.unread)} not read", "failed"))
    if is_stopped:
        parts.append((" · stopped", "attention"))
    return Paragraph(tuple(parts))


def total_lines(totals: BacktestTotals, *, are_all: bool) -> tuple[Paragraph, ...]:
    """What all of them come to."""
    rows = totals_rows(totals, are_all=are_all)
    return tuple(Paragraph(((value, "text"),), f"{name:<{RULE_CELLS}}") for name, value in rows)
