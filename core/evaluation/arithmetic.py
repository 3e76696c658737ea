"""Which arithmetic tasks can be made, as many as are wanted, with their answers?

After Du, Li, Torralba, Tenenbaum and Mordatch 2023 (arXiv:2305.14325): six whole numbers from 0 to 29, and what
a+b*c+d-e*f comes to. No model has seen them before, and what is right needs nobody's judgement.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256

OPERANDS = 6
OPERAND_BELOW = 30
_BYTES = 4
"""Of a digest for each number: so many that none is drawn noticeably more often than another."""


def arithmetic_tasks(count: int, *, seed: int) -> Iterator[dict[str, object]]:
    """The first `count` tasks of a seed, as lines of a file of tasks."""
    return (_task(number, seed) for number in range(1, count + 1))


def _task(number: int, seed: int) -> dict[str, object]:
    a, b, c, d, e, f = _drawn(f"arithmetic:{seed}:{number}")
    return {
        "id": f"arithmetic-{seed}-{number}",
        "question": f"What is {a}+{b}*{c}+{d}-{e}*{f}?",
        "answer": a + b * c + d - e * f,
    }


def _drawn(word: str) -> tuple[int, ...]:
    digest = sha256(word.encode()).digest()
    pieces = (digest[at * _BYTES : (at + 1) * _BYTES] for at in range(OPERANDS))
    return tuple(int.from_bytes(piece, "big") % OPERAND_BELOW for piece in pieces)
