"""What can be asked of a refinement, beside what can be asked of any session?"""

from __future__ import annotations

from dataclasses import dataclass

from core.domain.commands import OPERATOR


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptDraft:
    """Take a draft as it is, whatever its score; 0 means the newest. The refinement ends with it."""

    draft: int = 0
    by: str = OPERATOR


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviseDraft:
    """Put a text of one's own in the place of the draft at hand: it is reviewed as any other."""

    text: str
    by: str = OPERATOR


REFINEMENT_COMMANDS: tuple[type, ...] = (AcceptDraft, ReviseDraft)
