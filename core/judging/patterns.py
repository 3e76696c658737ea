"""Is something in a text that a person's regular expression describes?

The expressions are RE2's, whose time is linear in the text: one that Python's own engine would never end on is taken
and answered, or refused when it is read.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

PATTERN_CHARACTERS_MAX = 2_000
PATTERN_MEMORY_BYTES_MAX = 4_000_000
PATTERNS_CACHED_MAX = 128


def fault_of_pattern(pattern: str) -> str:
    """Why a regular expression is refused, "" where it is taken."""
    if len(pattern) > PATTERN_CHARACTERS_MAX:
        return f"it has {len(pattern)} characters; at most {PATTERN_CHARACTERS_MAX} are taken"
    import re2

    try:
        searching(pattern)
    except re2.error as error:
        return str(error.args[0].decode("utf-8", "replace"))
    except UnicodeEncodeError:
        return "a character isn't Unicode"
    return ""


@lru_cache(maxsize=PATTERNS_CACHED_MAX)
def searching(pattern: str) -> Callable[[bytes], bool]:
    """A search for the pattern in UTF-8. Raises re2.error where it is refused."""
    import re2  # loaded only where somebody uses it: it costs every start 10 ms otherwise

    options = re2.Options()
    options.max_mem = PATTERN_MEMORY_BYTES_MAX
    options.log_errors = False
    options.never_capture = True
    search = re2.compile(pattern, options).search
    return lambda text: search(text) is not None
