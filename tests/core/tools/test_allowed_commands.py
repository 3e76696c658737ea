"""Does a program that looks at a draft stay within its bounds, and is nothing run that nobody allowed?"""

from __future__ import annotations

import asyncio
import os
import resource
import sys
from pathlib import Path

import pytest

from core.ports.check_runner import DETAIL_CHARACTERS_MAX, CheckRun, NoCommands
from core.tools.allowed_commands import AllowedCommands, CommandBounds

SOON = CommandBounds(seconds_max=1, output_bytes_max=1_000_000, file_bytes_max=1_000_000)
LITTLE = CommandBounds(seconds_max=60, file_bytes_max=1_000_000, written_bytes_max=3_000_000, written_files_max=100)


async def run(
    program: str,
    draft: str = "a draft",
    *more: str,
    environ: dict[str, str] | None = None,
    bounds: CommandBounds = SOON,
) -> CheckRun:
    """What becomes of a program in Python that looks at a draft."""
    names = {"PATH": os.environ["PATH"], **(environ or {})}
    commands = AllowedCommands({"look": (sys.executable, "-c", program, *more)}, environ=names, bounds=bounds)
    return await commands.run("look", draft)


async def test_exit_code_0_passes_and_any_other_fails_with_what_was_said() -> None:
    assert await run("print('fine')") == CheckRun(has_passed=True, detail="it passed\nfine")
    failed = await run("import sys; print('line 3: no such word'); sys.exit(3)")
    assert failed == CheckRun(has_passed=False, detail="it ended with exit code 3\nline 3: no such word")


async def test_the_draft_is_on_standard_input_and_in_a_file_of_the_wanted_ending() -> None:
    look = "import sys; a = sys.stdin.read(); p = sys.argv[1]; b = open(p).read(); print(a == b, p.endswith('.py'), a)"
    assert (await run(look, "grüße\n", "{file.py}")).detail == "it passed\nTrue True grüße"


async def test_words_of_a_draft_are_never_arguments_or_commands() -> None:
    said = await run("import sys; print(len(sys.argv), sys.stdin.read())", "$(touch left); {file} --help")
    assert said.detail == "it passed\n1 $(touch left); {file} --help"


async def test_it_runs_in_an_empty_folder_that_is_gone_afterwards() -> None:
    said = await run("import os; print(os.listdir('.')); open('left', 'w').write('x'); print(os.getcwd())")
    _, listed, folder = said.detail.split("\n")
    assert listed == "[]"
    assert not _is_there(folder)


async def test_no_key_of_the_environment_reaches_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-2")
    said = await run("import os; print(sorted(os.environ))", environ={"OPENAI_API_KEY": "sk-1", "MOOT_HOME": "x"})
    assert "PATH" in said.detail
    assert "KEY" not in said.detail
    assert "MOOT" not in said.detail


async def test_one_that_hangs_is_stopped() -> None:
    assert (await run("import time\nwhile True: time.sleep(60)")).detail.startswith("it was stopped after 1 seconds")


async def test_one_that_hangs_and_ignores_being_asked_to_stop_is_stopped() -> None:
    ignoring = "import signal, time\nfor each in (1, 2, 15): signal.signal(each, signal.SIG_IGN)\ntime.sleep(600)"
    assert not (await run(ignoring)).has_passed


async def test_one_that_says_gigabytes_is_stopped_and_only_the_end_is_kept() -> None:
    flood = await run("import os\nwhile True: os.write(1, b'x' * 65536)")
    assert flood.detail.startswith("it was stopped after 1000000 bytes of output")
    assert len(flood.detail) <= DETAIL_CHARACTERS_MAX


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="this system bounds no other process's files")
async def test_one_that_fills_the_disk_is_stopped() -> None:
    fill = "import sys; sys.stdin.read(); open('big', 'wb').write(b'x' * 5_000_000); print('done')"
    full = await run(fill)
    assert not full.has_passed
    assert "done" not in full.detail


