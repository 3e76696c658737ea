"""With which text does a new format begin, that says what each part is for?"""

from __future__ import annotations

STARTER = """\
# What it is called: small letters, digits and underscores.
id: {id}
name: My format
description: What it is for, and when to use it.
# simple, standard or complex.
complexity: simple
rounds: 2
# The level of consensus that counts as reached.
consensus: 80 %

# role: proposer, opponent, panelist, reviewer, moderator, observer or judge. participant: 'moot participants list'.
seats:
  - {{id: proposer, role: proposer}}
  - {{id: opponent, role: opponent}}
  - {{id: judge, role: judge}}

# Steps of the library by name ('moot templates steps'), or your own with a name, seat, task and instruction.
# occurs: first, later, middle, last, before_last or every round.
steps:
  - use: opening_arguments
  - use: rebuttal
  - name: doubts_opponent
    seat: opponent
    task: doubts
    occurs: last
    instruction: >-
      Name the one finding that would change your mind, and say why it is not there. At most 120 words.
  - use: final_decision
"""
