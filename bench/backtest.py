"""How long does it take to try a rule on a thousand sessions on record, and does the memory for it grow with them?"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bench.engine_turn import ROUTE, never_ending, text_of
from bench.house import long_template
from bench.measuring import Figure
from console.bootstrap import open_orchestrator
from console.settings import Settings
from core.domain.budget import FREE
from core.domain.commands import COMMANDS, Admit, BeginAttempt, Command, Envelope, Open, Pause, RecordAnswer
from core.domain.events import ENGINE_EVENTS, Event
from core.domain.facts import FactSpec
from core.domain.ids import Digest, ParticipantId, RuleId, SessionId, TemplateId
from core.domain.participants import Participant, Seat
from core.domain.session import Opening, SessionState
from core.engine.backtest import Revision
from core.engine.engine import Engine
from core.engine.evolve import unopened
from core.engine.facts import SESSION_FACTS
from core.engine.plan import next_attempt, plan
from core.engine.settle import settle
from core.flows.debate import DEBATE_FACTS, DebateFlow
from core.flows.debate_events import DEBATE_EVENTS
from core.orchestrator import Orchestrator
from core.ports.event_log import Append
from core.rules.compiled import compile_rules
from core.rules.rule import Compare, ConditionType, PauseDebate, Rule
from core.rules.standard import STANDARD_RULES
from core.templates.template import Template
from storage.codec import Codec
from storage.opened import Storage, open_storage

SECONDS_MAX = 10
SESSIONS = 1_000
EVENTS = 200
TURNS_PER_ROUND = 4
DIFFERENT = 8
"""Debates that are spoken; the others are copies of them under ids and times of their own."""

WARM_UP_SHARE = 10
MEGABYTES_MAX = 8
TURN_MS = 4_000

NEVER = Rule(
    id=RuleId("never"),
    name="Never",
    priority=50,
    when=Compare(type=ConditionType.GREATER_THAN, field="turn_count", value=100_000),
    then=(PauseDebate(reason="never"),),
)
"""It fires nowhere, so that every event of every log has to be settled again."""

SLOW = replace(
    NEVER, id=RuleId("slow"), when=Compare(type=ConditionType.TIME_ELAPSED, field="silence_ms", value=86_400_000)
)
"""The same for time: each stretch between two events is looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """What one debate brought about, command by command."""

    appends: Sequence[tuple[Command, tuple[Event, ...], int]]

    def under(self, session: SessionId, later_ms: int) -> list[Append]:
        """The same as the log of another session, some time later."""
        made: list[Append] = []
        seq = 0
        for command, events, at_ms in self.appends:
            envelope = Envelope(command=command, actor="bench", at_ms=at_ms + later_ms, correlation="bench")
            made.append(Append(session=session, envelope=envelope, events=events, expected_seq=seq))
            seq += len(events)
        return made


