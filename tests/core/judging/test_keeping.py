"""Is only what is whole, and meant to be the same again, kept?"""

from __future__ import annotations

import pytest

from core.judging.keeping import (
    EMPTY,
    KEPT_MS,
    NOT_WHOLE,
    REFUSED,
    TEMPERATURE_MILLI_KEPT_MAX,
    TRUNCATED,
    Purpose,
    is_too_warm,
    why_not_kept,
)


@pytest.mark.parametrize(
    ("text", "stop_reason", "why_not"),
    [
        ("Yes.", "stop", ""),
        ("Yes, but", "length", TRUNCATED),
        ("", "content_policy", REFUSED),
        ("Yes.", "content_policy", REFUSED),
        ("Yes.", "other:tool_use", NOT_WHOLE),
        ("Yes.", "", NOT_WHOLE),
        ("", "stop", EMPTY),
        (" \n", "stop", EMPTY),
        ("I'm sorry, but I can't help with that.", "stop", REFUSED),
        ("I’m very sorry, that goes too far.", "stop", REFUSED),
        ("I cannot answer this.", "stop", REFUSED),
        ("Unfortunately, I am unable to assist.", "stop", REFUSED),
        ("**I must decline.**", "stop", REFUSED),
        ("As an AI, I have no opinion.", "stop", REFUSED),
        ("I cannot agree with the proposer: the evidence says otherwise.", "stop", ""),
        ("Sorry tales are told of this bridge.", "stop", ""),
        ("The school will not answer for it.", "stop", ""),
    ],
)
def test_only_a_whole_answer_is_kept(text: str, stop_reason: str, why_not: str) -> None:
    assert why_not_kept(text=text, stop_reason=stop_reason) == why_not


def test_above_the_bound_an_answer_is_one_of_many() -> None:
    assert not is_too_warm(TEMPERATURE_MILLI_KEPT_MAX, Purpose.TURN)
    assert is_too_warm(TEMPERATURE_MILLI_KEPT_MAX + 1, Purpose.TURN)
    assert is_too_warm(TEMPERATURE_MILLI_KEPT_MAX + 1, Purpose.CLASSIFICATION)
    assert not is_too_warm(TEMPERATURE_MILLI_KEPT_MAX + 1, Purpose.COUNTING)


def test_every_purpose_says_how_long_its_answers_stand() -> None:
    assert set(KEPT_MS) == set(Purpose)
    assert KEPT_MS[Purpose.HEALTH] < KEPT_MS[Purpose.TURN] < KEPT_MS[Purpose.CLASSIFICATION] < KEPT_MS[Purpose.COUNTING]
