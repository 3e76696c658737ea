"""Which way does a format go: what follows what, under which condition, how often?

Rounds that hold the same steps are one stage, drawn once. Within a stage steps follow one another; those that are asked
at once stand side by side, a block leads back to its beginning, and a step with a condition can be passed by.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from core.domain.facts import FactSpec
from core.domain.ids import NO_SEAT, SeatId, TemplateId
from core.domain.participants import Role
from core.rules.checking.wording import in_short
from core.rules.condition import Condition
from core.templates.template import COUNTED, ITERATION_MARK, PASS_NAMES, Block, Expects, Sees, StepSpec, Template


class NodeKind(StrEnum):
    """What stands at a node. COUNT is a vote that is counted, BALLOT what a judge is asked in one pass; the ballots
    come to the VERDICT, which is nobody's step then."""

    START = "start"
    STEP = "step"
    COUNT = "count"
    BALLOT = "ballot"
    VERDICT = "verdict"
    END = "end"


class EdgeKind(StrEnum):
    """Why one node follows another: as the next one; because a condition doesn't hold; once more in a block; as the
    next round of a stage; as the first of the next stage; because somebody finds that the debate may end."""

    NEXT = "next"
    OTHERWISE = "otherwise"
    REPEAT = "repeat"
    NEXT_ROUND = "next_round"
    NEXT_STAGE = "next_stage"
    MAY_END = "may_end"


class Mark(StrEnum):
    """How a node stands in a live session."""

    DONE = "done"
    SKIPPED = "skipped"
    NOW = "now"
    AHEAD = "ahead"


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A place on the way. `stage` is the number of its stage from 0, -1 for what lies outside of rounds. `step` is the
    name of the format's step, "" where the node is none; `order` the pass of a ballot, "" where there is but one."""

    id: str
    kind: NodeKind
    stage: int = -1
    step: str = ""
    seat: SeatId = NO_SEAT
    role: Role | None = None
    task: str = ""
    expects: Expects = Expects.NOTHING
    sees: Sees = Sees.ALL
    is_blind: bool = False
    condition: str = ""
    block: str = ""
    order: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """`label` says in words what `kind` says, with bounds and conditions; "" for what simply follows."""

    source: str
    target: str
    kind: EdgeKind = EdgeKind.NEXT
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Rounds `first` to `last`, which hold the same steps. `groups` are the ids of its nodes in order; those of one
    group are asked at once."""

    first: int
    last: int
    groups: tuple[tuple[str, ...], ...]

    @property
    def rounds(self) -> str:
        """`round 1`, `rounds 2–4`."""
        return f"round {self.first}" if self.first == self.last else f"rounds {self.first}–{self.last}"


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowDefinition:
    """A format as a graph. `blocks` are those of its blocks that are repeated or asked at once, by id, in words."""

    template: TemplateId
    name: str
    version: int
    rounds: int
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    stages: tuple[Stage, ...]
    blocks: Mapping[str, str] = field(default_factory=dict)

    def node(self, id: str) -> Node:
        """The node with that id; KeyError where there is none."""
        for node in self.nodes:
            if node.id == id:
                return node
        raise KeyError(id)

    def leaving(self, id: str) -> tuple[Edge, ...]:
        """The edges that lead away from a node."""
        return tuple(edge for edge in self.edges if edge.source == id)


START, COUNT, VERDICT, END = "start", "count", "verdict", "end"


def ballot_node(judge: SeatId, number: int) -> str:
    """The id of the node of a judge's `number`th ballot, from 1."""
    return f"ballot_{PASS_NAMES[number - 1]}_{judge}"


def to_workflow_definition(
    template: Template, *, rounds: int | None = None, facts: Mapping[str, FactSpec] | None = None
) -> WorkflowDefinition:
    """The graph of a format, played in `rounds` rounds, its own number unless another is named. With `facts`, values
    in conditions are said in their units."""
    return _Drawing(template, template.rounds if rounds is None else rounds, facts or {}).definition()


def standing(
    workflow: WorkflowDefinition,
    *,
    round: int,
    spoken: Collection[str] = (),
    skipped: Collection[str] = (),
    speaking: Collection[str] = (),
    balloted: Collection[str] = (),
    is_judging: bool = False,
    is_over: bool = False,
) -> Mapping[str, Mark]:
    """How each node stands in a session that is in round `round` (0 before the first).

    `spoken` are the names of this round's steps that were taken or passed over, `skipped` those passed over, and
    `speaking` those that are asked now; where none is named, the first one left is. `balloted` are the nodes of ballots
    that were given.
    """
    if is_over:
        return {node.id: Mark.DONE for node in workflow.nodes}
    found: dict[str, Mark] = {}
    for number, stage in enumerate(workflow.stages):
        is_here = stage.first <= round <= stage.last and not is_judging
        for node in (node for node in workflow.nodes if node.stage == number):
            if is_here:
                found[node.id] = _mark_here(node, spoken, skipped, speaking)
            else:
                found[node.id] = Mark.DONE if is_judging or round > stage.last else Mark.AHEAD
        if is_here and not speaking:
            ahead = next((id for group in stage.groups for id in group if found[id] is Mark.AHEAD), None)
            found |= {ahead: Mark.NOW} if ahead is not None else {}
    for node in workflow.nodes:
        if node.kind is NodeKind.START:
            found[node.id] = Mark.DONE if round > 0 or is_judging else Mark.NOW
        elif node.kind is NodeKind.BALLOT:
            found[node.id] = Mark.AHEAD if not is_judging else Mark.DONE if node.id in balloted else Mark.NOW
        elif node.kind in (NodeKind.VERDICT, NodeKind.COUNT):
            found[node.id] = Mark.NOW if is_judging and Mark.NOW not in _ballots(workflow, found) else Mark.AHEAD
        elif node.kind is NodeKind.END:
            found[node.id] = Mark.AHEAD
    return found


