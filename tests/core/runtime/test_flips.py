"""Is a change of mind held against what the session's format shows to whom, in one ledger and in the sums of all?"""

from __future__ import annotations

from dataclasses import replace

from core.analytics.flips import FlipLedger, FlipSums
from core.providers.script import Answer
from tests.stage import Stage, script, start, until
from tests.virtual_time import in_virtual_time


def said(*answers: str) -> tuple[Answer, ...]:
    return tuple(Answer(text=f"It is so.\nANSWER: {answer}") for answer in answers)


def held(
    template: str, answers: dict[str, tuple[Answer, ...]], *, rounds: int | None = None
) -> tuple[FlipLedger, FlipSums]:
    """The ledger of a session with these answers by seat, and the sums over it alone."""
    stage = Stage(script=replace(script(), answers=answers))

    async def play() -> tuple[FlipLedger, FlipSums]:
        orchestrator = await stage.drive()
        session = await start(orchestrator, template_id=template, rounds=rounds)
        await until(orchestrator, session)
        found = await orchestrator.flips.of_session(session), await orchestrator.flips.sums()
        await orchestrator.stop()
        return found

    return in_virtual_time(play)


def test_a_seat_of_a_ring_has_heard_its_neighbours_alone() -> None:
    ledger, sums = held(
        "sparse_society",
        {"north": said("for", "against"), "east": said("for", "for", "for"), "default": said("against")},
    )

    (flip,) = ledger.flips
    assert (flip.seat, flip.before, flip.after) == ("north", "for", "against")
    assert flip.heard == ("centre", "east")
    assert [counts.changed for counts in sums.templates.values()] == [1]


def test_samples_of_several_rounds_that_never_saw_one_another_are_no_changes_of_mind() -> None:
    answers = {f"sample_{number}": said("against", "for") for number in range(1, 4)}

    ledger, sums = held("self_consistency", {**answers, "default": said("for")}, rounds=2)

    assert ledger.flips == ()
    assert sums == FlipSums()


def test_the_ledger_of_a_session_that_nobody_knows_is_empty() -> None:
    stage = Stage()

    async def ask() -> FlipLedger:
        orchestrator = await stage.drive()
        found = await orchestrator.flips.of_session("0" * 32)  # type: ignore[arg-type]
        await orchestrator.stop()
        return found

    assert in_virtual_time(ask) == FlipLedger()
