"""What may a call cost at most, and what did it cost?

Money is counted in whole millionths of a US dollar and always rounded up: a cap that holds in integers holds.
"""

from __future__ import annotations

from dataclasses import dataclass

MICROUSD_PER_USD = 1_000_000
TOKENS_PER_PRICE = 1_000_000
REQUEST_OVERHEAD_TOKENS = 256
"""What a provider may add to a request beyond our bytes: its role markers, tool preamble and framing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What a model costs, in micro-dollars for a million tokens."""

    input_microusd: int
    output_microusd: int


FREE = Price(input_microusd=0, output_microusd=0)


def cost_microusd(price: Price, *, tokens_input: int, tokens_output: int) -> int:
    """The cost of a call in micro-dollars, rounded up."""
    exact = tokens_input * price.input_microusd + tokens_output * price.output_microusd
    return -(-exact // TOKENS_PER_PRICE)


def cost_microusd_max(price: Price, *, bytes_input: int, tokens_output_max: int) -> int:
    """The most a call can cost: no tokenizer makes more tokens than there are bytes."""
    return cost_microusd(price, tokens_input=bytes_input + REQUEST_OVERHEAD_TOKENS, tokens_output=tokens_output_max)
