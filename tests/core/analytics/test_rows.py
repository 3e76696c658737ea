"""Does a session's row follow from its events alone, however they are read?"""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from core.analytics.life import fold_life
from core.analytics.rows import (
    CHARGES_MAX,
    UNREADABLE,
    Alike,
    Charge,
    Kept,
    LifeRow,
    bounded,
    fold_kept,
    row_of,
    shared,
)
from core.domain.costs import quarter_of
from core.domain.events import Recorded, SessionOpened, Unreadable
from core.domain.ids import SessionId
from core.domain.session import Status
from storage.codec import adapter
from tests.builders import Played
from tests.core.analytics.histories import AGREES, a_debate, a_log, played, to_its_end


def folded(records: list[Recorded]) -> dict[SessionId, Kept]:
    kept: dict[SessionId, Kept] = {}
    for record in records:
        after = fold_kept(kept.get(record.session), record)
        if after is not None:
            kept[record.session] = after
    return kept


@given(a_log, st.integers(0, 80))
def test_reading_on_from_what_was_stored_comes_to_the_same(log: list[Recorded], cut: int) -> None:
    plain = adapter(Kept)
    first = folded(log[:cut])
    stored = {session: plain.validate_json(plain.dump_json(kept)) for session, kept in first.items()}
    for record in log[cut:]:
        after = fold_kept(stored.get(record.session), record)
        if after is not None:
            stored[record.session] = after

    whole = folded(log)

    assert {session: row_of(kept) for session, kept in stored.items()} == {
        session: row_of(kept) for session, kept in whole.items()
    }


@given(a_debate)
def test_charges_add_up_to_what_the_session_cost(debate: Played) -> None:
    (kept,) = folded(list(debate.log)).values()
    row = row_of(kept)

    assert sum(each.cost_microusd for each in row.charges) == row.cost_microusd
    assert all(each.quarter_ms == quarter_of(each.quarter_ms) for each in row.charges)
    assert len({(each.quarter_ms, each.route) for each in row.charges}) == len(row.charges)
    assert row.position == debate.log[-1].position


def test_a_row_says_what_the_life_says() -> None:
    log = to_its_end().log
    life = None
    for record in log:
        life = fold_life(life, record)
    assert life is not None

    row = row_of(next(iter(folded(list(log)).values())))

    assert (row.status, row.arguments, row.rounds, row.active_ms) == (
        Status.COMPLETED, life.arguments, life.rounds_completed, life.active_ms,
    )  # fmt: skip  # one beside the other
    assert row.flow == "debate"
    assert sum(row.signs.words.values()) > 0


def test_what_it_takes_to_read_on_is_let_go_of_at_the_end() -> None:
    (kept,) = folded(list(to_its_end().log)).values()
    under_way = folded(list(played([lambda debate: debate.speak(AGREES)]).log))

    assert kept.reading.heard.prints == ()
    assert next(iter(under_way.values())).reading.heard.topic is not None


def test_what_is_kept_to_read_on_does_not_grow_with_each_round() -> None:
    log = to_its_end().log
    life, kept = None, None
    for record in log:
        life, kept = fold_life(life, record), fold_kept(kept, record)
        assert kept is not None
        assert (kept.life.rounds, kept.life.consensus) == ((), ())
    assert life is not None
    assert kept is not None
    assert life.rounds != ()

    assert row_of(kept).rounds == life.rounds_completed > 0
    assert row_of(kept).consensus_ppm == life.consensus_ppm


def test_a_log_that_can_not_be_read_to_its_end_counts_as_far_as_it_can() -> None:
    log = list(to_its_end().log)
    newer = Unreadable(kind="Sung", version=1, why="a newer moot wrote it", now="Update moot.")
    broken = [*log[:10], replace(log[10], event=newer), *log[11:]]

    (kept,) = folded(broken).values()

    assert row_of(kept).unreadable == "a newer moot wrote it"
    assert replace(row_of(kept), unreadable="", position=0) == replace(
        row_of(next(iter(folded(log[:10]).values()))), position=0
    )
    assert row_of(kept).position == log[-1].position
    nameless = fold_kept(next(iter(folded(log[:10]).values())), replace(log[10], event=replace(newer, why="")))
    assert nameless is not None
    assert row_of(nameless).unreadable == UNREADABLE


def test_of_a_session_whose_beginning_is_gone_nothing_is_known() -> None:
    log = list(to_its_end().log)

    assert isinstance(log[0].event, SessionOpened)
    assert folded(log[1:]) == {}


def test_a_session_without_an_end_is_neither_over_nor_in_the_way() -> None:
    (kept,) = folded(list(played(()).log)).values()

    assert row_of(kept).status is Status.RUNNING
    assert row_of(kept).ended_at_ms == 0


def test_a_clock_that_goes_back_takes_no_time_away() -> None:
    log = list(to_its_end().log)
    back = [replace(record, at_ms=10**12 - number * 1_000) for number, record in enumerate(log)]

    (kept,) = folded(back).values()

    assert row_of(kept).active_ms == 0


def test_charges_are_bounded_and_what_they_come_to_stays() -> None:
    charges: tuple[Charge, ...] = ()
    for quarter in range(CHARGES_MAX + 50):
        new = Charge(quarter_ms=quarter, route=f"shed:{quarter % 3}", cost_microusd=quarter, answers=1)
        charges = bounded((*charges, new))

    assert len(charges) == CHARGES_MAX
    assert sum(each.cost_microusd for each in charges) == sum(range(CHARGES_MAX + 50))
    assert sum(each.answers for each in charges) == CHARGES_MAX + 50
    assert charges[-1].quarter_ms == CHARGES_MAX + 49


def test_rows_that_are_held_together_share_what_is_alike_and_say_the_same() -> None:
    (kept,) = folded(list(to_its_end().log)).values()
    text = adapter(LifeRow).dump_json(row_of(kept))
    alike: Alike = {}

    one, other = (shared(adapter(LifeRow).validate_json(text), alike) for _ in range(2))

    assert one == other == row_of(kept)
    assert one.title is other.title
    assert one.models[0] is one.charges[0].route is other.models[0]
    assert one.signs.echoed is other.signs.echoed is one.signs.returned
    assert next(iter(one.signs.words)) is next(iter(other.signs.words))
