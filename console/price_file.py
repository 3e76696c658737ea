"""How does an operator say what a model costs that no list of prices knows?

On the command line as `--price MODEL=IN/OUT`, in the console in a dialog, in US dollars for a million tokens. It is
written into the operator's own table of prices, so that it is asked for once; what stands there already is changed
there.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path

from core.domain.errors import StorageFailed, WrongUse

USD_MAX = 1_000_000


Amounts = tuple[Decimal, Decimal]
"""Dollars for a million tokens that are asked, and for a million that are answered."""


def keep_prices(given: Mapping[str, Amounts], path: Path) -> None:
    """Add prices by model to the table at `path`; all of them or none. Raises WrongUse, StorageFailed."""
    if not given:
        return
    unkept = next((model for model in given if not _can_be_kept(model)), None)
    if unkept is not None:
        raise WrongUse(f"{unkept!r:.120} can't stand in this table.", where=str(path), now="Name the model as it is.")
    known = _known(path)
    lines: list[str] = []
    for model, (usd_input, usd_output) in given.items():
        if model not in known:
            lines += [f'\n["{model}"]', f'input_usd = "{usd_input:f}"', f'output_usd = "{usd_output:f}"']
        elif _price_of(known[model]) != (usd_input, usd_output):
            raise WrongUse(f"{model} has another price there.", where=str(path), now="Change it in that file.")
    if lines:
        _append(path, "\n".join(lines) + "\n")


def read_price(word: str) -> tuple[str, Amounts]:
    """The model and its price, from `MODEL=IN/OUT`. Raises WrongUse."""
    model, _, amounts = word.rpartition("=")
    usd_input, _, usd_output = amounts.partition("/")
    if not model or not _can_be_kept(model):
        raise _refused(word)
    asked, answered = read_usd(usd_input), read_usd(usd_output)
    if asked is None or answered is None:
        raise _refused(word)
    return model, (asked, answered)


def read_usd(text: str) -> Decimal | None:
    """Dollars from `1.25` or `$1.25`; None where it is no amount that a million tokens can cost."""
    try:
        amount = Decimal(text.strip().removeprefix("$"))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and 0 <= amount <= USD_MAX else None


def _can_be_kept(model: str) -> bool:
    """A name that TOML doesn't take would spoil the table, and with it every later command."""
    return model.isprintable() and not any(character in model for character in '"\\')


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
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise WrongUse(f"this is no TOML: {error}.", where=str(path), now="Mend the line named.") from error
    except OSError as error:
        raise StorageFailed(f"can't be read: {error.strerror}.", where=str(path), now="Mend its rights.") from error


def _price_of(table: object) -> Amounts | None:
    if not isinstance(table, dict):
        return None
    try:
        return Decimal(str(table["input_usd"])), Decimal(str(table["output_usd"]))
    except (KeyError, InvalidOperation):
        return None


def _append(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab", buffering=0) as file:  # what a buffer holds would be written once more on closing
            whole = file.tell()
            try:
                rest = text.encode()
                while rest:
                    rest = rest[file.write(rest) :]
                os.fsync(file.fileno())
            except OSError:
                os.ftruncate(file.fileno(), whole)  # half a price would spoil all that stand there
                raise
    except OSError as error:
        raise StorageFailed(
            f"the price can't be kept: {error.strerror}.", where=str(path), now="Mend its rights, or make room."
        ) from error
