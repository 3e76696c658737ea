"""Is what is shown of the past what was true there, however one came to it?"""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from console.presenters.past import COPIES_EVENTS, HERE, PastFold, past_line, position_line, side_lines
from console.presenters.shown import Line
from core.domain.commands import Pause, Resume
from core.domain.events import Recorded, RuleFired
from core.domain.summary import SessionSummary
from core.engine.summarise import summarise
from core.rules.action import StartNewRound
from tests.builders import FACTS, Played, a_round, after, at_least, complete_at, opened, rule

MORE = rule("more_rounds", at_least("round_count", 1), StartNewRound(reason="more"))


def long_one() -> Played:
    """Longer than what is kept between two copies."""
    pauses = [move for _ in range(COPIES_EVENTS // 2) for move in (Pause(), Resume())]
    return after(*opened(complete_at(rounds=2), MORE), *a_round(), *pauses, *a_round())


LOG = long_one()


def fold_of(played: Played, records: list[Recorded] | None = None) -> PastFold:
    def row(before: SessionSummary | None, record: Recorded) -> SessionSummary:
        return summarise(before, record, played.engine.flows)

    fold = PastFold(FACTS, row)
    fold.extend(played.log if records is None else records)
    return fold


def text_of(line: Line) -> str:
    return "".join(text for text, _ in (*line.parts, *line.right))


@settings(max_examples=40)
@given(st.lists(st.integers(min_value=1, max_value=len(LOG.log)), min_size=1, max_size=6))
def test_wherever_one_comes_from_a_place_is_what_its_events_say(places: list[int]) -> None:
    fold = fold_of(LOG)
    for place in places:
        fold.move(place)

    fresh = fold_of(LOG, LOG.log[: places[-1]])
    fresh.move(places[-1])

    assert fold.record == LOG.log[places[-1] - 1]
    assert fold.turns == fresh.turns
    assert fold.detail == fresh.detail
    assert fold.row == fresh.row


def test_going_on_tells_which_turns_changed_and_going_back_that_all_may_have() -> None:
    fold = fold_of(LOG)
    said = next(number for number, record in enumerate(LOG.log, 1) if type(record.event).__name__ == "AttemptStarted")

    fold.move(said - 1)
    begun = fold.move(said)

    assert begun is not None
    assert set(begun) == {fold.turns[-1].key}
    assert fold.move(said - 1) is None
    assert fold.place == said - 1


def test_a_place_beyond_the_log_is_its_end_and_before_it_its_beginning() -> None:
    fold = fold_of(LOG)

    fold.move(10**6)
    assert fold.place == len(LOG.log)
    fold.move(-5)
    assert fold.place == 1
    empty = fold_of(LOG, [])
    empty.move(3)
    assert (empty.place, empty.record, side_lines(empty, ())) == (0, None, ())


def test_turns_and_firings_are_stopped_at_one_after_the_other() -> None:
    fold = fold_of(LOG)
    fold.move(1)
    stops = []
    while (place := fold.next_notable(1)) is not None:
        fold.move(place)
        stops.append(type(fold.record.event).__name__ if fold.record else "")

    assert stops == [
        "ArgumentPresented",
        "ArgumentPresented",
        "RuleFired",
        "ArgumentPresented",
        "ArgumentPresented",
        "RuleFired",
    ]
    back = fold.next_notable(-1)
    assert back is not None
    assert back < fold.place


def test_the_bar_shows_where_one_stands_and_where_something_happened() -> None:
    fold = fold_of(LOG)
    fold.move(1)
    first = text_of(position_line(fold, width=60))
    fold.move(len(LOG.log))
    last = text_of(position_line(fold, width=60))

    assert (len(first), first[0], last[-1]) == (60, HERE, HERE)
    assert (first.count("◆"), last.count("◆")) == (2, 2)
    assert first.count(HERE) == last.count(HERE) == 1
    assert text_of(position_line(fold, width=2)) == ""


def test_it_says_that_this_is_the_past_which_moment_of_it_and_how_it_plays() -> None:
    fold = fold_of(LOG)
    fold.move(5)

    held = text_of(past_line(fold, speed="×2", is_playing=False))
    playing = text_of(past_line(fold, speed="×2", is_playing=True))
    fold.move(len(LOG.log))
    over = text_of(past_line(fold, speed="×2", is_playing=False))

    assert held.startswith("◀ the past  event 5 of")
    assert held.endswith("‖ ×2")
    assert playing.endswith("▶ ×2")
    assert "the last event" in over
    assert over.endswith("▪ ×2")


def test_beside_it_stands_what_happened_and_how_the_session_stood() -> None:
    fold = fold_of(LOG)
    fired = next(number for number, record in enumerate(LOG.log, 1) if isinstance(record.event, RuleFired))
    fold.move(fired)

    lines = [line.text for line in side_lines(fold, ())]

    assert lines[0] == "RuleFired  more_rounds"
    assert "● running" in lines[1]
    assert "round 1 of 2" in lines[1]
    assert "2 turns" in lines[1]
    assert lines[2].startswith("consensus ")
    assert "No rules were in force here." in lines[-1]
    assert side_lines(fold, (), "it can't be told")[-1].text == "it can't be told"
