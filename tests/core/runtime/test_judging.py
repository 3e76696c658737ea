"""Are judges that are asked at once driven as panels are: after a crash, a cancel, a failure, with little money?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TypeVar, cast

from core.domain.budget import FREE, Price
from core.domain.commands import Cancel
from core.domain.events import AttemptStarted, AttemptSucceeded, Event, SpendRefused, StepExhausted
from core.domain.ids import SessionId
from core.domain.session import Status
from core.engine.replay import verify
from core.flows.debate_events import BallotGiven, BallotsCounted, VerdictReached
from core.providers.script import Answer, Fault, FaultKind, Script
from tests.stage import THINKS_MS, Stage, start, until, until_event
from tests.virtual_time import in_virtual_time

AnEvent = TypeVar("AnEvent")

PAID = Price(input_microusd=3_000_000, output_microusd=15_000_000)
REVERSED = "verdict.reversed.judge"
FOR = Answer(text="The rota is short.\nVERDICT: for", delay_ms=THINKS_MS)
SAYS = Answer(text="It is so.", delay_ms=THINKS_MS)
GIVES_UP = Fault(kind=FaultKind.ERROR, error="bad_request", is_final=True)


def judging(answers: Mapping[str, Answer] | None = None, *, price: Price = FREE) -> Script:
    """Everybody says the same, and the judge `for`, but for those who are named."""
    listed = {"judge": FOR, "default": SAYS, **(answers or {})}
    return Script(answers={name: (answer,) for name, answer in listed.items()}, price=price)


def of(stage: Stage, session: SessionId, kind: type[AnEvent]) -> list[AnEvent]:
    return cast("list[AnEvent]", stage.events(session, cast("type[Event]", kind)))


def test_both_orders_are_asked_before_either_is_answered() -> None:
    async def work() -> None:
        stage = Stage(script=judging())
        moot = await stage.drive()
        session = await start(moot)

        assert await until(moot, session) is Status.COMPLETED

        kinds = [
            type(record.event).__name__
            for record in stage.records(session)
            if isinstance(record.event, AttemptStarted | AttemptSucceeded) and "verdict" in record.event.step
        ]
        assert kinds == ["AttemptStarted", "AttemptStarted", "AttemptSucceeded", "AttemptSucceeded"]
        assert [ballot.outcome for ballot in of(stage, session, BallotGiven)] == ["for", "for"]
        assert verify(stage.ports.engine, session, stage.records(session)) is None
        await moot.stop()

    in_virtual_time(work)


def test_a_jury_that_is_killed_between_ballots_ends_with_one_of_each() -> None:
    async def work() -> None:
        slow = Answer(text=FOR.text, delay_ms=9 * THINKS_MS)
        stage = Stage(script=judging({"third_judge": slow, "second_judge": FOR, "first_judge": FOR}))
        moot = await stage.drive()
        session = await start(moot, template_id="jury_debate", rounds=1)
        await until_event(moot, session, BallotGiven, 3)
        await stage.crash()
        moot = await stage.drive()

        assert await until(moot, session) is Status.COMPLETED

        given = Counter(str(ballot.step) for ballot in of(stage, session, BallotGiven))
        assert len(given) == 6
        assert set(given.values()) == {1}
        assert of(stage, session, VerdictReached)[0].outcome == "for"
        assert verify(stage.ports.engine, session, stage.records(session)) is None
        await moot.stop()

    in_virtual_time(work)


def test_a_cancelled_debate_hangs_up_on_both_orders() -> None:
    async def work() -> None:
        stage = Stage(script=judging({"judge": Answer(text=FOR.text, delay_ms=1_000_000)}))
        moot = await stage.drive()
        session = await start(moot, rounds=1)
        for number in (3, 4):
            await until_event(moot, session, AttemptStarted, number)
        await moot.command(session, Cancel())

        assert await until(moot, session, Status.CANCELLED) is Status.CANCELLED

        state = await stage.state(session)
        assert not state.work.open
        assert not of(stage, session, VerdictReached)
        await moot.stop()

    in_virtual_time(work)


def test_an_order_that_cannot_be_asked_is_left_out_and_the_record_says_so() -> None:
    async def work() -> None:
        stage = Stage(script=judging({REVERSED: Answer(text="", faults=(GIVES_UP,))}))
        moot = await stage.drive()
        session = await start(moot)

        assert await until(moot, session) is Status.COMPLETED

        (verdict,) = of(stage, session, VerdictReached)
        assert verdict.outcome == "for"
        assert "in the one order that could be counted" in verdict.reason
        assert [each.step for each in of(stage, session, StepExhausted)] == [REVERSED]
        assert verify(stage.ports.engine, session, stage.records(session)) is None
        await moot.stop()

    in_virtual_time(work)


def test_a_budget_that_pays_for_one_order_only_ends_with_that() -> None:
    async def work() -> None:
        caps = Counter[str]()
        at_length = Answer(text="The rota is short. " * 200 + "\nVERDICT: for", delay_ms=THINKS_MS)
        for cap_microusd in range(20_000, 60_000, 5_000):
            stage = Stage(script=judging({"judge": at_length}, price=PAID))
            moot = await stage.drive()
            session = await start(moot, rounds=1, cap_microusd=cap_microusd)
            status = await until(moot, session, Status.COMPLETED, Status.PAUSED)
            ballots = len(of(stage, session, BallotGiven))
            caps[f"{status} with {ballots}"] += 1
            assert (status is Status.COMPLETED) == (ballots > 0)
            if ballots == 1:
                assert of(stage, session, BallotsCounted)[0].outcome == "for"
                assert of(stage, session, SpendRefused)[-1].step == REVERSED
            assert verify(stage.ports.engine, session, stage.records(session)) is None
            await moot.stop()
        assert len(caps) == 3, caps

    in_virtual_time(work)
