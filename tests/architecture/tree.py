"""Which files make up moot, and how are they read? Shared by the tests of its architecture."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = ("core", "storage", "console")
PURE = (
    "core/domain",
    "core/engine",
    "core/flows",
    "core/rules",
    "core/templates",
    "core/judging",
    "core/notifying",
    "core/analytics",
    "core/evaluation",
    "core/exporting",
    "core/prompts",
    "core/written",
)
DECIDING = ("core/domain", "core/engine", "core/flows", "core/rules", "core/templates", "core/judging")
WRITTEN = (*PRODUCT, "themes", "tests", "bench", "docs", "scripts", ".ci")
# At the top a run may leave a log of somebody's, so that only what belongs there counts.
TOP = ("Makefile", ".gitignore", "*.md", "*.toml", "*.lock", "*.in")
TEXT = {"", ".py", ".md", ".txt", ".toml", ".yaml", ".yml", ".tcss", ".in", ".lock", ".mako", ".ini", ".svg"}


def modules(*folders: str) -> list[Path]:
    """Every Python file below these folders; one that a later part brings may be absent."""
    return sorted(
        path for folder in folders for path in (ROOT / folder).rglob("*.py") if "__pycache__" not in path.parts
    )


def texts() -> list[Path]:
    """Every file that a person wrote or reads: below the project's folders, and at its top."""
    top = (path for pattern in TOP for path in ROOT.glob(pattern))
    below = (path for folder in WRITTEN for path in (ROOT / folder).rglob("*"))
    return sorted(
        path for path in (*top, *below) if path.is_file() and path.suffix in TEXT and "__pycache__" not in path.parts
    )


def syntax(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def place(path: Path, line: int) -> str:
    return f"{path.relative_to(ROOT)}:{line}"
