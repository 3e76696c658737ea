"""Does the operator's day begin at their midnight?"""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from console.machine import SEED_BYTES, local_midnight_ms, new_seed, new_session_id

HOUR_MS = 3_600_000
NOON_UTC_MS = 1_793_880_000_000 // (24 * HOUR_MS) * (24 * HOUR_MS) + 12 * HOUR_MS


@pytest.fixture
def zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    yield monkeypatch
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(("name", "hours_east"), [("UTC0", 0), ("EAST-5", 5), ("WEST8", -8)])
def test_today_begins_at_midnight_where_the_operator_is(zone: pytest.MonkeyPatch, name: str, hours_east: int) -> None:
    zone.setenv("TZ", name)
    time.tzset()

    assert local_midnight_ms(NOON_UTC_MS) == NOON_UTC_MS - (12 + hours_east) * HOUR_MS


def test_ids_and_seeds_are_of_the_promised_form() -> None:
    ids = {new_session_id() for _ in range(100)}

    assert len(ids) == 100
    assert all(len(each) == 32 and int(each, 16) >= 0 for each in ids)
    assert all(0 <= new_seed() < 256**SEED_BYTES for _ in range(100))
