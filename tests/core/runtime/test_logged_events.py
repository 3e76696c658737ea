"""Is a line written for what is recorded, as grave as it is, and never onto the screen of who keeps no log?"""

from __future__ import annotations

import subprocess
import sys

from tests.architecture.tree import ROOT

PROGRAM = """
import logging
from core.domain.events import Recorded, SessionFailed
from core.domain.ids import SessionId, StepId
from core.runtime.logged_events import log_events
failed = SessionFailed(reason="turn_failed", step=StepId("r1.opening.proposer"))
log_events([Recorded(session=SessionId("a"), seq=1, position=1, at_ms=0, event=failed)])
logging.basicConfig(level="INFO", format="%(levelname)s %(message)s")
log_events([Recorded(session=SessionId("a"), seq=1, position=1, at_ms=0, event=failed)])
"""


def test_a_script_that_keeps_no_log_sees_no_line_of_an_event_and_one_that_does_sees_each_once() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, check=True, timeout=120
    )

    assert done.stderr == "ERROR SessionFailed\n"
