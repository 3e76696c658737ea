"""Does each kind of session speak its own words, and a list of several the ones that fit all?"""

from __future__ import annotations

from dataclasses import replace

from console.presenters.figures import score
from console.presenters.kinds import kind_of, kind_of_all
from console.presenters.session_filter import read_filter
from console.presenters.sessions import column_titles, session_row
from core.domain.ids import SessionId, TemplateId
from core.domain.session import Status
from core.domain.summary import SessionSummary

DEBATE = SessionSummary(
    session=SessionId("a1b2c3d4" * 4),
    seq=1,
    position=1,
    flow="debate@2",
    title="",
    motion="Split billing?",
    template=TemplateId("standard_debate"),
    status=Status.RUNNING,
    round=2,
    rounds_limit=3,
    consensus_ppm=620_000,
    trend=(400_000, 620_000),
)
REFINEMENT = replace(
    DEBATE,
    flow="refinement@1",
    motion="Write the notice.",
    score_ppm=829_999,
    consensus_ppm=None,
    trend=(500_000, 829_999, 700_000),
)


def cells(summary: SessionSummary) -> list[str]:
    return [cell.text for cell in session_row(summary, None, now_ms=0).cells]


def test_a_row_of_a_refinement_shows_the_best_of_its_scores_and_one_of_a_debate_the_newest_reading() -> None:
    assert cells(REFINEMENT)[1:4] == ["✎ Write the notice.", "2/3", " ▅▇▆ 0.829"]
    assert cells(DEBATE)[1:4] == ["Split billing?", "2/3", "  ▄▅  62 %"]


def test_a_debate_about_a_draft_is_marked_as_a_child_and_speaks_as_a_debate() -> None:
    child = replace(DEBATE, parent="e5e5e5e5" * 4)

    assert cells(child)[1] == "└ Split billing?"
    assert kind_of(child).about == "motion"


def test_a_score_never_reads_as_reached_before_it_is() -> None:
    assert [score(each) for each in (0, 849_999, 850_000, 1_000_000)] == ["0.00", "0.849", "0.85", "1.00"]


def test_a_score_says_its_thousandths_where_it_has_any_so_that_it_reads_as_in_the_reason_of_a_decision() -> None:
    assert [score(each) for each in (565_000, 560_000, 500_400)] == ["0.565", "0.56", "0.50"]


def test_a_list_of_one_kind_speaks_its_words_and_a_list_of_several_none_of_either() -> None:
    assert column_titles([DEBATE]) == {"title": "motion", "round": "round", "consensus": "consensus"}
    assert column_titles([REFINEMENT]) == {"title": "brief", "round": "iter.", "consensus": "score"}
    assert column_titles([DEBATE, REFINEMENT]) == {"title": "session", "round": "stage", "consensus": "reading"}
    assert column_titles([])["title"] == "motion"


def test_a_kind_that_nothing_is_known_of_here_gets_words_that_promise_nothing() -> None:
    assert kind_of_all([replace(DEBATE, flow="conversation@1")]).lap == "stage"


def test_a_list_is_narrowed_to_one_kind() -> None:
    assert read_filter("kind:refinement").holds(REFINEMENT, None)
    assert not read_filter("kind:ref").holds(DEBATE, None)
