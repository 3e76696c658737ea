"""How does an operator say what a model costs that no list of prices knows?

As `--price MODEL=IN/OUT`, in US dollars for a million tokens. It is written into the operator's own table of prices, so
that it is asked for once; what stands there already is changed there.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path

from core.domain.errors import StorageFailed, WrongUse

USD_MAX = 1_000_000


def keep_prices(words: Sequence[str], path: Path) -> None:
    """Add what `words` say to the table at `path`; all of them or none. Raises WrongUse, StorageFailed."""
    if not words:
        return
    given = dict(_read(word) for word in words)
    known = _known(path)
    lines: list[str] = []
    for model, (usd_input, usd_output) in given.items():
        if model not in known:
            lines += [f'\n["{model}"]', f'input_usd = "{usd_input:f}"', f'output_usd = "{usd_output:f}"']
        elif _price_of(known[model]) != (usd_input, usd_output):
            raise WrongUse(f"{model} has another price there.", where=str(path), now="Change it in that file.")
    if lines:
        _append(path, "\n".join(lines) + "\n")


def _read(word: str) -> tuple[str, tuple[Decimal, Decimal]]:
    model, _, amounts = word.rpartition("=")
    usd_input, _, usd_output = amounts.partition("/")
    if not model or any(character in model for character in '"\\\n'):
        raise _refused(word)
    return model, (_usd(usd_input, word), _usd(usd_output, word))


def _usd(text: str, word: str) -> Decimal:
    try:
        amount = Decimal(text.strip().removeprefix("$"))
    except InvalidOperation as error:
        raise _refused(word) from error
    if not amount.is_finite() or not 0 <= amount <= USD_MAX:
        raise _refused(word)
    return amount


def _refused(word: str) -> WrongUse:
    return WrongUse(
        f"{word!r:.120} is no price.",
        where="--price",
        now="Write MODEL=IN/OUT in US dollars for a million tokens, such as openai:my-model=1.25/10.",
    )


def _known(path: Path) -> dict[str, object]:
    try:
        with path.open("rb") as file:
            return tomllib.load(file, parse_float=Decimal)
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise WrongUse(f"this is no TOML: {error}.", where=str(path), now="Mend the line named.") from error
    except OSError as error:
        raise StorageFailed(f"can't be read: {error.strerror}.", where=str(path), now="Mend its rights.") from error


def _price_of(table: object) -> tuple[Decimal, Decimal] | None:
    if not isinstance(table, dict):
        return None
    try:
        return Decimal(str(table["input_usd"])), Decimal(str(table["output_usd"]))
    except (KeyError, InvalidOperation):
        return None


def _append(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise StorageFailed(
            f"the price can't be kept: {error.strerror}.", where=str(path), now="Mend its rights, or make room."
        ) from error
