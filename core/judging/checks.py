"""Does a draft pass a check that looks at its text alone?"""

from __future__ import annotations

from dataclasses import dataclass

from core.domain.text import clean_text
from core.judging.criteria import Check, CheckKind
from core.judging.patterns import searching
from core.judging.schemas import fault_of_document

SHOWN_CHARACTERS_MAX = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """`detail` is one sentence for the operator, and for whoever writes the next draft."""

    has_passed: bool
    detail: str


def check_draft(check: Check, text: str) -> CheckResult:
    """Whether `text` passes. What a command says is for who runs it: asked here, ValueError is raised."""
    match check.kind:
        case CheckKind.LENGTH:
            return _length(check, len(text.split()))
        case CheckKind.CONTAINS | CheckKind.LACKS:
            return _words(check, text)
        case CheckKind.PATTERN:
            return _pattern(check.value, text)
        case CheckKind.JSON_SCHEMA:
            fault = fault_of_document(text, check.value)
            return CheckResult(has_passed=not fault, detail=fault or "it is JSON as the schema wants it")
        case CheckKind.COMMAND:
            raise ValueError(f"{check.id} is checked by a command")


def _length(check: Check, count: int) -> CheckResult:
    if check.least is not None and count < check.least:
        return CheckResult(has_passed=False, detail=f"it has {count} words, and at least {check.least} are wanted")
    if check.most is not None and count > check.most:
        return CheckResult(has_passed=False, detail=f"it has {count} words, and at most {check.most} are wanted")
    return CheckResult(has_passed=True, detail=f"it has {count} words")


def _words(check: Check, text: str) -> CheckResult:
    holds = alike(check.value) in alike(text)
    detail = f"it {'says' if holds else 'does not say'} {_shown(check.value)}"
    return CheckResult(has_passed=holds is (check.kind is CheckKind.CONTAINS), detail=detail)


def alike(text: str) -> str:
    """A text as words are looked for in it: small letters, and one blank wherever there are some."""
    return " ".join(text.casefold().split())


def _pattern(pattern: str, text: str) -> CheckResult:
    found = searching(pattern)(text.encode("utf-8", "replace"))
    detail = f"something in it matches {_shown(pattern)}" if found else f"nothing in it matches {_shown(pattern)}"
    return CheckResult(has_passed=found, detail=detail)


def _shown(words: str) -> str:
    shown = clean_text(words)
    return f"'{shown if len(shown) <= SHOWN_CHARACTERS_MAX else shown[: SHOWN_CHARACTERS_MAX - 1] + '…'}'"
