"""Is all that a killed process left listed, and gone on with once the operator says so?"""

from __future__ import annotations

import json
import signal

import pytest

from tests.console.cli.process import MOTION, SECONDS_MAX, Moot, read_until
from tests.console.cli.test_interventions import HANGS, SPEAKS, listed, seated

RETRY = {"MOOT_IN_DOUBT_POLICY": "retry"}
STEP = "r1.opening_proposer.proposer"


def killed(moot: Moot, *, times: int = 1, **environ: str) -> list[str]:
    """Debates whose processes were killed while a call that may cost was under way; from now on everybody speaks."""
    left = []
    for _ in range(times):
        words = ("debate", MOTION, "--template", "simple_debate", "--seat", seated(moot, HANGS), "--json")
        process = moot.start(*words, **environ)
        left.append(str(read_until(process, "AttemptStarted")[0]["session"])[:8])
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=SECONDS_MAX)
    seated(moot, SPEAKS)
    return left


def test_what_was_left_is_listed_with_each_call_in_doubt_and_nothing_is_done_unasked(moot: Moot) -> None:
    (id_,) = killed(moot)

    done = moot.run("sessions", "resume", code=2)

    assert f"{id_}  running" in done.stdout
    assert STEP in done.stdout
    assert "will be put before you" in done.stdout
    assert "moot sessions settle ID STEP ATTEMPT USD" in done.stdout
    assert "Give --yes if you mean it." in done.stderr
    assert listed(moot, "left") == [id_]


def test_what_was_left_is_listed_for_programs_too(moot: Moot) -> None:
    (id_,) = killed(moot)

    found = json.loads(moot.run("sessions", "resume", "--json", code=2).stdout)

    assert [row["session"][:8] for row in found["left"]] == [id_]
    (doubt,) = found["doubts"]
    assert (doubt["step"], doubt["attempt"], doubt["policy"], doubt["stands"]) == (STEP, 1, "ask", "left")
    assert doubt["cost_microusd_max"] > 0


def test_all_that_were_left_go_on_where_the_policy_is_to_retry(moot: Moot) -> None:
    left = killed(moot, times=2, **RETRY)

    done = moot.run("sessions", "resume", "--yes", **RETRY)

    assert "will be asked again" in done.stdout
    assert sorted(listed(moot, "done")) == sorted(left)
    assert all(f"{id_}  ✓ done" in done.stdout for id_ in left)
    again = moot.run("sessions", "resume")
    assert "charged until settled" in again.stdout
    assert "nothing was left" in again.stderr


def test_those_that_ask_say_how_to_answer(moot: Moot) -> None:
    (id_,) = killed(moot)

    done = moot.run("sessions", "resume", "--yes", code=4)

    assert f"moot sessions answer {id_} continue" in done.stderr
    assert listed(moot, "asks") == [id_]
    assert moot.json("sessions", "answer", id_, "continue", "--json")[-1]["kind"] == "SessionCompleted"


@pytest.mark.parametrize("policy", ["MOOT_IN_DOUBT_POLICY", "MOOT_PROVIDERS_OLLAMA_IN_DOUBT_POLICY"])
def test_what_a_policy_has_fail_is_not_asked_again_by_the_command_that_finds_it(moot: Moot, policy: str) -> None:
    """The policy of another provider leaves it to the policy for all."""
    (id_,) = killed(moot)
    code = 3 if policy == "MOOT_IN_DOUBT_POLICY" else 4

    moot.run("sessions", "resume", id_, code=code, **{policy: "fail"})

    assert listed(moot, "failed" if code == 3 else "asks") == [id_]
    if code == 3:
        assert moot.json("sessions", "resume", id_, "--json")[-1]["kind"] == "SessionCompleted"


def test_events_of_all_that_go_on_are_printed_for_programs(moot: Moot) -> None:
    left = killed(moot, times=2, **RETRY)

    done = moot.run("sessions", "resume", "--yes", "--json", **RETRY)
    events = [json.loads(line) for line in done.stdout.splitlines()]

    ended = {event["session"][:8] for event in events if event["kind"] == "SessionCompleted"}
    assert ended == set(left)
    assert {event["kind"] for event in events} >= {"RunResumed", "AttemptInDoubt", "AttemptStarted"}


def test_an_empty_id_is_none_and_not_all_of_them(moot: Moot) -> None:
    killed(moot, **RETRY)

    refused = moot.run("sessions", "resume", "", "--yes", code=2, **RETRY)

    assert "no session's id begins with ''" in refused.stderr
    assert not listed(moot, "done")


def test_where_nothing_was_left_it_says_so(moot: Moot) -> None:
    assert "nothing was left" in moot.run("sessions", "resume").stderr


def test_whoever_drives_next_is_told_what_is_in_doubt(moot: Moot) -> None:
    killed(moot)

    said = moot.run("demo", "--headless").stderr + moot.run("debate", MOTION, "--seed", "7", *evidence(moot)).stderr

    assert "1 call is in doubt, $0.013 at most; 1 session waits for you." in said
    assert "'moot sessions resume' lists it." in said


def evidence(moot: Moot) -> tuple[str, ...]:
    return ("--template", "simple_debate", "--evidence", moot.evidence())
