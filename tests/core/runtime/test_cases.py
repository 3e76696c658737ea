"""Are questions shown whole, answered for an operator who doesn't, and clarified, whoever drives?"""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from core.domain.cases import CaseKind
from core.domain.commands import AnswerEscalation, ApplyTemplate, Command, Escalate, TellParticipant
from core.domain.errors import CommandRefused, WrongUse
from core.domain.events import (
    ClarificationAnswered,
    ClarificationForgone,
    EscalationAnswered,
    EscalationExpired,
    RunResumed,
    SessionEscalated,
)
from core.domain.ids import SeatId, SessionId, TemplateId
from core.domain.session import Status
from core.domain.steered import ParticipantTold
from core.domain.unanswered import AnswerTerms, Then
from core.engine.replay import verify
from core.flows.refinement_events import DraftPresented
from core.orchestrator import Orchestrator
from core.providers.script import Answer, Script
from core.rules.reading import read_rules
from core.rules.rule import Rule
from core.runtime.cases import NO_DEADLINE
from core.runtime.ports import Limits
from core.runtime.replaying import Outcome
from core.templates.standard import STANDARD_TEMPLATES
from core.templates.template import Template
from tests.core.runtime.test_refining import refine
from tests.core.runtime.test_refining_as_any_session import slow
from tests.stage import THINKS_MS, Stage, obey, script, start, until, until_event
from tests.virtual_time import in_virtual_time

WITHIN_MS = 600_000
ASKING = (
    "- {id: unsure, name: Unsure, priority: 70, when: {all: [{field: argument_count, count_threshold: 2}]},"
    " then: [{escalate_to_human: {question: Is this what you meant?, reason: unsure}}]}"
)


def rules_of(text: str) -> tuple[Rule, ...]:
    return read_rules(text, origin="test", facts=Stage().orchestrator().fact_specs(), templates=["simple_debate"])


def simple() -> Template:
    return next(each for each in STANDARD_TEMPLATES if each.id == "simple_debate")


async def with_format(stage: Stage, format: Template) -> Orchestrator:
    await stage.catalogue.save_template(format, actor="test", at_ms=1)
    return await stage.drive()


def patient(then: Then, within_ms: int = WITHIN_MS) -> Template:
    return replace(simple(), id=TemplateId("patient"), escalation=AnswerTerms(answer_within_ms=within_ms, then=then))


def curious(*, terms: AnswerTerms | None = None) -> Template:
    seats = tuple(replace(seat, may_ask=2) for seat in simple().seats)
    return replace(simple(), id=TemplateId("curious"), seats=seats, escalation=terms)


async def asking(orchestrator: Orchestrator, template: str = "simple_debate") -> SessionId:
    """A debate that has been put before the operator."""
    session = await start(orchestrator, template_id=template)
    await until(orchestrator, session, Status.RUNNING)
    await orchestrator.command(session, Escalate(question="Is this what you meant?"))
    return session


def test_a_case_says_what_is_asked_why_and_what_each_answer_would_do() -> None:
    async def work() -> None:
        stage = Stage(rules=rules_of(ASKING))
        moot = await stage.drive()
        session = await start(moot)
        await until(moot, session, Status.ESCALATED)

        (case,) = await moot.cases.open()
        assert (case.session, case.kind, case.rule) == (session, CaseKind.ESCALATION, "unsure")
        assert case.question == "Is this what you meant?"
        assert case.due_ms is None
        assert case.then_does == NO_DEADLINE
        file = await moot.cases.file(session)
        assert file.case == case
        assert file.why[0] == "unsure"
        assert any("argument_count" in line for line in file.why)
        assert len(file.turns) == 2
        does = {each.answer: each.does for each in file.answers}
        assert list(does) == ["continue", "new_round", "complete", "apply_template", "amend", "say", "cancel"]
        assert "Next to speak:" in does["continue"]
        assert "Begins round 2 of at most" in does["new_round"]
        assert "judge is asked for the verdict" in does["complete"]
        assert not [each for each in file.answers if each.refused]
        await moot.stop()

    in_virtual_time(work)


def test_a_joined_process_sees_the_same_cases_and_can_answer_them() -> None:
    async def work() -> None:
        stage = Stage()
        moot = await stage.drive()
        session = await asking(moot)
        joined = stage.orchestrator()
        await joined.start(drive=False)

        assert await joined.cases.open() == await moot.cases.open()
        assert await joined.cases.file(session) == await moot.cases.file(session)
        (case,) = await joined.cases.of(session)
        await joined.command(session, AnswerEscalation(answer="say", statement="So it is.", case=case.asked_seq))
        assert await joined.cases.of(session) == ()
        with pytest.raises(WrongUse, match="asks nothing"):
            await joined.cases.file(session)
        await joined.stop()
        await moot.stop()

    in_virtual_time(work)


