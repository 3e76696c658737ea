"""How is a participant played whose every word, delay and fault is known beforehand?

For tests, torture and measurements. Which answer comes follows from the transcript, so that it survives a restart;
which of its faults comes follows from how often this process was asked for the step.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

from core.domain.changing import maker
from core.domain.errors import WrongUse
from core.domain.ids import SessionId, StepId
from core.domain.steps import ModelRequest, StepKind
from core.ports.clock import Clock
from core.ports.model_provider import ANSWER_CHARACTERS_MAX, Closing, ModelInfo, Piece, ProviderFailed
from core.providers.script import Answer, Fault, FaultKind, Script, read_script

SCRIPTED = "scripted"
TOKENS_CONTEXT_MAX = 10_000_000
CHARACTERS_PER_TOKEN = 4
WAIT_MS = 3_600_000
"""A provider that hangs wakes this often, to go on hanging."""
STEPS_WITH_FAULTS_MAX = 100_000
"""Attempts are remembered for so many steps; the oldest is forgotten, and would begin again with its faults."""
made_piece, made_closing = maker(Piece), maker(Closing)
GARBAGE = "\x1b[31m\x1b]0;title\x07[/red][bold]\x00\x07\u202e\ud83d\r\n\x9b2J"


class ScriptedProvider:
    """The provider of `scripted:PATH`, a file, and of `scripted`, the script given here, if any."""

    prefix = SCRIPTED

    def __init__(self, *, clock: Clock, script: Script | None = None) -> None:
        self._clock = clock
        self._scripts: dict[str, Script] = {SCRIPTED: script} if script is not None else {}
        self._attempts: dict[tuple[SessionId, StepId], int] = {}

    def describe(self, model: str) -> ModelInfo:
        return ModelInfo(model=model, price=self._script(model).price, tokens_context_max=TOKENS_CONTEXT_MAX)

    def refuse_early(self, request: ModelRequest) -> None:
        if _next(self._script(request.model), request) is None:
            raise WrongUse(
                f"the script of {request.model!r} has no answer for the seat {request.seat!r}.",
                where=request.model,
                now=f"List some under {request.seat!r}, {request.brief.role.value!r} or 'default'.",
            )

    async def stream(self, request: ModelRequest) -> AsyncIterator[Piece | Closing]:
        script = self._script(request.model)
        answer = _next(script, request)
        if answer is None:
            raise ProviderFailed("no_answer", f"The script has nothing for the seat {request.seat!r}.", is_final=True)
        fault = self._fault(request, answer)
        if answer.delay_ms:
            await self._clock.sleep(answer.delay_ms)
        if fault is not None and fault.kind is FaultKind.ERROR:
            raise ProviderFailed(
                fault.error,
                f"The script says that this attempt fails with {fault.error!r}.",
                is_final=fault.is_final,
                may_have_cost=fault.may_have_cost,
            )
        kind = fault.kind if fault is not None else None
        if kind is FaultKind.HANG:
            await self._wait_for_ever()
        text = answer.text if kind is None else _spoilt(answer.text, kind)
        for start in range(0, len(text), script.piece_characters):
            if answer.piece_delay_ms:
                await self._clock.sleep(answer.piece_delay_ms)
            yield made_piece(text=text[start : start + script.piece_characters])
        if kind is FaultKind.CUT:
            return
        if kind is FaultKind.NEVER_CLOSES:
            await self._wait_for_ever()
        yield made_closing(
            stop_reason="stop",
            tokens_input=request.bytes_input // CHARACTERS_PER_TOKEN,
            tokens_output=len(text) // CHARACTERS_PER_TOKEN,
            model=request.model,
        )

    def _script(self, model: str) -> Script:
        """The script of that name, read from its file once."""
        script = self._scripts.get(model)
        if script is None:
            path = model.partition(":")[2]
            if not path:
                raise WrongUse("no script is named.", where=model, now="Say scripted:PATH, the path of a YAML file.")
            script = self._scripts[model] = read_script(_text(path), origin=path)
        return script

    def _fault(self, request: ModelRequest, answer: Answer) -> Fault | None:
        if not answer.faults:
            return None
        key = (request.session, request.step)
        attempt = self._attempts.pop(key, 0)
        self._attempts[key] = attempt + 1
        if len(self._attempts) > STEPS_WITH_FAULTS_MAX:
            del self._attempts[next(iter(self._attempts))]
        return answer.faults[attempt] if attempt < len(answer.faults) else None

    async def _wait_for_ever(self) -> None:
        while True:
            await self._clock.sleep(WAIT_MS)


def _next(script: Script, request: ModelRequest) -> Answer | None:
    """The answer that is due. Turns are counted only where the script has several: debates grow long."""
    if script.by_turn:
        return script.by_turn[len(request.brief.turns) % len(script.by_turn)]
    spoken = 0
    if request.kind is StepKind.TURN and (enough := script.answers_max()) > 1:
        for turn in request.brief.turns:
            spoken += turn.seat == request.seat
            if spoken == enough:
                break
    role = request.brief.role.value
    return script.answer(
        step=request.step, seat=request.seat, role=role, spoken=spoken, round_number=request.brief.round
    )


def _spoilt(text: str, kind: FaultKind) -> str:
    match kind:
        case FaultKind.CUT:
            return text[: len(text) // 2]
        case FaultKind.HUGE:
            return (text or "x") * (2 * ANSWER_CHARACTERS_MAX // (len(text) or 1) + 1)
        case FaultKind.GARBAGE:
            middle = len(text) // 2
            return f"{text[:middle]}{GARBAGE}{text[middle:]}"
        case _:
            return text


def _text(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise WrongUse("the script is not UTF-8 text.", where=path, now="Save it as UTF-8.") from error
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise WrongUse(f"the script can't be read: {reason}.", where=path, now="Check the path.") from error
