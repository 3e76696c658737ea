"""How does an operator find out what a reviewer's scores stand for?"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from console.cli.running import Wheel, asking_for_prices, with_orchestrator
from console.exit_codes import ExitCode
from console.failures import say
from console.headless import StopRequest
from core.domain.errors import PricesUnknown

if TYPE_CHECKING:
    from console.calibrating import Calibrated
    from console.settings import Settings
    from core.orchestrator import Orchestrator
    from core.runtime.refining_requests import RefinementRequest


def run_calibration(
    given: RefinementRequest, file: Path, *, concurrency: int, settings: Settings, as_json: bool
) -> int:
    """Have the drafts of a file reviewed that have no score yet, and keep what the reviewer's scores stand for."""
    from console import calibrating
    from console.calibration_files import read_known_drafts
    from console.presenters.figures import counted, money
    from console.progress import progress

    drafts = read_known_drafts(file)
    wanted = sum(known.score_ppm is None for known in drafts)

    async def work(orchestrator: Orchestrator) -> int:
        stop = StopRequest()
        stop.listen()
        try:
            reviewer = await calibrating.reviewer_of(orchestrator, given, drafts[0])
        except PricesUnknown as unknown:
            raise asking_for_prices(unknown) from unknown
        reviewed, is_whole = calibrating.Reviewed(scores={}, codes=[]), True
        if wanted:
            with progress("reviewing", wanted) as told:
                reviewed, is_whole = await calibrating.review_all(
                    orchestrator, given, drafts, reviewer, stop=stop, concurrency=concurrency, told=told
                )
            say(f"{counted(wanted, 'draft')} to be reviewed, {money(reviewed.cost_microusd)} in all.")
        code = calibrating.code_of(reviewed, is_whole=is_whole)
        if code is not ExitCode.COMPLETED:
            missing = wanted - len(reviewed.scores)
            say(f"{counted(missing, 'draft')} without a review; the same command goes on with what is left.")
            return code
        if reviewed.unread:
            say(f"{counted(reviewed.unread, 'review')} could not be read, and counted for nothing.")
        _print(await calibrating.calibrate(orchestrator, given, drafts, reviewer, reviewed), as_json=as_json)
        return ExitCode.COMPLETED

    return with_orchestrator(settings, work, wheel=Wheel.TAKEN if wanted else Wheel.LEFT)


def _print(calibrated: Calibrated, *, as_json: bool) -> None:
    from console.plain import json_line
    from console.presenters.reliability import as_values, flat_in_words, told_of

    version = calibrated.kept.version if calibrated.kept is not None else None
    if as_json:
        values = {"reviewer": calibrated.reviewer, "version": version, **as_values(calibrated.fit)}
        sys.stdout.write(json_line(values) + "\n")
        return
    for line in told_of(calibrated.fit):
        sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
    if flat := flat_in_words(calibrated.fit):
        say(flat)
    if version is None:
        say("the curve is no nearer to the truth than the scores are on drafts that it never saw: nothing is kept.")
    else:
        say(f"kept as version {version}: from now on it is what scores of {calibrated.reviewer} stand for.")