async def test_one_that_fills_the_disk_with_files_each_of_which_is_small_is_stopped() -> None:
    several = "for each in range(9): open(str(each), 'wb').write(b'x' * 600_000)\n"
    going_on = f"import time\n{several}while True: time.sleep(60)"
    assert (await run(going_on, bounds=LITTLE)).detail == "it wrote more than 3000000 bytes"
    assert (await run(several, bounds=LITTLE)).detail == "it wrote more than 3000000 bytes"
    assert (await run("open('one', 'wb').write(b'x' * 600_000)", bounds=LITTLE)).has_passed


async def test_one_that_makes_ever_more_files_without_a_byte_is_stopped() -> None:
    empty = "import os, itertools, time\nfor each in range(500): open(str(each), 'w').close()\ntime.sleep(600)"
    assert (await run(empty, bounds=LITTLE)).detail == "it wrote more than 100 files"


@pytest.mark.parametrize("deep", [200, 3_000])
async def test_one_that_makes_folders_within_folders_fails_and_leaves_none(
    deep: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    nesting = f"import os\nfor _ in range({deep}): os.mkdir('a'); os.chdir('a')"

    said = await run(nesting, bounds=CommandBounds(seconds_max=60))

    assert said.detail == "it wrote more than 100 folders within one another"
    assert not left_in(tmp_path)


async def test_what_it_left_behind_ends_with_it(tmp_path: Path) -> None:
    number = tmp_path / "number"
    fork = f"""
import os, time
if os.fork() == 0:
    open({str(number)!r}, "w").write(str(os.getpid()))
    time.sleep(600)
while not os.path.exists({str(number)!r}) or not os.path.getsize({str(number)!r}): time.sleep(0.01)
print("over")
"""
    assert await run(fork) == CheckRun(has_passed=True, detail="it passed\nover")
    assert await is_gone(int(number.read_text()))


async def test_one_that_forks_and_hangs_is_stopped_with_all_that_it_began(tmp_path: Path) -> None:
    numbers = tmp_path / "numbers"
    fork = f"""
import os, time
for _ in range(5): os.fork()
with open({str(numbers)!r}, "a") as file: file.write(f"{{os.getpid()}}\\n")
time.sleep(600)
"""
    assert (await run(fork)).detail.startswith("it was stopped")
    begun = [int(line) for line in numbers.read_text().splitlines()]
    assert begun
    assert all([await is_gone(each) for each in begun])


async def test_one_that_is_cancelled_is_stopped(tmp_path: Path) -> None:
    number = tmp_path / "number"
    os.mkfifo(number)
    hang = f"import os, time; open({str(number)!r}, 'w').write(str(os.getpid())); time.sleep(600)"
    commands = AllowedCommands({"look": (sys.executable, "-c", hang)})
    running = asyncio.create_task(commands.run("look", ""))
    begun = await asyncio.to_thread(number.read_text)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert await is_gone(int(begun))


async def test_what_it_says_cant_obey_a_terminal() -> None:
    assert (await run(r"print('\x1b[2Jred \x1b]0;title\x07', chr(0x202e))")).detail == "it passed\nred"


async def test_a_program_that_isnt_there_fails_the_check_and_says_so() -> None:
    commands = AllowedCommands({"look": ("/nowhere/to/be/found",)})
    assert (await commands.run("look", "")).detail == "look could not be run: No such file or directory"


@pytest.mark.parametrize("runner", [AllowedCommands({"look": ("true",)}), NoCommands()])
async def test_a_name_that_is_not_allowed_runs_nothing(runner: AllowedCommands | NoCommands) -> None:
    assert await runner.run("rm -rf /", "") == CheckRun(
        has_passed=False, detail="no command is allowed under the name 'rm -rf /'"
    )


async def is_gone(process: int) -> bool:
    """Whether a process has ended; one that nobody has counted yet has."""
    for _ in range(500):
        if not _runs(process):
            return True
        await asyncio.sleep(0.01)
    return False


def left_in(folder: Path) -> list[Path]:
    """Folders of programs that were not taken away."""
    return list(folder.glob("moot-check-*"))


def _is_there(folder: str) -> bool:
    return Path(folder).exists()


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    listed = Path(f"/proc/{process}/stat")
    return not listed.exists() or listed.read_text().rpartition(")")[2].split()[0] != "Z"
