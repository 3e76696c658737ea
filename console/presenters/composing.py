"""What is a format that is being put together, and what does the composer show of it?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from console.presenters.figures import counted, money
from console.presenters.paragraphs import Paragraph
from console.presenters.shown import Cell, Row
from core.templates.bounds import SEATS_MAX, STEPS_MAX, TIMES_MAX
from core.templates.composing import StepChoice
from core.templates.steps_library import STEPS, STEPS_BY_ID
from core.templates.template import Block, Occurs, StepSpec, Template

if TYPE_CHECKING:
    from core.domain.participants import Participant
    from core.templates.findings import Finding

TIMES_CYCLED_MAX = min(5, TIMES_MAX)
ROUNDS_CYCLED_MAX = 20
SEAT, STEP = "seat", "step"
_T = TypeVar("_T")
_OCCURRING: tuple[Occurs | None, ...] = (None, *Occurs)


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftStep:
    """A step of the library: when it occurs (None as it stands there), how often in a round, whether all at once."""

    step: str
    occurs: Occurs | None = None
    times: int = 1
    is_at_once: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """Seats by participant and steps in their order, played in so many rounds. Each change is another draft; one that
    can't be made is the same."""

    rounds: int = 3
    seats: tuple[str, ...] = ()
    steps: tuple[DraftStep, ...] = ()

    @property
    def level(self) -> int:
        """The complexity that so many rounds and seats stand for, from 1 to 5."""
        return 2 if self.rounds <= 2 and len(self.seats) <= 3 else 3 if len(self.seats) <= 4 else 4

    @property
    def choices(self) -> tuple[StepChoice, ...]:
        return tuple(StepChoice(step=each.step, occurs=each.occurs) for each in self.steps)

    def adding(self, key: str) -> Draft:
        """With what the library's row of that key stands for at the end of its list; a verdict stays last."""
        kind, _, id = key.partition(" ")
        if kind == SEAT:
            return replace(self, seats=(*self.seats, id)) if len(self.seats) < SEATS_MAX else self
        if len(self.steps) >= STEPS_MAX:
            return self
        last = self.steps[-1:] if self.steps and STEPS_BY_ID[self.steps[-1].step].is_verdict else ()
        rest = self.steps[: len(self.steps) - len(last)]
        return replace(self, steps=(*rest, DraftStep(step=id), *last))

    def without(self, key: str) -> Draft:
        kind, at = _place(key)
        if kind == SEAT:
            return replace(self, seats=(*self.seats[:at], *self.seats[at + 1 :]))
        return replace(self, steps=(*self.steps[:at], *self.steps[at + 1 :]))

    def moved(self, key: str, by: int) -> tuple[Draft, str]:
        """With that row one place up or down, and its key then."""
        kind, at = _place(key)
        to = at + by
        if not 0 <= to < len(self.seats if kind == SEAT else self.steps):
            return self, key
        if kind == SEAT:
            return replace(self, seats=_swapped(self.seats, at, to)), f"{kind} {to}"
        return replace(self, steps=_swapped(self.steps, at, to)), f"{kind} {to}"

    def occurring(self, key: str) -> Draft:
        """With the step in other rounds: as it stands in the library, the first, the later ones, and so on."""
        return self._changed(key, lambda each: replace(each, occurs=_next(each.occurs)))

    def repeated(self, key: str) -> Draft:
        """With the step once more in each round, and behind the most once again."""
        return self._changed(key, lambda each: replace(each, times=each.times % TIMES_CYCLED_MAX + 1))

    def at_once(self, key: str) -> Draft:
        """With all seats of the step asked together, or one after another."""
        return self._changed(key, lambda each: replace(each, is_at_once=not each.is_at_once))

    def lasting(self, by: int) -> Draft:
        return replace(self, rounds=max(1, min(ROUNDS_CYCLED_MAX, self.rounds + by)))

    def _changed(self, key: str, change: _Change) -> Draft:
        kind, at = _place(key)
        if kind == SEAT or STEPS_BY_ID[self.steps[at].step].is_verdict:
            return self
        return replace(self, steps=(*self.steps[:at], change(self.steps[at]), *self.steps[at + 1 :]))


if TYPE_CHECKING:
    from collections.abc import Callable

    _Change = Callable[[DraftStep], DraftStep]


def _place(key: str) -> tuple[str, int]:
    kind, _, at = key.partition(" ")
    return kind, int(at)


