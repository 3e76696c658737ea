"""Does the ledger say who changed their mind, after whose turn, and whether that was for the better?"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise, permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.analytics.book import Book, advanced
from core.analytics.flips import (
    NO_MINDS,
    OPERATOR_SEAT,
    Bearing,
    Flip,
    FlipCounts,
    FlipLedger,
    Rightness,
    Sights,
    counts_by_model,
    counts_of,
    fold_minds,
    ledger_of,
)
from core.domain.commands import AddStatement
from core.domain.events import AttemptStarted, Event, Inherited, Prefix, Recorded, SessionForked, SessionOpened
from core.domain.ids import Digest, SeatId, StepId
from core.domain.session import Status
from core.flows.debate_events import AnswerGiven, VerdictReached, VoteCast
from core.templates.template import DecidedBy, Expects, Sees
from tests.builders import ROUTE, SESSION
from tests.core.analytics.histories import a_log, as_one_log
from tests.core.flows.panels import PANEL, Panel, answers, asked, panel

SIMULATED_ROUTE = "simulated:competence=80"


def said(answer: str) -> str:
    return f"It is so.\nANSWER: {answer}"


def a_vote(*rounds: tuple[str, ...], order: tuple[int, ...] = (0, 1, 2)) -> Panel:
    """A panel that is asked at once, round by round; the calls of each round end in this order."""
    played = Panel(panel(rounds=len(rounds)))
    for given_answers in rounds:
        begun = played.begin_all()
        for place in order:
            played.end(begun[place], said(given_answers[place]))
    return played


def knowing(events: tuple[Event, ...], right: str) -> list[Event]:
    """The same events, had somebody known the right answer."""
    return [
        replace(event, opening=replace(event.opening, known_answer=right))
        if isinstance(event, SessionOpened)
        else event
        for event in events
    ]


def only(ledger: FlipLedger) -> Flip:
    (flip,) = ledger.flips
    return flip


def test_a_seat_that_answers_otherwise_in_a_later_round_has_changed_its_mind() -> None:
    flip = only(ledger_of(a_vote(("for", "against", "for"), ("for", "for", "for")).events))

    assert (flip.seat, flip.before, flip.after, flip.round) == ("ben", "against", "for", 2)
    assert flip.verdict is Bearing.TOWARDS
    assert flip.right is Rightness.UNKNOWN


@pytest.mark.parametrize("order", permutations(range(3)))
def test_who_was_asked_at_once_is_no_news_to_one_another(order: tuple[int, ...]) -> None:
    flip = only(ledger_of(a_vote(("for", "against", "for"), ("for", "for", "for"), order=order).events))

    assert flip.heard == ("ada", "cleo")


def test_a_seat_that_is_asked_again_after_a_failure_still_has_not_heard_those_asked_with_it() -> None:
    played = Panel(panel(rounds=2))
    for answer in ("for", "against"):
        begun = played.begin_all()
        played.end(begun[0], said("for"))
        played.end(begun[1], said("for"))
        played.fail_step(begun[2])
        (again,) = played.begin_all()
        played.end(again, said(answer))

    flip = only(ledger_of(played.events))

    assert (flip.seat, flip.heard) == ("cleo", ("ada", "ben"))


def test_where_seats_speak_in_turn_the_last_one_before_is_who_was_heard() -> None:
    played = Panel(panel(*answers(block=""), blocks=(), rounds=2))
    for answer in ("for", "against", "against", "against", "against", "for"):
        (step,) = played.begin_all()
        played.end(step, said(answer))

    first, second = ledger_of(played.events).flips

    assert (first.seat, first.heard) == ("ada", ("cleo",))
    assert (second.seat, second.heard) == ("cleo", ("ben",))


def test_a_statement_of_the_operator_is_heard_like_a_turn() -> None:
    played = Panel(panel(*answers("ada", "ben", block=""), seats=("ada", "ben"), blocks=(), rounds=2))
    for place, answer in enumerate(("for", "for", "against", "for")):
        if place == 2:
            played.do(AddStatement(text="Mind the rota."))
        (step,) = played.begin_all()
        played.end(step, said(answer))

    assert only(ledger_of(played.events)).heard == (OPERATOR_SEAT,)


def test_an_answer_that_could_not_be_read_leaves_the_mind_that_a_seat_had() -> None:
    ledger = ledger_of(a_vote(("for", "for", "for"), ("?", "for", "for"), ("against", "for", "for")).events)

    flip = only(ledger)
    assert (flip.seat, flip.before, flip.after, flip.round) == ("ada", "for", "against", 3)
    assert sum(ledger.restated.values()) == 5


def test_samples_that_never_saw_one_another_are_no_changes_of_mind() -> None:
    steps = tuple(asked(f"sample_{number}", "ada", sees=Sees.NOTHING) for number in range(3))
    played = Panel(panel(*steps, seats=("ada",), decided_by=DecidedBy.SAMPLES, rounds=1))
    for step, answer in zip(played.begin_all(), ("for", "against", "for"), strict=True):
        played.end(step, said(answer))

    assert played.status is Status.COMPLETED
    assert ledger_of(played.events) == FlipLedger(verdict="for")


def test_what_a_format_shows_is_told_apart_from_what_was_merely_said() -> None:
    events = a_vote(("for", "against", "for"), ("for", "for", "for")).events

    def ring(digest: Digest) -> Sights:
        return {"answer_ben": (SeatId("ben"), SeatId("ada"))}

    def alone(digest: Digest) -> Sights:
        return {"answer_ben": ()}

    assert only(ledger_of(events, ring)).heard == ("ada",)
    assert ledger_of(events, alone).flips == ()


@pytest.mark.parametrize(
    ("right", "rightness"), [("for", Rightness.TO_RIGHT), ("against", Rightness.TO_WRONG), ("7", Rightness.STILL_WRONG)]
)
def test_a_change_is_held_against_the_right_answer_where_it_is_known(right: str, rightness: Rightness) -> None:
    events = a_vote(("for", "against", "for"), ("for", "for", "for")).events

    assert only(ledger_of(knowing(events, right))).right is rightness


def test_a_change_away_from_the_verdict_is_called_so() -> None:
    flip = only(ledger_of(a_vote(("for", "for", "for"), ("for", "for", "against")).events))

    assert (flip.seat, flip.verdict) == ("cleo", Bearing.AWAY)


def test_a_change_before_any_verdict_leads_nowhere_yet() -> None:
    events = a_vote(("for", "against", "for"), ("for", "for", "for")).events
    unfinished = [event for event in events if not isinstance(event, VerdictReached)]

    assert only(ledger_of(unfinished)).verdict is Bearing.OPEN
    assert counts_of(ledger_of(unfinished)) == FlipCounts(debates=1, restated=3, changed=1)


@pytest.mark.parametrize(("word", "changes"), [("against", 1), ("for", 0), ("go on", 0)])
def test_a_judge_who_would_have_ended_otherwise_than_its_verdict_has_changed_its_mind(word: str, changes: int) -> None:
    may_it_end = asked("may_it_end", "judge", expects=Expects.BREAK, block="")
    steps = (*answers("ada", "ben"), may_it_end)
    played = Panel(panel(*steps, seats=("ada", "ben"), judge="judge", decided_by=DecidedBy.JUDGE, rounds=1))
    played.play(said("for"), said("against"))
    played.play(f"VERDICT: {word}")
    played.play("VERDICT: for")

    ledger = ledger_of(played.events)

    assert played.status is Status.COMPLETED
    assert [(flip.seat, flip.before, flip.after) for flip in ledger.flips] == [("judge", word, "for")] * changes


def test_who_ranks_another_answer_first_than_its_own_has_changed_its_mind() -> None:
    given_answer = AnswerGiven(step=StepId("r1.answer.ada"), seat=SeatId("ada"), round=1, answer="41", reason="")
    cast = VoteCast(
        step=StepId("r2.ballot.ada"), seat=SeatId("ada"), round=2, options=("41", "42"), ranking=("42", "41"), reason=""
    )
    opened, *_ = a_vote(("for", "for", "for")).events

    assert only(ledger_of([opened, given_answer, cast])).after == "42"
    assert ledger_of([opened, given_answer, replace(cast, ranking=("41",))]).flips == ()
    assert ledger_of([opened, given_answer, replace(cast, ranking=())]).flips == ()


def test_what_a_fork_carries_is_shown_and_not_counted_again() -> None:
    opened, *rest = a_vote(("for", "against", "for"), ("for", "for", "for")).events
    before = [event for event in rest if not isinstance(event, VerdictReached)]
    prefix = Prefix(
        session=SESSION,
        seq=len(before),
        digest=Digest("0" * 64),
        events=tuple(Inherited(at_ms=0, kind=type(event).__name__, event=event) for event in before),
    )

    ledger = ledger_of([opened, SessionForked(prefix=prefix), rest[-1]])

    assert only(ledger).is_carried
    assert ledger.restated_before == 3
    assert counts_of(ledger) == FlipCounts()
    assert counts_by_model(ledger) == {}


def test_changes_are_counted_by_the_model_that_was_asked() -> None:
    ledger = ledger_of(knowing(a_vote(("for", "against", "for"), ("for", "for", "for")).events, "against"))

    (counts,) = counts_by_model(ledger).values()
    assert counts == FlipCounts(debates=1, restated=3, changed=1, towards=1, to_wrong=1)
    assert counts_of(ledger) == counts


rounds_of_answers = st.lists(
    st.tuples(*[st.sampled_from(("for", "against", "?")) for _ in PANEL]), min_size=1, max_size=4
)


@given(rounds_of_answers, st.permutations(range(3)), st.sampled_from(("", "for", "against")))
def test_the_ledger_agrees_with_the_answers_read_one_after_the_other(
    rounds: list[tuple[str, ...]], order: list[int], right: str
) -> None:
    ledger = ledger_of(knowing(a_vote(*rounds, order=tuple(order)).events, right))

    readable = {seat: [given_[place] for given_ in rounds if given_[place] != "?"] for place, seat in enumerate(PANEL)}
    expected = {
        (seat, before, after)
        for seat, minds in readable.items()
        for before, after in pairwise(minds)
        if before != after
    }
    assert {(flip.seat, flip.before, flip.after) for flip in ledger.flips} == expected
    assert sum(ledger.restated.values()) == sum(max(0, len(minds) - 1) for minds in readable.values())
    counts = counts_of(ledger)
    assert counts.changed == len(ledger.flips)
    assert counts.to_right + counts.to_wrong + counts.still_wrong == (counts.changed if right else 0)
    assert counts.towards + counts.away + counts.neither == (
        counts.changed if ledger.verdict in ("for", "against") else 0
    )


def test_the_sums_of_all_debates_are_those_of_their_ledgers() -> None:
    debates = [a_vote(("for", "against", "for"), ("for", "for", "for")), a_vote(("for", "for", "for"))]
    log = as_one_log([each.log for each in debates])

    flips = advanced(Book(), log).measures.flips

    assert flips.templates == {"panel": FlipCounts(debates=1, restated=3, changed=1, towards=1)}
    assert flips.models == {ROUTE: FlipCounts(debates=1, restated=3, changed=1, towards=1)}
    assert flips.unasked == {}


def test_what_was_simulated_is_summed_up_apart_from_what_models_said() -> None:
    def simulated(event: Event) -> Event:
        if isinstance(event, AttemptStarted):
            return replace(event, route=SIMULATED_ROUTE)
        if not isinstance(event, SessionOpened):
            return event
        seats = tuple(
            replace(seat, participant=replace(seat.participant, model=SIMULATED_ROUTE)) for seat in event.opening.seats
        )
        return replace(event, opening=replace(event.opening, seats=seats))

    recorded = as_one_log([a_vote(("for", "against", "for"), ("for", "for", "for")).log])
    log = [replace(record, event=simulated(record.event)) for record in recorded]

    flips = advanced(Book(), log).measures.flips

    assert (list(flips.templates), list(flips.unasked)) == ([], ["panel"])


@given(a_log, st.data())
def test_sums_are_the_same_whichever_way_the_log_is_paged(log: list[Recorded], data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(log)))

    assert advanced(advanced(Book(), log[:cut]), log[cut:]).measures.flips == advanced(Book(), log).measures.flips


def test_a_life_that_is_over_remembers_no_minds() -> None:
    (life,) = advanced(Book(), as_one_log([a_vote(("for", "for", "for")).log])).lives.values()

    assert life.minds == NO_MINDS


def test_what_is_remembered_of_minds_does_not_grow_with_the_debate() -> None:
    minds = NO_MINDS
    sizes = set()
    for event in a_vote(*[("for", "against", "for")] * 12).events:
        minds = fold_minds(minds, event)
        if type(event).__name__ == "RoundCompleted":
            sizes.add((len(minds.asked), len(minds.held), len(minds.spoken)))

    assert sizes == {(1, len(PANEL), len(PANEL))}
