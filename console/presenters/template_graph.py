"""How is the way of a format drawn with the characters of a terminal, and where does a session stand on it?

One line a step, rounds of the same steps once; what is asked at once or repeated stands in a bracket. A mark is a glyph
and a word, so that it can be told without colours.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from console.cli.tables import cells, cut
from console.presenters.figures import counted
from core.templates.template import Expects, Sees
from core.templates.workflow import (
    COUNT,
    END,
    START,
    VERDICT,
    EdgeKind,
    Mark,
    Node,
    NodeKind,
    Stage,
    WorkflowDefinition,
)

WIDTH_DEFAULT = 80
WIDTH_MIN = 30
GLYPHS: Mapping[Mark, str] = {Mark.DONE: "✓", Mark.NOW: "▶", Mark.SKIPPED: "–", Mark.AHEAD: "·"}
WORDS: Mapping[Mark, str] = {Mark.DONE: "done", Mark.NOW: "now", Mark.SKIPPED: "skipped", Mark.AHEAD: ""}

_ENDS: Mapping[Expects, str] = {
    Expects.NOTHING: "",
    Expects.ANSWER: "answers",
    Expects.STANCE: "says where it stands",
    Expects.BALLOT: "casts a ballot",
    Expects.RANKING: "ranks the others",
    Expects.BREAK: "says whether it may end",
    Expects.VERDICT: "",
}
_SIGHT: Mapping[Sees, str] = {
    Sees.ALL: "",
    Sees.LINKED: "sees the linked",
    Sees.OWN: "sees its own",
    Sees.NOTHING: "sees nobody",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphLine:
    """A line of the drawing. `node` is the id of the node that it shows, "" for none; `mark` how that stands."""

    text: str
    node: str = ""
    mark: Mark | None = None


def graph_lines(
    workflow: WorkflowDefinition, *, marks: Mapping[str, Mark] | None = None, width: int = WIDTH_DEFAULT
) -> tuple[GraphLine, ...]:
    """The drawing, at most `width` cells wide, with marks where a session stands."""
    return tuple(_Drawing(workflow, marks, max(WIDTH_MIN, width)).lines())


def graph_text(
    workflow: WorkflowDefinition, *, marks: Mapping[str, Mark] | None = None, width: int = WIDTH_DEFAULT
) -> str:
    """`graph_lines` as one text."""
    return "\n".join(line.text for line in graph_lines(workflow, marks=marks, width=width))


class _Drawing:
    """`task` is how wide the widest task is, `seat` the widest seat."""

    def __init__(self, workflow: WorkflowDefinition, marks: Mapping[str, Mark] | None, width: int) -> None:
        self.workflow = workflow
        self.marks = marks
        self.width = width
        self.nodes = {node.id: node for node in workflow.nodes}
        named = [node for node in workflow.nodes if node.seat]
        self.task = min(max((cells(_task(node)) for node in named), default=0), width // 3)
        self.seat = min(max((cells(_seat(node)) for node in named), default=0), width * 2 // 5)

    def lines(self) -> Iterator[GraphLine]:
        yield self.node_line(START, "○ start")
        for stage in self.workflow.stages:
            yield self.plain("│")
            yield self.plain(self.heading(stage))
            yield from self.stage(stage)
            again = self.edge_label(stage, EdgeKind.NEXT_ROUND)
            if again:
                yield self.plain(f"│ ↺ {again}")
        yield self.plain("│")
        if COUNT in self.nodes:
            yield self.node_line(COUNT, f"◇ count: {self.nodes[COUNT].condition}")
        ballots = [node for node in self.workflow.nodes if node.kind is NodeKind.BALLOT]
        if ballots:
            condition = f"if {ballots[0].condition}" if ballots[0].condition else ""
            said = ", ".join(words for words in ("all at once" if len(ballots) > 1 else "", condition) if words)
            yield self.plain(f"│ ┌ {said}".rstrip())
            yield from (self.step(node, is_inside=True) for node in ballots)
            yield self.plain("│ └")
        if VERDICT in self.nodes:
            yield self.verdict(self.nodes[VERDICT])
        yield self.node_line(END, "● end")

    def heading(self, stage: Stage) -> str:
        title = f"├─ {stage.rounds} "
        return title + "─" * max(0, self.width - cells(title))

    def stage(self, stage: Stage) -> Iterator[GraphLine]:
        block = ""
        for group in stage.groups:
            inside = self.nodes[group[0]].block if self.nodes[group[0]].block in self.workflow.blocks else ""
            if block and inside != block:
                yield self.plain("│ └")
            if inside and inside != block:
                yield self.plain(f"│ ┌ {self.workflow.blocks[inside]}")
            block = inside
            for id in group:
                yield self.step(self.nodes[id], is_inside=bool(inside))
        if block:
            yield self.plain("│ └")

    def step(self, node: Node, *, is_inside: bool) -> GraphLine:
        return self.seated(node, "│ │ " if is_inside else "│ ")

    def verdict(self, node: Node) -> GraphLine:
        return self.seated(node, "◆ ") if node.seat else self.node_line(VERDICT, f"◆ {_task(node)}: {node.condition}")

    def seated(self, node: Node, lead: str) -> GraphLine:
        mark = self.marks.get(node.id) if self.marks is not None else None
        glyph = f"{GLYPHS[mark]} " if mark is not None else ""
        named = f"{_padded(_task(node), self.task)}  {_padded(_seat(node), self.seat)}"
        said = f"{lead}{glyph}{named}  {_notes(node)}".rstrip()
        return self.marked(node.id, said, mark)

    def node_line(self, id: str, text: str) -> GraphLine:
        is_marked = self.nodes[id].kind in (NodeKind.COUNT, NodeKind.VERDICT)
        mark = self.marks.get(id) if self.marks is not None and is_marked else None
        return self.marked(id, text, mark)

    def marked(self, id: str, text: str, mark: Mark | None) -> GraphLine:
        """The word of a mark stands at the right edge."""
        word = WORDS[mark] if mark is not None else ""
        room = self.width - (cells(word) + 2 if word else 0)
        shown = _cut(text, room)
        if word:
            shown += " " * (self.width - cells(shown) - cells(word)) + word
        return GraphLine(text=shown, node=id, mark=mark)

    def plain(self, text: str) -> GraphLine:
        return GraphLine(text=_cut(text, self.width))

    def edge_label(self, stage: Stage, kind: EdgeKind) -> str:
        inside = {id for group in stage.groups for id in group}
        return next((edge.label for edge in self.workflow.edges if edge.kind is kind and edge.target in inside), "")


def summary(workflow: WorkflowDefinition, *, seats: int) -> str:
    """A line above the drawing: which format, how many rounds and seats."""
    return (
        f"{workflow.template}, version {workflow.version}: "
        f"{counted(workflow.rounds, 'round')}, {counted(seats, 'seat')}"
    )


def _task(node: Node) -> str:
    return node.task.replace("_", " ")


def _seat(node: Node) -> str:
    role = str(node.role) if node.role is not None else ""
    return str(node.seat) if not role or node.seat.endswith(role) else f"{node.seat} ({role})"


def _notes(node: Node) -> str:
    notes: Sequence[str] = (
        f"if {node.condition}" if node.condition and node.kind is not NodeKind.BALLOT else "",
        _ENDS[node.expects],
        _SIGHT[node.sees],
        f"{node.order} order" if node.order else "",
        "blind" if node.is_blind else "",
    )
    return ", ".join(note for note in notes if note)


def _padded(text: str, width: int) -> str:
    shown = cut(text, width)
    return shown + " " * (width - cells(shown))


def _cut(text: str, width: int) -> str:
    """`text` in at most `width` cells; its blanks stay."""
    if cells(text) <= width:
        return text
    kept, used = "", 0
    for character in text:
        used += cells(character)
        if used > width - 1:
            break
        kept += character
    return kept.rstrip() + "…"