async def backtests(folder: Path, *, sessions: int = SESSIONS, events: int = EVENTS) -> list[Figure]:
    """A database of recorded debates, then one rule tried on all of them."""
    folder.mkdir(parents=True, exist_ok=True)  # noqa: ASYNC240  # before anything is measured
    settings = Settings(database=folder / "moot.db", cap_day_microusd=None, metrics_export_path=folder / "metrics")
    storage = open_storage(settings.database, codec=Codec((*ENGINE_EVENTS, *DEBATE_EVENTS, *COMMANDS)))
    recorded = await _record(storage, sessions=sessions, events=events)
    await storage.close()
    driving = open_orchestrator(settings)  # once: who drives first lists and counts all that is on record
    await driving.start(must_drive=True, recover=False)
    await driving.stop()
    orchestrator = open_orchestrator(settings)
    await orchestrator.start(drive=False)
    try:
        rows = await orchestrator.summaries()
        await _tried(orchestrator, [row.session for row in rows[: max(1, sessions // WARM_UP_SHARE)]])
        before_mb = _peak_megabytes()
        began_ns, worked_ns = time.perf_counter_ns(), time.process_time_ns()
        await _tried(orchestrator, [row.session for row in rows])
        took_s, worked_s = (time.perf_counter_ns() - began_ns) / 1e9, (time.process_time_ns() - worked_ns) / 1e9
    finally:
        await orchestrator.stop(drain=False)
    return [
        Figure(
            case="backtest",
            name=f"{sessions:,} sessions, {recorded:,} events, standard rules",
            value=took_s,
            unit="s",
            value_max=SECONDS_MAX,
            note=f"processor {worked_s:.1f} s, {worked_s * 1e6 / recorded:.0f} µs an event",
        ),
        Figure(
            case="backtest",
            name="memory beyond that for a tenth of them",
            value=_peak_megabytes() - before_mb,
            unit="MB",
            value_max=MEGABYTES_MAX,
        ),
    ]


async def _tried(orchestrator: Orchestrator, sessions: Sequence[SessionId]) -> None:
    unchanged = 0
    async for step in orchestrator.rulebook.backtest(Revision(rules=(NEVER, SLOW)), sessions=sessions):
        unchanged = step.totals.unchanged
    if unchanged != len(sessions):
        raise RuntimeError(f"a rule that never fires made a difference to {len(sessions) - unchanged} sessions")


async def _record(storage: Storage, *, sessions: int, events: int) -> int:
    rules = tuple(map(never_ending, STANDARD_RULES))
    await storage.catalogue.save_rules(rules, actor="bench", at_ms=1, change="bench")
    template = replace(_template(), id=TemplateId("brisk"))
    digest = await storage.catalogue.save_template(template, actor="bench", at_ms=1)
    spoken = [_spoken(rules, template, digest, number, events=events) for number in range(min(DIFFERENT, sessions))]
    written = 0
    for number in range(sessions):
        chosen = spoken[number % len(spoken)]
        appends = chosen.under(SessionId(f"{number + 1:032x}"), later_ms=number * 1_000)
        await storage.log.append(*appends)
        written += sum(len(append.events) for append in appends)
    return written


def _template() -> Template:
    template = long_template()
    return replace(template, steps=template.steps[:TURNS_PER_ROUND])


def _spoken(rules: Sequence[Rule], template: Template, digest: Digest, number: int, *, events: int) -> Spoken:
    """A debate of so many events, paused at its end."""
    facts: dict[str, FactSpec] = {spec.name: spec for spec in (*SESSION_FACTS, *DEBATE_FACTS)}
    compiled = compile_rules(rules, facts=facts)
    flow = DebateFlow(templates={digest: template}, documents={})
    engine = Engine(flows={"debate@2": flow}, rule_sets={compiled.digest: compiled})
    state: SessionState = unopened(SessionId("0" * 32))
    now_ms = 1_700_000_000_000
    appends: list[tuple[Command, tuple[Event, ...], int]] = []

    def obey(command: Command) -> None:
        nonlocal state
        settled = settle(engine, state, command, now_ms=now_ms)
        state = settled.state
        appends.append((command, settled.events, now_ms))

    obey(Open(opening=_opening(template, digest, compiled.digest)))
    obey(Admit())
    while state.seq < events - 1:
        (step,) = plan(engine, state)
        attempt = next_attempt(state, step.id)
        obey(
            BeginAttempt(
                step=step.id,
                attempt=attempt,
                seat=step.seat,
                route=ROUTE,
                cost_microusd_max=500,
                prompt_digest=Digest("0" * 64),
            )
        )
        now_ms += TURN_MS
        obey(
            RecordAnswer(
                step=step.id,
                attempt=attempt,
                text=text_of(state.seq * DIFFERENT + number),
                tokens_input=1_000,
                tokens_output=120,
                cost_microusd=100,
                latency_ms=TURN_MS,
                model=ROUTE,
                stop_reason="end",
            )
        )
    obey(Pause())
    return Spoken(appends=appends)


def _opening(template: Template, digest: Digest, rules: Digest) -> Opening:
    alpha = Participant(id=ParticipantId("alpha"), name="Alpha", model=ROUTE)
    return Opening(
        flow="debate@2",
        measure="keywords@1",
        title="Brisk",
        motion="The release train leaves on Fridays.",
        template=template.id,
        template_digest=digest,
        rules_digest=rules,
        templates={},
        seats=tuple(Seat(id=spec.id, role=spec.role, participant=alpha) for spec in template.seats),
        casting={},
        prices={ROUTE: FREE},
        documents=(),
        seed=1,
        rounds_limit=template.rounds,
        cap_microusd=10_000_000_000,
    )


def _peak_megabytes() -> float:
    """The most that this process has ever held. Linux counts it in kilobytes, macOS in bytes."""
    unit = 1_024 if sys.platform == "darwin" else 1
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_024 / unit
