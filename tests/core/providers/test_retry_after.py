"""Is what a provider asks us to wait read in each of its forms, and nothing else taken for it?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.providers.retry_after import WAIT_MS_MAX, duration_ms, retry_after_ms

NOON = "Fri, 20 Nov 2026 12:00:00 GMT"
NOON_MS = 1_795_176_000_000
LATER = "Fri, 20 Nov 2026 12:00:30 GMT"


@pytest.mark.parametrize(
    ("headers", "wait_ms"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7_000),
        ({"retry-after": " 0.0001 "}, 1),
        ({"retry-after": "0"}, 0),
        ({"retry-after-ms": "1250.4"}, 1_251),
        ({"retry-after-ms": "1250", "retry-after": "99"}, 1_250),
        ({"retry-after-ms": "soon", "retry-after": "2"}, 2_000),
        ({"retry-after": LATER, "date": NOON}, 30_000),
        ({"retry-after": NOON, "date": LATER}, 0),
        ({"retry-after": "Friday, 20-Nov-26 12:00:30 GMT", "date": NOON}, 30_000),
        ({"retry-after": "99999999999"}, WAIT_MS_MAX),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "1e9"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "later"}, None),
        ({"retry-after": "Fri, 99 Nov 2026 12:00:30 GMT"}, None),
        ({"retry-after": ""}, None),
        ({"retry-after": "9" * 400}, None),
    ],
)
def test_a_wait_is_read_from_the_headers(headers: dict[str, str], wait_ms: int | None) -> None:
    assert retry_after_ms(headers, now_ms=0) == wait_ms


def test_a_date_is_measured_against_the_providers_clock_and_only_without_one_against_ours() -> None:
    assert retry_after_ms({"retry-after": LATER, "date": NOON}, now_ms=NOON_MS + 999_999) == 30_000
    assert retry_after_ms({"retry-after": LATER}, now_ms=NOON_MS + 10_000) == 20_000


@pytest.mark.parametrize(
    ("said", "wait_ms"),
    [("34.0745s", 34_075), ("34s", 34_000), ("0s", 0), ("34", None), ("s", None), ("", None), (34, None), (None, None)],
)
def test_a_duration_is_read_as_google_writes_it(said: object, wait_ms: int | None) -> None:
    assert duration_ms(said) == wait_ms


@given(said=st.text(max_size=40), date=st.text(max_size=40), milliseconds=st.text(max_size=20))
def test_whatever_stands_there_gives_a_wait_within_bounds_or_none(said: str, date: str, milliseconds: str) -> None:
    wait_ms = retry_after_ms({"retry-after": said, "date": date, "retry-after-ms": milliseconds}, now_ms=0)

    assert wait_ms is None or 0 <= wait_ms <= WAIT_MS_MAX
