"""Can a recorded session be played, verified and forked from a shell?"""

from __future__ import annotations

import json
import shutil
import sqlite3
from pathlib import Path

import pytest

from console.bootstrap import open_orchestrator
from console.cli.replays import _play
from console.exit_codes import ExitCode
from console.settings import Settings
from core.domain.events import Recorded
from core.domain.ids import SessionId
from tests.console.cli.process import Moot, of_kind

DIVERGES, NOT_VERIFIABLE, WRONG_USE = ExitCode.DIVERGES, ExitCode.NOT_VERIFIABLE, ExitCode.WRONG_USE
LOOK_EARLY = """rules:
  - id: look_early
    name: Look early
    description: Pauses once three have spoken.
    priority: 90
    when: {field: turn_count, greater_than: 2}
    then: [{pause_debate: {reason: look_at_it}}]
"""


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the home of `held` is kept, once there is one."""
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


def database_of(moot: Moot) -> Path:
    (found,) = moot.home.rglob("moot.db")
    return found


def verified(moot: Moot, id_: str, *words: str, code: int = 0, **environ: str) -> dict[str, object]:
    done = moot.run("sessions", "replay", id_, "--verify", "--json", *words, code=code, **environ)
    found: dict[str, object] = json.loads(done.stdout)
    return found


def test_a_session_is_played_as_it_was_printed_and_named_by_its_digest(held: tuple[Moot, str]) -> None:
    moot, id_ = held

    played = moot.run("sessions", "replay", id_[:6], "--speed", "0").stdout
    shown = moot.run("sessions", "show", id_).stdout

    digest = str(verified(moot, id_)["digest"])
    assert played.partition("\ndigest ")[0].strip() in shown
    assert played.rstrip().endswith(f"digest {digest}")


def test_a_part_is_played_up_to_an_event_faster_than_it_was(held: tuple[Moot, str]) -> None:
    moot, id_ = held

    lines = moot.run("sessions", "replay", id_, "--at", "10", "--speed", "1000", "--json").stdout.splitlines()

    assert [json.loads(line)["seq"] for line in lines] == list(range(1, 11))


def test_a_record_that_is_as_it_was_made_verifies(held: tuple[Moot, str]) -> None:
    moot, id_ = held

    one = moot.run("sessions", "replay", id_, "--verify").stdout
    all_ = moot.run("sessions", "replay", "--all", "--verify")

    assert "verdict  same" in one
    assert all_.stdout.startswith(f"✓ {id_[:8]}")
    assert "1 session: 1 same, 0 diverges, 0 not verifiable here" in all_.stderr


async def test_the_digest_is_of_what_was_played_also_where_the_session_goes_on_meanwhile(
    held: tuple[Moot, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    moot, id_ = held
    session = SessionId(id_)
    orchestrator = open_orchestrator(Settings(database=database_of(moot)))
    await orchestrator.start(drive=False)
    recorded = list(await orchestrator.events(session))
    shown = recorded[:8]

    async def so_far(_: SessionId, **bounds: int) -> list[Recorded]:
        so_far_shown, shown[:] = list(shown), recorded  # the rest is recorded while the beginning is read
        return so_far_shown

    monkeypatch.setattr(orchestrator, "events", so_far)
    try:
        await _play(orchestrator, session, until_seq=None, speed=0, as_json=True)
        assert capsys.readouterr().err.strip() == f"digest {await orchestrator.digest(session, at_seq=8)}"
    finally:
        await orchestrator.stop()


def test_the_digest_is_the_same_in_another_time_zone_under_another_seed_of_hashes_and_on_another_machine(
    held: tuple[Moot, str], tmp_path: Path
) -> None:
    moot, id_ = held
    elsewhere = Moot(tmp_path / "another" / "home")
    shutil.copytree(moot.home, elsewhere.home)

    found = [
        verified(machine, id_, TZ=zone, PYTHONHASHSEED=seed, LC_ALL=locale)
        for machine, zone, seed, locale in (
            (moot, "UTC", "0", "C.UTF-8"),
            (moot, "Asia/Kathmandu", "1", "C"),
            (elsewhere, "America/St_Johns", "4711", "C.UTF-8"),
        )
    ]

    assert {each["outcome"] for each in found} == {"same"}
    assert len({str(each["digest"]) for each in found}) == 1


def test_a_record_that_was_changed_is_found_at_its_place_and_ends_with_a_code_of_its_own(
    held: tuple[Moot, str],
) -> None:
    moot, id_ = held
    with sqlite3.connect(database_of(moot)) as database:
        (seq,) = database.execute("SELECT seq FROM events WHERE kind = 'ArgumentPresented' ORDER BY seq").fetchone()
        database.execute(
            "UPDATE events SET body = CAST(replace(CAST(body AS TEXT), 'Buses', 'Trams') AS BLOB) WHERE seq = ?",
            (seq,),
        )
        database.execute("UPDATE events SET at_ms = at_ms + 1 WHERE seq = ?", (seq,))

    found = verified(moot, id_, code=DIVERGES)
    all_ = moot.run("sessions", "replay", "--all", "--verify", code=DIVERGES)
    before = verified(moot, id_, "--at", str(seq - 1))

    assert (found["outcome"], found["seq"]) == ("diverges", seq)
    assert f"diverges at event {seq}" in all_.stdout
    assert before["outcome"] == "same"


def test_a_change_that_no_decision_depends_on_breaks_the_chain_all_the_same(held: tuple[Moot, str]) -> None:
    moot, id_ = held
    with sqlite3.connect(database_of(moot)) as database:
        (seq,) = database.execute("SELECT seq FROM events WHERE envelope IS NOT NULL ORDER BY seq DESC").fetchone()
        database.execute(
            "UPDATE events SET envelope = CAST(replace(CAST(envelope AS TEXT), 'runtime', 'somebody') AS BLOB)"
            " WHERE seq = ?",
            (seq,),
        )

    found = verified(moot, id_, code=DIVERGES)

    assert (found["outcome"], found["seq"]) == ("diverges", seq)
    assert "is not what its link was made of" in str(found["recorded"])


def test_what_is_pinned_and_not_at_hand_is_named_with_a_code_of_its_own(held: tuple[Moot, str]) -> None:
    moot, id_ = held
    with sqlite3.connect(database_of(moot)) as database:
        database.execute("DELETE FROM documents")

    found = verified(moot, id_, code=NOT_VERIFIABLE)
    said = moot.run("sessions", "replay", id_, "--verify", code=NOT_VERIFIABLE).stdout

    assert found["outcome"] == "not_verifiable"
    assert "not verifiable here" in said
    assert "lacking" in said


def test_words_that_contradict_one_another_are_refused(held: tuple[Moot, str]) -> None:
    moot, id_ = held

    for words in ([], [id_, "--all", "--verify"], ["--all"], [id_, "--console", "--json"], [id_, "--speed", "-1"]):
        said = moot.run("sessions", "replay", *words, code=WRONG_USE).stderr
        assert said.startswith("moot: ")
    assert "it has no event 999" in moot.run("sessions", "replay", id_, "--at", "999", code=WRONG_USE).stderr


def test_a_fork_is_made_printed_marked_and_verified(held: tuple[Moot, str]) -> None:
    moot, id_ = held
    (before,) = json.loads(moot.run("sessions", "list", "--json").stdout)
    at = str(of_kind(moot.json("sessions", "show", id_, "--json"), "ConsensusUpdated")[0]["seq"])

    done = moot.run("sessions", "fork", id_, "--at", at, "--title", "Another way", "--seat", "judge=opponent")

    assert f"goes on from session {id_[:8]} behind its event {at}." in done.stderr
    assert "── Fork, from here on; before it: session" in done.stdout
    listed = moot.run("sessions", "list").stdout
    assert "├ Another way" in listed
    fork, origin = json.loads(moot.run("sessions", "list", "--json").stdout)
    assert (fork["forked_from"], fork["forked_at_seq"], fork["status"]) == (id_, int(at), "completed")
    assert origin == before
    shown = moot.run("sessions", "show", fork["session"]).stdout
    assert f"fork of  session {id_[:8]}, behind its event {at}" in shown
    assert moot.run("sessions", "replay", "--all", "--verify").stdout.count("same") == 2
    written = moot.home / "fork.md"
    moot.run("sessions", "export", fork["session"], "--out", str(written))
    assert "*Fork, from here on" in written.read_text(encoding="utf-8")


def test_a_fork_with_a_files_rules_follows_them(held: tuple[Moot, str]) -> None:
    moot, id_ = held
    rules = moot.home / "early.yaml"
    rules.write_text(LOOK_EARLY, encoding="utf-8")
    third = str(of_kind(moot.json("sessions", "show", id_, "--json"), "ConsensusUpdated")[1]["seq"])

    done = moot.run("sessions", "fork", id_, "--at", third, "--rules", str(rules), code=ExitCode.WAITS)
    wrong = moot.run("sessions", "fork", id_, "--at", third, "--rules", "ownn", code=WRONG_USE)

    assert "rules file:early.yaml" in done.stdout
    assert "rule look_early fired: pause_debate (turn_count 3)" in done.stdout
    assert "Did you mean 'own'?" in wrong.stderr
