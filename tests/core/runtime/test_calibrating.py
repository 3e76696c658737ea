"""Is what a measure has shown in recorded sessions at hand when one is opened that goes by it, and pinned there?"""

from __future__ import annotations

from dataclasses import replace

from core.domain.answers import AnswerForm, AnswerKind
from core.domain.commands import AmendMotion, Complete
from core.domain.events import SessionOpened
from core.domain.ids import SessionId, TemplateId
from core.domain.session import Opening, Status
from core.domain.summary import SessionSummary
from core.engine.replay import verify
from core.flows.debate_events import EarlyStopWithheld, RoundCompleted
from core.judging.calibration import Passed, calibrated, passed_in
from core.judging.measure import PPM
from core.providers.script import Answer, Script
from core.rules.layers import NOTHING
from core.runtime.calibrating import SESSIONS_OF_A_FORMAT_MIN, calibration_for
from core.runtime.replaying import Outcome
from core.runtime.requests import ForkRequest
from core.templates.formats import SOCIETY_OF_MINDS
from core.templates.template import EarlyStop, Template
from tests.memory import MemoryIndex
from tests.stage import THINKS_MS, Stage, obey, start, until, until_event
from tests.virtual_time import in_virtual_time

NUMBER = AnswerForm(kind=AnswerKind.NUMBER)
CAREFUL = replace(SOCIETY_OF_MINDS, id=TemplateId("careful_minds"), early_stop=EarlyStop.CALIBRATED)


def saying(*rounds: str) -> Script:
    """In each round the three minds say these, with a blank between them, and from the second on the same."""
    seats = ("first_mind", "second_mind", "third_mind")
    said = zip(*(each.split() for each in rounds), strict=True)
    answers = {
        seat: tuple(Answer(text=f"So.\nANSWER: {number}", delay_ms=THINKS_MS) for number in numbers)
        for seat, numbers in zip(seats, said, strict=True)
    }
    return Script(answers={**answers, "default": (Answer(text="ANSWER: 0"),)})


def row(
    number: int,
    *readings: tuple[int, str],
    outcome: str = "42",
    template: str = "careful_minds",
    is_rehearsal: bool = False,
) -> SessionSummary:
    return SessionSummary(
        session=SessionId(f"f{number:031x}"),
        seq=1,
        position=0,
        flow="debate@1",
        title="Sum",
        motion="6 * 7?",
        template=TemplateId(template),
        status=Status.COMPLETED,
        is_rehearsal=is_rehearsal,
        outcome=outcome,
        opened_at_ms=number,
        known_answer="42",
        measure="answers@1",
        readings=readings,
    )


async def indexed(*rows: SessionSummary) -> MemoryIndex:
    index = MemoryIndex()
    await index.advance(rows, position=0)
    return index


async def kept(stage: Stage, template: Template) -> None:
    await stage.catalogue.save_template(template, actor="test", at_ms=0)


def opening_of(stage: Stage, session: SessionId) -> Opening:
    (opened,) = stage.events(session, SessionOpened)
    assert isinstance(opened, SessionOpened)
    return opened.opening


def test_a_session_with_a_known_answer_tells_what_each_round_but_the_last_read_and_who_led() -> None:
    async def work() -> None:
        stage = Stage(script=saying("41 41 42", "42 41 42"))
        moot = await stage.drive()
        session = await start(moot, template_id="society_of_minds", answers=NUMBER, known_answer="42", rules=NOTHING)
        assert await until(moot, session) is Status.COMPLETED

        told = await moot.summary(session)
        assert told.readings == ((666_666, "41"), (666_666, "42"), (666_666, "42"))
        assert passed_in(told) == (
            Passed(ppm=666_666, was_right=False, ended_right=True),
            Passed(ppm=666_666, was_right=True, ended_right=True),
        )
        assert calibrated("answers@1", [passed_in(told)]).bins[0].mended == 1

    in_virtual_time(work)


def test_a_session_without_a_known_answer_tells_and_records_nothing_of_it() -> None:
    async def work() -> None:
        stage = Stage(script=saying("41 41 42", "42 41 42"))
        moot = await stage.drive()
        session = await start(moot, template_id="society_of_minds", answers=NUMBER, rules=NOTHING)
        assert await until(moot, session) is Status.COMPLETED

        told = await moot.summary(session)
        assert (told.readings, told.known_answer, told.measure, passed_in(told)) == ((), "", "", ())
        assert {each.leading for each in stage.events(session, RoundCompleted)} == {""}  # type: ignore[attr-defined]

    in_virtual_time(work)


def test_what_somebody_ruled_or_asked_otherwise_tells_nothing_of_the_measure() -> None:
    async def work() -> None:
        for command in (Complete(reason="enough", outcome="42", verdict="It is 42."), AmendMotion(motion="7 * 8?")):
            stage = Stage(script=saying("41 41 42", "42 41 42"))
            moot = await stage.drive()
            session = await start(
                moot, template_id="society_of_minds", answers=NUMBER, known_answer="42", rules=NOTHING
            )
            await until_event(moot, session, RoundCompleted, 2)
            await obey(moot, session, command)
            assert await until(moot, session) is Status.COMPLETED
            assert passed_in(await moot.summary(session)) == ()

    in_virtual_time(work)


