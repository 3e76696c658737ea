"""What does a scripted participant say, how long does it take, and how does it fail?

A script is data: answers by step, seat or role, each with delays and faults. A step is named by its id
(`r2.answer_again_north.north`) or, for all rounds, by its name alone (`answer_again_north`); `verdict` are all ballots,
`verdict.first.judge` and `verdict.reversed.judge` those of one order. Read from a file it is checked whole, and every
fault names its place.

    price: {input_microusd: 3000000, output_microusd: 15000000}
    answers:
      proposer: [first turn, {text: second turn, delay_ms: 5000, faults: [cut, {error: rate_limited}]}]
      judge: "A draw.\\nVERDICT: undecided"
      default: I have nothing to add.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

import yaml

from core.domain.budget import FREE, Price
from core.domain.errors import WrongUse, nearest

DEFAULT = "default"
VERDICT = "verdict"
PIECE_CHARACTERS_DEFAULT = 40
ANSWERS_MAX = 10_000
FAULTS_MAX = 100
DELAY_MS_MAX = 86_400_000
SCRIPT_CHARACTERS_MAX = 4_000_000


class FaultKind(StrEnum):
    """How one attempt goes wrong.

    `error` is reported as `Fault.error` says. `cut` stops halfway without an end, `never_closes` says everything and
    then waits for ever, `hang` never says anything, `huge` never stops talking, `garbage` mixes escape codes, markup
    and broken characters into the answer.
    """

    ERROR = "error"
    CUT = "cut"
    NEVER_CLOSES = "never_closes"
    HANG = "hang"
    HUGE = "huge"
    GARBAGE = "garbage"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A fault of one attempt; `error`, `is_final` and `may_have_cost` are what an `error` is reported with."""

    kind: FaultKind
    error: str = ""
    is_final: bool = False
    may_have_cost: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer. It comes after `delay_ms`, a piece each `piece_delay_ms`; the first attempts fail by `faults`."""

    text: str
    delay_ms: int = 0
    piece_delay_ms: int = 0
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """Answers in order under the id or name of a step, the id of a seat, a role, or `default`: the first of these that
    is listed.

    Under the name of a step stands one answer for each round, and the last is repeated: what the seat sees of its own
    words doesn't matter there. Elsewhere after the last answer of a list come those of `default` where there is one;
    else the last is repeated. Where
    `by_turn` is given it holds for everybody: the debate's nth turn is the nth of these, and then the first again.
    """

    answers: Mapping[str, tuple[Answer, ...]]
    by_turn: tuple[Answer, ...] = ()
    price: Price = FREE
    piece_characters: int = PIECE_CHARACTERS_DEFAULT

    def answer(self, *, step: str, seat: str, role: str, spoken: int, round_number: int = 1) -> Answer | None:
        """What `seat` says after having spoken `spoken` times; None where the script has nothing for it."""
        by_round = self.answers.get(_name_of(step), ()) if step not in self.answers else ()
        if by_round:
            return by_round[min(round_number, len(by_round)) - 1]
        for name in (step, seat, role, DEFAULT):
            listed = self.answers.get(name, ())
            if spoken < len(listed):
                return listed[spoken]
        for name in (DEFAULT, step, seat, role):
            if self.answers.get(name):
                return self.answers[name][-1]
        return None

    def answers_max(self) -> int:
        """The longest list: whoever has spoken more often needs no closer count."""
        return max((len(listed) for listed in self.answers.values()), default=0)


def _name_of(step: str) -> str:
    """Ballots of every judge, in either order, go by the name `verdict`."""
    parts = step.split(".")
    if parts[0] == VERDICT:
        return VERDICT
    return parts[1] if len(parts) > 2 else step


def said(*texts: str, default: str | None = None, **by_name: str | Sequence[str | Answer]) -> Script:
    """A script from plain texts: `said("always this")`, `said(proposer=["first", "second"], default="nothing")`."""
    everyone = (*texts, default) if default is not None else texts
    named = {name: [given] if isinstance(given, str) else given for name, given in by_name.items()}
    if everyone:
        named[DEFAULT] = everyone
    return Script(
        answers={
            name: tuple(Answer(text=given) if isinstance(given, str) else given for given in listed)
            for name, listed in named.items()
        }
    )


def read_script(text: str, *, origin: str) -> Script:
    """The script in `text` (YAML or JSON). Raises WrongUse with the place of the first fault in it."""
    if len(text) > SCRIPT_CHARACTERS_MAX:
        raise WrongUse(f"a script of {len(text)} characters is too long.", where=origin, now="Split it into several.")
    try:
        plain = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{origin}:{mark.line + 1}" if mark else origin
        problem = getattr(error, "problem", None) or "it can't be read"
        raise WrongUse(f"this is not YAML: {problem}.", where=where, now="Correct the line.") from error
    except RecursionError as error:
        raise WrongUse("the script is nested too deeply.", where=origin, now="Write it flat.") from error
    keys = _mapping(plain, origin, ("price", "piece_characters", "answers", "by_turn"))
    if not keys.get("answers") and not keys.get("by_turn"):
        raise WrongUse("the script has no answers.", where=origin, now="List some under 'answers', such as 'default'.")
    if keys.get("answers") and keys.get("by_turn"):
        now = "Keep one of them: 'by_turn' holds for everybody."
        raise WrongUse("the script has both 'answers' and 'by_turn'.", where=origin, now=now)
    listed = _mapping(keys["answers"], f"{origin}: answers", None) if keys.get("answers") else {}
    return Script(
        by_turn=_answers(keys["by_turn"], f"{origin}: by_turn") if keys.get("by_turn") else (),
        answers={name: _answers(given, f"{origin}: answers.{name}") for name, given in listed.items()},
        price=_price(keys["price"], f"{origin}: price") if "price" in keys else FREE,
        piece_characters=_whole(
            keys.get("piece_characters", PIECE_CHARACTERS_DEFAULT), f"{origin}: piece_characters", least=1, most=100_000
        ),
    )


def _answers(plain: object, place: str) -> tuple[Answer, ...]:
    listed = plain if isinstance(plain, list) else [plain]
    if not 1 <= len(listed) <= ANSWERS_MAX:
        raise WrongUse(f"{len(listed)} answers are listed.", where=place, now=f"List from 1 to {ANSWERS_MAX}.")
    return tuple(_answer(given, f"{place}[{number}]") for number, given in enumerate(listed))


def _answer(plain: object, place: str) -> Answer:
    if isinstance(plain, str):
        return Answer(text=plain)
    keys = _mapping(plain, place, tuple(known.name for known in fields(Answer)))
    text = keys.get("text")
    if not isinstance(text, str):
        raise WrongUse("an answer needs a text.", where=place, now="Add 'text: …', or write the text alone.")
    faults = keys.get("faults", [])
    if not isinstance(faults, list) or len(faults) > FAULTS_MAX:
        raise WrongUse("faults are a list.", where=f"{place}.faults", now=f"List at most {FAULTS_MAX}, one an attempt.")
    return Answer(
        text=text,
        delay_ms=_whole(keys.get("delay_ms", 0), f"{place}.delay_ms", most=DELAY_MS_MAX),
        piece_delay_ms=_whole(keys.get("piece_delay_ms", 0), f"{place}.piece_delay_ms", most=DELAY_MS_MAX),
        faults=tuple(_fault(given, f"{place}.faults[{number}]") for number, given in enumerate(faults)),
    )


def _fault(plain: object, place: str) -> Fault:
    if isinstance(plain, str):
        if plain not in set(FaultKind) - {FaultKind.ERROR}:
            known = [kind.value for kind in FaultKind if kind is not FaultKind.ERROR]
            hint = nearest(plain, known) or f"Known are: {', '.join(known)}."
            raise WrongUse(f"no fault is called {plain!r}.", where=place, now=f"{hint} Or write {{error: {plain}}}.")
        return Fault(kind=FaultKind(plain))
    keys = _mapping(plain, place, ("error", "is_final", "may_have_cost"))
    if not isinstance(keys.get("error"), str) or not keys["error"]:
        raise WrongUse("this fault names no error.", where=place, now="Add 'error: rate_limited' or another word.")
    for name in ("is_final", "may_have_cost"):
        if not isinstance(keys.get(name, False), bool):
            raise WrongUse("true or false is wanted.", where=f"{place}.{name}", now="Write one of them.")
    return Fault(
        kind=FaultKind.ERROR,
        error=keys["error"],
        is_final=keys.get("is_final", False),
        may_have_cost=keys.get("may_have_cost", False),
    )


def _price(plain: object, place: str) -> Price:
    keys = _mapping(plain, place, ("input_microusd", "output_microusd"))
    return Price(
        input_microusd=_whole(keys.get("input_microusd", 0), f"{place}.input_microusd"),
        output_microusd=_whole(keys.get("output_microusd", 0), f"{place}.output_microusd"),
    )


def _mapping(plain: object, place: str, known: Sequence[str] | None) -> dict[str, Any]:
    """`plain` as names and values; `known` are the names that may stand there, any where it is None."""
    if not isinstance(plain, dict):
        kind = "nothing" if plain is None else type(plain).__name__
        raise WrongUse(f"names with values are wanted here, not {kind}.", where=place, now="Write 'name: value' lines.")
    for name in plain:
        if not isinstance(name, str):
            raise WrongUse(f"{name!r} is no name.", where=place, now="Put it in quotation marks.")
        if known is not None and name not in known:
            hint = nearest(name, known) or f"Known are: {', '.join(known)}."
            raise WrongUse(f"nothing here is called {name!r}.", where=place, now=hint)
    return plain


def _whole(plain: object, place: str, *, least: int = 0, most: int = 10**12) -> int:
    if isinstance(plain, bool) or not isinstance(plain, int) or not least <= plain <= most:
        raise WrongUse(f"{plain!r} is no whole number from {least} to {most}.", where=place, now="Write one.")
    return plain
