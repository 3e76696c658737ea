"""Does somebody who was to speak ask for what they need to know instead?

That is read from the last line alone, as everything else that a turn has to end with: a question in the midst of an
argument is rhetoric.
"""

from __future__ import annotations

import re

from core.domain.text import clean_text

QUESTION_CHARACTERS_MAX = 1_000
_QUESTION = re.compile(r"^[\s>*_`#-]*CLARIFY[*_`]*\s*:\s*(?P<question>.*\S)\s*$", re.IGNORECASE)


def question_in(text: str) -> str:
    """What the last line asks, cut to its bound; "" where it asks nothing."""
    lines = clean_text(text).rstrip().rsplit("\n", 1)
    found = _QUESTION.match(lines[-1])
    return found["question"].strip("*_` ")[:QUESTION_CHARACTERS_MAX] if found else ""