def test_what_is_known_is_pinned_where_the_early_stop_is_calibrated_and_nowhere_else() -> None:
    async def work() -> None:
        told = [row(number, (PPM, "42"), (PPM, "42")) for number in range(60)]
        told += [row(number, (666_666, "41"), (PPM, "42")) for number in range(100, 160)]
        stage = Stage(script=saying("42 42 42"), index=await indexed(*told))
        await kept(stage, CAREFUL)
        moot = await stage.drive()
        careful = await start(moot, template_id="careful_minds", answers=NUMBER)
        trusting = await start(moot, template_id="society_of_minds", answers=NUMBER)
        assert await until(moot, careful) is Status.COMPLETED

        pinned = opening_of(stage, careful).calibration
        assert pinned is not None
        assert (pinned.measure, pinned.sessions, pinned.template) == ("answers@1", 120, "careful_minds")
        assert [(each.floor_ppm, each.counted, each.right) for each in pinned.bins] == [
            (600_000, 60, 0),
            (PPM, 60, 60),
        ]
        assert opening_of(stage, trusting).calibration is None
        assert (await moot.summary(careful)).round == 1
        assert verify(stage.ports.engine, careful, stage.records(careful)) is None

    in_virtual_time(work)


def test_where_nothing_is_known_all_rounds_are_played_and_it_is_said() -> None:
    async def work() -> None:
        stage = Stage(script=saying("42 42 42"))
        await kept(stage, CAREFUL)
        moot = await stage.drive()
        session = await start(moot, template_id="careful_minds", answers=NUMBER)
        assert await until(moot, session) is Status.COMPLETED

        assert (await moot.summary(session)).round == 3
        assert len(stage.events(session, EarlyStopWithheld)) == 3

    in_virtual_time(work)


def test_enough_sessions_of_the_same_format_are_gone_by_alone() -> None:
    async def work() -> None:
        own = [row(number, (PPM, "42"), (PPM, "42")) for number in range(SESSIONS_OF_A_FORMAT_MIN)]
        others = [row(1_000 + number, (PPM, "41"), (PPM, "42"), template="other") for number in range(50)]
        index = await indexed(*own, *others)
        few = await indexed(*own[1:], *others)

        alone = await calibration_for(index, CAREFUL, is_unasked=False)
        together = await calibration_for(few, CAREFUL, is_unasked=False)

        assert alone is not None
        assert together is not None
        assert (alone.template, alone.sessions) == ("careful_minds", SESSIONS_OF_A_FORMAT_MIN)
        assert (together.template, together.sessions) == ("", SESSIONS_OF_A_FORMAT_MIN - 1 + 50)

    in_virtual_time(work)


def test_what_was_rehearsed_or_simulated_tells_nothing_of_models_nor_they_of_it() -> None:
    async def work() -> None:
        index = await indexed(row(1, (PPM, "42"), (PPM, "42")), row(2, (PPM, "41"), (PPM, "42"), is_rehearsal=True))

        models = await calibration_for(index, CAREFUL, is_unasked=False)
        nobody = await calibration_for(index, CAREFUL, is_unasked=True)

        assert models is not None
        assert nobody is not None
        assert (models.bins[0].right, nobody.bins[0].right) == (1, 0)

    in_virtual_time(work)


def test_a_session_in_which_some_were_simulated_and_others_models_tells_nothing_of_either() -> None:
    async def work() -> None:
        mixed = replace(row(1, (PPM, "41"), (PPM, "42")), models=("ollama:llama3", "simulated:competence=80"))
        index = await indexed(mixed)

        for is_unasked in (False, True):
            found = await calibration_for(index, CAREFUL, is_unasked=is_unasked)
            assert found is not None
            assert found.sessions == 0

    in_virtual_time(work)


def test_a_session_that_is_not_over_or_is_a_fork_tells_nothing() -> None:
    told = row(1, (PPM, "42"), (PPM, "42"))

    assert passed_in(told)
    assert passed_in(replace(told, status=Status.CANCELLED)) == ()
    assert passed_in(replace(told, forked_from="a" * 32)) == ()


def test_a_fork_that_changes_to_a_calibrated_format_pins_what_is_known_by_then() -> None:
    async def work() -> None:
        told = [row(number, (PPM, "42"), (PPM, "42")) for number in range(60)]
        told += [row(number, (666_666, "41"), (PPM, "42")) for number in range(100, 160)]
        stage = Stage(script=saying("42 42 42", "42 42 42"), index=await indexed(*told))
        await kept(stage, CAREFUL)
        moot = await stage.drive()
        trusting = await start(moot, template_id="society_of_minds", answers=NUMBER, rules=NOTHING)
        await until(moot, trusting)
        plain = await moot.fork(ForkRequest(session=trusting, at_seq=10))
        careful = await moot.fork(ForkRequest(session=trusting, at_seq=10, template_id="careful_minds"))
        await until(moot, careful)

        pinned = opening_of(stage, careful).calibration
        assert opening_of(stage, plain).calibration is None
        assert pinned is not None
        assert (pinned.sessions, pinned.template) == (120, "careful_minds")
        assert (await moot.verify(careful)).outcome is Outcome.SAME

    in_virtual_time(work)
