"""How does an operator say in their own words what is told by a channel?

A template in Jinja's language, of which it may use what can't run away: values, filters from a list, conditions, and
loops over what is there. No calls, no variables of its own, no arithmetic that makes long texts of short ones. So a
template is refused when it is read, with its line, and what is left comes to an end: each round of a loop is counted by
how much it does, and the whole text is bounded.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from core.channels.wording import NotWorded, about, headline
from core.domain.errors import WrongUse, nearest
from core.notifying.delivering import Delivery
from core.notifying.notification import Notification

if TYPE_CHECKING:
    from jinja2 import Environment, nodes
    from markupsafe import Markup

SOURCE_CHARACTERS_MAX = 20_000
TEXT_CHARACTERS_MAX = 100_000
STEPS_MAX = 50_000
"""So many parts of a template are gone through at most within loops, which takes well under a second."""

BETWEEN_CHARACTERS_MAX = 100
NESTED_MAX = 8
"""Filters within filters, loops within loops: each may double what it is given."""

FILTERS = (
    "capitalize", "count", "d", "default", "e", "escape", "first", "int", "join", "last", "length", "lower", "title",
    "tojson", "trim", "truncate", "upper", "urlencode",
)  # fmt: skip  # a list

TESTS = ("defined", "eq", "even", "false", "ge", "gt", "in", "le", "lt", "ne", "none", "odd", "true", "undefined")

NOTIFICATION_VALUES: Mapping[str, str] = {
    "notification": "the notification's id",
    "type": "such as ESCALATION_NOTICE",
    "priority": "urgent, high, normal or low",
    "session": "the session's id",
    "seq": "the number of the event in the session; 0 where it follows from none",
    "at_ms": "when that was, in Unix milliseconds",
    "at": "the same as 2026-11-20 14:32:05 in UTC",
    "flow": "the kind of session",
    "title": "the session's title",
    "text": "one or two sentences",
    "seat": "whom it is about, where it is about one",
}
VALUES: Mapping[str, str] = {
    **NOTIFICATION_VALUES,
    "id": "the delivery's id: a repeat has the same",
    "channel": "the channel's name",
    "headline": "what it is about, in one line",
    "about": "type, priority, session and event, in one line",
    "gathered": "of a digest: what was gathered, each with the values above down to seat",
}
"""What a template can speak of."""

_LOOP = "loop"
_ALLOWED = (
    "Add", "And", "Compare", "Concat", "CondExpr", "Const", "Filter", "For", "Getattr", "Getitem", "If", "Keyword",
    "List", "Name", "Neg", "Not", "Operand", "Or", "Output", "Slice", "Sub", "Template", "TemplateData", "Test",
    "Tuple",
)  # fmt: skip  # kinds of nodes of Jinja's syntax

_SAID = {
    "Call": "calls nothing, so that it has no range() and no macros",
    "Assign": "has no variables of its own",
    "AssignBlock": "has no variables of its own",
    "Macro": "has no macros",
    "Include": "stands in one file",
    "Import": "stands in one file",
    "FromImport": "stands in one file",
    "Extends": "stands in one file",
    "Block": "stands in one file",
    "Mul": "multiplies nothing: a short text could become one without end",
    "Pow": "multiplies nothing: a short text could become one without end",
    "Mod": "formats with filters alone",
}


class MessageTemplate:
    """Made once, then rendered for each delivery. Raises WrongUse for a source that is no template, with its line.

    `is_html` has every value escaped that stands in it.
    """

    def __init__(self, source: str, *, where: str, is_html: bool = False) -> None:
        from jinja2 import TemplateSyntaxError  # who has no templates needs none of it

        if len(source) > SOURCE_CHARACTERS_MAX:
            raise WrongUse(
                f"has {len(source):,} characters.",
                where=where,
                now=f"A template has at most {SOURCE_CHARACTERS_MAX:,}.",
            )
        self._where = where
        environment = _environment(is_html=is_html)
        try:
            tree = environment.parse(source)
            _check(tree, where)
            _count_loops(tree)
            self._template = environment.from_string(tree)
        except TemplateSyntaxError as error:
            said = (error.message or "it can't be read").rstrip(".")
            raise WrongUse(f"this is no template: {said}.", where=f"{where}:{error.lineno}") from error
        except (RecursionError, SyntaxError, MemoryError) as error:
            raise WrongUse("this is nested too deeply.", where=where) from error

    def render(self, delivery: Delivery) -> str:
        """The text, in well under a second. Raises NotWorded where it can't be made of what is there, or has no end."""
        counter = _Counter()
        pieces: list[str] = []
        length = 0
        try:
            for piece in self._template.generate({**values_of(delivery), _COUNTED: counter.counted}):
                length += len(piece)
                if length > TEXT_CHARACTERS_MAX:
                    raise _TooMuch(f"it comes to more than {TEXT_CHARACTERS_MAX:,} characters")
                pieces.append(piece)
        except Exception as error:
            # Whatever a template of somebody's does, it must not keep anybody from being told.
            raise NotWorded(f"{self._where} could not word it: {_why(error)}.") from error
        return "".join(pieces)


