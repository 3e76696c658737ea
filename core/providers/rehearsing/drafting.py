"""What does a rehearsal write, and how does it take up what was said of its draft?

It writes nothing of its own: a draft is put together from passages of the evidence, each whole and with its place. The
first draft quotes what bears most on the brief; each further one keeps what there is, takes in what its reviews name,
and says nothing twice.
"""

from __future__ import annotations

from core.domain.steps import ModelRequest
from core.providers.rehearsing.assessing import is_quoted, passages_on
from core.providers.rehearsing.corpus import Corpus
from core.providers.rehearsing.record import citation_of, cited_in
from core.providers.rehearsing.sentences import Sentence
from core.providers.rehearsing.wording import Wording, quoted, started, topic_of

PASSAGES_FIRST = 2
PASSAGES_ADDED = 2

_OPENINGS = ("{}.", "It is on record that {}.", "What the evidence says: {}.")
_FURTHER = ("Besides, {}.", "It also says that {}.", "To this belongs: {}.", "And {}.")
_ON_TOPIC = ("On {}: {}.", "As for {}, {}.")


def draft(request: ModelRequest, corpus: Corpus) -> list[str]:
    """The paragraphs of a draft."""
    brief = request.brief
    wording = Wording(seed=request.seed, step=request.step)
    if not brief.draft:
        return [_put(each, wording, is_first=at == 0) for at, each in enumerate(_first(corpus, brief.motion))]
    kept = list(dict.fromkeys(each.strip() for each in brief.draft.split("\n\n") if each.strip()))
    taken_up = _taken_up(request, corpus)
    return [*kept, *(_put(each, wording, is_first=False) for each in taken_up)]


def _first(corpus: Corpus, motion: str) -> tuple[Sentence, ...]:
    return passages_on(corpus, motion)[:PASSAGES_FIRST]


def _taken_up(request: ModelRequest, corpus: Corpus) -> list[Sentence]:
    """What comes in: first what the reviews name by file and line, then what bears most on the brief."""
    brief = request.brief
    citation = citation_of(corpus)
    named = [] if citation is None else [s for said in brief.feedback for s in cited_in(said, citation, corpus)]
    wanted = dict.fromkeys(each.number for each in (*named, *passages_on(corpus, brief.motion)))
    fresh = [corpus.sentences[number] for number in wanted if not is_quoted(corpus.sentences[number], brief.draft)]
    return fresh[:PASSAGES_ADDED]


def _put(sentence: Sentence, wording: Wording, *, is_first: bool) -> str:
    said, topic = quoted(sentence), topic_of(sentence)
    if is_first:
        return wording.one_of(_OPENINGS).format(said)
    if topic:
        return started(wording.one_of(_ON_TOPIC).format(topic, said))
    return wording.one_of(_FURTHER).format(said)
