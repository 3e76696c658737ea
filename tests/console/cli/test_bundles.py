"""Can a session be taken from one machine to another from a shell, and does no secret go with it?"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from console.bundle_files import refuse_secrets
from console.exit_codes import ExitCode
from core.domain.errors import WrongUse
from tests.console.cli.process import Moot

WRONG_USE = ExitCode.WRONG_USE
KEY = "sk-planted-0123456789abcdef"


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("held")


@pytest.fixture
def held(moot: Moot, kept: Path) -> tuple[Moot, str]:
    """A home in which one debate was held, and its id. It is held once; each test has a copy of its own."""
    home, id_ = kept / "home", kept / "id"
    if id_.exists():
        shutil.copytree(home, moot.home, dirs_exist_ok=True)
    else:
        said = moot.debate("--title", "Cars")[0]["session"]
        shutil.copytree(moot.home, home)
        id_.write_text(str(said), encoding="utf-8")
    return moot, id_.read_text(encoding="utf-8")


@pytest.fixture
def other(tmp_path: Path) -> Moot:
    """Another machine."""
    home = tmp_path / "other-home"
    home.mkdir()
    return Moot(home)


def digest_of(moot: Moot, id_: str, *, code: int = 0, **environ: str) -> str:
    done = moot.run("sessions", "replay", id_, "--verify", "--json", code=code, **environ)
    return str(json.loads(done.stdout)["digest"])


def test_a_session_is_the_same_on_another_machine(held: tuple[Moot, str], other: Moot, tmp_path: Path) -> None:
    moot, id_ = held
    first, second = tmp_path / "a.bundle.zip", tmp_path / "b.bundle.zip"
    assert moot.run("sessions", "export", id_[:6], "--bundle", "--out", str(first)).stdout.strip() == str(first)

    shown = other.run("sessions", "import", str(first), "--check").stdout
    assert id_ in shown
    assert "everything comes out the same" in shown
    assert "no sessions yet" in other.run("sessions", "list").stderr

    said = other.run("sessions", "import", str(first)).stdout
    assert f"session {id_[:8]} is imported; play it: moot sessions replay {id_[:8]}" in said
    elsewhere: Any = {"TZ": "Asia/Kathmandu", "PYTHONHASHSEED": "77", "LC_ALL": "C"}
    digest = digest_of(moot, id_)
    assert digest_of(other, id_, **elsewhere) == digest
    assert digest in shown
    other.run("sessions", "export", id_, "--bundle", "--out", str(second), **elsewhere)
    assert second.read_bytes() == first.read_bytes()
    assert "byte for byte" in other.run("sessions", "import", str(first)).stdout


def test_what_an_import_finds_can_be_read_by_programs(held: tuple[Moot, str], other: Moot, tmp_path: Path) -> None:
    moot, id_ = held
    path = tmp_path / "a.bundle.zip"
    moot.run("sessions", "export", id_, "--bundle", "--out", str(path))

    for is_here, is_imported in ((False, True), (True, False)):
        found = json.loads(other.run("sessions", "import", str(path), "--json").stdout)
        assert (found["session"], found["verified"]) == (id_, "same")
        assert (found["is_here"], found["is_imported"]) == (is_here, is_imported)
        assert found["head"] == digest_of(moot, id_)


def test_a_bundle_that_was_tampered_with_is_refused_with_the_place(
    held: tuple[Moot, str], other: Moot, tmp_path: Path
) -> None:
    moot, id_ = held
    path = tmp_path / "a.bundle.zip"
    moot.run("sessions", "export", id_, "--bundle", "--out", str(path))
    content = path.read_bytes()
    at = content.index(b'{"seq":3,') + 40
    path.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])

    assert "log.jsonl, event 3" in other.run("sessions", "import", str(path), code=WRONG_USE).stderr
    path.write_bytes(content)
    assert "its head is" in other.run("sessions", "import", str(path), "--head", "0" * 64, code=WRONG_USE).stderr
    assert "64 hexadecimal digits" in other.run("sessions", "import", str(path), "--head", "abc", code=WRONG_USE).stderr
    assert "no sessions yet" in other.run("sessions", "list").stderr
    other.run("sessions", "import", str(path), "--head", digest_of(moot, id_))


def test_a_bundle_holds_no_key_that_is_set_and_one_that_would_is_not_written(
    held: tuple[Moot, str], tmp_path: Path
) -> None:
    moot, id_ = held
    path = tmp_path / "a.bundle.zip"
    moot.run("sessions", "export", id_, "--bundle", "--out", str(path), OPENAI_API_KEY=KEY)
    assert KEY.encode() not in path.read_bytes()
    path.unlink()

    said = moot.debate("--title", f"Is {KEY} a key?")[0]["session"]
    refused = moot.run("sessions", "export", str(said), "--bundle", "--out", str(path), code=2, OPENAI_API_KEY=KEY)
    assert "the value of OPENAI_API_KEY stands in it, in event 1" in refused.stderr
    assert KEY not in refused.stderr
    assert not path.exists()


def test_keys_are_known_by_the_names_of_their_variables_and_short_words_are_nobodys() -> None:
    content = b'\n{"seq":12,"event":{"text":"hunter2-hunter2 and a quote \\" in it"}}\n'
    for name in ("MY_TOKEN", "DB_PASSWORD", "SOME_API_KEY", "CLIENT_SECRET"):
        with pytest.raises(WrongUse, match=f"the value of {name} stands in it, in event 12"):
            refuse_secrets(content, {name: "hunter2-hunter2"}, where="it")
    with pytest.raises(WrongUse):
        refuse_secrets(content, {"A_TOKEN": 'quote " in it'}, where="it")
    refuse_secrets(content, {"PATH": "hunter2-hunter2", "A_TOKEN": "hunter2", "B_TOKEN": ""}, where="it")


def test_a_bundle_is_no_text_and_goes_to_a_file(held: tuple[Moot, str]) -> None:
    moot, id_ = held

    assert "is no text" in moot.run("sessions", "export", id_, "--bundle", "--out", "-", code=WRONG_USE).stderr
    assert "no such file" in moot.run("sessions", "import", "/nowhere.zip", code=WRONG_USE).stderr


def test_the_doctor_looks_at_the_chains(held: tuple[Moot, str]) -> None:
    moot, _ = held

    assert "whole in 1 session" in moot.run("doctor", "--chains").stdout
