"""Is a share read as people write it, and written so that it is read alike?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.setting_shares import SHARE_PPM_MAX, share, share_written
from console.setting_values import Refused


@pytest.mark.parametrize(("text", "ppm"), [("0.1", 100_000), (0.25, 250_000), ("10 %", 100_000), ("7.5%", 75_000)])
def test_a_share_is_a_fraction_or_a_percentage(text: object, ppm: int) -> None:
    assert share(text) == ppm


@pytest.mark.parametrize("text", ["0", "-0.1", "0.9", "90 %", "many", "", "nan", "inf", True, "1e400", "0.0000001"])
def test_what_is_no_share_is_refused(text: object) -> None:
    with pytest.raises(Refused, match="is a share such as"):
        share(text)


@given(st.integers(1, SHARE_PPM_MAX))
def test_what_is_written_is_read_alike(ppm: int) -> None:
    assert share(share_written(ppm)) == ppm
