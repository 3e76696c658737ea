"""What must a kind of session answer, so that the one engine can run it?

A flow is pure and blind to other flows. It owns its events and facts; the engine owns life, money, attempts and rules,
hands the flow its own record and never looks inside. Whatever a flow returns from `decide` is recorded.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from core.domain.children import ChildWanted, Result
from core.domain.commands import Command
from core.domain.events import Event
from core.domain.facts import FactSpec, FactValue
from core.domain.ids import SeatId, StepId
from core.domain.participants import Participant, Seat
from core.domain.session import Opening, SessionState
from core.domain.steps import CheckWanted, ModelRequest, Step
from core.domain.summary import SessionSummary
from core.domain.transcript import Turn
from core.domain.unanswered import AnswerTerms


@dataclass(frozen=True, slots=True, kw_only=True)
class Kinds:
    """What flows bring together: events, commands, facts, each once."""

    events: tuple[type, ...]
    commands: tuple[type, ...]
    facts: tuple[FactSpec, ...]


def kinds_of(flows: Iterable[Flow]) -> Kinds:
    """What the codec, the wire and the rules have to know of these flows. What several share is named once."""
    listed = tuple(flows)
    return Kinds(
        events=tuple(dict.fromkeys(kind for flow in listed for kind in flow.event_kinds)),
        commands=tuple(dict.fromkeys(kind for flow in listed for kind in flow.command_kinds)),
        facts=tuple({spec.name: spec for flow in listed for spec in flow.fact_specs}.values()),
    )


class Flow(Protocol):
    """One kind of session. `name` and `version` are pinned as `name@version` in every opening."""

    @property
    def name(self) -> str: ...
    @property
    def version(self) -> int: ...
    @property
    def event_kinds(self) -> tuple[type, ...]:
        """The events that this flow adds to the engine's."""
        ...

    @property
    def command_kinds(self) -> tuple[type, ...]:
        """The commands that this flow adds to the engine's, each with a `by`: `decide` is asked about them in a session
        that is not over."""
        ...

    @property
    def fact_specs(self) -> tuple[FactSpec, ...]:
        """The facts that this flow adds to the engine's; `facts` returns a value for each. One that several flows have
        means the same in each of them."""
        ...

    def begin(self, opening: Opening) -> Any:
        """The flow's own record at the moment the session opens."""
        ...

    def decide(self, state: SessionState, command: Command) -> tuple[Event, ...]:
        """What a command that concerns the flow brings about. Raises CommandRefused."""
        ...

    def proceed(self, state: SessionState) -> tuple[Event, ...]:
        """What follows by itself once the rules have spoken and nothing has stopped the session; often nothing.

        Asked only of a running session; what it returns may wake rules again.
        """
        ...

    def evolve(self, flow_state: Any, event: Event) -> Any:
        """The flow's record after `event`, which may be the engine's or its own."""
        ...

    def plan(self, state: SessionState) -> tuple[Step, ...]:
        """The steps wanted now, of which those already under way are among; empty where nothing is wanted."""
        ...

    def seated(self, state: SessionState, seat: SeatId) -> Participant:
        """Who sits in a seat that has been asked for: the engine takes the routes of a call from there."""
        ...

    def seats(self, state: SessionState) -> tuple[Seat, ...]:
        """Everybody who was ever seated, as they sit now."""
        ...

    def request(self, state: SessionState, step: Step) -> ModelRequest:
        """Exactly what the seat's model is asked for `step`. Messages are bounded in bytes, whatever the history."""
        ...

    def facts(self, state: SessionState) -> dict[str, FactValue]:
        """The values of `fact_specs` that do not depend on the time of day."""
        ...

    def fault_in(self, state: SessionState, step: StepId, text: str) -> str:
        """Why what a person is about to say for `step` would count for nothing, "" where it wouldn't: a model is asked
        for a certain last line, and so is a person."""
        ...

    def question(self, state: SessionState) -> str:
        """What the session is about, as it stands now."""
        ...

    def turns(self, state: SessionState) -> Sequence[Turn]:
        """All that was said, oldest first; empty where the flow is about something else."""
        ...

    def round_began(self, event: Event) -> bool:
        """True for the event from which the time of a round is counted."""
        ...

    def round_ended(self, event: Event) -> bool:
        """True for the event with which rules that act once a round are armed again.

        What a round came to is known at its end and holds during the next: armed again at its beginning, such a rule
        would act a second time on the same news.
        """
        ...

    def concludes_without_money(self, state: SessionState) -> bool:
        """True where a session whose own budget is spent ends with what it has, instead of waiting for more money."""
        ...

    def child(self, state: SessionState, step: Step) -> ChildWanted:
        """Which session a step of the kind CHILD wants begun. Asked only for steps that are planned."""
        ...

    def check(self, state: SessionState, step: Step) -> CheckWanted:
        """Which program a step of the kind CHECK wants run over which text. Asked only for steps that are planned."""
        ...

    def result(self, state: SessionState) -> Result:
        """What the session has come to, for the one whose child it is; empty where it has come to nothing yet."""
        ...

    def keeps_from_ending(self, state: SessionState, relied_on: frozenset[str]) -> str:
        """Why a rule whose condition names these facts may not end the session as it stands, "" where it may."""
        ...

    def goes_without(self, state: SessionState, step: StepId) -> bool:
        """True where a step that nobody pays for is left out, because others that were asked the same are enough."""
        ...

    def is_decided(self, state: SessionState) -> bool:
        """True where the session has come to its result, and only what follows from that is left: nothing can be gone
        on with from there."""
        ...

    def answer_terms(self, state: SessionState) -> AnswerTerms | None:
        """How long the operator is waited for as it stands, and what happens then; None for as long as it takes."""
        ...

    def summarise(self, summary: SessionSummary, event: Event) -> SessionSummary:
        """The list's row after one of the flow's own events."""
        ...
