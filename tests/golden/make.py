"""Which log does a release leave for all later ones to read? `python -m tests.golden.make` writes it down.

A database as the release leaves it: played sessions that bring every kind of event and command, and a rehearsal as an
operator would hold one. It is made once, before the release, and never again.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from console.bootstrap import KINDS, demo_request, open_orchestrator
from console.settings import Settings
from console.version import VERSION
from core.domain.budget import Price
from core.domain.commands import (
    COMMANDS,
    AddStatement,
    Admit,
    AmendMotion,
    AnswerEscalation,
    ApplyTemplate,
    Cancel,
    ChangeBudget,
    ChangeRounds,
    ChangeSeats,
    Complete,
    ContinueOn,
    Envelope,
    Escalate,
    Fork,
    GiveUp,
    Open,
    Pause,
    Queue,
    ReachDeadline,
    RecordCheck,
    RecordChild,
    RecordChildEnd,
    RefuseSpend,
    Resume,
    ResumeRun,
    RetryStep,
    SettleAttempt,
    StartNewRound,
    TellParticipant,
)
from core.domain.events import ENGINE_EVENTS, Prefix, Recorded, RuleErred, RuleRecovered, SessionCompleted
from core.domain.ids import Digest, RuleId, SeatId, SessionId, StepId, TemplateId
from core.domain.participants import Role
from core.domain.session import Status
from core.domain.unanswered import AnswerTerms, Then
from core.engine.evolve import unopened
from core.engine.forking import cut
from core.flows.debate_verdict import CONTROL_STEP
from core.flows.refinement_commands import AcceptDraft, ReviseDraft
from core.flows.refinement_terms import RefinementTerms, Strategy
from core.judging.criteria import Check, CheckKind, Criteria
from core.judging.stances import STANCE_PIN
from core.ports.event_log import Append
from core.rules import action as asked
from core.rules.condition import AnyOf, ConditionType
from core.rules.rule import Rule
from core.templates.template import DecidedBy, EarlyStop, Expects, Template
from storage.codec import Codec
from storage.opened import Storage, open_storage
from tests.builders import (
    MOVE_MILLISECONDS,
    REVIEWED,
    TINY,
    Move,
    Played,
    at_least,
    document,
    lasted,
    participant,
    rule,
    when,
)
from tests.core.flows.judges import judged
from tests.core.flows.panels import PANEL, answers, panel
from tests.core.flows.panels import asked as asked_for
from tests.core.flows.refining import Refined
from tests.golden.logs import pack

FORKED = SessionId("f0ed" * 8)
ODD = SessionId("0dd0" * 8)
PAID = Price(input_microusd=3_000_000, output_microusd=15_000_000)
PAUSE = asked.PauseDebate(reason="resting")
NEW_ROUND = asked.StartNewRound(reason="contested")
UNHEARD_OF = asked.ApplyTemplate(template=TemplateId("unheard_of"), reason="lost")
AGREEMENT = "The rota is short, and I agree with the proposer: it should leave on Fridays."
PANELLED = panel(
    *answers(),
    asked_for("rank", "ada", expects=Expects.RANKING, block=""),
    asked_for("enough", "chair", expects=Expects.BREAK, block=""),
    asked_for("close", "ben", block="", when=at_least("argument_count", 99)),
    judge="chair",
)
"""Three who answer at once; then one ranks, the chair says whether it is enough, and a turn is skipped."""

JUDGED = replace(judged(), judges=(SeatId("proposer"),))
"""Its judge is asked in both orders, and is of the model that speaks; one who has argued is to judge as well."""

COUNTED = replace(
    panel(
        *answers(expects=Expects.STANCE),
        *(asked_for(f"vote_{seat}", seat, expects=Expects.BALLOT, block="") for seat in PANEL),
        decided_by=DecidedBy.CONDORCET,
    ),
    id=TemplateId("counted"),
    measure=STANCE_PIN,
    early_stop=EarlyStop.CALIBRATED,
)
"""Three declare themselves at once and then cast ballots; what they agree on ends nothing that isn't known to tell."""

CURIOUS = replace(
    TINY,
    id=TemplateId("curious"),
    seats=tuple(replace(each, may_ask=2) for each in TINY.seats),
    escalation=AnswerTerms(answer_within_ms=60_000, then=Then.NEW_ROUND),
)
"""Who speaks may ask before, and nobody is waited for longer than a minute."""

FORMATS = (TINY, REVIEWED, PANELLED, JUDGED, COUNTED, CURIOUS)
BROKEN = at_least("round_kount", 1)
"""A fact that nobody knows: a rule that looks at it can't be told."""


