"""Where do tasks come from, and what does a file of them hold?"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from console.cli.options import AsJson, group
from console.cli.tables import pairs
from console.exit_codes import ExitCode
from core.domain.errors import WrongUse

TASKS_MADE_MAX = 100_000

app = group("Make tasks for 'moot eval', or look a file of them over.")


@app.command()
def arithmetic(
    count: Annotated[int, typer.Option("--count", metavar="N", help="How many.")] = 100,
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="Same seed, same tasks.")] = 0,
) -> int:
    """Print arithmetic tasks with their answers, one a line: six numbers below 30, as Du et al. 2023 had them."""
    from console.plain import json_line
    from core.evaluation.arithmetic import arithmetic_tasks

    if not 1 <= count <= TASKS_MADE_MAX:
        raise WrongUse(f"{count} tasks can't be made.", where="--count", now=f"Name from 1 to {TASKS_MADE_MAX:,}.")
    for task in arithmetic_tasks(count, seed=seed):
        sys.stdout.write(json_line(task) + "\n")
    return ExitCode.COMPLETED


@app.command()
def check(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Tasks: JSON, one a line.", show_default=False)],
    as_json: AsJson = False,
) -> int:
    """Say what a file of tasks holds, or where its first mistake is. Nothing is asked and nothing is recorded."""
    from collections import Counter

    from console.plain import json_text
    from console.task_files import read_tasks

    kinds: Counter[str] = Counter()
    tasks = scored = longest = 0
    for task in read_tasks(file):
        tasks += 1
        scored += bool(task.known_answer)
        longest = max(longest, len(task.question))
        kinds[task.form.kind.value] += 1
    held = {
        "tasks": tasks,
        "with_a_right_answer": scored,
        "characters_max": longest,
        "kinds": dict(sorted(kinds.items())),
    }
    if as_json:
        sys.stdout.write(json_text(held) + "\n")
    else:
        rows = [
            ("tasks", f"{tasks:,}"),
            ("with a right answer", f"{scored:,}"),
            ("answered by", ", ".join(f"{kind} {number:,}" for kind, number in sorted(kinds.items()))),
            ("longest question", f"{longest:,} characters"),
        ]
        sys.stdout.write(pairs(rows, indent="") + "\n")
    return ExitCode.COMPLETED
