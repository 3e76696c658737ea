"""What does the Templates screen say of each format, and of the one under the cursor?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from console.presenters.agreement import consensus_in_words
from console.presenters.estimates import cost_about, rests_on, time_about
from console.presenters.figures import age, count, counted, money
from console.presenters.judged import judging_in_words
from console.presenters.paragraphs import Paragraph
from console.presenters.shown import Cell, Part, Row
from console.presenters.template_graph import graph_lines
from console.presenters.template_results import Results, results_lines
from core.domain.commands import OPERATOR
from core.domain.errors import WrongUse, nearest
from core.domain.ids import DEFAULT_RULE_SET
from core.templates.findings import Severity
from core.templates.searching import TemplateQuery, TemplateRow, found
from core.templates.template import DecidedBy
from core.templates.workflow import Mark

if TYPE_CHECKING:
    from core.domain.estimates import Estimate
    from core.ports.catalogue import TemplateVersion
    from core.templates.findings import Finding
    from core.templates.template import Template
    from core.templates.workflow import WorkflowDefinition

SHIPPED_BY = "moot"
NOTHING = "–"
VERSIONS_TOLD_MAX = 3
SEARCH_HELP = "words, #tag, complexity:simple, cost:0.10"

_DECIDED = {
    DecidedBy.JUDGE: "the judge decides",
    DecidedBy.SEATS: "the seats decide, each by its latest answer",
    DecidedBy.SAMPLES: "the answers decide, every one of them",
    DecidedBy.CONFIDENCE: "the seats decide, each by how sure it is",
    DecidedBy.RANKED: "ballots decide, in instant runoff",
    DecidedBy.BORDA: "ballots decide, by points (Borda)",
    DecidedBy.CONDORCET: "ballots decide, two by two (Condorcet)",
}
_MARK_STYLES: Mapping[Mark, str] = {
    Mark.DONE: "muted",
    Mark.NOW: "accent strong",
    Mark.SKIPPED: "muted",
    Mark.AHEAD: "text",
}
_FINDING_STYLES = {
    Severity.ERROR: ("✗ ", "failed"),
    Severity.WARNING: ("! ", "attention"),
    Severity.ADVICE: ("· ", "muted"),
}
_UNITS = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What a run takes `how` it is cast: with whom, in words."""

    how: str
    estimate: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenTemplate:
    """The format under the cursor, as far as it was looked at. `marks` say where the session `here` stands on its way;
    None where no session follows it."""

    template: Template
    versions: tuple[TemplateVersion, ...]
    findings: tuple[Finding, ...]
    expected: tuple[Expected, ...]
    workflow: WorkflowDefinition
    marks: Mapping[str, Mark] | None = None
    here: str = ""


def read_search(search: str) -> TemplateQuery:
    """What is looked for. Raises WrongUse for a complexity or a cost that can't be."""
    text: list[str] = []
    tags: list[str] = []
    complexity, cost = "", None
    for word in search.split():
        name, colon, value = word.partition(":")
        if word.startswith("#") and len(word) > 1:
            tags.append(word[1:])
        elif colon and name == "tag":
            tags += [value] if value else []
        elif colon and name == "complexity":
            complexity = _complexity(value)
        elif colon and name == "cost":
            cost = _microusd(value)
        else:
            text.append(word)
    return TemplateQuery(text=" ".join(text), tags=tuple(tags), complexity=complexity, cost_microusd_max=cost)


def _complexity(value: str) -> str:
    """A word while it is being typed stands for the level that it begins."""
    words = ("simple", "standard", "complex")
    begun = [word for word in words if word.startswith(value)] if value else []
    if value and not begun:
        raise WrongUse(
            f"no complexity is called {value[:40]!r}.", now=nearest(value[:40], words) or "It is one of three."
        )
    return begun[0] if len(begun) == 1 else ""


def _microusd(value: str) -> int | None:
    whole, point, part = value.lstrip("<$").partition(".")
    if not whole and not part:
        return None
    if not (whole or "0").isdecimal() or (part and not part.isdecimal()) or len(whole) > 9 or len(part) > 6:
        raise WrongUse(f"{value[:40]!r} is no amount of dollars.", now="Write one such as cost:0.10.")
    return int(whole or "0") * _UNITS + int(part.ljust(6, "0") if point and part else "0")


def matching(rows: Sequence[TemplateRow], search: str) -> tuple[TemplateRow, ...]:
    """The formats that a search asks for. Raises WrongUse as `read_search`."""
    return found(rows, read_search(search))


def template_row(row: TemplateRow, results: Results | None) -> Row:
    """id, name, tags, complexity, rounds, seats, turns, cost, minutes, how often it was held, version, from whom."""
    is_own = row.actor != SHIPPED_BY
    held = results.held if results is not None else 0
    return Row(
        row.id,
        (
            Cell(row.id, "text strong" if is_own else "text"),
            Cell(row.name, "muted"),
            Cell(" ".join(f"#{tag}" for tag in row.tags), "muted"),
            Cell(row.complexity.value, "muted"),
            Cell(str(row.rounds), "text"),
            Cell(str(row.seats), "text"),
            Cell(count(row.turns), "text"),
            Cell(money(row.cost_microusd_expected), "text"),
            Cell(count(row.minutes_expected), "text"),
            Cell(count(held) if held else NOTHING, "text" if held else "muted"),
            Cell(str(row.version), "muted"),
            Cell("own" if is_own else "moot", "accent" if is_own else "muted"),
        ),
    )


def format_choice_row(row: TemplateRow) -> Row:
    """id, rounds, seats, what it is for."""
    return Row(
        row.id,
        (
            Cell(row.id, "text"),
            Cell(str(row.rounds), "text"),
            Cell(str(row.seats), "text"),
            Cell(row.description or row.name, "muted"),
        ),
    )


