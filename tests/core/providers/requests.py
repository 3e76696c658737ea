"""What is a provider asked in these tests? Builders of requests and whole debates, without an engine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from core.domain.ids import Digest, SeatId, SessionId, StepId
from core.domain.participants import Role
from core.domain.steps import Brief, Document, Message, ModelRequest, StepKind
from core.domain.transcript import Turn, TurnKind
from core.providers.rehearsal import rehearsed
from core.templates.participants import PARTICIPANTS_BY_ID
from core.templates.template import StepSpec, Template

SIDES = {Role.PROPOSER: 1, Role.OPPONENT: -1}


def document(text: str, name: str = "notes.md") -> Document:
    return Document(name=name, digest=Digest(sha256(text.encode()).hexdigest()), text=text)


def request(
    *,
    motion: str = "Bread should be baked at home",
    role: Role = Role.PROPOSER,
    task: str = "opening",
    documents: tuple[Document, ...] = (),
    turns: Sequence[Turn] = (),
    kind: StepKind = StepKind.TURN,
    seed: int = 1,
    step: str = "r1.opening.seat",
    seat: str = "",
    round_number: int = 1,
    rounds_limit: int = 3,
    tokens_output_max: int = 600,
    model: str = "rehearsal",
) -> ModelRequest:
    return ModelRequest(
        session=SessionId("cafe"),
        step=StepId(step),
        seat=SeatId(seat or role.value),
        kind=kind,
        model=model,
        messages=(Message(author="user", text="one two three"),),
        tokens_output_max=tokens_output_max,
        temperature_milli=0,
        seed=seed,
        brief=Brief(
            motion=motion,
            role=role,
            side=SIDES.get(role, 0),
            task=task,
            round=round_number,
            rounds_limit=rounds_limit,
            turns=turns,
            documents=documents,
        ),
    )


def turn(text: str, *, role: Role | None = Role.PROPOSER, seat: str = "", kind: TurnKind = TurnKind.ARGUMENT) -> Turn:
    name = seat or (role.value if role else "")
    return Turn(kind=kind, step=StepId("r1.x.y"), seat=SeatId(name), role=role, round=1, text=text)


@dataclass(kw_only=True)
class Debate:
    """A debate played by the rehearsal alone, turn by turn."""

    template: Template
    motion: str
    documents: tuple[Document, ...]
    seed: int = 1
    turns: list[Turn] = field(default_factory=list)
    verdict: str = ""

    def play(self) -> Debate:
        for number in range(1, self.template.rounds + 1):
            for step in self.template.steps_of_round(number, rounds_limit=self.template.rounds):
                asked = self.request(step, number, StepKind.TURN)
                self.turns.append(
                    Turn(
                        kind=TurnKind.ARGUMENT,
                        step=asked.step,
                        seat=asked.seat,
                        role=asked.brief.role,
                        round=number,
                        text=rehearsed(asked),
                    )
                )
        assert self.template.verdict is not None
        self.verdict = rehearsed(self.request(self.template.verdict, self.template.rounds, StepKind.VERDICT))
        return self

    def request(self, step: StepSpec, number: int, kind: StepKind) -> ModelRequest:
        seat = self.template.seat(step.seat)
        return request(
            motion=self.motion,
            role=seat.role,
            task=step.task,
            documents=self.documents,
            turns=tuple(self.turns),
            kind=kind,
            seed=self.seed,
            step=f"r{number}.{step.name}.{step.seat}",
            seat=step.seat,
            round_number=number,
            rounds_limit=self.template.rounds,
            tokens_output_max=PARTICIPANTS_BY_ID[seat.participant].tokens_output_max,
        )