def _ballots(workflow: WorkflowDefinition, marks: Mapping[str, Mark]) -> set[Mark]:
    """How the ballots stand; they come before the verdict among the nodes."""
    return {marks[node.id] for node in workflow.nodes if node.kind is NodeKind.BALLOT and node.id in marks}


def _mark_here(node: Node, spoken: Collection[str], skipped: Collection[str], speaking: Collection[str]) -> Mark:
    if node.step in {_first_name(name) for name in speaking}:
        return Mark.NOW
    names = [name for name in spoken if _first_name(name) == node.step]
    if not names:
        return Mark.AHEAD
    return Mark.SKIPPED if all(name in skipped for name in names) else Mark.DONE


def _first_name(name: str) -> str:
    return name.partition(ITERATION_MARK)[0]


class _Drawing:
    """Puts nodes and edges together, stage by stage. `sources` are the nodes that lead to whatever comes next."""

    def __init__(self, template: Template, rounds: int, facts: Mapping[str, FactSpec]) -> None:
        self.template = template
        self.rounds = rounds
        self.facts = facts
        self.roles = {seat.id: seat.role for seat in template.seats}
        self.nodes: list[Node] = [Node(id=START, kind=NodeKind.START)]
        self.edges: list[Edge] = []
        self.stages: list[Stage] = []
        self.sources: list[Edge] = [Edge(source=START, target="")]

    def definition(self) -> WorkflowDefinition:
        for first, last, steps in self.shapes():
            self.stage(first, last, steps)
        self.ending()
        template = self.template
        return WorkflowDefinition(
            template=template.id,
            name=template.name,
            version=template.version,
            rounds=self.rounds,
            nodes=tuple(self.nodes),
            edges=tuple(dict.fromkeys(self.edges)),
            stages=tuple(self.stages),
            blocks={block.id: words for block in template.blocks if (words := self.block_words(block))},
        )

    def shapes(self) -> list[tuple[int, int, tuple[StepSpec, ...]]]:
        """Runs of rounds that hold the same steps; rounds without any are left out, as they are when it is played."""
        found: list[tuple[int, int, tuple[StepSpec, ...]]] = []
        for number in range(1, self.rounds + 1):
            played = self.template.steps_of_round(number, rounds_limit=self.rounds)
            steps = tuple(step for step in played if step.iteration == 1)
            if not steps:
                continue
            if found and found[-1][2] == steps and found[-1][1] == number - 1:
                found[-1] = (found[-1][0], number, steps)
            else:
                found.append((number, number, steps))
        return found

    def stage(self, first: int, last: int, steps: Sequence[StepSpec]) -> None:
        number = len(self.stages)
        groups = self.groups(steps)
        ids = [tuple(f"s{number + 1}_{step.name}" for step in group) for group in groups]
        for group, names in zip(groups, ids, strict=True):
            self.group(group, names, stage=number, is_first=names is ids[0])
        self.repeats(groups, ids)
        if last > first:
            self.lead_to(ids[0], kind=EdgeKind.NEXT_ROUND, label=f"next round, up to {last}")
        self.stages.append(Stage(first=first, last=last, groups=tuple(ids)))

    def groups(self, steps: Sequence[StepSpec]) -> list[list[StepSpec]]:
        """Steps that are asked together."""
        found: list[list[StepSpec]] = []
        for step in steps:
            block = self.template.block(step.block)
            if block is not None and block.is_at_once and found and found[-1][0].block == step.block:
                found[-1].append(step)
            else:
                found.append([step])
        return found

    def group(self, steps: Sequence[StepSpec], ids: Sequence[str], *, stage: int, is_first: bool) -> None:
        leading = list(self.sources)
        leaving: list[Edge] = []
        for step, id in zip(steps, ids, strict=True):
            condition = self.said(step.when)
            self.nodes.append(self.node(step, id, stage, condition))
            for edge in leading:
                label = edge.label or (f"if {condition}" if condition else "")
                kind = EdgeKind.NEXT_STAGE if is_first and stage and edge.kind is EdgeKind.NEXT else edge.kind
                self.edges.append(Edge(source=edge.source, target=id, kind=kind, label=label))
            if step.expects is Expects.BREAK:
                self.edges += [
                    Edge(source=id, target=closing, kind=EdgeKind.MAY_END, label="may end, if a rule says so")
                    for closing in self.closing()
                ]
            leaving.append(Edge(source=id, target=""))
        if all(step.when is not None for step in steps):
            leaving += [Edge(source=edge.source, target="", kind=EdgeKind.OTHERWISE, label="else") for edge in leading]
        self.sources = leaving

    def repeats(self, groups: Sequence[Sequence[StepSpec]], ids: Sequence[Sequence[str]]) -> None:
        for block in self.template.blocks:
            if block.times < 2:
                continue
            inside = [names for group, names in zip(groups, ids, strict=True) if group[0].block == block.id]
            if inside:
                until = f", until {self.said(block.until)}" if block.until is not None else ""
                self.edges += [
                    Edge(source=last, target=first, kind=EdgeKind.REPEAT, label=f"{block.times} times in all{until}")
                    for last in inside[-1][-1:]
                    for first in inside[0][:1]
                ]

    def lead_to(self, ids: Sequence[str], *, kind: EdgeKind = EdgeKind.NEXT, label: str = "") -> None:
        """From every source to these. One that passes a step by says so, unless something else is to be said."""
        for edge in self.sources:
            is_next = kind is EdgeKind.NEXT and not label
            how = edge.kind if is_next else kind
            said = edge.label if is_next else label
            self.edges += [Edge(source=edge.source, target=id, kind=how, label=said) for id in ids]

    def ending(self) -> None:
        template = self.template
        verdict = template.verdict
        if template.is_vote:
            by = COUNTED[template.decided_by]
            self.nodes.append(Node(id=COUNT, kind=NodeKind.COUNT, task="count", condition=by))
            self.lead_to([COUNT])
            self.sources = [Edge(source=COUNT, target="")]
        if verdict is not None and template.is_balloted:
            self.ballots(verdict)
        elif verdict is not None:
            self.nodes.append(self.node(verdict, VERDICT, -1, "the vote is even" if template.is_vote else ""))
            self.lead_to([VERDICT], label="if the vote is even" if template.is_vote else "")
            decided = [Edge(source=COUNT, target="", kind=EdgeKind.OTHERWISE, label="else")] if template.is_vote else []
            self.sources = [Edge(source=VERDICT, target=""), *decided]
        self.nodes.append(Node(id=END, kind=NodeKind.END))
        self.edges += [Edge(source=edge.source, target=END, kind=edge.kind, label=edge.label) for edge in self.sources]

    def ballots(self, verdict: StepSpec) -> None:
        """What each judge is asked in each pass, all at once, and the verdict that the ballots come to."""
        template = self.template
        asked = [(judge, number) for judge in template.bench for number in range(1, template.passes + 1)]
        for judge, number in asked:
            spec = replace(verdict, seat=judge)
            node = self.node(spec, ballot_node(judge, number), -1, "the vote is even" if template.is_vote else "")
            order = PASS_NAMES[number - 1] if template.passes > 1 else ""
            self.nodes.append(replace(node, kind=NodeKind.BALLOT, order=order))
        self.lead_to([ballot_node(*each) for each in asked], label="if the vote is even" if template.is_vote else "")
        judges = len(template.bench)
        by = f"more than half of {judges} judges" if judges > 1 else "where both orders agree"
        self.nodes.append(Node(id=VERDICT, kind=NodeKind.VERDICT, task=verdict.task, condition=by))
        self.edges += [Edge(source=ballot_node(*each), target=VERDICT) for each in asked]
        passed_by = [Edge(source=COUNT, target="", kind=EdgeKind.OTHERWISE, label="else")] if template.is_vote else []
        self.sources = [Edge(source=VERDICT, target=""), *passed_by]

    def closing(self) -> tuple[str, ...]:
        """Where a debate goes that ends early."""
        template = self.template
        if template.is_vote:
            return (COUNT,)
        if template.is_balloted:
            return tuple(
                ballot_node(judge, number) for judge in template.bench for number in range(1, template.passes + 1)
            )
        return (VERDICT,) if template.verdict is not None else (END,)

    def node(self, step: StepSpec, id: str, stage: int, condition: str) -> Node:
        return Node(
            id=id,
            kind=NodeKind.VERDICT if stage < 0 else NodeKind.STEP,
            stage=stage,
            step=step.name,
            seat=step.seat,
            role=self.roles.get(step.seat),
            task=step.task,
            expects=step.expects,
            sees=step.sees,
            is_blind=step.is_blind,
            condition=condition,
            block=step.block,
        )

    def block_words(self, block: Block) -> str:
        at_once = "all at once" if block.is_at_once else ""
        times = f"{block.times} times" if block.times > 1 else ""
        until = f"until {self.said(block.until)}" if block.until is not None and block.times > 1 else ""
        return ", ".join(words for words in (at_once, times, until) if words)

    def said(self, condition: Condition | None) -> str:
        return in_short(condition, self.facts) if condition is not None else ""
