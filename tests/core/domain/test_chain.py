"""Does the last link of a log speak for every byte before it?"""

from __future__ import annotations

from dataclasses import replace

from hypothesis import assume, given
from hypothesis import strategies as st

from core.domain.chain import ROOT, Stored, first_break, head_of, link_of
from core.domain.ids import SessionId

A = SessionId("a" * 32)
PARTS = st.tuples(
    st.integers(0, 2**53),
    st.sampled_from(["SessionOpened", "TurnSpoken", "T"]),
    st.integers(1, 9),
    st.binary(max_size=40),
    st.none() | st.binary(max_size=40),
)
LOGS = st.lists(PARTS, min_size=1, max_size=6)


def chained(parts: list[tuple[int, str, int, bytes, bytes | None]], session: SessionId = A) -> list[Stored]:
    link, made = ROOT, []
    for seq, (at_ms, kind, version, body, envelope) in enumerate(parts, start=1):
        event = Stored(seq=seq, at_ms=at_ms, kind=kind, version=version, body=body, envelope=envelope, link=b"")
        link = link_of(link, session, event)
        made.append(replace(event, link=link))
    return made


def test_the_form_of_a_link_is_for_ever() -> None:
    first, second = chained([(1_700_000_000_000, "SessionPaused", 1, b'{"by":"x"}', b"{}"), (5, "T", 2, b"{}", None)])

    assert first.link.hex() == "9dfbfca39428cfd87b8a66900b7d28c8a5b73d55772c9a154f0bb8eefb7be266"
    assert second.link.hex() == "62cd31c65d8c0b686c1679e6a0099e1873b06343ce7e3c1a7823932e7515d3c3"


@given(parts=LOGS)
def test_a_log_as_it_was_made_is_one_chain_in_whatever_pages_it_is_read(
    parts: list[tuple[int, str, int, bytes, bytes | None]],
) -> None:
    made = chained(parts)

    assert first_break(A, made) is None
    for at in range(len(made)):
        before = made[at - 1].link if at else ROOT
        assert first_break(A, made[at:], after_seq=at, after=before) is None


@given(parts=LOGS, other=PARTS, data=st.data())
def test_an_event_that_was_changed_is_named(
    parts: list[tuple[int, str, int, bytes, bytes | None]],
    other: tuple[int, str, int, bytes, bytes | None],
    data: st.DataObject,
) -> None:
    made = chained(parts)
    at = data.draw(st.integers(0, len(made) - 1))
    at_ms, kind, version, body, envelope = other
    changed = replace(made[at], at_ms=at_ms, kind=kind, version=version, body=body, envelope=envelope)
    assume(changed != made[at])

    broken = first_break(A, [*made[:at], changed, *made[at + 1 :]])

    assert broken is not None
    assert broken.seq == at + 1
    assert f"event {at + 1}" in broken.what


@given(parts=st.lists(PARTS, min_size=2, max_size=6), data=st.data())
def test_one_changed_together_with_its_link_shows_at_the_next_and_a_tail_made_anew_by_the_head(
    parts: list[tuple[int, str, int, bytes, bytes | None]], data: st.DataObject
) -> None:
    made = chained(parts)
    at = data.draw(st.integers(0, len(made) - 2))
    anew = chained([*parts[:at], (*parts[at][:3], parts[at][3] + b"!", parts[at][4]), *parts[at + 1 :]])

    broken = first_break(A, [*made[:at], anew[at], *made[at + 1 :]])

    assert broken is not None
    assert broken.seq == at + 2
    assert first_break(A, anew) is None
    assert head_of(anew[-1]) != head_of(made[-1])


@given(parts=LOGS)
def test_the_same_events_are_another_chain_in_another_session(
    parts: list[tuple[int, str, int, bytes, bytes | None]],
) -> None:
    assert first_break(SessionId("b" * 32), chained(parts)) is not None


def test_a_missing_event_and_one_in_another_order_are_named() -> None:
    made = chained([(1, "T", 1, b"a", None), (1, "T", 1, b"b", None), (1, "T", 1, b"c", None)])

    missing = first_break(A, [made[0], made[2]])
    swapped = first_break(A, [made[1], made[0], made[2]])

    assert missing is not None
    assert (missing.seq, missing.what) == (2, "event 2 is missing: event 3 stands there")
    assert swapped is not None
    assert swapped.seq == 1


def test_where_an_envelope_ends_and_a_body_begins_is_part_of_the_link() -> None:
    (one,) = chained([(1, "T", 1, b"cd", b"ab")])
    (other,) = chained([(1, "T", 1, b"d", b"abc")])
    (none,) = chained([(1, "T", 1, b"abcd", None)])
    (empty,) = chained([(1, "T", 1, b"abcd", b"")])

    assert len({each.link for each in (one, other, none, empty)}) == 4


def test_a_kind_with_a_line_feed_could_say_two_things_and_is_refused() -> None:
    broken = first_break(A, chained([(1, "T\nU", 1, b"", None)]))

    assert broken is not None
    assert "no kind" in broken.what