def _swapped(items: tuple[_T, ...], at: int, to: int) -> tuple[_T, ...]:
    found = list(items)
    found[at], found[to] = found[to], found[at]
    return tuple(found)


def _next(occurs: Occurs | None) -> Occurs | None:
    return _OCCURRING[(_OCCURRING.index(occurs) + 1) % len(_OCCURRING)]


def with_blocks(template: Template, draft: Draft) -> Template:
    """What was composed of a draft, with the repeats and the steps at once that the draft asks for."""
    wanted: dict[str, list[DraftStep]] = {}
    for each in draft.steps:
        wanted.setdefault(STEPS_BY_ID[each.step].task, []).append(each)
    steps: list[StepSpec] = []
    blocks = {block.id: block for block in template.blocks}
    for run in _runs(template.steps):
        asked = wanted.get(run[0].task, [])
        wish = asked.pop(0) if asked else DraftStep(step="")
        if wish.times == 1 and not wish.is_at_once:
            steps += run
            continue
        id = run[0].block or _free(run[0].task, blocks)
        before = blocks.get(id, Block(id=id))
        blocks[id] = replace(before, times=wish.times, is_at_once=before.is_at_once or wish.is_at_once)
        steps += [replace(step, block=id) for step in run]
    return replace(template, steps=tuple(steps), blocks=tuple(blocks.values()))


def _runs(steps: Sequence[StepSpec]) -> list[list[StepSpec]]:
    """Turns of one task that follow one another, each seat once: what one library step came to."""
    found: list[list[StepSpec]] = []
    for step in steps:
        is_more = found and found[-1][0].task == step.task and step.seat not in {each.seat for each in found[-1]}
        if is_more:
            found[-1].append(step)
        else:
            found.append([step])
    return found


def _free(name: str, taken: Mapping[str, object]) -> str:
    numbers = range(2, STEPS_MAX + 2)
    return name if name not in taken else next(f"{name}_{each}" for each in numbers if f"{name}_{each}" not in taken)


def library_rows(people: Sequence[Participant]) -> list[Row]:
    """Whom a format can seat, then what they can do: kind, id, about."""
    rows = [
        Row(
            f"{SEAT} {each.id}",
            (Cell("seat", "muted"), Cell(each.id, "text"), Cell(f"{each.role or 'any role'}, {each.name}", "muted")),
        )
        for each in people
    ]
    rows += [
        Row(f"{STEP} {each.id}", (Cell("step", "muted"), Cell(each.id, "text"), Cell(each.about, "muted")))
        for each in STEPS
    ]
    return rows


def draft_rows(draft: Draft) -> list[Row]:
    """Seats, then steps in their order: kind, id, what is otherwise than in the library."""
    rows = [
        Row(f"{SEAT} {at}", (Cell("seat", "accent"), Cell(id, "text strong"), Cell("", "muted")))
        for at, id in enumerate(draft.seats)
    ]
    rows += [
        Row(f"{STEP} {at}", (Cell(str(at + 1), "accent"), Cell(each.step, "text strong"), Cell(_how(each), "muted")))
        for at, each in enumerate(draft.steps)
    ]
    return rows


def _how(each: DraftStep) -> str:
    step = STEPS_BY_ID[each.step]
    occurs = "after the last" if step.is_verdict else (each.occurs or step.occurs).replace("_", " ")
    times = f"×{each.times}" if each.times > 1 else ""
    return " ".join(word for word in (occurs, times, "at once" if each.is_at_once or step.is_at_once else "") if word)


def outlook(template: Template) -> str:
    """What a format that is being put together would take, with paid models of the middle class."""
    turns = template.turns_of([seat.id for seat in template.seats], rounds=template.rounds)
    takes = f"about {template.minutes_expected} min, {money(template.cost_microusd_expected)}"
    return f"{counted(template.rounds, 'round')} · {counted(turns, 'turn')} · {takes}"


def problem_lines(problems: Sequence[str]) -> tuple[Paragraph, ...]:
    """What is still in the way, a problem a line."""
    return tuple(Paragraph(((each, "failed"),), "✗ ", "failed") for each in problems)


def verdict_of(problems: Sequence[str], findings: Sequence[Finding]) -> tuple[str, str]:
    """Whether it can be kept, in a few words, and the style to say it in."""
    if problems:
        return f"✗ {len(problems)} in the way", "failed"
    if findings:
        return f"! {len(findings)} to consider", "attention"
    return "✓ can be kept", "ok"
