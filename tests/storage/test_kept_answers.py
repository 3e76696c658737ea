"""Is nothing taken for a kept answer that isn't one?"""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.ports.response_cache import Answer, EntryUnreadable, KeptAnswer
from storage.kept_answers import decoded, encoded

TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=50)
COUNTS = st.integers(0, 10**12)
ANSWERS = st.builds(
    Answer, text=TEXTS, model=TEXTS, stop_reason=TEXTS, tokens_input=COUNTS, tokens_output=COUNTS, cost_microusd=COUNTS,
    latency_ms=COUNTS,
)  # fmt: skip  # a table
KEPT = st.builds(KeptAnswer, answer=ANSWERS, kept_at_ms=COUNTS, expires_at_ms=COUNTS)
PLAIN = json.loads(
    encoded(
        KeptAnswer(
            answer=Answer(
                text="SECRET",
                model="m",
                stop_reason="stop",
                tokens_input=1,
                tokens_output=2,
                cost_microusd=3,
                latency_ms=4,
            ),
            kept_at_ms=5,
            expires_at_ms=6,
        )
    )
)


@given(KEPT)
def test_what_is_written_is_read_back_equal(kept: KeptAnswer) -> None:
    assert decoded(encoded(kept), where="here") == kept


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff",
        b"[]",
        b"null",
        b"{}",
        None,
        7,
        json.dumps({**PLAIN, "cost_microusd": True}).encode(),
        json.dumps({**PLAIN, "cost_microusd": 0.5}).encode(),
        json.dumps({**PLAIN, "text": None}).encode(),
        json.dumps({**PLAIN, "more": 1}).encode(),
        json.dumps({name: value for name, value in PLAIN.items() if name != "model"}).encode(),
        json.dumps(PLAIN).encode()[:-1],
        "[" * 100_000,
    ],
)
def test_anything_else_is_unreadable_and_not_repeated(body: object) -> None:
    with pytest.raises(
        EntryUnreadable, match=r"here: an answer kept there can't be read\. It was dropped\."
    ) as unreadable:
        decoded(body, where="here")

    assert "SECRET" not in str(unreadable.value)


def test_bytes_nested_without_end_are_unreadable() -> None:
    with pytest.raises(EntryUnreadable):
        decoded(b"[" * 100_000, where="here")
