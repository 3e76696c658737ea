"""Does every example on the pages do what the page says?

A page's examples run in its order, in one folder and one home of their own. A block with a file name behind its
language is saved; `python` without one is run; in `console` each line behind `$ ` is typed, and what it prints is
compared. There `...` stands for anything: alone on a line for any lines, within one for any part of it. `ID` in a
command is the session that was spoken of last. A command has to end well unless the next one asks how it ended.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.docs.pages import ROOT, Block, blocks, name_of, pages

SECONDS_MAX = 120
"""For one command: an example that hangs must not hang the tests."""

COLUMNS = "80"
PROMPT = "$ "
ASKS_HOW_IT_ENDED = "echo $?"
INSTALLER = "python -m pip "

_SESSION = re.compile(r"\bsession ([0-9a-f]{8})\b")
_ID = re.compile(r"\bID\b")
_APART = re.compile(r"(?:\\ ){2,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """A line that is typed, and what is shown behind it."""

    command: str
    shown: tuple[str, ...]


@dataclass(slots=True, kw_only=True)
class Shell:
    """Types commands in a folder, and remembers how the last one ended."""

    folder: Path
    home: Path
    code: int = 0
    session: str = ""
    environ: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        bin_folder = Path(sys.executable).parent
        self.environ = {
            **os.environ,
            "PATH": f"{bin_folder}{os.pathsep}{os.environ['PATH']}",
            "MOOT_HOME": str(self.home),
            "COLUMNS": COLUMNS,
            "PYTHONPATH": str(ROOT),
            "PYTHONWARNINGS": "error",
        }

    def run(self, command: str) -> str:
        # What an installer warns of is none of moot's.
        environ = self.environ | ({"PYTHONWARNINGS": "ignore"} if command.startswith(INSTALLER) else {})
        done = subprocess.run(
            ["bash", "-c", f"(exit {self.code})\n{_ID.sub(self.session, command)}"],
            cwd=self.folder, env=environ, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, timeout=SECONDS_MAX, check=False,
        )  # fmt: skip
        said = done.stdout.decode()
        self.code = done.returncode
        self.session = next(reversed(_SESSION.findall(said)), self.session)
        return said


def typed(block: Block) -> tuple[Typed, ...]:
    """The commands of a console block, each with the lines behind it."""
    found: list[tuple[str, list[str]]] = []
    for line in block.text.splitlines():
        if line.startswith(PROMPT):
            found.append((line.removeprefix(PROMPT), []))
        elif not found:
            raise AssertionError(f"{block.place}: a console block begins with '{PROMPT}'")
        else:
            found[-1][1].append(line)
    return tuple(Typed(command=command, shown=tuple(shown)) for command, shown in found)


def pattern_of(shown: tuple[str, ...]) -> re.Pattern[str]:
    """What has to be printed, with `...` for anything. How far apart columns stand follows from what is in them: an age
    of ten seconds is wider than one of nine."""
    parts = []
    for line in shown:
        if line.strip() == "...":
            parts.append(r"(?:.*\n)*?")
        else:
            told = r".*?".join(re.escape(part) for part in line.rstrip().split("..."))
            parts.append(_APART.sub("[ ]{2,}", told) + r"[ \t]*\n")
    return re.compile("".join(parts))


def has_examples(page: Path) -> bool:
    return any(block.language == "console" or block.language == "python" for block in blocks(page))


@pytest.mark.parametrize("page", [page for page in pages() if has_examples(page)], ids=name_of)
def test_the_examples_of_a_page_do_what_it_says(page: Path, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    shell = Shell(folder=folder, home=tmp_path / "moot")
    on_page = blocks(page)
    run_by_the_reader = {line.command for block in on_page if block.language == "console" for line in typed(block)}
    for block in on_page:
        if block.language == "console":
            obey(shell, block)
            continue
        name = block.name or ("example.py" if block.language == "python" else "")
        if name:
            save(folder / name, block.text)
        if block.language == "python" and f"python {name}" not in run_by_the_reader:
            said = shell.run(f"python {name}")
            assert shell.code == 0, f"{block.place}:\n{said}"


def save(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def obey(shell: Shell, block: Block) -> None:
    lines = typed(block)
    for number, line in enumerate(lines):
        said = shell.run(line.command)
        place = f"{block.place}: {line.command}"
        shown = "\n".join(line.shown)
        assert pattern_of(line.shown).fullmatch(said), f"{place}\nis to print\n{shown}\nand prints\n{said}"
        if lines[number + 1 : number + 2] and lines[number + 1].command == ASKS_HOW_IT_ENDED:
            continue
        assert shell.code == 0, f"{place}\nended with {shell.code}:\n{said}"


@pytest.mark.parametrize(
    ("shown", "said", "fits"),
    [
        (("a",), "a\n", True),
        (("a",), "b\n", False),
        (("a",), "a\nb\n", False),
        (("a", "..."), "a\nb\nc\n", True),
        (("a", "...", "c"), "a\nc\n", True),
        (("a", "...", "c"), "a\nb\n", False),
        (("a ... c",), "a b c\n", True),
        (("a ... c",), "a b d\n", False),
        ((), "", True),
        ((), "a\n", False),
    ],
)
def test_what_is_printed_is_held_to_what_is_shown(shown: tuple[str, ...], said: str, fits: bool) -> None:
    assert bool(pattern_of(shown).fullmatch(said)) is fits