@dataclass(frozen=True)
class Scene:
    """A session: its rules, and what happens."""

    name: str
    moves: tuple[Move, ...]
    rules: tuple[Rule, ...] = ()
    rounds: int = 2
    cap_microusd: int | None = None
    format: Template = TINY
    control: str = ""


def opened(scene: Scene) -> Callable[[Played], object]:
    def move(played: Played) -> None:
        played.in_force = played.known(scene.rules)
        opening = played.opening(rounds=scene.rounds, cap_microusd=scene.cap_microusd)
        played.do(Open(opening=replace(opening, measure=scene.format.measure, control=TemplateId(scene.control))))

    return move


def speak(text: str = "It is so.") -> Move:
    return lambda played: played.speak(text)


def begun(played: Played) -> None:
    played.begin()


def finished(played: Played) -> None:
    played.drive_home()


def going(played: Played) -> None:
    """Whatever it stands at, it is let go on."""
    match played.status:
        case Status.PAUSED:
            played.do(Resume())
        case Status.ESCALATED:
            played.do(AnswerEscalation(answer="continue"))
        case Status.FAILED:
            played.do(RetryStep())
        case _:
            pass


def failed(*, times: int = 1, is_final: bool = False) -> Move:
    def move(played: Played) -> None:
        for _ in range(times):
            played.begin()
            played.fail(is_final=is_final, cost_microusd=3)

    return move


def doubted(policy: str) -> Move:
    def move(played: Played) -> None:
        played.begin()
        played.doubt(policy=policy)

    return move


def settled(played: Played) -> None:
    doubt = played.state.work.doubtful[0]
    played.do(SettleAttempt(step=doubt.step, attempt=doubt.attempt, cost_microusd=1))


def refused(played: Played) -> None:
    step = played.next_step()
    played.do(RefuseSpend(step=step.id, cap="session", wanted_microusd=500, left_microusd=20))


def waited(milliseconds: int) -> Move:
    return lambda played: played.do(ReachDeadline(), after_ms=milliseconds)


def mended(*rules: Rule) -> Move:
    return lambda played: played.change_rules(rules)


