"""What happens under this seed?

`python -m tests.simulation 4711` tells it; `python -m tests.simulation 500-2499` lives many and counts.
"""

from __future__ import annotations

import logging
import sys
import time
from collections import Counter

from tests.simulation.fate import fate_of
from tests.simulation.invariants import BESIDE, INVARIANTS, Broken, check, check_beside
from tests.simulation.living import live

SHOWN_CHARACTERS = 150


def say(text: object) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def tell(seed: int) -> None:
    """What was drawn and all that was recorded, then whether every invariant holds."""
    fate = fate_of(seed)
    lived = live(fate)
    say(fate)
    for record in lived.records:
        say(f"{record.position:4} {record.session[-2:]} {record.seq:4} {str(record.event)[:SHOWN_CHARACTERS]}")
    say(f"{lived.lives} lives; died {', '.join(lived.doom.died_at) or 'nowhere'}; {len(lived.books.sent)} requests")
    check(seed)
    check_beside(seed, *BESIDE)
    say(f"seed {seed}: {len(INVARIANTS)} invariants hold, and {len(BESIDE)} beside another life")


def run(first: int, last: int) -> int:
    """How many of these seeds break an invariant; each is said with the command that lives it again."""
    began, broken = time.process_time(), 0
    died: Counter[str] = Counter()
    for seed in range(first, last + 1):
        try:
            died.update(str(boundary) for boundary in check(seed).doom.died_at)
            check_beside(seed, *BESIDE)
        except Broken as error:
            broken += 1
            say(error)
    count = last - first + 1
    took_ms = (time.process_time() - began) * 1_000 / count
    say(f"{count} seeds, {broken} broken, {sum(died.values())} deaths, {took_ms:.0f} ms of processor a seed")
    for boundary, times in sorted(died.items()):
        say(f"  {times:6} {boundary}")
    return broken


def main(words: list[str]) -> int:
    logging.disable()  # what a process says of its own death is no news here
    if len(words) != 1 or not words[0].replace("-", "", 1).isdecimal():
        say(__doc__)
        return 2
    first, _, last = words[0].partition("-")
    if last:
        return 1 if run(int(first), int(last)) else 0
    tell(int(first))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
