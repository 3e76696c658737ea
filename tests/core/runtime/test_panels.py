"""Do seats that are asked at once survive crashes, failures and an empty purse, each asked for one answer?"""

from __future__ import annotations

from collections import Counter

import pytest

from core.domain.answers import AnswerForm, AnswerKind
from core.domain.budget import Price
from core.domain.errors import WrongUse
from core.domain.events import AttemptStarted, AttemptSucceeded, CompletionDecided, SessionPaused, SpendRefused
from core.domain.ids import TemplateId
from core.domain.session import Status
from core.engine.replay import verify
from core.flows.debate_events import AnswerGiven, ArgumentPresented, VerdictReached
from core.providers.script import Answer, Fault, FaultKind, Script
from core.runtime.requests import DebateRequest, request_as_body, request_from_body
from core.templates.dials import dialled
from core.templates.formats import SELF_CONSISTENCY, TIT_FOR_TAT
from tests.stage import THINKS_MS, Stage, start, until, until_event
from tests.virtual_time import in_virtual_time

PAID = Price(input_microusd=3_000_000, output_microusd=15_000_000)
FORTY_TWO = "Worked out.\nANSWER: 42"
NUMBER = AnswerForm(kind=AnswerKind.NUMBER)


def thinking(*texts: str, delays_ms: tuple[int, ...] = (THINKS_MS,), price: Price | None = None) -> Script:
    """The seats take different times, so that they end one after the other."""
    seats = ("first_mind", "second_mind", "third_mind")
    answers = {
        seat: (Answer(text=texts[place % len(texts)], delay_ms=delays_ms[place % len(delays_ms)]),)
        for place, seat in enumerate(seats)
    }
    default = (Answer(text=texts[-1], delay_ms=THINKS_MS),)
    return Script(answers={**answers, "default": default}, **({"price": price} if price else {}))


def test_a_panel_that_is_killed_within_a_block_ends_with_one_answer_a_seat_and_round() -> None:
    async def work() -> None:
        stage = Stage(script=thinking(FORTY_TWO, "ANSWER: 41", delays_ms=(1_000, 5_000, 9_000)))
        moot = await stage.drive()
        session = await start(moot, template_id="society_of_minds", answers=NUMBER)
        await until_event(moot, session, ArgumentPresented)
        await stage.crash()
        moot = await stage.drive()

        assert await until(moot, session) is Status.COMPLETED

        answered = Counter(str(given.step) for given in stage.events(session, AnswerGiven))  # type: ignore[attr-defined]
        assert set(answered.values()) == {1}
        assert len(answered) % 3 == 0
        assert stage.events(session, VerdictReached)[0].outcome == "42"  # type: ignore[attr-defined]
        assert verify(stage.ports.engine, session, stage.records(session)) is None

    in_virtual_time(work)


def test_a_seat_whose_call_fails_holds_up_its_block_alone() -> None:
    async def work() -> None:
        limp = Answer(text=FORTY_TWO, faults=(Fault(kind=FaultKind.ERROR, error="overloaded"),))
        plain = (Answer(text=FORTY_TWO),)
        stage = Stage(script=Script(answers={"second_voter": (limp,), "default": plain}))
        moot = await stage.drive()
        session = await start(moot, template_id="vote_only", answers=NUMBER)

        assert await until(moot, session) is Status.COMPLETED

        asked = Counter(str(begun.seat) for begun in stage.events(session, AttemptStarted))  # type: ignore[attr-defined]
        assert asked.pop("second_voter") == 2
        assert set(asked.values()) == {1}

    in_virtual_time(work)


def test_a_vote_whose_budget_is_spent_is_counted_with_what_it_has() -> None:
    async def work() -> None:
        stage = Stage(script=thinking("ANSWER: 42", price=PAID))
        moot = await stage.drive()
        session = await start(moot, template_id="vote_only", answers=NUMBER, cap_microusd=14_000)

        assert await until(moot, session) is Status.COMPLETED

        assert stage.events(session, SpendRefused)
        assert not stage.events(session, SessionPaused)
        assert stage.events(session, CompletionDecided)[0].reason == "budget_spent"  # type: ignore[attr-defined]
        answers = len(stage.events(session, AnswerGiven))
        assert 1 <= answers < 5
        assert len(stage.events(session, AttemptSucceeded)) == answers
        verdict = stage.events(session, VerdictReached)[0]
        assert verdict.text == f"Counted: 42: {answers}."  # type: ignore[attr-defined]
        assert verify(stage.ports.engine, session, stage.records(session)) is None

    in_virtual_time(work)


