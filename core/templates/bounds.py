"""How large can a format be?

What is larger could be neither read nor drawn, and a few characters of YAML can ask for very much.
"""

from __future__ import annotations

TEMPLATE_BYTES_MAX = 500_000
"""One file."""

SEATS_MAX = 26
"""A blind step names seats by letters."""

STEPS_MAX = 200
"""Steps of a format, repetitions not counted."""

TURNS_OF_ROUND_MAX = 500
"""Turns of one round, repetitions counted."""

BLOCKS_MAX = 50
TIMES_MAX = 50
"""How often a block is repeated at most within a round."""

DIALS_MAX = 12
DIAL_WORDS_MAX = 24
DIAL_WORD_CHARACTERS_MAX = 2_000

MAY_ASK_MAX = 10
"""How often a seat may ask for what it needs to know, in a whole debate."""

TAGS_MAX = 20
TAG_CHARACTERS_MAX = 40
NAME_CHARACTERS_MAX = 120
DESCRIPTION_CHARACTERS_MAX = 2_000
INSTRUCTION_CHARACTERS_MAX = 10_000

MINUTES_MAX = 10_000
COST_MICROUSD_MAX = 1_000_000_000_000
PPM = 1_000_000
