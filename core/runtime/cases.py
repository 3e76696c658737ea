"""Which questions wait for the operator, and what would each answer do?

Everything here follows from the database, so that a console that joins sees what one that drives sees. What an answer
would do is tried out on the state as it stands, by the same decisions that would be taken; nothing of it is recorded.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence

from core.domain.cases import CLARIFICATION, Case, CaseFile, CaseKind, PossibleAnswer
from core.domain.commands import CLARIFY, AnswerEscalation
from core.domain.errors import CommandRefused, MootError, WrongUse
from core.domain.events import Event, Recorded
from core.domain.ids import NO_SEAT, RuleId, SessionId, TemplateId
from core.domain.session import Escalation, Question, SessionState, Status
from core.domain.steps import StepKind
from core.domain.summary import SessionSummary
from core.domain.unanswered import THEN_DOES, AnswerTerms
from core.engine.answering import TO_A_PARTICIPANT, due_ms
from core.engine.plan import plan
from core.engine.settle import Settlement, settle
from core.engine.summarise import summarise
from core.flows.debate_events import RoundStarted
from core.ports.session_index import SessionIndex
from core.runtime.explaining import Explaining
from core.runtime.folding import folded
from core.runtime.ports import Ports
from core.runtime.records import as_kept, is_record
from core.runtime.rows import RowsBeyond

MICROUSD_PER_CENT = 10_000
CENTS_PER_DOLLAR = 100
ANSWERS_TO_A_SESSION = ("continue", "new_round", "complete", "apply_template", "amend", "say", "cancel")
TRIED_WITH = "So be it."
"""What is put in the place of words that are yet to be written, where an answer is tried out."""

LAPS = {"refinement": "iteration"}
ABOUT = {"refinement": "brief"}

_log = logging.getLogger(__name__)

NO_DEADLINE = "It waits for as long as it takes: neither its format nor the settings name a deadline."


class Cases:
    """Questions that wait. What was folded once is not folded again until its session changes."""

    def __init__(
        self, ports: Ports, explaining: Explaining, rows: Callable[[], Awaitable[SessionIndex | RowsBeyond]]
    ) -> None:
        self._ports = ports
        self._explaining = explaining
        self._rows = rows
        self._known: dict[SessionId, tuple[int, tuple[Case, ...]]] = {}

    async def open(self) -> tuple[Case, ...]:
        """Every question that waits, the oldest first. One of a session that can't be read here is left out, and the
        log file says why."""
        kept = await as_kept(self._ports.log, await (await self._rows()).summaries())
        rows = [row for row in kept if row.status is Status.ESCALATED]
        known: dict[SessionId, tuple[int, tuple[Case, ...]]] = {}
        for row in rows:
            before = self._known.get(row.session)
            if before is None or before[0] != row.seq:
                try:
                    before = (row.seq, cases_in(self._ports, await folded(self._ports, row.session), row))
                except MootError as error:
                    _log.warning("what session %s asks can't be read: %s", row.session[:8], error)
                    continue
            known[row.session] = before
        self._known = known
        found = [case for _, cases in known.values() for case in cases]
        return tuple(sorted(found, key=lambda case: (case.asked_at_ms, case.session, case.asked_seq)))

    async def of(self, session: SessionId) -> tuple[Case, ...]:
        """What one session asks; nothing where it asks nothing. Raises WrongUse for an unknown one."""
        row, state = await self._looked_up(session)
        return await self._asked(row, state)

    async def file(self, session: SessionId, *, asked_seq: int = 0) -> CaseFile:
        """One question whole: that of event `asked_seq`, 0 for the session's first. Raises WrongUse where it is not
        asked, or not any more."""
        row, state = await self._looked_up(session)
        found = [case for case in await self._asked(row, state) if asked_seq in (0, case.asked_seq)]
        if not found:
            raise WrongUse(
                "it asks nothing." if not asked_seq else f"it no longer asks what event {asked_seq} asked.",
                where=f"session {session[:8]}",
                now="`moot sessions cases` lists what waits for you.",
            )
        flow = self._ports.engine.flow(state)
        await self._ports.library.rules(state.ruling.digest)  # an answer is tried out under the rules in force
        return CaseFile(
            case=found[0],
            why=await self._why(found[0]),
            turns=tuple(flow.turns(state)),
            answers=possible_answers(self._ports, state, row, found[0]),
        )

    async def _looked_up(self, session: SessionId) -> tuple[SessionSummary, SessionState]:
        state = await folded(self._ports, session)
        row = await (await self._rows()).summary(session)
        if row is None:
            raise WrongUse(f"there is no session {session!r}.", now="`moot sessions list` shows those there are.")
        return row, state

    async def _asked(self, row: SessionSummary, state: SessionState) -> tuple[Case, ...]:
        """What it asks here: a record of another place asks nobody anything."""
        return () if await is_record(self._ports.log, row.session) else cases_in(self._ports, state, row)

    async def _why(self, case: Case) -> tuple[str, ...]:
        """The rule that asked with the values that it saw; nothing where no rule did."""
        if not case.rule:
            return ()
        try:
            explanation = await self._explaining.explain(case.session, RuleId(case.rule), at_seq=case.asked_seq)
        except MootError as error:
            return case.rule, str(error)
        return case.rule, *explanation.as_lines()


async def answer_terms(ports: Ports, session: SessionId) -> AnswerTerms | None:
    """How long a session waits for answers, and what happens then; None for as long as it takes, and where it can't be
    read."""
    try:
        state = await folded(ports, session)
        return ports.engine.flow(state).answer_terms(state)
    except MootError as error:
        _log.warning("how long session %s waits can't be read: %s", session[:8], error)
        return None


def cases_in(ports: Ports, state: SessionState, row: SessionSummary) -> tuple[Case, ...]:
    """What a session asks as it stands: its escalation first, then what participants want to know."""
    if state.life.status is not Status.ESCALATED:
        return ()
    terms = ports.engine.flow(state).answer_terms(state)
    escalation = state.life.escalation
    asked: tuple[Escalation | Question, ...] = (
        *((escalation,) if escalation is not None else ()),
        *state.life.questions,
    )
    return tuple(_case(each, terms, row) for each in asked)


def _case(asked: Escalation | Question, terms: AnswerTerms | None, row: SessionSummary) -> Case:
    of_a_seat = isinstance(asked, Question)
    then = "" if terms is None else ("continue" if of_a_seat else terms.then.value)
    return Case(
        session=row.session,
        title=row.title,
        flow=row.flow.partition("@")[0],
        kind=CaseKind.CLARIFICATION if of_a_seat else CaseKind.ESCALATION,
        question=asked.question,
        reason=CLARIFICATION if isinstance(asked, Question) else asked.reason,
        rule="" if isinstance(asked, Question) else asked.rule,
        asked_seq=asked.asked_seq,
        asked_at_ms=asked.asked_at_ms,
        due_ms=due_ms(asked, terms),
        then=then,
        then_does=_then_does(asked, terms),
        seat=asked.seat if isinstance(asked, Question) else NO_SEAT,
    )


def _then_does(asked: Escalation | Question, terms: AnswerTerms | None) -> str:
    if terms is None:
        return NO_DEADLINE
    if isinstance(asked, Question):
        return f"If nobody answers in time, {asked.seat} goes on without."
    return f"If nobody answers in time, {THEN_DOES[terms.then]}."


def possible_answers(ports: Ports, state: SessionState, row: SessionSummary, case: Case) -> tuple[PossibleAnswer, ...]:
    """What each answer would do, and why one can't be given as the session stands."""
    answers = TO_A_PARTICIPANT if case.kind is CaseKind.CLARIFICATION else ANSWERS_TO_A_SESSION
    tried = _Tried(ports, state, row, case)
    return tuple(tried.answer(each) for each in answers)


