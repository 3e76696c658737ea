"""Do the pages agree with the code, with one another, and with themselves?"""

from __future__ import annotations

import os
import re
import shlex
import tomllib
from pathlib import Path

import pytest

from console import bootstrap
from console.keymap_files import load_keymap
from console.setting_specs import SPECS
from console.settings import TABLES as TABLES_OF_SETTINGS
from console.settings import Settings, load_settings
from console.settings_file import entries
from console.theme_files import load_theme
from core.domain.events import ENGINE_EVENTS
from core.engine.facts import SESSION_FACTS
from core.flows.debate import DEBATE_FACTS
from core.flows.debate_events import DEBATE_EVENTS
from core.judging.criteria_files import read_criteria
from core.providers.script import read_script
from core.rules.checking.finding import Kind
from core.rules.reading import read_rules
from core.rules.standard import STANDARD_RULES
from core.templates.checking import Surroundings
from core.templates.participant_files import read_participants
from core.templates.standard import STANDARD_TEMPLATES
from core.templates.template_files import read_template
from tests.docs.pages import ROOT, Block, anchors, blocks, links, name_of, pages
from tests.docs.tables import TABLES, every_command, marked

FACTS = {spec.name: spec for spec in (*SESSION_FACTS, *DEBATE_FACTS)}
TEMPLATES = [template.id for template in STANDARD_TEMPLATES]
PROVIDERS = {"rehearsal", *(spec.key.split(".")[1] for spec in SPECS if spec.key.startswith("providers."))}
LANGUAGES = {"console", "markdown", "python", "sh", "text", "toml", "yaml"}
PATH = re.compile(r"`((?:core|storage|console|tests|scripts)/[\w./-]+)`")
PORT = re.compile(r"^(?:class )?(\w+)(?:\(.*Protocol\):| = Callable\[\[\], [^A])", re.MULTILINE)
CONSTANT = re.compile(r"`([A-Z][A-Z0-9]*_[A-Z0-9_]+)`")
CODE = ("core", "storage", "console")
MODULE = re.compile(r"`((?:core|storage|console)(?:\.\w+)+)`")


def of_language(*languages: str) -> list[Block]:
    return [block for page in pages() for block in blocks(page) if block.language in languages]


def named(block: Block) -> str:
    return block.place


@pytest.mark.parametrize("page", pages(), ids=name_of)
def test_what_a_page_points_to_is_there(page: Path) -> None:
    lost = []
    for target in links(page):
        path, _, anchor = target.partition("#")
        aim = (page.parent / path).resolve() if path else page
        if not aim.exists() or (anchor and anchor not in anchors(aim)):
            lost.append(target)

    assert lost == []


def test_every_page_can_be_reached_from_the_readme() -> None:
    reached, waiting = set(), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in reached:
            continue
        reached.add(page)
        targets = ((page.parent / target.partition("#")[0]).resolve() for target in links(page))
        waiting.extend(target for target in targets if target.suffix == ".md" and target.exists())

    assert set(pages()) - reached == set()


@pytest.mark.parametrize("name", sorted(TABLES))
def test_a_generated_table_says_what_the_code_says(name: str) -> None:
    found = [tables[name] for page in pages() if name in (tables := marked(page))]

    assert found, f"no page holds the table {name!r}"
    assert set(found) == {TABLES[name]()}, "run `python -m tests.docs.tables` to write it anew"


def test_every_command_is_told_of() -> None:
    text = "\n".join(page.read_text(encoding="utf-8") for page in pages())

    untold = [path for path, _ in every_command() if f"moot {path}" not in text]

    assert untold == []


def test_every_kind_of_event_is_told_of() -> None:
    text = (ROOT / "docs" / "events.md").read_text(encoding="utf-8")

    assert [kind.__name__ for kind in (*ENGINE_EVENTS, *DEBATE_EVENTS) if f"`{kind.__name__}`" not in text] == []


def test_every_kind_of_finding_is_told_of() -> None:
    text = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")

    assert [kind.value for kind in Kind if f"`{kind.value}`" not in text] == []


def test_files_and_modules_that_pages_name_exist() -> None:
    lost = []
    for page in pages():
        text = page.read_text(encoding="utf-8")
        lost += [f"{name_of(page)}: {path}" for path in PATH.findall(text) if not (ROOT / path).exists()]
        for dotted in MODULE.findall(text):
            parts = dotted.split(".")
            folders = [ROOT.joinpath(*parts[:length]) for length in (len(parts), len(parts) - 1)]
            if not any(place.is_dir() or place.with_suffix(".py").is_file() for place in folders):
                lost.append(f"{name_of(page)}: {dotted}")

    assert lost == []


@pytest.mark.parametrize("page", ["docs/architecture.md", "CONTRIBUTING.md"])
def test_the_layers_of_the_core_are_all_shown(page: str) -> None:
    drawn = "\n".join(block.text for block in blocks(ROOT / page))
    packages = {path.parent.name for path in (ROOT / "core").glob("*/__init__.py")}

    assert {name for name in packages if not re.search(rf"\b{name}\b", drawn)} == set()


