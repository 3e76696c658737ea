"""From which figure on is something among sessions worth telling?"""

from __future__ import annotations

from dataclasses import dataclass

MINUTE_MS = 60_000
PER_CENT_PPM = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """Shares are in parts per million. A share of fewer sessions than `sample_min` is not judged at all."""

    error_ppm_max: int = 10 * PER_CENT_PPM
    consensus_ppm_min: int = 30 * PER_CENT_PPM
    escalation_ppm_max: int = 20 * PER_CENT_PPM
    duration_ms_max: int = 30 * MINUTE_MS
    arguments_min: int = 2
    arguments_max: int = 49
    sample_min: int = 10
    window_days: int = 7


STANDARD = Thresholds()
