"""How do tests get a Prometheus of their own? One process on a free port, with a folder of its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest

from tests.redis_server import GUARDED, free_port

PORTS_TRIED_MAX = 5
SECONDS_MAX = 120.0
"""How long a test waits for what must come, before it says that it hangs: a busy machine is no finding."""

LOOK_SECONDS = 0.1


def program(name: str) -> str:
    """Where a program is. Where it isn't installed the test is skipped, and fails in CI."""
    found = shutil.which(name)
    if found is not None:
        return found
    missing = f"there is no {name} on this machine; Debian's package prometheus has it"
    pytest.fail(missing) if os.environ.get("CI") else pytest.skip(missing)
    raise AssertionError("neither failed nor skipped")


def promtool(*words: str, text: str | None = None, folder: Path | None = None) -> str:
    """What promtool says of that, which it must find in order."""
    done = subprocess.run(
        [program("promtool"), *words], input=text, capture_output=True, text=True, cwd=folder, timeout=SECONDS_MAX
    )
    assert done.returncode == 0, f"promtool {' '.join(words)}:\n{done.stdout}\n{done.stderr}"
    return done.stdout + done.stderr


@dataclass(frozen=True, kw_only=True)
class Prometheus:
    """A Prometheus that scrapes."""

    port: int

    def query(self, expression: str) -> list[tuple[Mapping[str, str], float]]:
        """What an expression comes to now: labels and value of each series. Raises AssertionError for one that is
        none."""
        answer = self._get("query", query=expression)
        assert answer["status"] == "success", answer
        result = answer["data"]["result"]
        if answer["data"]["resultType"] == "scalar":
            return [({}, float(result[1]))]
        return [(each["metric"], float(each["value"][1])) for each in result]

    def value(self, expression: str) -> float | None:
        """The one value that an expression has; None where it has none yet."""
        found = self.query(expression)
        return found[0][1] if found else None

    def labels_of(self, metric: str) -> set[str]:
        """Which labels the series of a metric have."""
        answer = self._get("series", **{"match[]": metric})
        return {label for series in answer["data"] for label in series}

    def alerts(self) -> set[str]:
        """The names of the alert rules that it has loaded."""
        groups = self._get("rules")["data"]["groups"]
        return {rule["name"] for group in groups for rule in group["rules"]}

    def _get(self, what: str, **parameters: str) -> Any:
        address = f"http://127.0.0.1:{self.port}/api/v1/{what}?{urlencode(parameters)}"
        try:
            with urlopen(address, timeout=SECONDS_MAX) as answer:
                return json.load(answer)
        except URLError as error:
            body = error.read().decode() if hasattr(error, "read") else ""
            raise AssertionError(f"{what} {parameters}: {error} {body}") from error


@contextmanager
def prometheus(folder: Path, *, scrapes: str, rules: Path | None = None) -> Iterator[Prometheus]:
    """One that scrapes that address, such as 127.0.0.1:9464, until the end of the block."""
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / "prometheus.yml"
    config.write_text(
        json.dumps(
            {
                "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
                "rule_files": [str(rules)] if rules is not None else [],
                "scrape_configs": [{"job_name": "moot", "static_configs": [{"targets": [scrapes]}]}],
            }
        ),
        encoding="utf-8",
    )
    for _ in range(PORTS_TRIED_MAX):
        port = free_port()
        with (folder / "prometheus.log").open("w", encoding="utf-8") as said:
            process = subprocess.Popen(
                [
                    *("sh", "-c", GUARDED, "sh", program("prometheus")),
                    f"--config.file={config}",
                    f"--storage.tsdb.path={folder / 'data'}",
                    f"--web.listen-address=127.0.0.1:{port}",
                ],
                stdin=subprocess.PIPE,
                stdout=said,
                stderr=said,
            )
        try:
            if _is_up(Prometheus(port=port), folder / "prometheus.log"):
                yield Prometheus(port=port)
                return
        finally:
            assert process.stdin is not None
            process.stdin.close()
            process.wait()
    raise AssertionError(f"no Prometheus started:\n{(folder / 'prometheus.log').read_text(encoding='utf-8')}")


def _is_up(one: Prometheus, said: Path) -> bool:
    """True once it answers; False where somebody else has taken the port meanwhile."""

    def answers() -> bool | None:
        if "address already in use" in said.read_text(encoding="utf-8"):
            return False
        try:
            one.query("1")
        except (AssertionError, OSError):
            return None
        return True

    return until(answers)


def until(look: Callable[[], Any], *, what: str = "what is waited for") -> Any:
    """The first answer that isn't None."""
    began = time.monotonic()
    while time.monotonic() - began < SECONDS_MAX:
        found = look()
        if found is not None:
            return found
        time.sleep(LOOK_SECONDS)
    raise AssertionError(f"{what} did not come within {SECONDS_MAX:.0f} seconds")