def test_every_port_is_told_of_with_what_stands_behind_it() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    told = set(re.findall(r"^\| `(\w+)` \|.+`[\w/.]+\.py`", text, re.MULTILINE))
    ports = {file.stem: PORT.findall(file.read_text(encoding="utf-8")) for file in (ROOT / "core/ports").glob("*.py")}

    assert [name for name, stated in ports.items() if stated and not told & set(stated)] == []


def test_the_participants_named_in_the_readme_are_those_there_are(tmp_path: Path) -> None:
    prefixes = set(bootstrap.open_offers(Settings(database=tmp_path / "moot.db")).prefixes())
    sentence = re.search(
        r"The participants of this release are (.+?)\.\n?", (ROOT / "README.md").read_text(), re.DOTALL
    )

    assert sentence is not None
    assert {name.partition(":")[0] for name in re.findall(r"`([^`]+)`", sentence[1])} == prefixes


def test_constants_that_decisions_name_are_in_the_code() -> None:
    code = "\n".join(file.read_text(encoding="utf-8") for part in CODE for file in (ROOT / part).rglob("*.py"))
    known = set(re.findall(r"\b[A-Z][A-Z0-9_]+\b", code))
    named = {word for page in (ROOT / "docs" / "decisions").glob("*.md") for word in CONSTANT.findall(page.read_text())}

    assert len(named) > 3
    assert sorted(named - known) == []


def test_every_dependency_has_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needed = [
        *project["dependencies"],
        *(each for extra in project["optional-dependencies"].values() for each in extra),
    ]
    told = (ROOT / "docs" / "decisions" / "0010-dependencies.md").read_text(encoding="utf-8")

    assert [name for each in needed if (name := re.split(r"[<>=]", each)[0]) not in told] == []


def test_every_block_is_in_a_language_that_is_checked_or_says_that_it_is_text() -> None:
    unchecked = [block.place for page in pages() for block in blocks(page) if block.language not in LANGUAGES]

    assert [place for place in unchecked if not place.startswith("CONTRIBUTING.md")] == []


@pytest.mark.parametrize("block", of_language("yaml"), ids=named)
def test_yaml_is_taken_as_it_stands(block: Block) -> None:
    if block.name.startswith("participants"):
        assert read_participants(block.text, origin=block.place, providers=PROVIDERS)
    elif block.name.startswith("format"):
        assert read_template(block.text, origin=block.place, surroundings=Surroundings(facts=FACTS))
    elif block.name.startswith("criteria"):
        assert read_criteria(block.text, origin=block.place).criteria
    elif block.name.startswith("script"):
        assert read_script(block.text, origin=block.place).answers
    else:
        assert read_rules(block.text, origin=block.place, facts=FACTS, templates=TEMPLATES)


@pytest.mark.parametrize("block", of_language("toml"), ids=named)
def test_toml_is_taken_as_it_stands(block: Block, tmp_path: Path) -> None:
    path = tmp_path / Path(block.name).name
    path.write_text(block.text, encoding="utf-8")

    match Path(block.name).parts:
        case ("keymaps", _):
            assert load_keymap(path).name == path.stem
        case ("themes", _):
            assert load_theme(path).name == path.stem
        case _:
            origins = load_settings(environ={"MOOT_HOME": str(tmp_path)}, file=path).origins.values()
            assert list(origins).count(str(path)) == len(
                list(entries(tomllib.loads(block.text), tables=TABLES_OF_SETTINGS))
            )


@pytest.mark.parametrize("block", of_language("sh", "console"), ids=named)
def test_commands_that_are_shown_exist_with_their_options(block: Block) -> None:
    known = dict(every_command())
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    lines = block.text.splitlines()
    typed = [line.removeprefix("$ ") for line in lines if block.language == "sh" or line.startswith("$ ")]

    for line in typed:
        words = shlex.split(line)
        if words[0] == "make":
            assert set(words[1:]) <= targets, block.place
        elif words[0] == "moot" and len(words) > 1 and not words[1].startswith("-"):
            path = next(path for path in (" ".join(words[1:3]), words[1]) if path in known)
            options = {name for each in known[path].params for name in each.opts}
            assert {word for word in words if word.startswith("--")} <= options, f"{block.place}: {line}"


def test_the_readme_counts_the_rules_that_are_shipped() -> None:
    on = sum(rule.enabled for rule in STANDARD_RULES)
    words = {9: "nine", 14: "Fourteen"}

    readme = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())

    assert f"{words[len(STANDARD_RULES)]} are shipped, {words[on]} of them switched on" in readme


def test_the_readme_gives_the_two_commands() -> None:
    shown = next(block for block in blocks(ROOT / "README.md") if block.language == "sh")

    assert shown.text.split("\n")[:2] == ["make run", "make test"]


def test_the_picture_fetches_nothing_and_names_nobody() -> None:
    svg = (ROOT / "docs" / "pictures" / "console.svg").read_text(encoding="utf-8")

    assert "@font-face" not in svg
    assert re.findall(r"https?:(?!//www\.w3\.org/)[^\s\"<]*", svg) == []
    assert "A&#160;team&#160;of&#160;six" in svg


def test_the_picture_is_drawn_by_a_script_that_can_be_run() -> None:
    assert os.access(ROOT / "scripts" / "picture", os.X_OK)
