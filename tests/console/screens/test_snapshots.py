"""Do the dialogs and the Rules screen look as they did when somebody last looked at them?"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from console.acting import Acting
from console.presenters.rules import Change, Counts, RuleCount, Seen
from console.screens.dialogs.answer import AnswerDialog
from console.screens.dialogs.confirm import ConfirmDialog
from console.screens.dialogs.new_debate import NewDebateDialog
from console.screens.dialogs.number import DOLLARS, NumberDialog
from console.screens.dialogs.prompt import PromptView
from console.screens.dialogs.text import TextDialog
from console.screens.rule_reading import Reading
from console.screens.rules import RulesScreen
from console.widgets.rows import Rows
from core.analytics.rule_measures import RuleMeasure
from core.domain.ids import SessionId, TemplateId
from core.domain.participants import Seat
from core.domain.session import Status
from core.domain.steps import Message
from core.domain.summary import SessionSummary
from core.engine.facts import SESSION_FACTS
from core.flows.debate import DEBATE_FACTS
from core.rules.explanation import explain
from core.rules.layers import Origin, Placed
from core.rules.standard import STANDARD_RULES
from core.runtime.requests import DebatePlan, DebateRequest
from core.templates.participants import PARTICIPANTS_BY_ID
from core.templates.standard import STANDARD_TEMPLATES
from tests.builders import an_estimate
from tests.console.screens.dialogs.cases import NOW_MS as LOOKED_AT_MS
from tests.console.screens.dialogs.cases import case_file
from tests.console.screens.host import Host, until

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.pilot import Pilot

    from core.orchestrator import Orchestrator

NOW_MS = 1_790_000_000_000
HOUR_MS = 3_600_000
SPECS = {spec.name: spec for spec in (*SESSION_FACTS, *DEBATE_FACTS)}
MOTION = "Should a team of six split its billing into services?"
WHY = (
    " when  error_count (3) ≥ 3        ✓",
    "  and  error_rate (21 %) > 10 %   ✓",
)
PROMPT = (
    Message(author="system", text="You speak for the motion.\n\nShow that it should be carried: " + "what, why, " * 12),
    Message(author="user", text=f"Motion: {MOTION}\nRound 1 of 3.\nOpen the case for the motion. [/red]"),
)


async def plan(request: DebateRequest) -> DebatePlan:
    template = next(each for each in STANDARD_TEMPLATES if each.id == request.template_id)
    return DebatePlan(
        template=template,
        seats=tuple(
            Seat(id=spec.id, role=spec.role, participant=PARTICIPANTS_BY_ID[spec.participant])
            for spec in template.seats
        ),
        rounds=template.rounds,
        estimate=an_estimate(),
        cap_microusd=request.cap_microusd,
        is_rehearsal=True,
        notes=(),
    )


DIALOGS: dict[str, tuple[Callable[[], Any], tuple[str, ...]]] = {
    "new_debate": (
        lambda: NewDebateDialog(plan, STANDARD_TEMPLATES, DebateRequest(question=MOTION, cap_microusd=250_000)),
        (),
    ),
    "answer": (
        lambda: AnswerDialog(
            case_file("More than one attempt in ten failed. Shall it go on?", why=("too_many_errors", *WHY)),
            now_ms=LOOKED_AT_MS,
        ),
        ("3", "enter", "right"),
    ),
    "text": (lambda: TextDialog("Rename", "Name", "Split billing?", "Empty it for its first name."), ()),
    "statement": (lambda: TextDialog("Add a statement", "Every seat hears it", "Mind the rota.", "", True), ()),
    "number": (
        lambda: NumberDialog("Raise the budget", "It may spend at most", 120_000, DOLLARS, 41_200),
        ("x", "enter"),
    ),
    "confirm": (
        lambda: ConfirmDialog("Delete it?", "Its log of 41 events is gone for good.", "delete", True, "a1b2"),
        (),
    ),
    "prompt": (lambda: PromptView(PROMPT, "Prompt of r1.opening.proposer"), ()),
}


@pytest.mark.parametrize("name", DIALOGS)
def test_a_dialog_looks_as_it_did(name: str, snap_compare: Callable[..., bool]) -> None:
    make, keys = DIALOGS[name]

    async def before(pilot: Pilot[Any]) -> None:
        await pilot.press(*keys)
        if name == "new_debate":
            await until(pilot, lambda: "seconds" in str(pilot.app.screen.query_one("#plan").render()))

    assert snap_compare(Host(lambda _: make()), terminal_size=(80, 24), run_before=before)


def reading() -> Reading:
    """Rules that fired, one that is off, and the third one explained in a session that runs."""
    rules = tuple(replace(rule, enabled=rule.enabled and rule.priority != 75) for rule in STANDARD_RULES)
    rule = rules[2]
    session = SessionSummary(
        session=SessionId("a1b2c3d4" * 4),
        seq=30,
        position=30,
        flow="debate",
        title="Split billing?",
        motion=MOTION,
        template=TemplateId("standard_debate"),
        status=Status.RUNNING,
    )
    facts = {"consensus_ppm": 620_000, "round_count": 2}
    return Reading(
        placed=tuple(Placed(rule=each, origin=Origin(rule_set=each.rule_set)) for each in rules),
        measures={
            rule.id: RuleMeasure(heard=6_592, fired=43, timed=412, mean_ns=1_200, p95_ns=2_559),
            rules[4].id: RuleMeasure(errors=2),
        },
        changes={rule.id: Change(at_ms=NOW_MS - 72 * HOUR_MS, actor="operator", change=f"enabled {rule.id}")},
        specs=SPECS,
        rule=rule.id,
        seen=Seen(session=session, explanation=explain(rule, facts, SPECS)),
    )


COUNTS = Counts(
    rules={
        STANDARD_RULES[2].id: RuleCount(here=0, recent=37, last_at_ms=NOW_MS - 5 * HOUR_MS),
        STANDARD_RULES[5].id: RuleCount(here=2, recent=4, last_at_ms=NOW_MS - 60_000),
    },
    sessions=12,
)


async def never() -> Orchestrator:
    await asyncio.Event().wait()
    raise AssertionError("it never opens")


def rules_screen() -> Host:
    return Host(
        lambda app: RulesScreen(Acting(app, never), never, SessionId("a1b2c3d4" * 4), now_ms=lambda: NOW_MS)  # type: ignore[arg-type]
    )


async def put_in(pilot: Pilot[Any]) -> None:
    screen, read = pilot.app.screen, reading()
    screen.post_message(RulesScreen.Read(read))
    screen.post_message(RulesScreen.Counted(COUNTS))
    await until(pilot, lambda: bool(screen.query_one(Rows).keys))
    await pilot.press("j", "j")


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
def test_the_rules_screen_looks_as_it_did(size: tuple[int, int], snap_compare: Callable[..., bool]) -> None:
    assert snap_compare(rules_screen(), terminal_size=size, run_before=put_in)


def test_the_rules_screen_with_marks_a_filter_and_a_refusal_looks_as_it_did(snap_compare: Callable[..., bool]) -> None:
    async def before(pilot: Pilot[Any]) -> None:
        await put_in(pilot)
        await pilot.press("space", "space", "slash", *"complete")
        pilot.app.screen.post_message(Acting.Refused("no rule is called 'roud'. Did you mean 'round'?"))
        await pilot.pause()

    assert snap_compare(rules_screen(), terminal_size=(80, 24), run_before=before)


def test_the_rules_screen_before_the_core_is_open_looks_as_it_did(snap_compare: Callable[..., bool]) -> None:
    assert snap_compare(rules_screen(), terminal_size=(80, 24))
