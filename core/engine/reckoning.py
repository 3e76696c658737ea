"""Would a recorded call be begun with the same prompt today, and does its cost follow from the prices pinned?"""

from __future__ import annotations

from core.domain.budget import FREE, Price, cost_microusd, cost_microusd_max
from core.domain.commands import BeginAttempt, Command, RecordAnswer
from core.domain.session import SessionState
from core.engine.engine import Engine
from core.prompts.fingerprint import prompt_digest


def otherwise_reckoned(engine: Engine, state: SessionState, command: Command) -> tuple[str, str] | None:
    """What a command says of a call and what it would say today, where the two differ; None where they don't."""
    match command:
        case BeginAttempt():
            return _begun(engine, state, command)
        case RecordAnswer():
            return _answered(state, command)
        case _:
            return None


def _begun(engine: Engine, state: SessionState, command: BeginAttempt) -> tuple[str, str] | None:
    flow = engine.flow(state)
    wanted = next((step for step in flow.plan(state) if step.id == command.step), None)
    if wanted is None:
        return None  # deciding it again says so
    request = flow.request(state, wanted)
    asked = prompt_digest(request)
    if asked != command.prompt_digest:
        what = f"{command.step}, attempt {command.attempt}, asked with the prompt"
        return f"{what} {command.prompt_digest}", f"{what} {asked}"
    price = _price(state, command.route)
    if price is None:
        return None
    most = cost_microusd_max(price, bytes_input=request.bytes_input, tokens_output_max=request.tokens_output_max)
    if command.cost_microusd_max > most:  # less is held where the provider itself counted what it is sent
        what = f"{command.step}, attempt {command.attempt}, can cost"
        return f"{what} {command.cost_microusd_max} micro-dollars", f"{what} {most} at most"
    return None


def _answered(state: SessionState, command: RecordAnswer) -> tuple[str, str] | None:
    attempt = state.work.open.get(command.step)
    price = _price(state, attempt.route) if attempt is not None else None
    if price is None:
        return None
    is_free = command.is_cached or price == FREE
    cost = (
        0 if is_free else cost_microusd(price, tokens_input=command.tokens_input, tokens_output=command.tokens_output)
    )
    if cost == command.cost_microusd:
        return None
    what = f"{command.step}, attempt {command.attempt}, cost"
    return f"{what} {command.cost_microusd} micro-dollars", f"{what} {cost} by the prices pinned"


def _price(state: SessionState, route: str) -> Price | None:
    return state.opening.prices.get(route) if state.opening is not None else None