def test_two_who_answer_at_once_are_told_who_was_first() -> None:
    async def work() -> None:
        stage = Stage()
        moot = await stage.drive()
        session = await asking(moot)
        (case,) = await moot.cases.open()
        answers = [AnswerEscalation(answer=each, case=case.asked_seq) for each in ("continue", "new_round")]

        came = await asyncio.gather(*(moot.command(session, each) for each in answers), return_exceptions=True)

        assert len([each for each in came if isinstance(each, CommandRefused)]) == 1
        assert len(stage.events(session, EscalationAnswered)) == 1
        await moot.stop()

    in_virtual_time(work)


def test_an_unknown_template_in_an_answer_is_refused_and_it_asks_on() -> None:
    async def work() -> None:
        stage = Stage()
        moot = await stage.drive()
        session = await asking(moot)

        with pytest.raises(WrongUse, match="no template is called 'simple_debat'"):
            await moot.command(session, AnswerEscalation(answer="apply_template", template=TemplateId("simple_debat")))
        assert (await moot.summary(session)).status is Status.ESCALATED
        await moot.command(session, AnswerEscalation(answer="apply_template", template=TemplateId("standard_debate")))
        assert await until(moot, session) is Status.COMPLETED
        assert (await moot.verify(session)).outcome is Outcome.SAME
        await moot.stop()

    in_virtual_time(work)


@pytest.mark.parametrize(
    ("then", "stands"),
    [
        (Then.CONTINUE, Status.COMPLETED),
        (Then.NEW_ROUND, Status.COMPLETED),
        (Then.COMPLETE, Status.COMPLETED),
        (Then.PAUSE, Status.PAUSED),
        (Then.CANCEL, Status.CANCELLED),
        (Then.FAIL, Status.FAILED),
    ],
)
def test_when_nobody_answers_what_the_format_says_happens(then: Then, stands: Status) -> None:
    async def work() -> None:
        stage = Stage(rules=())
        moot = await with_format(stage, patient(then))
        session = await asking(moot, "patient")
        (case,) = await moot.cases.open()
        assert case.due_ms == case.asked_at_ms + WITHIN_MS
        assert case.then == then.value

        await until_event(moot, session, EscalationExpired)

        assert stage.clock.now_ms() >= case.asked_at_ms + WITHIN_MS
        assert await until(moot, session, stands) is stands
        assert await moot.cases.open() == ()
        assert (await moot.verify(session)).outcome is Outcome.SAME
        await moot.stop()

    in_virtual_time(work)


def test_what_failed_because_nobody_answered_can_be_resumed() -> None:
    async def work() -> None:
        stage = Stage(rules=())
        moot = await with_format(stage, patient(Then.FAIL))
        session = await asking(moot, "patient")
        await until(moot, session, Status.FAILED)

        await moot.resume(session)

        assert await until(moot, session, Status.COMPLETED) is Status.COMPLETED
        await moot.stop()

    in_virtual_time(work)


def test_the_settings_deadline_holds_where_the_format_has_none() -> None:
    async def work() -> None:
        terms = AnswerTerms(answer_within_ms=WITHIN_MS, then=Then.CANCEL)
        stage = Stage(rules=(), limits=Limits(answer_terms=terms))
        moot = await stage.drive()
        session = await asking(moot)

        assert await until(moot, session) is Status.CANCELLED
        await moot.stop()

    in_virtual_time(work)


