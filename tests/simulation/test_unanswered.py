"""Does every invariant hold in lives in which nobody answers in time, wherever their processes die?"""

from __future__ import annotations

from functools import partial

import pytest

from core.domain.events import EscalationExpired
from core.domain.unanswered import AnswerTerms, Then
from core.runtime.ports import Limits
from tests.simulation import living
from tests.simulation.fate import fate_of
from tests.simulation.invariants import check
from tests.simulation.living import live

SEEDS = range(12)
WITHIN_MS = (1_000, 3_000, 20_000)


def limits_of(seed: int) -> partial[Limits]:
    """A deadline for every question, and another end of waiting with each seed."""
    then = tuple(Then)[seed % len(Then)]
    return partial(Limits, answer_terms=AnswerTerms(answer_within_ms=WITHIN_MS[seed % len(WITHIN_MS)], then=then))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_life_in_which_questions_have_deadlines_breaks_no_invariant(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(living, "Limits", limits_of(seed))

    check(seed)


def test_in_some_of_them_nobody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    expired = 0
    for seed in range(40):
        monkeypatch.setattr(living, "Limits", limits_of(seed))
        expired += sum(isinstance(record.event, EscalationExpired) for record in live(fate_of(seed)).records)

    assert expired
