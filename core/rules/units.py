"""How does an operator write and read the value of a fact?

A share is `80 %`, money `$0.05`, a duration `1h30m`; inside they are whole parts per million, millionths of a dollar
and milliseconds. Both directions are exact, so that a value shown is the value compared.
"""

from __future__ import annotations

import json
import re

from core.domain.facts import FactUnit, FactValue

INTEGER_MAX = 2**63 - 1
"""What a database and every reader of the log can hold."""

NUMERIC = frozenset({FactUnit.COUNT, FactUnit.PPM, FactUnit.MICROUSD, FactUnit.MILLISECONDS})
"""Units of facts that are whole numbers."""

ADVICE: dict[FactUnit, str] = {
    FactUnit.COUNT: "Write a whole number such as 4.",
    FactUnit.PPM: "Write a share such as 80 %, or whole parts per million.",
    FactUnit.MICROUSD: "Write an amount such as $0.05, or whole millionths of a dollar.",
    FactUnit.MILLISECONDS: "Write a duration such as 15m, 90s, 1h30m or 500ms.",
    FactUnit.TEXT: "Write a text, in quotes where it looks like a number or a yes or no.",
    FactUnit.WORD: "Write a word, in quotes where it looks like a number or a yes or no.",
    FactUnit.WORDS: "Write a word, in quotes where it looks like a number or a yes or no.",
    FactUnit.FLAG: "Write true or false.",
}

KIND: dict[FactUnit, str] = {
    FactUnit.COUNT: "a count",
    FactUnit.PPM: "a share",
    FactUnit.MICROUSD: "an amount of money",
    FactUnit.MILLISECONDS: "a duration",
    FactUnit.TEXT: "a text",
    FactUnit.WORD: "a word",
    FactUnit.WORDS: "a list of words",
    FactUnit.FLAG: "true or false",
}

TYPE: dict[FactUnit, str] = {
    **dict.fromkeys(NUMERIC, "whole number"),
    FactUnit.TEXT: "text",
    FactUnit.WORD: "word",
    FactUnit.WORDS: "list of words",
    FactUnit.FLAG: "true or false",
}

UNIT: dict[FactUnit, str] = {
    FactUnit.COUNT: "count",
    FactUnit.PPM: "parts per million",
    FactUnit.MICROUSD: "millionths of a dollar",
    FactUnit.MILLISECONDS: "milliseconds",
    FactUnit.TEXT: "",
    FactUnit.WORD: "",
    FactUnit.WORDS: "",
    FactUnit.FLAG: "",
}
"""What a fact's value counts; nothing where it isn't a number."""

CLASS_OF: dict[FactUnit, type[int] | type[str] | type[bool]] = {
    **dict.fromkeys(NUMERIC, int),
    FactUnit.TEXT: str,
    FactUnit.WORD: str,
    FactUnit.FLAG: bool,
}
"""What a value mostly is; a list of words is looked into."""

STEPPED = frozenset({FactUnit.PPM, FactUnit.MICROUSD, FactUnit.MILLISECONDS})
"""Units fine enough that "more than 79.9999 %" is better said as "at least 80 %", which is the same in integers."""

UNIT_SUFFIXES = ("_ppm", "_microusd", "_ms")

TEXT_SHOWN_CHARACTERS_MAX = 60
LIST_SHOWN_MAX = 6

MILLISECONDS_OF = {"h": 3_600_000, "min": 60_000, "s": 1_000, "ms": 1}

_WORDS = frozenset({FactUnit.WORD, FactUnit.WORDS})
_PLAIN_WORD = re.compile(r"[\w.:@/-]{1,60}")
_WHOLE = re.compile(r"[-+]?(?:0|[1-9][0-9_]{0,24})")
_SHARE = re.compile(r"([-+]?)([0-9]{1,19})(?:\.([0-9]{1,4}))?\s*%")
_MONEY = re.compile(r"([-+]?)\$\s*([0-9]{1,19})(?:\.([0-9]{1,6}))?")
_DURATION = re.compile(
    r"(?:([0-9]{1,19})\s*h)?\s*(?:([0-9]{1,19})\s*m(?:in)?(?!s))?\s*(?:([0-9]{1,19})\s*s)?\s*(?:([0-9]{1,19})\s*ms)?"
)


def is_of_unit(value: object, unit: FactUnit) -> bool:
    """True of a value that a fact of this unit can have; None, which says that it has none yet, is not among them."""
    if unit in NUMERIC:
        return isinstance(value, int) and not isinstance(value, bool)
    if unit is FactUnit.WORDS:
        return isinstance(value, tuple) and all([isinstance(word, str) for word in value])
    return isinstance(value, CLASS_OF[unit])


