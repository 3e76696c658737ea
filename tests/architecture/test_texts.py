"""Does every file say what it answers, and speak of nothing but the project?"""

from __future__ import annotations

import ast
import re
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.architecture.tree import PRODUCT, ROOT, TEXT, modules, place, syntax, texts

WORDS_MIN = 3
# Written in pieces, so that this file doesn't name what it looks for.
MACHINE_FOLDERS = "|".join(("work", "root", "tmp", "home", "Users"))
MACHINE_PATH = re.compile(rf"(?<![\w.~$}}/*-])/(?:{MACHINE_FOLDERS})/")
REGISTRY = re.compile(
    "|".join((r"py" + r"pi\.org", r"python" + r"hosted", r"file:" + r"//", r"index" + r"-url")), re.IGNORECASE
)
UNFINISHED = re.compile(
    r"\b(?:" + "|".join(("TO" + "DO", "FIX" + "ME", "X" * 3, "coming" + " soon", "[Nn]ot" + " implemented")) + r")\b"
)
FLAGS_THAT_KEEP_REGISTRIES_OUT = re.compile(r"--no-emit-index" + r"-url")


def places_of(pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{place(path, number)}: {line.strip()[:100]}"
        for path in texts()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if pattern.search(FLAGS_THAT_KEEP_REGISTRIES_OUT.sub("", line))
    ]


def opening(docstring: str | None) -> str:
    """The first sentence of a docstring, or nothing where there is none."""
    first = re.match(r".+?[.?](?=\s|$)", (docstring or "").strip(), re.DOTALL)
    return first.group() if first else ""


def locked() -> dict[str, str]:
    """Every package that the lock pins, with the lines that belong to it."""
    pinned: dict[str, str] = {}
    name = ""
    for line in (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines():
        if line.lstrip().startswith("#"):
            continue
        if not line.startswith(" "):
            name = line.partition(" ")[0]
            pinned[name] = ""
        pinned[name] += line + "\n"
    return pinned


def test_every_module_opens_with_the_question_it_answers() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in modules(*PRODUCT, "tests", "bench")
        if path.read_text(encoding="utf-8").strip()
        and len(opening(ast.get_docstring(syntax(path))).split()) < WORDS_MIN
    ]

    assert silent == []


@pytest.mark.parametrize(("docstring", "said"), [("Who speaks?\n\nMore.", "Who speaks?"), ("no end", ""), (None, "")])
def test_an_opening_is_one_whole_sentence(docstring: str | None, said: str) -> None:
    assert opening(docstring) == said


def test_no_text_names_a_path_of_somebodys_machine() -> None:
    assert places_of(MACHINE_PATH) == []


def test_no_text_names_a_package_registry() -> None:
    assert places_of(REGISTRY) == []


def test_no_text_promises_what_is_missing() -> None:
    assert places_of(UNFINISHED) == []


def test_the_texts_looked_at_are_those_a_reader_meets() -> None:
    names = {str(path.relative_to(ROOT)) for path in texts()}

    assert {"pyproject.toml", "requirements.lock", "Makefile", ".ci/run", "core/domain/errors.py"} <= names
    assert ".svg" in TEXT


def test_every_pinned_package_has_one_version_and_hashes() -> None:
    loose = [name for name, lines in locked().items() if "==" not in name or "--hash=sha256:" not in lines]

    assert loose == []


def test_the_lock_holds_every_package_asked_for_in_an_allowed_version() -> None:
    asked = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    pinned = {canonicalize_name(name): version for name, _, version in (pin.partition("==") for pin in locked())}
    wanted = [Requirement(line) for line in (*asked["project"]["dependencies"], *asked["dependency-groups"]["dev"])]

    unmet = [str(want) for want in wanted if not want.specifier.contains(pinned.get(canonicalize_name(want.name), "0"))]

    assert unmet == []
