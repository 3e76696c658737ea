"""What was read of sessions, and of how many is it kept?"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Container
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from console.presenters.session_detail import DetailFold
from console.presenters.transcript import TranscriptFold
from core.domain.ids import SessionId

if TYPE_CHECKING:
    from core.domain.cases import Case
    from core.orchestrator import Orchestrator
    from core.rules.explanation import Explanation

FOLDS_KEPT_MAX = 16
"""Transcripts read before are kept, so that going back to one is immediate."""


@dataclass(slots=True)
class SessionFold:
    """A session's log as far as it was read, as turns and as what stands beside them."""

    session: SessionId
    transcript: TranscriptFold
    detail: DetailFold
    seq: int = 0
    explanations: tuple[Explanation, ...] = ()
    cases: tuple[Case, ...] = ()
    cases_seq: int = 0
    shown: dict[str, int] = field(default_factory=dict)
    waits: dict[str, str] = field(default_factory=dict)


class Folds:
    """Those of the sessions that were looked at last."""

    def __init__(self, core: Orchestrator) -> None:
        self._core = core
        self._kept: OrderedDict[SessionId, SessionFold] = OrderedDict()

    def get(self, session: SessionId | None) -> SessionFold | None:
        """What was read of it so far."""
        return self._kept.get(session) if session is not None else None

    def of(self, session: SessionId) -> SessionFold:
        """What was read of it so far, which may be nothing; the one that was looked at longest ago is let go."""
        fold = self._kept.get(session)
        if fold is None:
            facts = self._core.fact_specs()
            fold = SessionFold(session, TranscriptFold(facts, self._core.flips.formats), DetailFold(facts))
            self._kept[session] = fold
            while len(self._kept) > FOLDS_KEPT_MAX:
                self._kept.popitem(last=False)
        self._kept.move_to_end(session)
        return fold

    def keep_only(self, sessions: Container[SessionId]) -> None:
        """Let go of those that are there no longer."""
        for gone in [each for each in self._kept if each not in sessions]:
            del self._kept[gone]