def headline(total: int, shown: int, here: str) -> Paragraph:
    """How many there are, how many of them the search shows, and which session is marked in the graphs."""
    parts: list[Part] = [("Templates", "text strong"), (f"  {counted(total, 'format')}", "muted")]
    if shown < total:
        parts.append((f"  {shown} shown", "attention"))
    if here:
        parts.append((f"  marks: {here}", "muted"))
    return Paragraph(tuple(parts))


def detail(seen: SeenTemplate, results: Results | None, *, now_ms: int, width: int) -> tuple[Paragraph, ...]:
    """All that there is to know of a format before it is chosen, `width` cells wide."""
    template = seen.template
    return (
        *_about(template, seen.versions),
        *_findings(seen.findings),
        Paragraph(),
        *graph(seen, width=width),
        *_section("takes", [_expected(template), *map(_expected_so, seen.expected)]),
        *_section("came to", results_lines(results) if results is not None else []),
        *_seats(template),
        *_section(
            "dials",
            [f"{each.name} {each.value} of 0 to {len(each.words) - 1}: {each.about}" for each in template.dials],
        ),
        *_versions(seen.versions, now_ms=now_ms),
    )


def graph(seen: SeenTemplate, *, width: int) -> tuple[Paragraph, ...]:
    """The way that it goes, with a heading that names the session whose marks it bears."""
    lines = [
        Paragraph(((line.text, _MARK_STYLES[line.mark] if line.mark is not None else _plain_style(line.text)),))
        for line in graph_lines(seen.workflow, marks=seen.marks, width=width)
    ]
    if not seen.here:
        return tuple(lines)
    return (Paragraph(((f"▶ where {seen.here} stands", "accent"),)), *lines)


def _plain_style(text: str) -> str:
    return "muted" if text.startswith(("│", "├")) and not any(letter.isalpha() for letter in text) else "text"


def _about(template: Template, versions: Sequence[TemplateVersion]) -> tuple[Paragraph, ...]:
    newest = versions[0] if versions else None
    origin = "comes with moot" if newest is not None and newest.actor == SHIPPED_BY else "your own"
    facts = (
        template.complexity.value,
        counted(template.rounds, "round"),
        counted(len(template.seats), "seat"),
        _DECIDED[template.decided_by],
    )
    measured = f"consensus {consensus_in_words(template)}"
    judging = f" · {judging_in_words(template)}" if template.bench else ""
    lines = [
        Paragraph(
            ((template.name, "text strong"), (f"  {template.id}, version {template.version}, {origin}", "muted"))
        ),
        Paragraph(((" · ".join(facts), "muted"),)),
    ]
    if template.description:
        lines.append(Paragraph(((template.description, "text"),)))
    if template.source:
        lines.append(Paragraph(((template.source, "text"),), "source  ", "muted"))
    rules = f"rules {template.rule_set or DEFAULT_RULE_SET}"
    tags = "".join(f" #{tag}" for tag in template.tags)
    lines.append(Paragraph(((f"{measured}{judging} · {rules}{tags}", "muted"),)))
    return tuple(lines)


def _findings(findings: Sequence[Finding]) -> tuple[Paragraph, ...]:
    lines = []
    for each in findings:
        glyph, style = _FINDING_STYLES[each.severity]
        lines.append(Paragraph(((f"{each.what} {each.now}".rstrip(), style),), glyph, style))
    return tuple(lines)


def finding_lines(findings: Sequence[Finding]) -> tuple[Paragraph, ...]:
    """What a check found, or that nothing is wrong."""
    return _findings(findings) or (Paragraph((("Nothing is wrong with it.", "ok"),), "✓ ", "ok"),)


def _expected(template: Template) -> str:
    minutes = counted(template.minutes_expected, "minute")
    return f"about {minutes} and {money(template.cost_microusd_expected)} with paid models of the middle class"


def _expected_so(expected: Expected) -> str:
    each = expected.estimate
    return f"{expected.how}: {time_about(each.active_ms)}, {cost_about(each.cost_microusd)}; {rests_on(each)}"


def _seats(template: Template) -> tuple[Paragraph, ...]:
    width = max((len(seat.id) for seat in template.seats), default=0)
    lines = []
    for seat in template.seats:
        seen = template.links.get(seat.id)
        linked = f", sees {', '.join(seen) or 'nobody else'}" if seen is not None else ""
        lines.append(f"{seat.id:<{width}}  {seat.role}, {seat.participant}{linked}")
    return _section("seats", lines)


def _versions(versions: Sequence[TemplateVersion], *, now_ms: int) -> tuple[Paragraph, ...]:
    told = [
        f"{each.number}  {age(max(0, now_ms - each.made_at_ms))}  {author(each)}  {change_words(each)}"
        for each in versions[:VERSIONS_TOLD_MAX]
    ]
    more = len(versions) - len(told)
    return _section("versions", [*told, *([f"… and {more} more"] if more > 0 else [])])


def author(version: TemplateVersion) -> str:
    """Who made a version."""
    return "you" if version.actor == OPERATOR else version.actor


def change_words(version: TemplateVersion) -> str:
    """What a version was, also where nobody said."""
    return version.change or ("shipped" if version.actor == SHIPPED_BY else "saved")


def _section(title: str, lines: Sequence[str]) -> tuple[Paragraph, ...]:
    if not lines:
        return ()
    return (
        Paragraph(),
        Paragraph(((title, "accent"),)),
        *(Paragraph(((line, "text"),), "  ") for line in lines),
    )
