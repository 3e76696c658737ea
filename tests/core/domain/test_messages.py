"""Is a message that is kept in pieces the same as one that is kept whole?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.steps import Message

PIECES = st.lists(st.text(max_size=8), max_size=8)


@given(PIECES)
def test_a_message_in_pieces_reads_and_equals_like_a_whole_one(pieces: list[str]) -> None:
    joined, whole = Message.joined(author="user", pieces=pieces), Message(author="user", text="".join(pieces))

    assert joined.text == whole.text
    assert joined == whole
    assert hash(joined) == hash(whole)
    assert repr(joined) == repr(whole)


@given(PIECES, PIECES)
def test_messages_differ_where_author_or_text_do(one: list[str], other: list[str]) -> None:
    said = Message.joined(author="user", pieces=one)

    assert (said == Message.joined(author="user", pieces=other)) is ("".join(one) == "".join(other))
    assert said != Message.joined(author="system", pieces=one)
    assert said != "".join(one)


def test_a_message_is_not_changed_through_what_it_was_made_of() -> None:
    pieces = ["It leaves", " on Fridays."]
    said = Message.joined(author="user", pieces=pieces)
    pieces.append(" No.")

    assert said.text == "It leaves on Fridays."
    with pytest.raises(AttributeError):
        said.text = "No."  # type: ignore[misc]
