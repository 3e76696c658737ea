"""How long does a debate wait for an answer of the operator's?

What its format says holds, or else the settings that it was opened with. A question keeps what was said when it was
asked: another format, applied while it waits, neither takes its deadline away nor lets one pass that nobody knew of.
"""

from __future__ import annotations

from collections.abc import Iterator

from core.domain.session import SessionState
from core.domain.unanswered import AnswerTerms
from core.flows.debate_asking import opening_of
from core.flows.debate_state import DebateState
from core.flows.debate_versions import is_of_the_second


def terms_for(state: SessionState) -> AnswerTerms | None:
    """What holds for what is asked now, or for what is asked next; None for as long as it takes."""
    debate: DebateState = state.flow
    until_seq, terms = debate.terms_kept
    if until_seq and any(seq <= until_seq for seq in _asked(state)):
        return terms
    return debate.coming_template.escalation or opening_of(state).answer_terms


def kept_by(state: SessionState) -> tuple[int, AnswerTerms | None]:
    """Up to which event what is asked now keeps which terms where another format is applied; 0 where nothing is."""
    if not is_of_the_second(state) or not any(_asked(state)):
        return 0, None
    return state.seq, terms_for(state)


def _asked(state: SessionState) -> Iterator[int]:
    """Which events asked what still waits."""
    life = state.life
    if life.escalation is not None:
        yield life.escalation.asked_seq
    for question in life.questions:
        yield question.asked_seq
