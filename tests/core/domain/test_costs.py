"""What do sums of costs hold?"""

from __future__ import annotations

from core.domain.costs import COUNTS, Costs


def test_every_count_is_added() -> None:
    one = Costs(**{name: number for number, name in enumerate(COUNTS, start=1)})
    other = Costs(**{name: 100 * number for number, name in enumerate(COUNTS, start=1)})

    assert one + other == Costs(**{name: 101 * number for number, name in enumerate(COUNTS, start=1)})
