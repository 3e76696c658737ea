"""Does a filter of the inbox keep what its words say, and ask the outbox for nothing less?"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.presenters.asking import Asking
from console.presenters.notification_filter import KEYS, PRIORITIES, STATES, TYPES, completion, read_filter
from console.presenters.notifications import Entry, type_word
from core.domain.errors import WrongUse
from core.notifying.delivering import DeliveryState
from core.notifying.notification import NotificationType
from core.notifying.terms import Priority
from core.ports.outbox import Told, Wanted
from tests.core.notifying.builders import AT_MS, SESSION, notification, told

NOTICE = told(
    notification(3, type=NotificationType.ESCALATION_NOTICE, priority=Priority.URGENT, text="Shall they go on?"),
    "log",
    "ops",
)
ENTRY = Entry(told=NOTICE)


def sent(each: Told, state: DeliveryState, channel: str = "ops") -> Told:
    """The same, with one delivery in another state."""
    found = tuple(
        replace(delivery, state=state) if delivery.channel == channel else delivery for delivery in each.deliveries
    )
    return replace(each, deliveries=found)


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("", True),
        ("GO on", True),
        ("train fridays", True),
        ("rust", False),
        ("-rust", True),
        ("!fridays", False),
        ("type:ESCALATION_NOTICE", True),
        ("type:escal", True),
        ("type:asks-you", True),
        ("type:error", False),
        ("-type:error", True),
        ("priority>=high", True),
        ("priority>=urgent", True),
        ("priority>urgent", False),
        ("priority<urgent", False),
        ("priority<=urgent", True),
        ("priority:u", True),
        ("priority=high", False),
        ("channel:ops", True),
        ("channel:mail", False),
        ("session:ab12", True),
        ("session:cd", False),
        ("state:open", True),
        ("state:new", True),
        ("state:waiting", True),
        ("state:dead", False),
        ("state:seen", False),
        ("state:", True),
        ("https://example.org", False),
    ],
)
def test_every_word_must_hold(text: str, holds: bool) -> None:
    assert read_filter(text).holds(ENTRY, now_ms=AT_MS) is holds


def test_a_dead_letter_is_found_by_its_state_and_channel() -> None:
    dead = Entry(told=sent(NOTICE, DeliveryState.DEAD))

    assert read_filter("state:dead channel:ops").holds(dead, now_ms=AT_MS)
    assert read_filter("state:dead").wanted() == Wanted(state=DeliveryState.DEAD)


def test_what_is_snoozed_or_muted_is_shown_only_where_it_is_asked_for() -> None:
    snoozed = Entry(told=replace(NOTICE, snoozed_until_ms=AT_MS + 1))
    muted = Entry(told=NOTICE, is_muted=True)

    for entry, word in ((snoozed, "snoozed"), (muted, "muted")):
        assert not read_filter("").holds(entry, now_ms=AT_MS)
        assert not read_filter("state:new").holds(entry, now_ms=AT_MS)
        assert read_filter(f"state:{word}").holds(entry, now_ms=AT_MS)
    assert read_filter("").holds(snoozed, now_ms=AT_MS + 1)


def test_a_reminder_stands_with_what_it_reminds_of_unless_types_are_asked_for() -> None:
    reminder = replace(NOTICE, notification=replace(NOTICE.notification, type=NotificationType.REMINDER, reminds="x"))

    assert not read_filter("").holds(Entry(told=reminder), now_ms=AT_MS)
    assert read_filter("type:reminder").holds(Entry(told=reminder), now_ms=AT_MS)


def test_a_question_is_found_by_its_words_where_nobody_was_told_of_it() -> None:
    asking = Asking(session=SESSION, title="Split billing?", question="Shall they go on?", asked_seq=9)

    for text in ("billing", "state:asks", "state:open", "priority:urgent", "type:asks", "session:ab12"):
        assert read_filter(text).holds(Entry(asking=asking), now_ms=AT_MS), text
    assert not read_filter("channel:log").holds(Entry(asking=asking), now_ms=AT_MS)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("stat:x", "Did you mean 'state'"),
        ("prioritty>=high", "Did you mean 'priority'"),
        ("state:ded", "Did you mean 'dead'"),
        ("priority>=hihg", "Did you mean 'high'"),
        ("type:eror", "Did you mean 'error'"),
        ("type>error", "Write type:error."),
        ("channel:opz", "Did you mean 'ops'"),
        ("channel:zzz", "It takes log, ops."),
        ("session:zz", "no session's id begins with 'zz'"),
    ],
)
def test_a_filter_that_means_nothing_is_refused_with_the_nearest_word(text: str, said: str) -> None:
    with pytest.raises(WrongUse) as refused:
        read_filter(text, channels=("log", "ops"), sessions=(SESSION,))

    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("text", "completed"),
    [
        ("", ""),
        ("sta", "state:"),
        ("state:d", "state:delivered"),
        ("billing -chan", "billing -channel:"),
        ("x channel:o", "x channel:ops"),
        ("priority>=h", "priority>=high"),
        ("session:ab", "session:ab12ab12"),
        ("nothing:x", ""),
        ("billing", ""),
    ],
)
def test_the_last_word_completes_itself(text: str, completed: str) -> None:
    assert completion(text, channels=("log", "ops"), sessions=("ab12ab12",)) == completed


FOUND = st.builds(
    lambda type, priority, state, seen, text: replace(
        sent(told(notification(1, type=type, priority=priority, text=text), "log", "ops"), state),
        acknowledged_ms=seen,
    ),
    st.sampled_from(NotificationType),
    st.sampled_from(Priority),
    st.sampled_from(DeliveryState),
    st.sampled_from([0, AT_MS]),
    st.sampled_from(["It is over.", "Shall they go on?", "The rollback FAILED"]),
)
WORDS = st.one_of(
    st.sampled_from([f"type:{each}" for each in TYPES]),
    st.sampled_from([f"state:{each}" for each in STATES]),
    st.builds(
        lambda sign, word: f"priority{sign}{word}",
        st.sampled_from([":", ">=", "<=", ">", "<"]),
        st.sampled_from(PRIORITIES),
    ),
    st.sampled_from(["over", "go", "rollback", "friday", "ab12", "rust"]),
)
SIGNED = st.builds(lambda sign, word: sign + word, st.sampled_from(["", "-"]), WORDS)


@given(each=FOUND, words=st.lists(SIGNED, max_size=4))
def test_the_outbox_is_asked_for_all_that_can_hold(each: Told, words: list[str]) -> None:
    """Otherwise something would be missing in the list that its own filter says is there."""
    wanted = read_filter(" ".join(words))

    if wanted.holds(Entry(told=each), now_ms=AT_MS):
        assert takes(wanted.wanted(), each)


def takes(wanted: Wanted, each: Told) -> bool:
    """As the outbox understands what is wanted."""
    notice = each.notification
    return (
        (not wanted.types or notice.type in wanted.types)
        and notice.priority.rank <= wanted.priority.rank
        and (not wanted.text or wanted.text.lower() in f"{notice.title} {notice.text}".lower())
        and (wanted.state is None or any(one.state is wanted.state for one in each.deliveries))
        and (not wanted.is_open or each.is_open)
    )


@given(text=st.text(max_size=60))
def test_any_text_is_a_filter_or_is_refused_in_words(text: str) -> None:
    with suppress(WrongUse):
        found = read_filter(text)

        assert found.text == " ".join(text.split())
        found.holds(ENTRY, now_ms=AT_MS)
        found.wanted()


@given(text=st.text(alphabet="stae:priochnl>=ygu -", max_size=20))
def test_a_completion_only_adds_to_what_was_typed(text: str) -> None:
    found = completion(text, channels=("log", "ops"))

    assert not found or (found.startswith(text) and len(found) > len(text))


def test_every_key_and_type_has_its_word() -> None:
    assert len(set(KEYS)) == len(KEYS)
    assert all(type_word(each) for each in NotificationType)