def test_an_answer_in_time_is_the_end_of_its_deadline() -> None:
    async def work() -> None:
        stage = Stage(rules=())
        moot = await with_format(stage, patient(Then.CANCEL))
        session = await asking(moot, "patient")
        await stage.clock.sleep(WITHIN_MS // 2)
        await moot.command(session, AnswerEscalation(answer="continue"))

        assert await until(moot, session) is Status.COMPLETED
        assert not stage.events(session, EscalationExpired)
        await moot.stop()

    in_virtual_time(work)


def test_a_deadline_that_passes_while_no_process_is_there_is_kept_at_the_next_start() -> None:
    async def work() -> None:
        stage = Stage(rules=())
        session = await asking(await with_format(stage, patient(Then.CANCEL)), "patient")
        await stage.crash()
        stage.clock.shift_ms = 3 * WITHIN_MS

        second = await stage.drive()

        assert await until(second, session) is Status.CANCELLED
        (expired,) = stage.events(session, EscalationExpired)
        assert isinstance(expired, EscalationExpired)
        assert expired.waited_ms >= 3 * WITHIN_MS
        await second.stop()

    in_virtual_time(work)


def test_a_deadline_that_has_not_passed_is_waited_for_by_the_next_process() -> None:
    async def work() -> None:
        stage = Stage(rules=())
        session = await asking(await with_format(stage, patient(Then.CANCEL)), "patient")
        (case,) = await stage.orchestrator().cases.open()
        await stage.crash()
        stage.clock.shift_ms = WITHIN_MS // 2

        second = await stage.drive()
        assert (await second.summary(session)).status is Status.ESCALATED
        assert await until(second, session) is Status.CANCELLED

        assert case.due_ms is not None
        assert case.due_ms <= stage.clock.now_ms() <= case.due_ms + 60_000
        await second.stop()

    in_virtual_time(work)


def test_a_question_keeps_its_deadline_over_another_format_and_another_process() -> None:
    async def work() -> None:
        stage = Stage(rules=())
        first = await with_format(stage, patient(Then.CANCEL))
        session = await asking(first, "patient")
        (case,) = await first.cases.open()
        await obey(first, session, ApplyTemplate(template=TemplateId("simple_debate")))
        assert [each.due_ms for each in await first.cases.open()] == [case.due_ms]
        await stage.crash()

        second = await stage.drive()
        assert [each.due_ms for each in await second.cases.open()] == [case.due_ms]
        assert await until(second, session) is Status.CANCELLED
        assert verify(stage.ports.engine, session, stage.records(session)) is None
        await second.stop()

    in_virtual_time(work)


def test_what_the_clock_leaps_past_is_no_time_in_which_somebody_could_have_answered() -> None:
    async def work() -> None:
        stage = Stage(rules=())
        moot = await with_format(stage, patient(Then.CANCEL))
        session = await asking(moot, "patient")
        await stage.clock.sleep(60_000)
        stage.clock.shift_ms = 24 * WITHIN_MS  # as where the machine slept for a day

        await until_event(moot, session, RunResumed)
        (case,) = await moot.cases.open()

        assert (await moot.summary(session)).status is Status.ESCALATED
        assert case.due_ms is not None
        assert case.due_ms >= case.asked_at_ms + 25 * WITHIN_MS - 60_000
        assert await until(moot, session) is Status.CANCELLED
        assert stage.clock.now_ms() >= case.due_ms
        await moot.stop()

    in_virtual_time(work)


def test_a_clock_that_is_set_back_makes_no_deadline_come_sooner_or_never() -> None:
    async def work() -> None:
        stage = Stage(rules=())
        moot = await with_format(stage, patient(Then.CANCEL))
        session = await asking(moot, "patient")
        stage.clock.shift_ms = -10 * WITHIN_MS

        assert await until(moot, session) is Status.CANCELLED
        (expired,) = stage.events(session, EscalationExpired)
        assert isinstance(expired, EscalationExpired)
        assert WITHIN_MS <= expired.waited_ms <= WITHIN_MS + 60_000
        await moot.stop()

    in_virtual_time(work)


def test_one_that_nobody_answered_waits_for_a_place_before_it_goes_on() -> None:
    async def work() -> None:
        slow = Script(answers={"default": (Answer(text="The rota is short.", delay_ms=WITHIN_MS),)})
        stage = Stage(rules=(), limits=Limits(sessions_running_max=1), script=slow)
        moot = await with_format(stage, patient(Then.CONTINUE, within_ms=60_000))
        asks = await asking(moot, "patient")
        other = await start(moot, "And the other?")
        await until(moot, other, Status.RUNNING)

        await until_event(moot, asks, EscalationExpired)

        assert (await moot.summary(other)).status is not Status.RUNNING
        await moot.stop(drain=False)

    in_virtual_time(work)


def asking_first() -> Script:
    """Whoever speaks first asks before anything else."""
    texts = ("CLARIFY: Which rota?", "The rota is short.", "It is.", "It is not.")
    return script(*texts)


def test_a_participant_is_told_what_it_asked_and_takes_its_turn_then() -> None:
    async def work() -> None:
        stage = Stage(rules=(), script=asking_first())
        moot = await with_format(stage, curious())
        session = await start(moot, template_id="curious")
        await until(moot, session, Status.ESCALATED)
        (case,) = await moot.cases.open()
        assert (case.kind, case.question) == (CaseKind.CLARIFICATION, "Which rota?")
        file = await moot.cases.file(session)
        assert [each.answer for each in file.answers] == ["clarify", "continue", "complete", "cancel"]

        answer = AnswerEscalation(answer="clarify", statement="That of June.")
        await moot.command(session, replace(answer, case=case.asked_seq))
        while await until(moot, session, Status.ESCALATED, Status.COMPLETED) is Status.ESCALATED:
            await moot.command(session, answer)  # the other seat asks as well

        answered = [each for each in stage.events(session) if isinstance(each, ClarificationAnswered)]
        assert {each.text for each in answered} == {"That of June."}
        assert (await moot.verify(session)).outcome is Outcome.SAME
        await moot.stop()

    in_virtual_time(work)


def test_a_question_of_a_participant_that_nobody_answers_is_gone_on_without_also_after_a_crash() -> None:
    async def work() -> None:
        stage = Stage(rules=(), script=asking_first())
        terms = AnswerTerms(answer_within_ms=WITHIN_MS, then=Then.CANCEL)
        first = await with_format(stage, curious(terms=terms))
        session = await start(first, template_id="curious")
        await until(first, session, Status.ESCALATED)
        await stage.crash()
        stage.clock.shift_ms = 2 * WITHIN_MS

        second = await stage.drive()

        forgone = await until_event(second, session, ClarificationForgone)
        assert isinstance(forgone, ClarificationForgone)
        assert forgone.reason == "expired"
        await second.stop(drain=False)

    in_virtual_time(work)


def test_of_one_delivery_a_seat_is_told_once_also_by_another_process() -> None:
    async def work() -> None:
        stage = Stage(rules=())
        moot = await stage.drive()
        session = await start(moot)
        joined = stage.orchestrator()
        await joined.start(drive=False)

        await moot.tell(session, "proposer", "It began.", delivery="n-1")
        said = await joined.tell(session, "proposer", "It began.", delivery="n-1")

        assert "proposer" in said
        assert len(stage.events(session, ParticipantTold)) == 1
        with pytest.raises(CommandRefused, match="nobody sits as"):
            await joined.tell(session, "nobody", "It began.")
        await until(moot, session)
        prompts = [each.text for asked in await moot.asked(session) for each in asked.request.messages]
        assert any("Told to you alone:\n- It began." in text for text in prompts)
        await joined.stop()
        await moot.stop()

    in_virtual_time(work)


@pytest.mark.parametrize(
    "command",
    [
        TellParticipant(seat=SeatId("proposer"), text="So."),
        AnswerEscalation(answer="continue"),
    ],
)
def test_a_session_that_is_over_neither_hears_nor_is_answered(command: Command) -> None:
    async def work() -> None:
        stage = Stage(rules=())
        moot = await stage.drive()
        session = await start(moot)
        await until(moot, session)

        with pytest.raises(CommandRefused):
            await moot.command(session, command)
        assert not stage.events(session, SessionEscalated)
        await moot.stop()

    in_virtual_time(work)


def test_many_that_ask_are_listed_the_oldest_first_and_one_in_the_end_none() -> None:
    async def work() -> None:
        stage = Stage(rules=())
        moot = await stage.drive()
        sessions = []
        for _ in range(3):
            sessions.append(await asking(moot))
            await stage.clock.sleep(THINKS_MS)

        assert [case.session for case in await moot.cases.open()] == sessions
        for session in sessions:
            await moot.command(session, AnswerEscalation(answer="cancel"))
        assert await moot.cases.open() == ()
        await moot.stop()

    in_virtual_time(work)


def test_a_refinement_that_asks_is_a_case_with_answers_of_its_own_and_the_same_deadline() -> None:
    async def work() -> None:
        terms = AnswerTerms(answer_within_ms=WITHIN_MS, then=Then.COMPLETE)
        stage = Stage(rules=(), script=slow("0.4", "0.5", "0.6"), limits=Limits(answer_terms=terms))
        moot = await stage.drive()
        session = await refine(moot, patience=9)
        await until_event(moot, session, DraftPresented)
        await moot.command(session, Escalate(question="Is it any good?"))

        file = await moot.cases.file(session)
        answers = {each.answer: each for each in file.answers}
        assert answers["new_round"].label == "another iteration"
        assert "follows no format" in answers["apply_template"].refused
        assert file.case.then_does == "If nobody answers in time, it ends with what it has."

        assert await until(moot, session) is Status.COMPLETED
        assert stage.events(session, EscalationExpired)
        assert (await moot.verify(session)).outcome is Outcome.SAME
        await moot.stop()

    in_virtual_time(work)


def test_a_seat_of_a_refinement_is_told_alone_too() -> None:
    async def work() -> None:
        stage = Stage(rules=(), script=slow("0.4", "0.5", "0.9"))
        moot = await stage.drive()
        session = await refine(moot, patience=9)
        await moot.tell(session, "writer", "Be brief.")
        await until(moot, session)

        told = [each for each in await moot.asked(session) if "Told to you alone" in each.request.messages[-1].text]
        assert {each.call.seat for each in told} == {"writer"}
        assert (await moot.verify(session)).outcome is Outcome.SAME
        await moot.stop()

    in_virtual_time(work)
