"""What has a measure shown in recorded sessions, by the time one is opened that ends early by nothing else?

The list's rows hold what each session with a known answer read at the end of its rounds, so that no log is read again.
What was rehearsed or simulated tells nothing of models, nor they of it; a session in which some are tells nothing.
"""

from __future__ import annotations

from core.domain.calibration import Calibration
from core.domain.unasked import PARTLY_SIMULATED, partly
from core.judging.calibration import calibrated, passed_in
from core.ports.session_index import SESSIONS_LISTED_MAX, SessionIndex
from core.templates.template import EarlyStop, Template

SESSIONS_OF_A_FORMAT_MIN = 100
"""With so many sessions of the same format only those are gone by; with fewer, all that were read by its measure."""

SESSIONS_MAX = SESSIONS_LISTED_MAX
"""The newest: a measure is judged by what is debated now."""


async def calibration_for(index: SessionIndex, template: Template, *, is_unasked: bool) -> Calibration | None:
    """What is pinned in the opening of a session of `template`, in which models are asked or none; None where its early
    stop is trusted."""
    if template.early_stop is EarlyStop.TRUSTED:
        return None
    rows = await index.answered(template.measure, limit=SESSIONS_MAX)
    alike = [row for row in rows if row.is_rehearsal is is_unasked and partly(row.models) != PARTLY_SIMULATED]
    told = [(row, passed) for row in alike if (passed := passed_in(row))]
    of_format = [(row, passed) for row, passed in told if row.template == template.id]
    if len(of_format) >= SESSIONS_OF_A_FORMAT_MIN:
        return calibrated(template.measure, [passed for _, passed in of_format], template=template.id)
    return calibrated(template.measure, [passed for _, passed in told])