def values_of(delivery: Delivery) -> dict[str, object]:
    """What a template can speak of, by `VALUES`."""
    return {
        **_values_of(delivery.notification),
        "id": delivery.id,
        "channel": delivery.channel,
        "headline": headline(delivery),
        "about": about(delivery),
        "gathered": [_values_of(each) for each in delivery.gathered],
    }


def _values_of(told: Notification) -> dict[str, object]:
    return {
        "notification": told.id,
        "type": told.type.value,
        "priority": told.priority.value,
        "session": str(told.session),
        "seq": told.seq,
        "at_ms": told.at_ms,
        "at": datetime.fromtimestamp(told.at_ms // 1_000, tz=UTC).strftime("%Y-%m-%d %H:%M:%S"),
        "flow": told.flow,
        "title": told.title,
        "text": told.text,
        "seat": str(told.seat),
    }


# --- what may stand in one ------------------------------------------------------------------------------------------


def _environment(*, is_html: bool) -> Environment:
    from jinja2 import StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    environment = ImmutableSandboxedEnvironment(
        autoescape=is_html, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, cache_size=0
    )
    environment.globals.clear()
    environment.filters = {name: environment.filters[name] for name in FILTERS} | {"join": _joined, "tojson": _as_json}
    environment.tests = {name: environment.tests[name] for name in TESTS}
    return environment


def _check(tree: nodes.Template, where: str) -> None:
    """Raises WrongUse for the first thing that a template may not do, or that nothing is called."""
    from jinja2 import nodes

    targets = {loop.target.name for loop in tree.find_all(nodes.For) if isinstance(loop.target, nodes.Name)}
    known = {*VALUES, _LOOP, *(targets - {_COUNTED})}
    for node, depth in _nodes(tree):
        place = f"{where}:{node.lineno}"
        kind = type(node).__name__
        if kind not in _ALLOWED:
            raise WrongUse(f"a template {_SAID.get(kind, f'has no {kind}')}.", where=place)
        if depth > NESTED_MAX:
            raise WrongUse(f"more than {NESTED_MAX} filters or loops stand within one another.", where=place)
        if isinstance(node, nodes.For) and node.recursive:
            raise WrongUse("a loop goes through nothing again and again.", where=place)
        if isinstance(node, nodes.Name) and node.name not in known:
            now = nearest(node.name, VALUES) or f"There are {', '.join(VALUES)}."
            raise WrongUse(f"no value is called {node.name!r:.80}.", where=place, now=now)
        if isinstance(node, nodes.Filter) and node.name not in FILTERS:
            now = nearest(node.name, FILTERS) or f"There are {', '.join(FILTERS)}."
            raise WrongUse(f"no filter is called {node.name!r:.80} here.", where=place, now=now)
        if isinstance(node, nodes.Test) and node.name not in TESTS:
            raise WrongUse(f"no test is called {node.name!r:.80} here.", where=place)


def _nodes(node: nodes.Node, depth: int = 0) -> Iterator[tuple[nodes.Node, int]]:
    """Each node with how many filters and loops it stands in."""
    from jinja2 import nodes

    yield node, depth
    inner = depth + isinstance(node, (nodes.Filter, nodes.For))
    for child in node.iter_child_nodes():
        yield from _nodes(child, inner)


def _joined(every: object, between: str = "", attribute: str = "") -> str:
    """Items of a list with a few characters between them: the characters of a text, joined by a text, would be many."""
    if not isinstance(every, (list, tuple)) or len(between) > BETWEEN_CHARACTERS_MAX:
        raise ValueError(f"join takes a list and at most {BETWEEN_CHARACTERS_MAX} characters to stand between")
    return between.join(str(each[attribute] if attribute else each) for each in every)


def _as_json(value: object) -> Markup:
    """As Jinja's, which can indent by any number of characters."""
    from jinja2.utils import htmlsafe_json_dumps

    return htmlsafe_json_dumps(value, ensure_ascii=False)


# --- what keeps it from running for ever ----------------------------------------------------------------------------

_COUNTED = "_counted"
"""A name that a template can't use."""


class _TooMuch(Exception):
    """A template that does more than any message needs."""


class _Counter:
    """Counts for one rendering."""

    def __init__(self) -> None:
        self._steps = 0

    def counted(self, every: Iterable[Any], weight: int) -> Iterator[Any]:
        """The same items, until too much was done with them."""
        for each in every:
            self._steps += weight
            if self._steps > STEPS_MAX:
                raise _TooMuch("its loops don't end")
            yield each


def _count_loops(tree: nodes.Template) -> None:
    """Have each loop counted by how many parts it goes through each time."""
    from jinja2 import nodes

    for loop in list(tree.find_all(nodes.For)):
        weight = 1 + sum(1 for part in (*loop.body, *loop.else_) for _ in _nodes(part))
        counted = nodes.Name(_COUNTED, "load", lineno=loop.lineno)
        arguments = [loop.iter, nodes.Const(weight, lineno=loop.lineno)]
        loop.iter = nodes.Call(counted, arguments, [], None, None, lineno=loop.lineno)
        loop.iter.set_environment(tree.environment)  # type: ignore[arg-type]  # whoever parsed it has set its own


def _why(error: Exception) -> str:
    return " ".join(str(error).split()).rstrip(".")[:200] or type(error).__name__
