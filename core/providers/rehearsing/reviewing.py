"""What does a rehearsal say of a draft, when it can count and can't judge?

It tells its counts, what they come to, and which passages of the evidence are missing, by file and line. What a passage
of the draft gives occasion for is said of that passage.
"""

from __future__ import annotations

import json

from core.domain.steps import Brief, ModelRequest
from core.providers.rehearsing.assessing import PPM, Assessment, assessed, nearest_held
from core.providers.rehearsing.corpus import Corpus
from core.providers.rehearsing.wording import count_word, number_word, quoted

MISSING_NAMED_MAX = 2
UNSOURCED_NAMED_MAX = 2
PASSAGE_CHARACTERS_MAX = 160
FLAW = "flaw"
"""The task of who looks for the worst flaw."""


def review_of_draft(request: ModelRequest, corpus: Corpus) -> tuple[list[str], str]:
    """What is said of the draft, and the object that a review ends with."""
    brief = request.brief
    found = assessed(brief.draft, corpus, brief.motion, reader=_reader(request))
    said = [_counted(found)]
    scores: dict[str, object] = {}
    if brief.task == FLAW:
        scores["severity"] = (100 - found.score_ppm * 100 // PPM) / 100
        said = [_worst(found), *said]
    elif brief.criteria:
        by_criterion, told = _by_criterion(brief, corpus, found)
        scores["criteria"] = {name: _written(ppm) for name, ppm in by_criterion}
        said.append(told)
    else:
        scores["score"] = _written(found.score_ppm)
    said.append("A rehearsal counts what is there. How it reads is for a reader to say.")
    ending = json.dumps({**scores, "suggestions": _suggestions(found, corpus)}, ensure_ascii=False)
    return said, f"```json\n{ending}\n```"


def preference(request: ModelRequest, corpus: Corpus) -> tuple[list[str], str]:
    """Which of two drafts counts for more, and the line that says so."""
    brief = request.brief
    reader = _reader(request)
    first, second = (assessed(each, corpus, brief.motion, reader=reader) for each in (brief.draft, brief.other))
    told = f"The first counts {_written(first.score_ppm)}, the second {_written(second.score_ppm)}."
    if first.score_ppm == second.score_ppm:
        return [told], "PREFERRED: neither"
    return [told], f"PREFERRED: {'first' if first.score_ppm > second.score_ppm else 'second'}"


def _reader(request: ModelRequest) -> str:
    """The seat of somebody who is one of several: `reviewer_2`."""
    return request.seat if request.seat[-1:].isdigit() else ""


def _counted(found: Assessment) -> str:
    held = len(found.held)
    of_all = f"{count_word(held)} of the {number_word(len(found.wanted))} passages of the evidence looked for on"
    sourced = found.paragraphs - len(found.unsourced)
    sources = f"{count_word(sourced)} of its {number_word(found.paragraphs)} paragraphs name a source that is there"
    again = len(found.repeated)
    twice = f"it says {number_word(again)} {'thing' if again == 1 else 'things'} twice"
    twice = twice if again else "it says nothing twice"
    return f"The draft quotes {of_all} the brief; {sources}; it has {found.words} words; {twice}."


def _worst(found: Assessment) -> str:
    """The count that takes most from the score."""
    name, ppm = min(found.parts, key=lambda part: part[1])
    if ppm == PPM:
        return "No count finds a flaw."
    told = {
        "coverage": "The worst flaw: passages that bear on the brief are missing.",
        "sources": "The worst flaw: paragraphs name no source.",
        "length": f"The worst flaw: its length, {found.words} words.",
        "repetition": "The worst flaw: it says the same again.",
    }
    return told[name]


def _by_criterion(brief: Brief, corpus: Corpus, found: Assessment) -> tuple[list[tuple[str, int]], str]:
    """A score for each criterion: how much it quotes of what the evidence says on that. What the evidence is silent on
    gets the score of all counts."""
    scores, silent = [], []
    for name, about in brief.criteria:
        on_it = assessed(brief.draft, corpus, about)
        if on_it.wanted:
            scores.append((name, PPM * len(on_it.held) // len(on_it.wanted)))
        else:
            silent.append(name)
            scores.append((name, found.score_ppm))
    told = "Each criterion counts what is quoted of the evidence on it."
    if silent:
        told += f" The evidence says nothing on {', '.join(silent)}: there all counts stand."
    return scores, told


def _suggestions(found: Assessment, corpus: Corpus) -> list[dict[str, str]]:
    made = []
    for sentence in found.missing[:MISSING_NAMED_MAX]:
        near = nearest_held(sentence, found.held, corpus)
        change = f"Bring in {quoted(sentence)}."
        if near is not None:
            change = f"Go on from here with {quoted(sentence)}, which speaks of the same."
        made.append({"passage": near.text.rstrip(".") if near is not None else "", "change": change})
    for paragraph in found.unsourced[:UNSOURCED_NAMED_MAX]:
        passage = paragraph.splitlines()[0][:PASSAGE_CHARACTERS_MAX]
        made.append({"passage": passage, "change": "Name the source of this, or leave it out."})
    return made


def _written(ppm: int) -> float:
    """As JSON has it: in hundredths, rounded down."""
    return ppm * 100 // PPM / 100