def test_an_even_vote_whose_budget_is_spent_waits_for_the_money_of_the_chair_who_breaks_it() -> None:
    async def work() -> None:
        two = {"practitioner": (Answer(text="ANSWER: 42"),), "analyst": (Answer(text="ANSWER: 41"),)}
        unread = (Answer(text="It depends."),)
        stage = Stage(script=Script(answers={**two, "default": unread}, price=PAID))
        moot = await stage.drive()
        session = await start(moot, template_id="expert_panel", answers=NUMBER, cap_microusd=20_000)

        assert await until(moot, session, Status.PAUSED, Status.COMPLETED) is Status.PAUSED

        assert stage.events(session, CompletionDecided)[0].reason == "budget_spent"  # type: ignore[attr-defined]
        assert stage.events(session, SpendRefused)[-1].step == "verdict.first.chair"  # type: ignore[attr-defined]
        assert verify(stage.ports.engine, session, stage.records(session)) is None

    in_virtual_time(work)


def test_a_debate_with_a_judge_waits_for_more_money() -> None:
    async def work() -> None:
        stage = Stage(script=thinking("It is so.", price=PAID))
        moot = await stage.drive()
        session = await start(moot, cap_microusd=14_000)

        assert await until(moot, session, Status.PAUSED) is Status.PAUSED

    in_virtual_time(work)


def test_samples_are_drawn_at_once_with_seeds_of_their_own() -> None:
    async def work() -> None:
        names = [step.name for step in SELF_CONSISTENCY.steps]
        answers = {name: (Answer(text=f"ANSWER: {40 + (place > 3)}"),) for place, name in enumerate(names)}
        stage = Stage(script=Script(answers=answers))
        moot = await stage.drive()
        session = await start(moot, template_id="self_consistency", answers=NUMBER)

        assert await until(moot, session) is Status.COMPLETED
        assert stage.events(session, VerdictReached)[0].text == "Counted: 40: 4, 41: 3."  # type: ignore[attr-defined]

    in_virtual_time(work)


def test_a_dial_is_pinned_for_its_session_and_the_format_stays_as_it_is_for_others() -> None:
    async def work() -> None:
        stage = Stage()
        moot = await stage.drive()
        loud = await start(moot, template_id="tit_for_tat", dials={"level": 3})
        usual = await start(moot, template_id="tit_for_tat")

        pinned = [(await stage.state(session)).flow.template for session in (loud, usual)]
        assert pinned == [dialled(TIT_FOR_TAT, {"level": 3}), TIT_FOR_TAT]
        newest = {each.id: each for each in await stage.catalogue.templates()}
        assert newest[TemplateId("tit_for_tat")] == TIT_FOR_TAT
        with pytest.raises(WrongUse, match="level can't be 4"):
            await moot.plan_debate(DebateRequest(question="Rye?", template_id="tit_for_tat", dials={"level": 4}))
        plan = await moot.plan_debate(
            DebateRequest(question="Rye?", template_id="tit_for_tat", dials={"level": 0}, casting={"": "scripted"})
        )
        assert any(note.startswith("level 0 of 0 to 3") for note in plan.notes)

    in_virtual_time(work)


def test_a_format_with_sides_is_asked_for_motions_alone() -> None:
    async def work() -> None:
        moot = await Stage().drive()

        with pytest.raises(WrongUse, match="simple_debate argues for and against a motion"):
            await start(moot, answers=NUMBER)

    in_virtual_time(work)


def test_a_request_says_the_same_once_it_has_travelled_to_the_driver() -> None:
    choice = AnswerForm(kind=AnswerKind.CHOICE, choices=("A", "B"))
    request = DebateRequest(question="Which?", template_id="council", answers=choice, dials={"level": 2})
    body = request_as_body(request, session="cafe")  # type: ignore[arg-type]

    assert request_from_body(body, documents=(), origin="operator") == request
    older = {name: value for name, value in body.items() if name not in ("answers", "dials")}
    assert request_from_body(older, documents=(), origin="operator").answers.kind is AnswerKind.MOTION
