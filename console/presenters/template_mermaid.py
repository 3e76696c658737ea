"""How does the way of a format stand in Mermaid, which other programs draw?

Labels are in quotes, and what would end them or begin markup is written as a number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from core.templates.workflow import EdgeKind, Mark, Node, NodeKind, WorkflowDefinition

_DOTTED = frozenset({EdgeKind.OTHERWISE, EdgeKind.MAY_END})
_SHAPES: Mapping[NodeKind, tuple[str, str]] = {
    NodeKind.START: ("([", "])"),
    NodeKind.STEP: ("[", "]"),
    NodeKind.COUNT: ("{{", "}}"),
    NodeKind.BALLOT: ("[", "]"),
    NodeKind.VERDICT: ("[[", "]]"),
    NodeKind.END: ("([", "])"),
}
_CLASSES: Mapping[Mark, str] = {
    Mark.DONE: "fill:#dfe8df,stroke:#4a7a4a",
    Mark.NOW: "fill:#ffe9b0,stroke:#9a6a00,stroke-width:3px",
    Mark.SKIPPED: "fill:#eeeeee,stroke:#999999,stroke-dasharray:4",
    Mark.AHEAD: "fill:#ffffff,stroke:#999999",
}
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 _.,:;()/+-=~–≥≤'!?$%")


def mermaid(workflow: WorkflowDefinition, *, marks: Mapping[str, Mark] | None = None) -> str:
    """A flowchart, from top to bottom, each stage a box. With `marks`, how the nodes stand is a class of each."""
    return "\n".join(_lines(workflow, marks or {})) + "\n"


def _lines(workflow: WorkflowDefinition, marks: Mapping[str, Mark]) -> Iterator[str]:
    names = {node.id: f"n{number}" for number, node in enumerate(workflow.nodes)}
    yield "flowchart TD"
    for number, stage in enumerate(workflow.stages):
        yield f'  subgraph r{number}["{escaped(stage.rounds)}"]'
        yield from (f"    {_node(node, names)}" for node in workflow.nodes if node.stage == number)
        yield "  end"
    yield from (f"  {_node(node, names)}" for node in workflow.nodes if node.stage < 0)
    for edge in workflow.edges:
        arrow = "-.->" if edge.kind in _DOTTED else "-->"
        label = f'|"{escaped(edge.label)}"|' if edge.label else ""
        yield f"  {names[edge.source]} {arrow}{label} {names[edge.target]}"
    for mark, style in _CLASSES.items():
        marked = [names[id] for id, found in marks.items() if found is mark and id in names]
        if marked:
            yield f"  classDef {mark.value} {style}"
            yield f"  class {','.join(marked)} {mark.value}"


def _node(node: Node, names: Mapping[str, str]) -> str:
    opening, closing = _SHAPES[node.kind]
    return f'{names[node.id]}{opening}"{_label(node)}"{closing}'


def _label(node: Node) -> str:
    match node.kind:
        case NodeKind.START | NodeKind.END:
            return node.kind.value
        case NodeKind.COUNT:
            return escaped(f"count: {node.condition}")
        case NodeKind.VERDICT if not node.seat:
            return escaped(f"{node.task}: {node.condition}")
        case NodeKind.STEP | NodeKind.BALLOT | NodeKind.VERDICT:
            order = f"<br/>{node.order} order" if node.order else ""
            condition = f"<br/>if {escaped(node.condition)}" if node.condition else ""
            return f"{escaped(node.task.replace('_', ' '))}<br/>{escaped(node.seat)}{order}{condition}"


def escaped(text: str) -> str:
    """The text for within a label in quotes."""
    return "".join(
        character if character in _PLAIN or character.isalpha() else f"#{ord(character)};" for character in text
    )
