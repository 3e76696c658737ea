"""Is a format set as it is asked to be, and as nothing else?"""

from __future__ import annotations

import pytest

from core.domain.errors import WrongUse
from core.templates.dials import dial_line, dialled
from core.templates.formats import COUNCIL, TIT_FOR_TAT


@pytest.mark.parametrize("level", range(4))
def test_a_dial_chooses_the_words_of_an_instruction(level: int) -> None:
    format_ = dialled(TIT_FOR_TAT, {"level": level})
    instruction = format_.steps[0].instruction

    told = format_.told(instruction)

    assert TIT_FOR_TAT.dials[0].words[level] in told
    assert "{level}" not in told
    assert dial_line(format_.dials[0]).startswith(f"level {level} of 0 to 3: ")


def test_a_format_that_is_not_set_stays_the_same() -> None:
    assert dialled(TIT_FOR_TAT, {}) == TIT_FOR_TAT
    assert dialled(COUNCIL, {}) == COUNCIL


@pytest.mark.parametrize("level", [-1, 4, 99])
def test_a_value_that_a_dial_does_not_have_is_refused_with_those_that_it_has(level: int) -> None:
    with pytest.raises(WrongUse, match=rf"level can't be {level}\. It goes from 0 to 3: how much the sides disagree"):
        dialled(TIT_FOR_TAT, {"level": level})


def test_a_dial_that_a_format_does_not_have_is_refused_with_the_nearest() -> None:
    with pytest.raises(WrongUse, match=r"tit_for_tat has no dial 'levl'\. Did you mean 'level'\?"):
        dialled(TIT_FOR_TAT, {"levl": 1})
    with pytest.raises(WrongUse, match=r"council has no dial 'level'\. It has none\."):
        dialled(COUNCIL, {"level": 1})