SCENES: tuple[Scene, ...] = (
    Scene(
        "steered",
        (
            Queue(), Admit(), speak("Fridays are quiet: <b>nobody</b> deploys.\n日本語 🚲"),
            AddStatement(text="Mind the weekend."), AmendMotion(motion="The release train leaves on Thursdays."),
            ChangeRounds(rounds_limit=3), speak(),
            Pause(reason="asked"), Resume(), ResumeRun(), StartNewRound(reason="asked"), speak(),
            ApplyTemplate(template=TemplateId("reviewed")), Escalate(question="Go on?"),
            AnswerEscalation(answer="continue", note="yes"), finished,
        ),
    ),
    Scene(
        "in agreement",
        (Admit(), *(speak(AGREEMENT) for _ in range(4)), finished),
        rounds=4,
    ),
    Scene(
        "money",
        (
            Admit(), speak(), refused, ChangeBudget(cap_microusd=9_000), Resume(), doubted("ask"), settled,
            AnswerEscalation(answer="continue"), doubted("retry"), speak(), doubted("fail"), RetryStep(), finished,
        ),
        cap_microusd=700,
    ),
    Scene("given up", (Admit(), doubted("ask"), GiveUp(), RetryStep(), speak(), Cancel())),
    Scene("failures", (Admit(), failed(times=3), RetryStep(), failed(times=1, is_final=True), RetryStep(), finished)),
    Scene(
        "rules",
        (
            Admit(), speak(), going, speak(), going, speak(), going, waited(3_600_000), going,
            mended(rule("on_claims", when(ConditionType.EQUALS, "last_role", "proposer"), PAUSE, enabled=False)),
            finished,
        ),
        rules=(
            rule("on_claims", when(ConditionType.EQUALS, "last_role", "proposer"), PAUSE),
            rule("also", at_least("argument_count", 1), NEW_ROUND, priority=40),
            rule("lost", at_least("argument_count", 1), UNHEARD_OF, priority=90),
            rule("late", lasted("elapsed_ms", 600_000), asked.EscalateToHuman(question="Still?", reason="late")),
        ),
        rounds=4,
    ),
    Scene(
        "broken rules",
        (Admit(), *(speak() for _ in range(8)), finished),
        rules=(
            rule("broken", BROKEN, PAUSE),
            rule("half", AnyOf(parts=(at_least("argument_count", 2), BROKEN)), NEW_ROUND),
        ),
        rounds=6,
    ),
    Scene(
        "rules that wake rules",
        (Admit(), speak(), finished),
        rules=tuple(rule(f"skip_{number}", at_least("current_round", number), NEW_ROUND) for number in range(1, 9)),
        rounds=9,
    ),
    Scene("ruled on", (Admit(), speak(), Complete(reason="enough", verdict="Ruled.", outcome="against"))),
    Scene(
        "answers",
        (
            Admit(), speak("It holds.\nANSWER: for"), speak("It doesn't.\nANSWER: against"), speak("Who knows?"),
            speak("RANKING: B > A"), speak("Go on.\nVERDICT: go on"), finished,
        ),
        rounds=1,
        format=PANELLED,
    ),
    Scene(
        "stances and ballots",
        (
            Admit(), speak("STANCE: for (confidence 90%)"), speak("STANCE: for, I am 80 % sure."), speak("NaN"),
            speak("BALLOT: for > against"), speak("BALLOT: against"), speak("BALLOT: for = against"),
        ),
        rules=(rule("agreed", when(ConditionType.GREATER_THAN, "consensus_ppm", 799_999)),),
        rounds=1,
        format=COUNTED,
    ),
    Scene(
        "judged in both orders",
        (
            Admit(), speak(), speak("It is not so."), speak("Speaker A began.\nVERDICT: for"),
            speak("Speaker A began.\nVERDICT: against"),
        ),
        rounds=1,
        format=JUDGED,
    ),
    Scene(
        "beside a control",
        (Admit(), *(speak() for _ in range(5)), RecordChild(step=CONTROL_STEP, why="no_place")),
        control="tiny",
    ),
    Scene(
        "questions",
        (
            Admit(), TellParticipant(seat=SeatId("proposer"), text="Be brief.", delivery="one"),
            speak("CLARIFY: Which Friday?"), AnswerEscalation(answer="clarify", statement="Each."),
            speak("CLARIFY: From when on?"), ResumeRun(why="its clock was set", leapt_ms=5_000), waited(90_000),
            speak(), Escalate(question="Go on?"), waited(60_000), speak(),
            Escalate(question="And now?"), AnswerEscalation(answer="say", statement="Mind the weekend."), speak(),
            Escalate(question="Enough?"), AnswerEscalation(answer="amend", motion="It leaves on Mondays."), finished,
        ),
        rounds=3,
        format=CURIOUS,
    ),
    Scene("left in the middle", (Admit(), speak(), begun)),
)  # fmt: skip  # a table: a scene reads from left to right


def play(scene: Scene, *, session: SessionId, templates: Mapping[Digest, Template]) -> Played:
    played = Played(documents=(document(),), price=PAID)
    played.state = unopened(session)  # what a refusal says names it
    played.templates.clear()
    # By their real digests: whoever reads the log looks them up. The first is the one that is opened with.
    played.templates.update(sorted(templates.items(), key=lambda entry: entry[1] != scene.format))
    for move in (opened(scene), *scene.moves):
        if callable(move):
            move(played)
        else:
            played.do(move, after_ms=MOVE_MILLISECONDS)
    return played


def odd_log(templates: Mapping[Digest, Template]) -> list[Recorded]:
    """What no scene can bring about without a plugin, behind a session that was played: it can be folded, and not
    decided again."""
    played = play(next(scene for scene in SCENES if scene.name == "broken rules"), session=ODD, templates=templates)
    last = next(at for at, record in enumerate(played.log) if isinstance(record.event, RuleErred))
    *_, before = log = played.log[: last + 1]
    envelope = Envelope(command=ContinueOn(reason="asked"), actor="operator", at_ms=before.at_ms + 1, correlation="")
    recovered = replace(before, seq=before.seq + 1, event=RuleRecovered(rule=RuleId("broken")), envelope=envelope)
    return [*log, recovered]


