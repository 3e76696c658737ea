"""Is the shipped evidence good enough to be debated from?"""

from __future__ import annotations

from core.domain.participants import Role
from core.providers.demo_pack import DEMO_FILES, DEMO_MOTION, demo_documents
from core.providers.rehearsal import RehearsalProvider
from core.providers.rehearsing.corpus import read_corpus
from tests.core.providers.requests import request
from tests.core.providers.test_rehearsal import PacedClock


def test_the_pack_has_enough_to_say_on_both_sides_and_says_that_it_is_invented() -> None:
    documents = demo_documents()
    sides = [sentence.side for sentence in read_corpus(documents).sentences]

    assert tuple(document.name for document in documents) == DEMO_FILES
    assert 60 <= len(sides) <= 90
    assert min(sides.count(1), sides.count(-1)) >= 30
    assert sides.count(0) == 0
    assert all("invented" in document.text.splitlines()[0] for document in documents)


def test_every_sentence_bears_on_the_motion() -> None:
    corpus = read_corpus(demo_documents())

    assert len(corpus.bearing_on([DEMO_MOTION])) == len(corpus.sentences)


def test_every_seat_may_start() -> None:
    for role in Role:
        RehearsalProvider(clock=PacedClock()).refuse_early(
            request(role=role, motion=DEMO_MOTION, documents=demo_documents())
        )
