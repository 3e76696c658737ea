"""Is every decision a function of what it is given? The linter sees imports; this sees calls and numbers."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import pytest

from tests.architecture.tree import DECIDING, PURE, ROOT, modules, place, syntax

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Check = Callable[[ast.Module], Iterator[tuple[int, str]]]

# `hash` and `id` differ from one process to the next, so that a replay would decide otherwise.
IMPURE_CALLS = {"open", "print", "input", "hash", "id", "eval", "exec", "__import__", "breakpoint"}
# How alike two names must be before one is suggested for the other is advice to a person.
NO_DECISION = {"core/domain/errors.py"}
# What is written there are the functions that copy our own records, by the names of their parts and nothing else.
WRITES_FUNCTIONS = "core/domain/changing.py"
IMPURE_METHODS = {"now", "utcnow", "today", "read_text", "read_bytes", "write_text", "write_bytes", "sleep"}


def without_hash_methods(tree: ast.AST) -> Iterator[ast.AST]:
    """Every node but those inside `__hash__`, where a hash serves look-up in this process and reaches no decision."""
    yield tree
    for child in ast.iter_child_nodes(tree):
        if not (isinstance(child, ast.FunctionDef) and child.name == "__hash__"):
            yield from without_hash_methods(child)


def impure_calls(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in without_hash_methods(tree):
        if not isinstance(node, ast.Call):
            continue
        match node.func:
            case ast.Name(id=name) if name in IMPURE_CALLS:
                yield node.lineno, name
            case ast.Attribute(attr=name) if name in IMPURE_METHODS:
                yield node.lineno, f".{name}"


def floats(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=float(value)):
                yield node.lineno, str(value)
            case ast.BinOp(op=ast.Div()) | ast.AugAssign(op=ast.Div()):
                yield node.lineno, "/"
            case ast.Call(func=ast.Name(id="float")):
                yield node.lineno, "float()"
            case _:
                pass


def found(paths: list[Path], check: Check) -> list[str]:
    return [f"{place(path, line)}: {what}" for path in paths for line, what in check(syntax(path))]


def test_pure_packages_ask_no_clock_no_chance_and_no_disk() -> None:
    calls = found(modules(*PURE), impure_calls)

    assert [each for each in calls if not (each.startswith(WRITES_FUNCTIONS) and each.endswith(": exec"))] == []


def test_what_decides_counts_in_integers() -> None:
    deciding = [path for path in modules(*DECIDING) if str(path.relative_to(ROOT)) not in NO_DECISION]

    assert found(deciding, floats) == []


@pytest.mark.parametrize(
    ("line", "seen"),
    [("datetime.now(UTC)", ".now"), ("open('x')", "open"), ("hash(word)", "hash"), ("path.read_text()", ".read_text")],
)
def test_an_impure_call_is_seen(line: str, seen: str) -> None:
    assert list(impure_calls(ast.parse(line))) == [(1, seen)]


@pytest.mark.parametrize(
    ("line", "seen"), [("x = 0.5", "0.5"), ("x = a / b", "/"), ("x /= 2", "/"), ("float(x)", "float()")]
)
def test_a_float_is_seen(line: str, seen: str) -> None:
    assert list(floats(ast.parse(line))) == [(1, seen)]


def test_a_hash_for_look_up_is_no_impurity() -> None:
    assert list(impure_calls(ast.parse("class Word:\n    def __hash__(self):\n        return hash(self.text)"))) == []


def test_whole_division_is_no_float() -> None:
    assert list(floats(ast.parse("x = a * 1_000_000 // b"))) == []
