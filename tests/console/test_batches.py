"""Are many sessions run a few at once, never for more money than there is, and never twice?"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.batches import Batch, Names, Purse, derived_id, derived_session, without_defaults
from console.bootstrap import open_orchestrator
from console.exit_codes import ExitCode
from console.headless import StopRequest
from console.settings import Settings
from core.domain.commands import Pause
from core.domain.errors import MootError, WrongUse
from core.domain.ids import SessionId
from core.domain.status import Status
from core.orchestrator import Orchestrator

MOTION = "The release train leaves on Fridays."
SAYS = {"default": "It holds.\nVERDICT: for"}
HANGS = {"default": {"text": "It holds.", "faults": ["never_closes"] * 3}}


def test_an_id_is_taken_once_whatever_its_case_and_can_name_a_file() -> None:
    names = Names()

    assert names.take("First", "f:1") == "First"
    with pytest.raises(WrongUse, match="f:2: the id 'first' is taken by f:1"):
        names.take("first", "f:2")
    for id_ in ("", "..", ".hidden", "-rf", "a/b", "a b", "ü", "x" * 101):
        with pytest.raises(WrongUse, match="can't be an id"):
            names.take(id_, "f:3")


def test_the_same_work_has_the_same_id_and_session_and_other_work_has_others() -> None:
    work = {"brief": "Write a note.", "threshold_ppm": 850_000}

    assert derived_id(work) == derived_id(dict(reversed(work.items())))
    assert derived_session("refine", work) == derived_session("refine", dict(reversed(work.items())))
    assert derived_session("refine", work) != derived_session("evaluate", work)
    assert derived_session("refine", work) != derived_session("refine", {**work, "threshold_ppm": 1})
    assert len(derived_session("refine", work)) == 32


@given(
    cap=st.integers(0, 10_000),
    wishes=st.lists(st.tuples(st.integers(0, 4_000), st.integers(1, 5)), max_size=20),
    concurrency=st.integers(1, 4),
)
def test_all_together_never_spend_more_than_there_is(cap: int, wishes: list[tuple[int, int]], concurrency: int) -> None:
    purse = Purse(cap_microusd=cap)
    spent = 0
    running: list[tuple[SessionId, int]] = []
    for number, (wish, sharers) in enumerate(wishes):
        session = SessionId(str(number))
        lent = purse.lend(session, sharers=sharers)
        assert lent is not None
        running.append((session, min(wish, lent)))  # the ledger lets no session spend more than its cap
        if len(running) == concurrency:
            over, cost = running.pop(0)
            purse.give_back(over, spent_microusd=cost)
            spent += cost
        assert spent + sum(cost for _, cost in running) <= cap


def test_what_sessions_cost_in_earlier_runs_is_known_before_any_of_it_is_lent_again() -> None:
    purse = Purse(cap_microusd=1_000)
    purse.know(SessionId("a"), 400)
    purse.know(SessionId("over"), 200)

    assert purse.lend(SessionId("a"), sharers=2) == 400 + 200
    assert purse.lend(SessionId("b"), sharers=1) == 200
    purse.give_back(SessionId("a"), spent_microusd=450)
    purse.give_back(SessionId("over"), spent_microusd=200)
    assert purse.lend(SessionId("c"), sharers=1) == 150


def test_those_that_run_at_once_are_lent_equal_shares_and_what_one_leaves_is_lent_whole() -> None:
    purse = Purse(cap_microusd=1_200)
    first = [purse.lend(SessionId(name), sharers=4) for name in "abcd"]
    purse.give_back(SessionId("b"), spent_microusd=10)

    assert first == [300, 300, 300, 300]
    assert purse.lend(SessionId("e"), sharers=4) == 290


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    brief: str
    title: str = ""
    marks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedLater(Asked):
    mood: str = "plain"


def test_what_a_later_release_can_be_asked_for_makes_no_other_work_of_what_was_asked() -> None:
    assert without_defaults(Asked(brief="x", marks=("a",))) == {"brief": "x", "marks": ["a"]}
    assert without_defaults(AskedLater(brief="x")) == without_defaults(Asked(brief="x"))
    assert without_defaults(AskedLater(brief="x", mood="grim")) != without_defaults(Asked(brief="x"))


@asynccontextmanager
async def core_in(folder: Path, *, drain_seconds_max: int = 5) -> AsyncIterator[Orchestrator]:
    orchestrator = open_orchestrator(
        Settings(
            database=folder / "moot.db",
            metrics_export_path=folder / "metrics",
            enable_metrics_export=False,
            enable_health_checks=False,
            drain_seconds_max=drain_seconds_max,
            rehearsal_pace=0,
        )
    )
    await orchestrator.start(recover=False)
    try:
        yield orchestrator
    finally:
        await orchestrator.stop()


def a_script(folder: Path, answers: object) -> str:
    path = folder / "says.yaml"
    path.write_text(json.dumps({"answers": answers}), encoding="utf-8")
    return f"scripted:{path}"


class Debates:
    """A batch of debates about the same motion, whose titles are their numbers."""

    def __init__(
        self, core: Orchestrator, model: str, *, stop: StopRequest | None = None, concurrency: int = 2
    ) -> None:
        self.core = core
        self.model = model
        self.stop = stop or StopRequest()
        self.batch = Batch(core, stop=self.stop, concurrency=concurrency)
        self.purse = Purse(cap_microusd=None)
        self.started: list[int] = []
        self.ended: dict[int, object] = {}
        self.most_at_once = 0
        self.now = 0

    async def run(self, numbers: Iterable[int]) -> bool:
        return await self.batch.run(iter(numbers), self.one, done=self.ended.__setitem__)

    async def one(self, number: int) -> ExitCode:
        self.now += 1
        self.most_at_once = max(self.most_at_once, self.now)
        try:
            ending, _ = await self.batch.lived(
                session_of(number), lambda cap: self.begin(number, cap), purse=self.purse, sharers=2
            )
            return ending.code
        finally:
            self.now -= 1

    async def begin(self, number: int, cap: int | None) -> None:
        self.started.append(number)
        if number < 0:
            raise WrongUse("that can't be debated.")
        await self.core.start_debate(
            MOTION,
            session=session_of(number),
            title=str(number),
            template_id="simple_debate",
            casting={"": self.model},
            cap_microusd=cap,
        )


async def opened(core: Orchestrator, number: int) -> None:
    async for _ in core.watch(session_of(number)):
        return


def session_of(number: int) -> SessionId:
    return derived_session("test", number)


async def test_every_piece_is_run_a_few_at_once_and_one_that_is_refused_keeps_no_other(tmp_path: Path) -> None:
    async with core_in(tmp_path) as core:
        debates = Debates(core, a_script(tmp_path, SAYS))

        assert await debates.run([1, -1, 2, 3])

        refused = debates.ended.pop(-1)
        assert isinstance(refused, MootError)
        assert debates.ended == dict.fromkeys((1, 2, 3), ExitCode.COMPLETED)
        assert debates.most_at_once == 2


async def test_a_second_run_starts_nothing_anew_and_asks_nobody_again(tmp_path: Path) -> None:
    async with core_in(tmp_path) as core:
        first = Debates(core, a_script(tmp_path, SAYS))
        await first.run([1, 2])
        before = [await core.summary(session_of(number)) for number in (1, 2)]
        second = Debates(core, first.model)

        assert await second.run([1, 2, 3])

        assert second.started == [3]
        assert [await core.summary(session_of(number)) for number in (1, 2)] == before


async def test_what_stands_still_is_gone_on_with(tmp_path: Path) -> None:
    model = a_script(tmp_path, HANGS)
    async with core_in(tmp_path, drain_seconds_max=0) as core:
        stopped = Debates(core, model)
        running = asyncio.ensure_future(stopped.run([1]))
        await opened(core, 1)
        await core.command(session_of(1), Pause())
        await running
        assert stopped.ended == {1: ExitCode.WAITS}
    a_script(tmp_path, SAYS)
    async with core_in(tmp_path) as core:
        again = Debates(core, model)

        await again.run([1])

        assert again.started == []
        assert (await core.summary(session_of(1))).status is Status.COMPLETED


async def test_a_stop_begins_nothing_more_and_leaves_what_a_second_run_takes_up(tmp_path: Path) -> None:
    model = a_script(tmp_path, HANGS)
    async with core_in(tmp_path, drain_seconds_max=0) as core:
        debates = Debates(core, model)
        running = asyncio.ensure_future(debates.run(range(10)))
        await opened(core, 1)

        debates.stop.asked.set()

        assert not await running
        assert set(debates.started) <= {0, 1}
        assert debates.ended == {}


async def test_nothing_is_started_that_there_is_no_money_for(tmp_path: Path) -> None:
    async with core_in(tmp_path) as core:
        debates = Debates(core, a_script(tmp_path, SAYS))
        debates.purse = Purse(cap_microusd=0)

        assert await debates.run([1])

        assert debates.started == []
        assert "budget of all is spent" in str(debates.ended[1])
