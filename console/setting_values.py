"""Which values can a setting have, and how are they written?

Each reader takes what a file, the environment or a command line gave, and raises `Refused` for what can't be meant.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

from console.locations import from_the_root
from core.domain.budget import MICROUSD_PER_USD
from core.domain.errors import WrongUse
from core.domain.ids import is_snake_case

USD_MAX = 1_000_000
COMMANDS_MAX, ARGUMENTS_MAX = 100, 100
OLLAMA_PORT = 11434
ANY_ADDRESS = ("0.0.0.0", "::", "")
"""What a server listens at when it listens everywhere; it is found on this machine."""


class Refused(ValueError):
    """A value can't be meant; the message says what is wanted instead. What `is_secret` isn't to be repeated.

    Where it is one part of a table that can't be, `part` is its key and `value` what it has: the operator needs that
    line, and not the whole table.
    """

    def __init__(self, wanted: str, *, is_secret: bool = False, part: str = "", value: object = None) -> None:
        super().__init__(wanted)
        self.is_secret = is_secret
        self.part = part
        self.value = value


Read = Callable[[object], Any]


def flag(value: object) -> bool:
    if isinstance(value, bool):
        return value
    word = str(value).strip().lower()
    if word in ("true", "1", "yes", "on"):
        return True
    if word in ("false", "0", "no", "off"):
        return False
    raise Refused("is true or false")


def whole(least: int, most: int) -> Read:
    def read(value: object) -> int:
        wanted = f"is a whole number from {least:,} to {most:,}"
        if isinstance(value, (bool, float)):
            raise Refused(wanted)
        try:
            number = int(str(value).strip())
        except ValueError as error:
            raise Refused(wanted) from error
        if not least <= number <= most:
            raise Refused(wanted)
        return number

    return read


def usd(value: object) -> int | None:
    """Micro-dollars from `0.05`, `$5` or 5; None from `none`. Rounded down: reading a cap never raises it."""
    wanted = f"is an amount in dollars such as 0.25, from 0 to {USD_MAX:,}, or none for no cap"
    text = str(value).strip().removeprefix("$")
    if isinstance(value, bool):
        raise Refused(wanted)
    if text.lower() == "none":
        return None
    try:
        amount = Decimal(text)
    except InvalidOperation as error:
        raise Refused(wanted) from error
    if not amount.is_finite() or not 0 <= amount <= USD_MAX:
        raise Refused(wanted)
    return int(amount * MICROUSD_PER_USD)


def dollars(amount_microusd: object) -> str:
    return f"{Decimal(str(amount_microusd)) / MICROUSD_PER_USD:f}"


def one_of(*words: str) -> Read:
    def read(value: object) -> str:
        text = str(value).strip()
        found = next((word for word in words if word.lower() == text.lower()), "")
        if not found:
            raise Refused(f"is one of {', '.join(words)}")
        return found

    return read


def a_name(value: object) -> str:
    text = str(value).strip()
    if not isinstance(value, str) or not text:
        raise Refused("is a name")
    return text


def a_path(value: object) -> Path:
    if not isinstance(value, (str, Path)) or not str(value).strip() or "\0" in str(value):
        raise Refused("is a path")
    try:
        return from_the_root(Path(value))
    except WrongUse as error:
        raise Refused("is a path, and nobody knows that home folder") from error


def a_folder(value: object) -> Path | None:
    """A path; None from `none`."""
    return None if str(value).strip().lower() == "none" else a_path(value)


def address(value: object) -> str:
    """The address of a server without a slash at its end; an empty text stands for the provider's own."""
    wanted = "is an address such as http://127.0.0.1:8000/v1"
    text = str(value).strip().rstrip("/")
    if not text:
        return ""
    parts = _parts(text, wanted)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise Refused(wanted)
    if parts.username or parts.password:
        wanted = "is an address without a name or password in it, since it is shown: a key has a variable of its own"
        raise Refused(wanted, is_secret=True)
    return text


def ollama_address(value: object) -> str:
    """As `address`, and in the forms that Ollama's own OLLAMA_HOST has: a host, or a host and port, without a path."""
    text = str(value).strip().rstrip("/")
    if not text:
        return ""
    if "://" not in text:
        text = f"http://{text}"
    parts = _parts(address(text.replace("//:", "//127.0.0.1:")), "is an address such as 127.0.0.1:11434")
    host = "127.0.0.1" if parts.hostname in ANY_ADDRESS else parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else OLLAMA_PORT)
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}:{port}{parts.path or '/v1'}"


def _parts(text: str, wanted: str) -> SplitResult:
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError as error:
        raise Refused(wanted) from error
    if not text.isprintable() or any(character.isspace() for character in text):
        raise Refused(wanted)
    return parts


def model_meant(value: object) -> str:
    """A model as its provider calls it; an empty text names none."""
    text = str(value).strip()
    if not isinstance(value, str) or not text.isprintable() or any(character.isspace() for character in text):
        raise Refused("is the name of a model as its provider has it")
    return text


def commands(value: object) -> Mapping[str, tuple[str, ...]]:
    """Programs with their arguments by name, in JSON where the environment has them: no shell ever parses one."""
    wanted = 'gives each name a list such as ["python3", "-m", "py_compile", "{file}"]'
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError as error:
            raise Refused(wanted) from error
    if not isinstance(value, Mapping) or len(value) > COMMANDS_MAX:
        raise Refused(wanted)
    for name, arguments in value.items():
        if not is_snake_case(name):
            raise Refused(f"has names of small letters, digits and underscores, which {name!r:.80} is none of")
        if not isinstance(arguments, list) or not 1 <= len(arguments) <= ARGUMENTS_MAX:
            raise Refused(f"{wanted}, {name!r:.80} too")
        if not all(isinstance(each, str) and "\0" not in each for each in arguments) or not arguments[0].strip():
            raise Refused(f"{wanted}, {name!r:.80} too")
    return {name: tuple(arguments) for name, arguments in value.items()}


def commands_written(value: object) -> str:
    """As the environment has them, in one line."""
    return json.dumps(value, ensure_ascii=False)
