"""With which number does moot end, and what does it mean to a script?"""

from __future__ import annotations

from collections.abc import Collection
from enum import IntEnum


class ExitCode(IntEnum):
    """Stable: scripts depend on them."""

    COMPLETED = 0
    WRONG_USE = 2
    FAILED = 3
    WAITS = 4
    BUDGET_SPENT = 5
    DIVERGES = 6
    NOT_VERIFIABLE = 7
    NOT_APPROVED = 8
    DEGRADED = 9
    UNEXPECTED = 70
    STOPPED = 130


MEANINGS: dict[ExitCode, str] = {
    ExitCode.COMPLETED: "completed",
    ExitCode.WRONG_USE: "wrong use: nothing was done",
    ExitCode.FAILED: "failed or cancelled, a check found errors, or the database could not be opened or driven",
    ExitCode.WAITS: "waits for a human (paused or escalated)",
    ExitCode.BUDGET_SPENT: "budget spent",
    ExitCode.DIVERGES: "a recorded session would be decided otherwise, or its record was changed",
    ExitCode.NOT_VERIFIABLE: "a recorded session can't be verified here: something that it pins is missing",
    ExitCode.NOT_APPROVED: "a refinement ended without an approved draft; its best one is what was printed",
    ExitCode.DEGRADED: "the doctor found that all works, and that something is not well",
    ExitCode.UNEXPECTED: "a fault of moot's own",
    ExitCode.STOPPED: "stopped by ctrl+c, SIGTERM, or because its terminal or the reader of its output went away",
}

SEVEREST = (
    ExitCode.STOPPED,
    ExitCode.FAILED,
    ExitCode.BUDGET_SPENT,
    ExitCode.WAITS,
    ExitCode.NOT_APPROVED,
    ExitCode.COMPLETED,
)


def severest(codes: Collection[ExitCode]) -> ExitCode:
    """What a command ends with that many sessions ended differently for."""
    return next((code for code in SEVEREST if code in codes), ExitCode.COMPLETED)
