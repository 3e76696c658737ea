"""What of a log line is a secret, and stands there as `[key]` instead?

Two nets. What the environment holds under the name of a secret is known by its letters, wherever it turns up; what
nobody told us of is known by its form: a header, an address with a password or a token in it, the keys of providers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from urllib.parse import quote

HIDDEN = "[key]"
"""What stands in a secret's place, here as in what providers are quoted with."""

SECRET_CHARACTERS_MIN = 6
"""What is shorter is no secret, and taking it out would tear words apart."""

NAMES = re.compile(r"key|token|secret|passw|credential|webhook|_url$|authorization|cookie|dsn", re.IGNORECASE)
"""Variables of the environment, and fields of a line, that are called so hold secrets."""

_MAY_BE_SHOWN = re.compile(r"base_url$|^tokens_|_tokens$|keymap", re.IGNORECASE)
"""Names that sound like it and hold none."""

_FORMS: tuple[tuple[re.Pattern[str], str], ...] = (
    # `Bearer abc`, `Basic abc`, in whatever header.
    (re.compile(r"\b(bearer|basic)\s+[\w.~+/=-]{6,}", re.IGNORECASE), rf"\1 {HIDDEN}"),
    # `authorization: abc`, `'x-api-key': 'abc'`, `api_key=abc`, `?key=abc`.
    (
        re.compile(
            r"((?:authorization|x-api-key|x-goog-api-key|api[-_]?key|access[-_]?token|client[-_]?secret|secret|"
            r"password|signature|(?<=[?&])(?:key|token|sig))[\"'\]]*\s*[:=]\s*[\"'\[(]*b?[\"']?)"
            r"(?!bearer |basic |\[key\])[^\s\"'&,;)\]}]{6,}",
            re.IGNORECASE,
        ),
        rf"\1{HIDDEN}",
    ),
    # `https://name:password@host`.
    (re.compile(r"(\b[a-z][a-z0-9+.-]*://)[^/\s@:]*:[^/\s@]+@", re.IGNORECASE), rf"\1{HIDDEN}@"),
    # The address of a webhook is its secret: whoever has it may post there.
    (
        re.compile(
            r"(https://(?:hooks\.slack\.com|(?:\w+\.)?discord(?:app)?\.com/api/webhooks|[\w.-]+\.webhook\.office\.com|"
            r"api\.telegram\.org|hooks\.[\w.-]+))/[^\s\"'<>]+",
            re.IGNORECASE,
        ),
        rf"\1/{HIDDEN}",
    ),
    # Keys as providers give them out.
    (re.compile(r"\b(?:sk|pk|rk|gsk|xai|hf|ghp|gho|xoxb|xoxp)[-_][\w-]{12,}"), HIDDEN),
    (re.compile(r"\bAIza[\w-]{20,}"), HIDDEN),
)

DEPTH_MAX = 6


class Redactor:
    """Takes secrets out of texts. `known` are those whose letters are known."""

    def __init__(self, known: Iterable[str] = ()) -> None:
        forms = {form for each in known if len(each) >= SECRET_CHARACTERS_MIN for form in (each, quote(each, safe=""))}
        # The longest first: one secret may begin with another.
        words = sorted(forms, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, words))) if words else None

    def text(self, text: str) -> str:
        """`text` without what is secret in it."""
        if self._known is not None:
            text = self._known.sub(HIDDEN, text)
        for form, instead in _FORMS:
            text = form.sub(instead, text)
        return text

    def value(self, name: str, value: object, *, depth: int = 0) -> object:
        """The value of a field without what is secret in it; a field that is called like a secret says nothing else."""
        match value:
            case None | bool() | int() | float():
                return value
            case str():
                return HIDDEN if value and sounds_secret(name) else self.text(value)
            case Mapping() if depth < DEPTH_MAX:
                return {str(key): self.value(str(key), each, depth=depth + 1) for key, each in value.items()}
            case list() | tuple() | set() | frozenset() if depth < DEPTH_MAX:
                return [self.value(name, each, depth=depth + 1) for each in value]
            case _:
                return self.value(name, str(value), depth=depth)


def sounds_secret(name: str) -> bool:
    """Does what is called so hold a secret?"""
    return bool(NAMES.search(name)) and not _MAY_BE_SHOWN.search(name)


def secrets_of(environ: Mapping[str, str]) -> tuple[str, ...]:
    """What the environment holds under the name of a secret."""
    return tuple(value.strip() for name, value in environ.items() if sounds_secret(name) and value.strip())
