"""Which way does a sentence speak?

Whoever writes evidence says so best: a `+` or `-` tag in front of a line, or a heading such as *Arguments against*.
Where neither is given, a small lexicon decides: words of gain speak for doing what is proposed, words of loss against.
A reducing or negating word turns the next cue within `REACH_WORDS_MAX` words over ("fewer outages", "not faster").
"""

from __future__ import annotations

from core.judging.words import words_of

REACH_WORDS_MAX = 3

_GAINS = """
    advantage advantages affordable benefit benefits better cheaper clear clearer easier enable enabled enables faster
    gain gained gains help helped helpful helps improve improved improvement improvements improves improving praised
    productive profit progress prosper quick quicker reliable robust safe safer save saved saves saving savings simpler
    solve solved solves stable stronger succeed succeeded success successful thrive useful win wins worked works
"""
_LOSSES = """
    abandoned bad break breaks broke broken burden burdens complex complexity complicated confusing cost costly costs
    danger dangerous delay delayed delays difficult difficulty disadvantage disadvantages drawback drawbacks duplicate
    error errors expensive fail failed failing fails failure failures fear fragile harder harm harms hurt hurts incident
    incidents inconsistent lose loses losing loss losses lost miss missed obstacle outage outages overhead problem
    problems regret regretted risk risks risky slow slower slowed stuck suffer suffered suffers threat threatens trouble
    unreliable unsafe waste wasted wastes weak weaker worse worst
"""
_TURNERS = """
    avoid avoided avoids cannot cut cuts ended ends fewer hardly less lower lowered lowers never no nobody none not
    prevent prevented prevents reduce reduced reduces reducing remove removed removes stopped stops without
"""
GAINS = frozenset(_GAINS.split())
LOSSES = frozenset(_LOSSES.split())
TURNERS = frozenset(_TURNERS.split())
HEADINGS_FOR = frozenset(("for", "pro", "pros", "advantages", "benefits", "favour", "favor"))
HEADINGS_AGAINST = frozenset(("against", "con", "cons", "contra", "disadvantages", "drawbacks", "risks", "objections"))


def side_of(text: str, *, tag: int, headings: tuple[str, ...]) -> int:
    """+1 where the sentence speaks for what is proposed, -1 where against, 0 where it says neither."""
    return tag or _side_of_headings(headings) or _side_of_cues(text)


def _side_of_headings(headings: tuple[str, ...]) -> int:
    for heading in reversed(headings):
        last = words_of(heading)[-1:]
        if not HEADINGS_FOR.isdisjoint(last):
            return 1
        if not HEADINGS_AGAINST.isdisjoint(last):
            return -1
    return 0


def _side_of_cues(text: str) -> int:
    balance, turned_for = 0, 0
    for word in words_of(text):
        if word in TURNERS:
            turned_for = REACH_WORDS_MAX
            continue
        cue = (word in GAINS) - (word in LOSSES)
        balance += -cue if turned_for else cue
        turned_for = 0 if cue else max(0, turned_for - 1)
    return (balance > 0) - (balance < 0)