def forked_log(origin: SessionId, *, session: SessionId, templates: Mapping[Digest, Template]) -> list[Recorded]:
    """A session that goes on from the first half of the first scene, and in which somebody else sits."""
    before = play(SCENES[0], session=origin, templates=templates)
    found = cut(before.engine, origin, before.log, at_seq=before.log[-1].seq // 2)
    (judge,) = (each for each in found.opening.seats if each.role is Role.JUDGE)
    fork = Played(templates=(), documents=(document(),), price=PAID)
    fork.templates.update(templates)
    fork.rule_sets.update(before.rule_sets)
    fork.state, fork.now_ms = unopened(session), before.now_ms
    prefix = Prefix(session=origin, seq=found.seq, digest=Digest("0" * 64), events=found.events)
    fork.do(Fork(opening=found.opening, prefix=prefix))
    fork.do(Admit())
    fork.do(ChangeSeats(seats=(replace(judge, participant=participant("beta")),)))
    fork.drive_home()
    return fork.log


def refined_logs() -> list[Refined]:
    """Refinements that bring what no debate does: drafts that are compared, checked, debated, edited and accepted."""
    checks = (
        Check(id="says_when", kind=CheckKind.CONTAINS, value="Monday", is_required=True),
        Check(id="tests", kind=CheckKind.COMMAND, value="tests"),
    )
    terms = RefinementTerms(draft="It changes.", is_pairwise=True, criteria=Criteria(checks=checks))
    refined = Refined(terms, price=PAID).began()
    refined.do(RecordCheck(step=StepId("r1.check_tests"), has_passed=False, detail="exit 1"))
    refined.score('It is short.\n{"score": 0.4, "suggestions": [{"passage": "It changes", "change": "Say when."}]}')
    refined.write("It changes on Monday.")
    refined.do(RecordCheck(step=StepId("r2.check_tests"), has_passed=True, detail="exit 0"))
    refined.score("Who knows?")
    refined.heard(refined.asked("prefer_new"), "It says when.\nPREFERRED: first")
    refined.heard(refined.asked("prefer_best"), "It says when.\nPREFERRED: second")
    refined.do(ReviseDraft(text="It changes on Monday at noon."))
    refined.do(StartNewRound(reason="asked"))
    refined.do(AcceptDraft(draft=3))

    debated = Refined(strategy=Strategy.DEBATE, price=PAID, cap_microusd=90_000).began()
    debated.write("It changes on Monday.")
    step, child = StepId("r1.debate"), SessionId("c1d0" * 8)
    debated.do(RecordChild(step=step, child=child, cap_microusd=40_000, is_awaited=True))
    debated.do(
        RecordChildEnd(
            step=step, child=child, status="completed", outcome="against", text="It names nobody.", cost_microusd=7
        )
    )
    debated.score(0.9)
    return [refined, debated]


async def make(path: Path) -> Mapping[str, int]:
    """The scenes, and a rehearsal held by all of moot, in a new database. Returns from where on which session would be
    decided otherwise."""
    storage = open_storage(path, codec=Codec((*ENGINE_EVENTS, *KINDS.events, *COMMANDS, *KINDS.commands)))
    templates = {await storage.catalogue.save_template(each, actor="moot", at_ms=1): each for each in FORMATS}
    await storage.catalogue.save_document(document())
    for number, scene in enumerate(SCENES, start=1):
        session = SessionId(f"{number:032x}")
        played = play(scene, session=session, templates=templates)
        for compiled in played.rule_sets.values():
            await storage.catalogue.keep_rules(compiled.rules)
        await _append(storage, session, played.log)
    for number, refined in enumerate(refined_logs(), start=1):
        for compiled in refined.rule_sets.values():
            await storage.catalogue.keep_rules(compiled.rules)
        await _append(storage, SessionId(f"{0x5EF0 + number:032x}"), refined.log)
    await _append(storage, FORKED, forked_log(SessionId(f"{1:032x}"), session=FORKED, templates=templates))
    odd = odd_log(templates)
    await _append(storage, ODD, odd)
    await storage.close()
    moot = open_orchestrator(Settings(database=path, rehearsal_pace=0, metrics_export_path=path.parent), is_demo=True)
    await moot.start(must_drive=True, recover=False)
    held = await moot.start_debate(request=demo_request())
    async for record in moot.watch(held):
        if isinstance(record.event, SessionCompleted):
            break
    await moot.stop()
    return {ODD: odd[-1].seq}


async def _append(storage: Storage, session: SessionId, log: Iterable[Recorded]) -> None:
    parts: list[list[Recorded]] = []
    for each in log:
        if each.envelope is not None:
            parts.append([])
        parts[-1].append(each)
    for part in parts:
        assert part[0].envelope is not None  # it is where the log was parted
        events = tuple(each.event for each in part)
        await storage.log.append(
            Append(session=session, envelope=part[0].envelope, events=events, expected_seq=part[0].seq - 1)
        )


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "moot.db"
        otherwise = asyncio.run(make(path))
        sys.stdout.write(f"wrote {pack(path, VERSION, otherwise=otherwise)}\n")


if __name__ == "__main__":
    main()