def whole(text: str) -> int | None:
    """The integer that `text` writes in decimal, or None. Forms that read as another number elsewhere are refused."""
    if not _WHOLE.fullmatch(text):
        return None
    number = int(text)
    return number if abs(number) <= INTEGER_MAX else None


def in_unit(text: str, unit: FactUnit) -> int | None:
    """The integer that `text` means in `unit` (`80 %` is 800 000 parts per million), or None where it means none."""
    match unit:
        case FactUnit.PPM:
            return _decimal(_SHARE.fullmatch(text), places=4)
        case FactUnit.MICROUSD:
            return _decimal(_MONEY.fullmatch(text), places=6)
        case FactUnit.MILLISECONDS:
            return _duration(text)
        case _:
            return None


def without_unit(number: int | None, unit: FactUnit) -> str:
    """What to ask of a bare number where a duration is wanted: one takes `7200` for seconds, the next for milliseconds.
    "" of a number that says enough: none is as long in any unit."""
    if number is None or unit is not FactUnit.MILLISECONDS or number <= 0:
        return ""
    long = written(min(number, INTEGER_MAX // 1_000) * 1_000, unit)
    seconds = f"{number}s"
    return f"{number} of what? Write {seconds if long == seconds else f'{seconds} ({long})'} or {number}ms."


def _decimal(found: re.Match[str] | None, *, places: int) -> int | None:
    if found is None:
        return None
    sign, units, fraction = found.groups(default="")
    number = int(units + fraction.ljust(places, "0"))
    if number > INTEGER_MAX:
        return None
    return -number if sign == "-" else number


def _duration(text: str) -> int | None:
    found = _DURATION.fullmatch(text)
    if found is None or not any(found.groups()):
        return None
    total = sum(int(n or 0) * size for n, size in zip(found.groups(), MILLISECONDS_OF.values(), strict=True))
    return total if total <= INTEGER_MAX else None


def written(value: int, unit: FactUnit) -> int | str:
    """The value as a rule file writes it; reading it gives the value again."""
    match unit:
        case FactUnit.PPM | FactUnit.MICROUSD:
            return shown(value, unit)
        case FactUnit.MILLISECONDS if value >= 0:
            return shown(value, unit).replace("min", "m").replace(" ", "")
        case _:
            return value


def shown(value: FactValue | tuple[int, ...], unit: FactUnit) -> str:
    """The value for the operator's eye, with its unit: `62 %`, `$0.05`, `15 min`, `"a text"`, `[judge, reviewer]`.

    Numbers are exact; long texts and lists are cut.
    """
    match value:
        case None:
            return "not known yet"
        case bool():
            return "true" if value else "false"
        case int():
            return _number(value, unit)
        case str():
            return value if unit in _WORDS and _PLAIN_WORD.fullmatch(value) else quoted(value)
        case tuple():
            said = [shown(item, unit) for item in value[:LIST_SHOWN_MAX]]
            more = [f"… {len(value) - LIST_SHOWN_MAX} more"] if len(value) > LIST_SHOWN_MAX else []
            return "[" + ", ".join((*said, *more)) + "]"


def _number(value: int, unit: FactUnit) -> str:
    sign = "-" if value < 0 else ""
    match unit:
        case FactUnit.PPM:
            percent, rest = divmod(abs(value), 10_000)
            return f"{sign}{percent}{_fraction(rest, places=4, places_min=0)} %"
        case FactUnit.MICROUSD:
            dollars, rest = divmod(abs(value), 1_000_000)
            return f"{sign}${dollars}{_fraction(rest, places=6, places_min=2)}"
        case FactUnit.MILLISECONDS:
            return sign + _time(abs(value))
        case _:
            return str(value)


def _fraction(rest: int, *, places: int, places_min: int) -> str:
    digits = f"{rest:0{places}d}".rstrip("0").ljust(places_min, "0")
    return f".{digits}" if digits else ""


def _time(rest: int) -> str:
    said = []
    for name, size in MILLISECONDS_OF.items():
        count, rest = divmod(rest, size)
        if count:
            said.append(f"{count} {name}")
    return " ".join(said) or "0 s"


def quoted(text: str) -> str:
    """A text in quotes on one line, cut where it is long, with what a terminal would obey escaped."""
    cut = text if len(text) <= TEXT_SHOWN_CHARACTERS_MAX else text[: TEXT_SHOWN_CHARACTERS_MAX - 1] + "…"
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in json.dumps(cut, ensure_ascii=False))


def label(field: str) -> str:
    """The fact's name without its unit, for where the value carries the unit: `consensus_ppm` is `consensus`."""
    return next((field.removesuffix(suffix) for suffix in UNIT_SUFFIXES if field.endswith(suffix)), field)
