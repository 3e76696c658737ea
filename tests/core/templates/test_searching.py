"""Are formats found by their words, tags, complexity and cost?"""

from __future__ import annotations

import pytest

from core.domain.errors import WrongUse
from core.templates.searching import TemplateQuery, found, row_of
from core.templates.standard import COMPLEX_DEBATE, SIMPLE_DEBATE, STANDARD_TEMPLATES
from tests.core.templates.making import PANEL

ROWS = tuple(row_of(template) for template in (*STANDARD_TEMPLATES, PANEL))


def ids(**query: object) -> list[str]:
    return [row.id for row in found(ROWS, TemplateQuery(**query))]  # type: ignore[arg-type]  # as told


def test_all_of_the_words_have_to_stand_somewhere_whatever_the_case() -> None:
    assert ids(text="REVIEWER second") == []
    assert ids(text="Reviewer STANDS") == ["complex_debate"]
    assert ids(text="panel judge") == ["small_panel"]


def test_tags_complexity_and_cost_narrow_further() -> None:
    assert ids(tags=("Panel",)) == ["small_panel"]
    assert ids(tags=("panel", "absent")) == []
    assert ids(complexity="standard") == ["standard_debate", "small_panel"]
    assert ids(cost_microusd_max=70_000) == ["simple_debate", "small_panel"]
    assert ids(complexity="standard", cost_microusd_max=70_000) == ["small_panel"]


def test_nothing_asked_for_is_everything() -> None:
    assert len(ids()) == len(ROWS)


def test_what_cant_be_asked_for_is_refused() -> None:
    with pytest.raises(WrongUse, match="Did you mean 'complex'"):
        ids(complexity="complx")
    with pytest.raises(WrongUse, match="below zero"):
        ids(cost_microusd_max=-1)


def test_a_row_counts_seats_and_turns() -> None:
    row = row_of(COMPLEX_DEBATE)

    assert (row.seats, row.turns, row.version) == (6, 26, COMPLEX_DEBATE.version)
    assert row_of(SIMPLE_DEBATE).turns == 6