class _Tried:
    """Answers tried out on one state."""

    def __init__(self, ports: Ports, state: SessionState, row: SessionSummary, case: Case) -> None:
        self._ports = ports
        self._state = state
        self._row = row
        self._case = case
        self._lap = LAPS.get(case.flow, "round")
        self._about = ABOUT.get(case.flow, "motion")

    def answer(self, answer: str) -> PossibleAnswer:
        command = self._command(answer)
        if command is None:
            return PossibleAnswer(answer=answer, label=self._label(answer), does=self._words(answer))
        try:
            after = settle(
                self._ports.engine, self._state, command, now_ms=max(self._state.at_ms, self._ports.clock.now_ms())
            )
        except CommandRefused as refused:
            said = f"{refused.what} {refused.now}".strip()
            return PossibleAnswer(answer=answer, label=self._label(answer), does=self._words(answer), refused=said)
        return PossibleAnswer(answer=answer, label=self._label(answer), does=self._does(answer, after))

    def _command(self, answer: str) -> AnswerEscalation | None:
        """The answer as it can be tried out; None where there is nothing at hand to try it with."""
        seq = self._case.asked_seq
        match answer:
            case "apply_template":
                others = [id for id in self._state.ruling.templates if id != self._row.template]
                if not others and self._case.flow == "debate" and self._state.life.completing is None:
                    return None
                named = TemplateId(others[0] if others else "another")
                digest = self._state.ruling.templates.get(named)
                if digest is not None and digest not in self._ports.library.templates:
                    return None
                return AnswerEscalation(answer=answer, template=named, case=seq)
            case "amend":
                return AnswerEscalation(answer=answer, motion=TRIED_WITH, case=seq)
            case "say" | "clarify":
                return AnswerEscalation(answer=answer, statement=TRIED_WITH, case=seq)
            case _:
                return AnswerEscalation(answer=answer, case=seq)

    def _label(self, answer: str) -> str:
        match answer:
            case "continue" if self._case.kind is CaseKind.CLARIFICATION:
                return "go on without"
            case "new_round":
                return f"another {self._lap}"
            case "complete":
                return "finish"
            case "apply_template":
                return "another format"
            case "amend":
                return f"amend the {self._about}"
            case "say":
                return "say something"
            case answer if answer == CLARIFY:
                return f"tell {self._case.seat}"
            case _:
                return answer

    def _words(self, answer: str) -> str:
        """What an answer does wherever it can be given."""
        match answer:
            case "continue" if self._case.kind is CaseKind.CLARIFICATION:
                return f"{self._case.seat} takes its turn without knowing it."
            case "continue":
                return "It goes on where it stopped."
            case "new_round":
                return f"Another {self._lap} begins."
            case "complete":
                return "It ends with what it has."
            case "apply_template":
                return f"It goes on by another format, from the next {self._lap} on."
            case "amend":
                return f"It goes on, about the {self._about} that you put in its place."
            case "say":
                return "Every seat hears you from the next turn on, and it goes on."
            case "cancel":
                return "It ends with nothing decided, and can't be taken up again."
            case _:
                return f"{self._case.seat} is told, everybody hears it, and it is asked for its turn again."

    def _does(self, answer: str, after: Settlement) -> str:
        words = self._words(answer)
        match answer:
            case "new_round":
                return f"{self._began(after) or words}{self._cost(after.events)}"
            case "continue" if self._case.kind is CaseKind.ESCALATION:
                return f"{words} {self._next(after)}".strip()
            case "complete":
                return self._ended(after)
            case _:
                return words

    def _began(self, after: Settlement) -> str:
        """`Begins round 4 of at most 5.` as the row would then say."""
        row: SessionSummary = self._row
        for number, event in enumerate(after.events, start=1):
            recorded = Recorded(
                session=row.session,
                seq=self._state.seq + number,
                position=row.position,
                at_ms=after.state.at_ms,
                event=event,
            )
            row = summarise(row, recorded, self._ports.engine.flows)
        if row.round <= self._row.round:
            return ""
        return f"Begins {self._lap} {row.round} of at most {row.rounds_limit}."

    def _cost(self, events: Sequence[Event]) -> str:
        """By what a turn has cost so far; "" where that is nothing, or nobody has spoken."""
        turns = sum(len(event.steps) for event in events if isinstance(event, RoundStarted))
        work, money = self._state.work, self._state.money
        if not turns or not work.turns or not money.spent_microusd:
            return ""
        cents = -(-money.spent_microusd * turns // work.turns // MICROUSD_PER_CENT)
        return f" About ${cents // CENTS_PER_DOLLAR}.{cents % CENTS_PER_DOLLAR:02d}."

    def _next(self, after: Settlement) -> str:
        steps = plan(self._ports.engine, after.state)
        if after.state.life.status is not Status.RUNNING:
            return f"Then it is {after.state.life.status}."
        if not steps:
            return ""
        if any(step.kind is StepKind.VERDICT for step in steps):
            return f"{steps[0].seat} is asked for the verdict."
        seats = " and ".join(dict.fromkeys(str(step.seat) for step in steps if step.seat))
        return f"Next to speak: {seats}, in {self._lap} {steps[0].round}." if seats else ""

    def _ended(self, after: Settlement) -> str:
        steps = plan(self._ports.engine, after.state)
        verdict = [step.seat for step in steps if step.kind is StepKind.VERDICT]
        if verdict:
            return f"Ends it: {verdict[0]} is asked for the verdict, or you give your own."
        if after.state.life.status is Status.COMPLETED:
            return "Ends it at once, with what it has."
        return "Ends it with what it has."
