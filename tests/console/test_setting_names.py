"""Is what was meant by a wrong name of a setting proposed, and nothing that merely looks alike?"""

from __future__ import annotations

import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.setting_names import nearest_setting, slips_between
from console.setting_specs import MOOT_PREFIX, SPECS
from console.settings import load_settings
from core.domain.errors import WrongUse

KEYS = tuple(spec.key for spec in SPECS)
VARIABLES = tuple(spec.variables[0] for spec in SPECS)
LETTERS = string.ascii_uppercase + "_"


@st.composite
def slips(draw: st.DrawFn, names: tuple[str, ...], prefix: str, letters: str) -> tuple[str, str]:
    """A name, and the same with one letter behind its prefix wrong, missing, too many, or swapped."""
    name = draw(st.sampled_from(names))
    tail = name.removeprefix(prefix)
    at = draw(st.integers(0, len(tail) - 1))
    letter = draw(st.sampled_from(letters))
    slip = draw(
        st.sampled_from(
            (
                tail[:at] + letter + tail[at + 1 :],
                tail[:at] + tail[at + 1 :],
                tail[:at] + letter + tail[at:],
                tail[:at] + tail[at : at + 2][::-1] + tail[at + 2 :],
            )
        )
    )
    return name, prefix + slip


@given(slips(VARIABLES, MOOT_PREFIX, LETTERS))
def test_one_slip_in_the_name_of_any_variable_proposes_that_name(slip: tuple[str, str]) -> None:
    name, written = slip

    assert repr(name) in nearest_setting(written, VARIABLES, prefix=MOOT_PREFIX) or written in VARIABLES


@given(slips(KEYS, "", LETTERS.lower()))
def test_one_slip_in_any_key_of_the_file_proposes_that_key(slip: tuple[str, str]) -> None:
    name, written = slip

    assert repr(name) in nearest_setting(written, KEYS) or written in KEYS


@pytest.mark.parametrize("name", ["MOOT_FOO", "MOOT_COLOUR", "MOOT_", "MOOT_X", "MOOT_PORT", "MOOT_" + "X" * 100_000])
def test_a_name_that_is_near_none_proposes_none(name: str, tmp_path: Path) -> None:
    with pytest.raises(WrongUse) as refused:
        load_settings(environ={name: "1", "MOOT_HOME": str(tmp_path)})

    assert "Did you mean" not in str(refused.value)
    assert "'moot doctor'" in str(refused.value)


def test_what_stands_before_a_name_brings_it_no_nearer() -> None:
    assert nearest_setting("MOOT_ABCD", ("MOOT_WXYZ",), prefix=MOOT_PREFIX) == ""
    assert nearest_setting("MOOT_ABCE", ("MOOT_ABCD", "OTHER_ABCE"), prefix=MOOT_PREFIX) == "Did you mean 'MOOT_ABCD'?"
    assert nearest_setting("abx", ("abc", "abd", "xyz")) == "Did you mean 'abc' or 'abd'?"


@pytest.mark.parametrize(
    ("one", "other", "slips"),
    [("", "", 0), ("a", "", 1), ("abc", "abc", 0), ("abc", "acb", 1), ("abc", "abd", 1), ("ab", "abcd", 2)],
)
def test_slips_are_counted(one: str, other: str, slips: int) -> None:
    assert slips_between(one, other) == slips_between(other, one) == slips
