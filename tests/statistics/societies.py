"""How do thousands of simulated sessions come about in seconds, as a driver would have held them?

What each seat answers is asked of the simulated participants themselves, round by round, with the steps and the sight
that the format `society_of_minds` has; no engine settles it. That a session that is played whole comes out the same is
a test of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from core.domain.answers import AnswerForm, AnswerKind
from core.domain.calibration import Calibration
from core.domain.ids import SeatId, SessionId, StepId
from core.domain.participants import Role
from core.domain.steps import Brief, ModelRequest, StepKind
from core.domain.transcript import Turn, TurnKind
from core.judging.answers import ANSWERS_PIN, Tally, tallied
from core.judging.calibration import Passed, calibrated, trust_in
from core.judging.measure import PPM, Cues, SeatCues
from core.judging.stances import STANCES
from core.providers.simulating.judging import Judgement, judged
from core.providers.simulating.traits import traits_of

NUMBER = AnswerForm(kind=AnswerKind.NUMBER)
MINDS = (SeatId("first_mind"), SeatId("second_mind"), SeatId("third_mind"))
ROUNDS = 3
KNOWN = "42"
POPULATIONS_REMEMBERED_MAX = 32
LEVEL_PPM = 600_000
"""Two of three are a consensus: a level at which it matters whether a reading tells anything."""


@dataclass(frozen=True, slots=True)
class Session:
    """What each seat held at the end of each round."""

    rounds: tuple[Mapping[SeatId, Judgement], ...]

    def tally(self, number: int) -> Tally:
        """How the answers were spread at the end of round `number`, from 1."""
        return tallied(judgement.answer for judgement in self.rounds[number - 1].values())

    def is_right(self, number: int) -> bool:
        """Whether the verdict would be right, were it given at the end of that round."""
        return self.tally(number).leading == KNOWN

    def stance_ppm(self, number: int) -> int:
        """What the measure of stances reads at the end of that round."""
        reading = STANCES.combine(
            [
                SeatCues(
                    seat=seat,
                    side=0,
                    cues=Cues(
                        agreements=0,
                        disagreements=0,
                        concessions=0,
                        words="",
                        answer=judgement.answer,
                        confidence_ppm=judgement.confidence * PPM // 100,
                    ),
                )
                for seat, judgement in self.rounds[number - 1].items()
            ]
        )
        assert reading is not None
        return reading.ppm

    @property
    def passed(self) -> tuple[Passed, ...]:
        """The readings behind which it went on, as a calibration takes them."""
        return tuple(
            Passed(
                ppm=self.tally(number).share_ppm,
                was_right=self.tally(number).leading == KNOWN
                if self.tally(number).leading
                else self.is_right(len(self.rounds)),
                ended_right=self.is_right(len(self.rounds)),
            )
            for number in range(1, len(self.rounds))
        )


def held(route: str, *, seed: int, rounds: int = ROUNDS, seats: Sequence[SeatId] = MINDS) -> Session:
    """A session of that many seats, all of one route, that plays all its rounds."""
    traits, turns, played = traits_of(route), list[Turn](), list[Mapping[SeatId, Judgement]]()
    for number in range(1, rounds + 1):
        seen = tuple(turn for turn in turns if turn.round >= number - 1)
        answers = {seat: judged(_request(route, seat, number, seen, seed=seed), traits) for seat in seats}
        played.append(answers)
        turns += [_turn(seat, number, judgement.answer) for seat, judgement in answers.items()]
    return Session(tuple(played))


@lru_cache(maxsize=POPULATIONS_REMEMBERED_MAX)
def many(route: str, *, first: int, count: int, rounds: int = ROUNDS) -> tuple[Session, ...]:
    """Sessions by seeds that follow one another."""
    return tuple(held(route, seed=seed, rounds=rounds) for seed in range(first, first + count))


def calibration_of(sessions: Sequence[Session]) -> Calibration:
    return calibrated(ANSWERS_PIN, [session.passed for session in sessions])


def stopped_in(session: Session, calibration: Calibration | None) -> int:
    """The round behind which it would have been ended: the first, but the last, at whose end the level was reached and
    the reading was one to act on; without a calibration every reading is. The last one where there is none."""
    for number in range(1, len(session.rounds)):
        ppm = session.tally(number).share_ppm
        if ppm >= LEVEL_PPM and (calibration is None or trust_in(calibration, ppm).is_informative):
            return number
    return len(session.rounds)


def _request(route: str, seat: SeatId, number: int, seen: tuple[Turn, ...], *, seed: int) -> ModelRequest:
    brief = Brief(
        motion=MOTION,
        role=Role.PANELIST,
        side=0,
        task="answer",
        round=number,
        rounds_limit=ROUNDS,
        turns=seen,
        documents=(),
        expects="answer",
        answer=NUMBER,
        known_answer=KNOWN,
    )
    return replace(_REQUEST, step=_step(seat, number), seat=seat, model=route, seed=seed, brief=brief)


def _turn(seat: SeatId, number: int, answer: str) -> Turn:
    return Turn(
        kind=TurnKind.ARGUMENT,
        step=_step(seat, number),
        seat=seat,
        role=Role.PANELIST,
        round=number,
        text=f"ANSWER: {answer}",
    )


def _step(seat: SeatId, number: int) -> StepId:
    return StepId(f"r{number}.{'answer' if number == 1 else 'answer_again'}_{seat}.{seat}")


MOTION = "How many are there?"
_REQUEST = ModelRequest(
    session=SessionId("cafe"),
    step=StepId(""),
    seat=SeatId(""),
    kind=StepKind.TURN,
    model="",
    messages=(),
    tokens_output_max=600,
    temperature_milli=0,
    seed=0,
    brief=Brief(
        motion=MOTION, role=Role.PANELIST, side=0, task="", round=1, rounds_limit=ROUNDS, turns=(), documents=()
    ),
)
