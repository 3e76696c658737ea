"""Which kinds of records are exported by themselves, as a setting says it?"""

from __future__ import annotations

from console.setting_values import Refused
from core.exporting.kinds import Kind


def kinds(value: object) -> tuple[Kind, ...]:
    """From a list, or from words with commas between them."""
    wanted = f"names some of {', '.join(Kind)}"
    words = value if isinstance(value, list | tuple) else str(value).split(",")
    named = [str(word).strip().lower() for word in words]
    if not named or not set(named) <= set(Kind):
        raise Refused(wanted)
    return tuple(Kind(word) for word in dict.fromkeys(named))


def kinds_written(value: object) -> str:
    """As the environment has them."""
    assert isinstance(value, tuple)
    return ", ".join(value)
