"""May what a measure reads end a debate before its rounds are played?

Always, where the format trusts its measure. Where its early stop is calibrated, only at readings that have shown
themselves informative in recorded sessions of which the right answer is known, as they were pinned in the opening.
"""

from __future__ import annotations

from collections.abc import Collection

from core.flows.debate_state import DebateState
from core.judging.calibration import trust_in
from core.templates.template import EarlyStop

CONSENSUS_FACTS = frozenset(
    {"consensus_ppm", "consensus_gain_ppm", "stalled_round_count", "leading_answer", "leading_share_ppm"}
)
"""What a rule knows of agreement. One that ends a debate by these stops it early because of what a measure read."""


def is_informative(debate: DebateState) -> bool:
    """Whether consensus as it stands may end the debate."""
    return not why_withheld(debate, debate.agreement.ppm)


def why_kept_going(debate: DebateState, relied_on: Collection[str]) -> str:
    """Why a rule that relied on these facts may not end the debate as it stands, "" where it may."""
    if CONSENSUS_FACTS.isdisjoint(relied_on):
        return ""
    why = why_withheld(debate, debate.agreement.ppm)
    return f"its early stop is calibrated, and {why}" if why else ""


def why_withheld(debate: DebateState, ppm: int | None) -> str:
    """Why nothing may be ended by a reading of `ppm` (None where there is none yet), "" where it may."""
    if debate.template.early_stop is EarlyStop.TRUSTED:
        return ""
    if ppm is None:
        return "no consensus is measured yet"
    trust = trust_in(debate.calibration, ppm)
    return "" if trust.is_informative else trust.reason
