"""Is it told in words who changed their mind, after whom, and which way it led?"""

from __future__ import annotations

from collections.abc import AsyncIterator

from console.cli.spoken import SpokenSession
from console.exported_markdown import markdown_lines
from console.presenters.flips import CHANGED, ledger_rows, sums_rows, sums_words, told
from console.presenters.past import PastFold
from console.presenters.transcript import TranscriptFold
from core.analytics.flips import FlipCounts, counts_of, ledger_of
from core.domain.events import Recorded
from core.domain.ids import SeatId
from core.engine.summarise import listed
from tests.core.analytics.test_flips import a_vote, knowing
from tests.core.flows.panels import Panel

CHANGED_ONCE = (("for", "against", "for"), ("for", "for", "for"))


def folded(played: Panel) -> TranscriptFold:
    fold = TranscriptFold({})
    for record in played.log:
        list(fold.take(record))
    return fold


async def markdown(played: Panel) -> str:
    async def events() -> AsyncIterator[Recorded]:
        for record in played.log:
            yield record

    return "\n".join([line async for line in markdown_lines(events())])


def test_the_turn_in_which_a_mind_was_changed_is_marked_with_a_sign_and_a_word() -> None:
    turns = folded(a_vote(*CHANGED_ONCE)).turns

    marked = [key for key, turn in turns.items() if CHANGED in turn.marks]
    assert marked == ["r2.answer_ben.ben#1"]
    assert CHANGED == "⇄ changed"


def test_a_note_behind_the_turn_says_from_what_to_what_and_after_whom() -> None:
    fold = folded(a_vote(*CHANGED_ONCE))

    keys = list(fold.turns)
    (note,) = [turn for turn in fold.turns.values() if turn.seat == CHANGED]
    assert keys.index("r2.answer_ben.ben#1") < keys.index(note.key)
    assert note.text == "ben: against → for, after ada and cleo (towards the verdict)"


def test_before_the_verdict_nothing_is_said_of_where_a_change_led() -> None:
    fold = TranscriptFold({})
    for record in a_vote(*CHANGED_ONCE).log:
        if type(record.event).__name__ == "VerdictReached":
            break
        list(fold.take(record))

    (note,) = [turn for turn in fold.turns.values() if turn.seat == CHANGED]
    assert note.text == "ben: against → for, after ada and cleo"


def test_going_back_in_the_past_forgets_a_change_of_mind_and_going_on_finds_it_once() -> None:
    played = a_vote(*CHANGED_ONCE)
    past = PastFold({}, lambda row, record: listed(row, record, played.engine.flows))
    past.extend(played.log)

    for place in (len(played.log), 1, len(played.log)):
        past.move(place)

    assert [turn.seat for turn in past.turns].count(CHANGED) == 1


def test_where_the_right_answer_is_known_a_change_to_the_wrong_one_is_told() -> None:
    ledger = ledger_of(knowing(a_vote(*CHANGED_ONCE).events, "against"))

    assert told(ledger.flips[0]) == "against → for, after ada and cleo (towards the verdict, ✗ from right to wrong)"
    assert sums_words(counts_of(ledger)) == (
        "1 of 3 answers given again changed: 1 towards the verdict; 1 ✗ from right to wrong"
    )


def test_a_session_on_a_page_tells_each_change_and_at_its_end_what_they_come_to() -> None:
    spoken = SpokenSession(width=100, facts={})

    lines = [line for record in a_vote(*CHANGED_ONCE).log for line in spoken.lines(record)]

    assert "⇄ ben changed its mind: against → for, after ada and cleo" in lines
    assert "⇄ 1 of 3 answers given again changed: 1 towards the verdict" in lines


def test_a_session_in_which_nobody_answered_twice_says_nothing_of_minds() -> None:
    spoken = SpokenSession(width=100, facts={})

    lines = [line for record in a_vote(("for", "against", "for")).log for line in spoken.lines(record)]

    assert not [line for line in lines if "⇄" in line]


async def test_a_document_lists_the_changes_of_mind_once_the_verdict_is_known() -> None:
    text = await markdown(a_vote(*CHANGED_ONCE))

    assert (
        "## Changes of mind\n\n- round 2: ben changed its mind: against → for, after ada and cleo (towards the verdict)"
        in text
    )
    assert "Changes of mind" not in await markdown(a_vote(("for", "for", "for"), ("for", "for", "for")))


def test_what_nobody_was_heard_before_says_so() -> None:
    ledger = ledger_of(a_vote(*CHANGED_ONCE).events, lambda digest: {"answer_ben": (SeatId("ben"),)})

    assert ledger_rows(ledger) == [("2", "ben", "against", "for", "nobody whom it sees", "towards the verdict")]


def test_sums_show_the_share_of_answers_that_were_changed() -> None:
    rows = sums_rows({"vote": FlipCounts(debates=2, restated=8, changed=2, towards=1, away=1), "other": FlipCounts()})

    assert rows == [
        ("other", "0", "0", "0", "–", "0", "0", "0", "0"),
        ("vote", "2", "8", "2", "25 %", "1", "1", "0", "0"),
    ]
