"""Does every book of what was spent keep the promises of its port?"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.domain.costs import QUARTER_MS, CostRow, Costs
from core.domain.events import Recorded
from core.domain.ids import SessionId
from core.ports.cost_book import CostBook
from core.ports.event_log import READ_EVENTS_MAX, EventLog
from core.runtime.costs import CostKeeper
from storage.opened import open_storage
from tests.calls import BEGAN_MS, CALLS, Fate, Made, appends_of, records_of, session
from tests.memory import Disk, MemoryCostBook, MemoryLog
from tests.storage.builders import codec

A, B = session(1), session(2)
Q = BEGAN_MS - BEGAN_MS % QUARTER_MS
DAY = [Q, Q + QUARTER_MS, Q + 3 * QUARTER_MS]


@dataclass(kw_only=True)
class Place:
    """A log, and a book of what its calls cost."""

    log: EventLog
    book: CostBook
    close: Callable[[], Awaitable[None]]


def memory_place(_: Path) -> Place:
    disk = Disk()
    log = MemoryLog(disk)
    return Place(log=log, book=MemoryCostBook(disk), close=log.close)


def sqlite_place(folder: Path) -> Place:
    storage = open_storage(folder / "moot.db", codec=codec())
    return Place(log=storage.log, book=storage.costs, close=storage.close)


PLACES = {"memory": memory_place, "sqlite": sqlite_place}


@pytest.fixture(params=PLACES)
async def place(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Place]:
    opened = PLACES[request.param](tmp_path)
    yield opened
    await opened.close()


def charged(quarter_ms: int, cost_microusd: int, *, route: str = "cloud:large", whose: str = A) -> CostRow:
    costs = Costs(answers=1, cost_microusd=cost_microusd, tokens_input=2**40)
    return CostRow(session=whose, quarter_ms=quarter_ms, route=route, costs=costs)  # type: ignore[arg-type]


async def test_an_empty_book_knows_nothing(place: Place) -> None:
    assert await place.book.position() == 0
    assert await place.book.spent_since(0) == 0
    assert await place.book.of_session(A) == (0, {})
    position, spans = await place.book.spans(DAY)
    assert (position, [(span.from_ms, dict(span.routes)) for span in spans]) == (0, [(each, {}) for each in DAY])


async def test_what_is_added_is_added_to_what_is_there(place: Place) -> None:
    await place.book.add([charged(Q, 5), charged(Q, 7, route="shed:local")], after=0, position=3)
    await place.book.add([charged(Q, 10)], after=3, position=9)

    position, routes = await place.book.of_session(A)
    assert position == await place.book.position() == 9
    assert routes["cloud:large"] == Costs(answers=2, cost_microusd=15, tokens_input=2**41)
    assert routes["shed:local"].cost_microusd == 7


async def test_sessions_with_a_call_in_doubt_are_named_until_it_is_settled(place: Place) -> None:
    def row(whose: SessionId, doubts: int, quarter_ms: int = Q) -> CostRow:
        return CostRow(session=whose, quarter_ms=quarter_ms, route="cloud:large", costs=Costs(doubts=doubts))

    await place.book.add([row(A, 1), row(B, 1), row(B, 1, Q + QUARTER_MS), charged(Q, 5)], after=0, position=3)
    assert list(await place.book.doubtful()) == [A, B]
    assert list(await place.book.doubtful(limit=1)) == [A]

    await place.book.add([row(A, -1), row(B, -1)], after=3, position=9)
    assert list(await place.book.doubtful()) == [B]


async def test_what_was_added_already_is_not_added_again(place: Place) -> None:
    assert await place.book.add([charged(Q, 5)], after=0, position=3) == 3
    assert await place.book.add([charged(Q, 5), charged(Q, 7)], after=0, position=9) == 3

    assert await place.book.position() == 3
    assert await place.book.spent_since(0) == 5


async def test_what_a_cancelled_keeper_wrote_all_the_same_is_charged_once(place: Place) -> None:
    first, second = (Made(session=one, route="cloud:large", fate=Fate.ANSWERED, cost_microusd=5) for one in (A, B))
    keeper = CostKeeper(place.log, place.book)
    await place.log.append(*appends_of(records_of([first])))
    records = await place.log.read_all()
    for turns in range(1, 6):  # of the loop: wherever in the addition it happens
        adding = asyncio.create_task(keeper.add(records))
        for _ in range(turns):
            await asyncio.sleep(0)
        adding.cancel()
        await asyncio.wait([adding])

    await place.log.append(*appends_of(records_of([second])))
    await keeper.add(await place.log.read_all())

    assert await place.book.spent_since(0) == 10


async def test_a_span_ends_where_the_next_begins_and_the_last_is_open(place: Place) -> None:
    rows = [charged(Q + number * QUARTER_MS, 10**number, whose=whose) for number in range(6) for whose in (A, B)]
    await place.book.add(rows, after=0, position=1)

    _, spans = await place.book.spans([DAY[0] + 1, *DAY[1:]])

    assert [span.routes["cloud:large"].cost_microusd for span in spans] == [2, 220, 222_000]
    assert [await place.book.spent_since(each) for each in (0, Q + QUARTER_MS - 1, Q + QUARTER_MS)] == [
        222_222,
        222_222,
        222_220,
    ]


async def test_what_is_counted_anew_takes_the_place_of_what_was_there_of_that_session_alone(place: Place) -> None:
    await place.book.add(
        [charged(Q, 5), charged(Q, 7, route="shed:local"), charged(Q, 9, whose=B)], after=0, position=3
    )

    await place.book.replace(A, [charged(Q + QUARTER_MS, 11)])

    assert await place.book.position() == 3
    (of_a, of_b) = [(await place.book.of_session(one))[1] for one in (A, B)]
    assert {route: costs.cost_microusd for route, costs in of_a.items()} == {"cloud:large": 11}
    assert of_b["cloud:large"].cost_microusd == 9
    assert await place.book.spent_since(Q + QUARTER_MS) == 11


async def test_clearing_drops_what_can_be_counted_again_and_keeps_what_cannot(place: Place) -> None:
    await place.log.append(*appends_of(records_of([Made(session=A, route="cloud:large", fate=Fate.ANSWERED)])))
    await place.book.add([charged(Q, 5), charged(Q, 7, whose=B)], after=0, position=2)

    await place.book.clear()

    assert await place.book.position() == 0
    assert (await place.book.of_session(A))[1] == {}
    assert (await place.book.of_session(B))[1]["cloud:large"].cost_microusd == 7


class Earlier:
    """What a log held when it was `length` events long."""

    def __init__(self, log: EventLog, length: int) -> None:
        self._log = log
        self._length = length
        self.taken = log.taken

    async def read(
        self, session: SessionId, *, after_seq: int = 0, limit: int = READ_EVENTS_MAX, with_envelopes: bool = True
    ) -> list[Recorded]:
        found = await self._log.read(session, after_seq=after_seq, limit=limit, with_envelopes=with_envelopes)
        return [record for record in found if record.position <= self._length]

    async def read_all(self, *, after_position: int = 0, limit: int = READ_EVENTS_MAX) -> list[Recorded]:
        found = await self._log.read_all(after_position=after_position, limit=limit)
        return [record for record in found if record.position <= self._length]


MOMENTS = st.lists(st.integers(0, 40), max_size=6)


@settings(max_examples=25)
@pytest.mark.parametrize("place_name", PLACES)
@given(calls=CALLS, ends=MOMENTS, deleted=st.booleans())
def test_a_book_that_was_deleted_is_rebuilt_equal_wherever_its_keepers_left_off(
    place_name: str, calls: list[Made], ends: list[int], deleted: bool
) -> None:
    records = records_of(calls)

    async def work(folder: Path) -> None:
        place = PLACES[place_name](folder)
        if records:
            await place.log.append(*appends_of(records))
        for end in sorted(ends):  # each of these is another process, which knows nothing of what was under way
            await CostKeeper(Earlier(place.log, end), place.book).start()  # type: ignore[arg-type]
        await CostKeeper(place.log, place.book).start()
        if deleted:
            await place.log.delete(A)
        before = [await place.book.of_session(session(number)) for number in (1, 2, 3)], await place.book.spans(DAY)

        await place.book.clear()
        await CostKeeper(place.log, place.book).start()

        after = [await place.book.of_session(session(number)) for number in (1, 2, 3)], await place.book.spans(DAY)
        assert [routes for _, routes in after[0]] == [routes for _, routes in before[0]]
        assert after[1][1] == before[1][1]
        await place.close()

    with TemporaryDirectory() as folder:
        asyncio.run(work(Path(folder)))
