"""What is wrong with a text of rules, or of a format, that is being typed, and where?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from console.presenters.figures import counted
from console.presenters.shown import Cell, Row
from core.rules.checking.finding import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from core.rules.checking.finding import Finding
    from core.templates.findings import Finding as FormatFinding
    from core.written.problems import Problem

_GLYPHS = {
    Severity.ERROR: ("✗", "failed strong"),
    Severity.WARNING: ("!", "attention strong"),
    Severity.ADVICE: ("·", "muted"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Its place in the text (from 1; 0 where all of it is meant), and what is wrong with what to do now."""

    line: int
    column: int
    severity: Severity
    text: str

    @property
    def place(self) -> tuple[int, int]:
        return self.line, self.column

    @property
    def key(self) -> str:
        return f"{self.line}:{self.column} {self.text}"


def of_problems(problems: Iterable[Problem]) -> tuple[Fault, ...]:
    """What keeps the text from being read."""
    return tuple(
        Fault(line=each.line, column=each.column, severity=Severity.ERROR, text=f"{each.what} {each.now}".rstrip())
        for each in problems
    )


def of_findings(findings: Iterable[Finding | FormatFinding]) -> tuple[Fault, ...]:
    """What is wrong with rules that can be read, or with a format."""
    return tuple(
        Fault(
            line=each.place.line,
            column=each.place.column,
            severity=each.severity,
            text=f"{each.what} {each.now}".rstrip(),
        )
        for each in findings
    )


def fault_row(fault: Fault) -> Row:
    """glyph, place, what."""
    glyph, style = _GLYPHS[fault.severity]
    place = f"{fault.line}:{fault.column}" if fault.line else ""
    return Row(fault.key, (Cell(glyph, style), Cell(place, "muted"), Cell(fault.text, "text")))


def verdict(faults: Sequence[Fault]) -> tuple[str, str]:
    """All of them in a few words, and the style to say it in."""
    counts = {severity: sum(each.severity is severity for each in faults) for severity in Severity}
    found = [severity for severity in Severity if counts[severity]]
    if not found:
        return "✓ nothing is wrong with it", "ok"
    glyph, style = _GLYPHS[found[0]]
    return f"{glyph} {', '.join(_counted(counts[severity], severity) for severity in found)}", style


def _counted(count: int, severity: Severity) -> str:
    return f"{count} to consider" if severity is Severity.ADVICE else counted(count, severity.value)
