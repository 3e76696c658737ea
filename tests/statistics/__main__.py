"""What does ending debates early cost and save, among simulated participants?

.venv/bin/python -m tests.statistics
"""

from __future__ import annotations

import sys

from tests.statistics.test_early_stop import HELD_OUT, POPULATIONS, RECORDED, Stopped, compared


def main() -> None:
    lines = [
        f"{RECORDED} sessions on record, {HELD_OUT} held out, of three rounds; in percent",
        f"{'':14}{'calibrated':>24}{'trusted':>24}",
        f"{'':14}{'lost (at most)':>16}{'saved':>8}{'lost (at most)':>16}{'saved':>8}",
    ]
    for name, route in POPULATIONS.items():
        calibrated, trusted = compared(route, recorded=RECORDED, held_out=HELD_OUT)
        lines.append(f"{name:14}{_told(calibrated)}{_told(trusted)}")
    sys.stdout.write("\n".join(lines) + "\n")


def _told(stopped: Stopped) -> str:
    lost = f"{100 * stopped.lost:.1f} ({100 * stopped.lost_high:.1f})"
    return f"{lost:>16}{100 * stopped.saved:>8.0f}"


if __name__ == "__main__":
    main()
