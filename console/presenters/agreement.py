"""In which words is it said how a format measures agreement, and what agreement may do?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.presenters.figures import counted, percent
from core.judging.calibration import BIN_PPM, trust_in
from core.judging.consensus import MEASURES
from core.judging.measure import PPM
from core.templates.template import EarlyStop

if TYPE_CHECKING:
    from core.domain.calibration import Calibration
    from core.flows.debate_events import ConsensusUpdated
    from core.templates.template import Template


def consensus_in_words(template: Template) -> str:
    """At which level of which measure consensus is reached, and whether anything has shown that it tells something."""
    measure = MEASURES.get(template.measure)
    if measure is not None and measure.is_advice:
        return f"by {template.measure}, as advice: no level is reached by it"
    return f"reached at {percent(template.consensus_ppm)}, by {template.measure}; {_EARLY_STOP[template.early_stop]}"


def known_in_words(known: Calibration | None) -> str:
    """Which readings of a measure may end a debate, by what is recorded."""
    if known is None or not known.sessions:
        return "no session with a known answer, so that nothing ends a debate early"
    told = [each for each in known.bins if trust_in(known, each.floor_ppm).is_informative]
    readings = ", ".join(f"{_tenth(each.floor_ppm)} ({each.right} of {each.counted} right)" for each in told)
    sessions = counted(known.sessions, "session")
    if not told:
        return f"{sessions}, of which no reading has shown yet that it tells something"
    return f"{sessions}; a debate may be ended at {readings}"


def _tenth(floor_ppm: int) -> str:
    return percent(floor_ppm) if floor_ppm == PPM else f"{floor_ppm * 100 // PPM} to {percent(floor_ppm + BIN_PPM)}"


def advice_in_words(reading: ConsensusUpdated) -> str:
    """What a measure says that decides nothing."""
    return f"{percent(reading.ppm)} by {reading.measure}, advice alone: {reading.reason}"


_EARLY_STOP = {
    EarlyStop.TRUSTED: "early stop trusted (uncalibrated)",
    EarlyStop.CALIBRATED: "early stop calibrated: only by readings that have shown themselves informative",
}
