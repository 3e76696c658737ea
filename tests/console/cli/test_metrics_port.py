"""Does whoever drives from a shell learn where figures can be fetched, or why they can't be?"""

from __future__ import annotations

import signal
import socket
import subprocess

from tests.console.cli.process import MOTION, SECONDS_MAX, Moot


def said_of_figures(driver: subprocess.Popen[str]) -> str:
    """What a process that begins to drive says of its figures."""
    assert driver.stderr is not None
    said = ""
    for line in driver.stderr:
        said += line
        if "figures" in line:
            return line
    raise AssertionError(f"nothing was said of figures:\n{said}")


def test_a_taken_port_is_said_and_the_process_drives_on(moot: Moot) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        driver = moot.start("drive", "--metrics-port", str(port), MOOT_REHEARSAL_PACE="0")
        try:
            said = said_of_figures(driver)
            moot.run("debate", MOTION, "--template", "simple_debate", "--evidence", moot.evidence())
        finally:
            driver.send_signal(signal.SIGTERM)
            driver.communicate(timeout=SECONDS_MAX)

    assert f"figures are not served: port {port} at 127.0.0.1 is taken by another program" in said
    assert driver.returncode == 0


def test_a_port_that_is_none_is_refused_before_anything_is_driven(moot: Moot) -> None:
    done = moot.run("drive", "--metrics-port", "99999", code=2)

    assert "--metrics-port" in done.stderr
    assert "whole number from 0 to 65,535" in done.stderr


def test_figures_are_printed_without_any_server(moot: Moot) -> None:
    moot.run("debate", MOTION, "--template", "simple_debate", "--evidence", moot.evidence())

    plain = moot.run("metrics", "text").stdout
    openmetrics = moot.run("metrics", "text", "--openmetrics").stdout

    assert '\norchestration_debates_ended_total{outcome="completed"} 1.0\n' in plain
    assert "process_" not in plain, "what a command takes for a moment is no news"
    assert openmetrics.endswith("# EOF\n")
