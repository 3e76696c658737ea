"""Does every module import only what its place in the house allows?"""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import tomllib
from typing import TYPE_CHECKING

import pytest

from tests.architecture.tree import PURE, ROOT, modules, place, syntax

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SLOW_TO_LOAD = (
    "textual",
    "sqlalchemy",
    "sqlmodel",
    "alembic",
    "anthropic",
    "openai",
    "google.genai",
    "google.generativeai",
    "prometheus_client",
    "psutil",
)


def imported_by(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(syntax(path)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.lineno, node.module or "."


def started_with(argument: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "console", argument],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def loaded_in(importtime: str) -> set[str]:
    return {line.rsplit("|", 1)[1].strip() for line in importtime.splitlines() if line.startswith("import time:")}


def test_the_import_contracts_hold() -> None:
    environment = {**os.environ, "NO_COLOR": "1"}
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "from importlinter.cli import lint_imports_command; lint_imports_command()",
            "--no-cache",
        ],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )

    assert done.returncode == 0, done.stdout + done.stderr


def test_the_domain_imports_the_standard_library_only() -> None:
    foreign = [
        f"{place(path, line)}: {name}"
        for path in modules("core/domain")
        for line, name in imported_by(path)
        if name.partition(".")[0] not in sys.stdlib_module_names and not name.startswith("core.domain")
    ]

    assert foreign == []


def test_every_pure_package_stands_under_the_contract_on_purity() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    purity = next(contract for contract in contracts if contract["name"].startswith("What decides"))
    under_contract = {module.removesuffix(".**").replace(".", "/") for module in purity["source_modules"]}

    assert under_contract == set(PURE)


@pytest.mark.parametrize("argument", ["--version", "--help"])
def test_a_question_about_moot_itself_loads_no_screen_no_database_and_no_provider(argument: str) -> None:
    done = started_with(argument)
    loaded = loaded_in(done.stderr)

    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.strip()
    assert "runpy" in loaded, "importtime said nothing, so that nothing was looked at"
    assert loaded.isdisjoint(SLOW_TO_LOAD), sorted(loaded.intersection(SLOW_TO_LOAD))


def test_the_version_said_is_the_version_packaged() -> None:
    packaged = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]

    assert packaged in started_with("--version").stdout.split()


def test_the_script_that_draws_the_picture_finds_what_it_imports() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import runpy; runpy.run_path('scripts/picture', run_name='picture')"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert done.returncode == 0, done.stderr[-2000:]
