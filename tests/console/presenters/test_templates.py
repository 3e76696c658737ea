"""What does the Templates screen say of formats, and what does a search find?"""

from __future__ import annotations

import pytest

from console.presenters.template_results import median, results_by_template, results_lines
from console.presenters.templates import (
    Expected,
    SeenTemplate,
    detail,
    finding_lines,
    headline,
    matching,
    read_search,
    template_row,
)
from core.analytics.flips import FlipCounts, FlipSums
from core.analytics.life import DebateLife, ModelUse
from core.domain.errors import WrongUse
from core.domain.estimates import Estimate, Spread
from core.domain.ids import Digest, SessionId, TemplateId
from core.domain.status import Status
from core.ports.catalogue import TemplateVersion
from core.rules.checking.finding import Severity
from core.templates.findings import Finding, Kind
from core.templates.formats import SHIPPED_TEMPLATES
from core.templates.searching import row_of
from core.templates.workflow import Mark, to_workflow_definition

ROWS = tuple(row_of(each, actor="moot") for each in sorted(SHIPPED_TEMPLATES, key=lambda each: each.id))
MINUTE_MS = 60_000


def ids(search: str) -> list[str]:
    return [row.id for row in matching(ROWS, search)]


def life(number: int, *, status: Status = Status.COMPLETED, model: str = "scripted:a", **fields: object) -> DebateLife:
    template = TemplateId("simple_debate")
    values = {"template_opened": template, "models": {model: ModelUse(attempts=1)}, **fields}
    return DebateLife(
        id=SessionId(f"{number:032x}"),
        position=number,
        flow="debate@1",
        title="",
        motion="",
        template=template,
        status=status,
        **values,  # type: ignore[arg-type]
    )


def expecting(cost: int, ms: int) -> Estimate:
    return Estimate(
        cost_microusd=Spread(low=cost // 2, expected=cost, high=cost * 2),
        active_ms=Spread(low=ms // 2, expected=ms, high=ms * 2),
        turns=5,
        tokens_input=1,
        tokens_output=1,
        sessions=0,
    )


def test_a_search_asks_for_words_tags_complexity_and_cost() -> None:
    assert ids("chair rank") == ["council"]
    assert ids("#control") == ["consultancy", "self_consistency", "vote_only"]
    assert ids("tag:control vote") == ["self_consistency", "vote_only"]
    assert ids("complexity:complex") == ["complex_debate", "expert_panel"]
    assert ids("cost:0.045") == ["vote_only"]
    assert ids("nowhere") == []


def test_what_is_still_being_typed_narrows_nothing() -> None:
    for begun in ("complexity:", "complexity:s", "cost:", "tag:", "#", "cost:$"):
        assert len(ids(begun)) in (0, len(ROWS)) if begun == "#" else len(ids(begun)) == len(ROWS), begun
    assert read_search("complexity:simp").complexity == "simple"


@pytest.mark.parametrize("search", ["complexity:hard", "cost:much", "cost:1.2.3", "cost:-1"])
def test_a_search_that_asks_for_nothing_there_can_be_is_refused(search: str) -> None:
    with pytest.raises(WrongUse):
        matching(ROWS, search)


def test_a_row_says_what_a_format_takes_how_often_it_was_held_and_whose_it_is() -> None:
    row = next(each for each in ROWS if each.id == "simple_debate")
    held = results_by_template([life(1), life(2)])[TemplateId("simple_debate")]
    own = row_of(SHIPPED_TEMPLATES[0], actor="operator")

    assert [cell.text for cell in template_row(row, held).cells][3:10] == ["simple", "2", "3", "6", "$0.065", "8", "2"]
    assert template_row(row, None).cells[9].text == "–"
    assert template_row(row, None).cells[-1].text == "moot"
    assert template_row(own, None).cells[-1].text == "own"


def test_past_sessions_are_told_beside_what_was_expected_of_them() -> None:
    lives = [
        life(
            1, outcome="for", cost_microusd=100_000, active_ms=4 * MINUTE_MS, estimate=expecting(80_000, 3 * MINUTE_MS)
        ),
        life(
            2, outcome="for", cost_microusd=300_000, active_ms=5 * MINUTE_MS, estimate=expecting(80_000, 3 * MINUTE_MS)
        ),
        life(3, outcome="against", cost_microusd=120_000, active_ms=6 * MINUTE_MS, consensus_ppm=710_000),
        life(4, status=Status.CANCELLED),
        life(5, template_opened=TemplateId("council")),
        life(6, model="rehearsal", outcome="for", active_ms=2_000, estimate=expecting(0, 0)),
    ]
    lines = results_lines(results_by_template(lives)[TemplateId("simple_debate")])

    assert lines[0] == "5 sessions: 4 completed, 1 cancelled"
    assert lines[1] == "outcomes: for 3, against 1"
    assert lines[2] == "consensus at the end: 71 % in the median"
    assert lines[3] == (
        "with models, 3: $0.12 and 5 min in the median; $0.080 and 3 min were expected, 1 of 2 within the range"
    )
    assert lines[4] == "rehearsed, 1: $0.00 and 2 s in the median; next to nothing was expected"


def test_of_a_format_that_was_never_held_nothing_is_said() -> None:
    assert results_by_template([]) == {}


def test_the_median_of_two_is_the_lower() -> None:
    assert [median([3]), median([9, 1]), median([5, 1, 9])] == [3, 1, 5]


def text(seen: SeenTemplate) -> str:
    return "\n".join(each.text for each in detail(seen, None, now_ms=5 * MINUTE_MS, width=70))


def test_all_that_there_is_to_know_of_a_format_stands_in_its_detail() -> None:
    template = next(each for each in SHIPPED_TEMPLATES if each.id == "sparse_society")
    version = TemplateVersion(number=1, digest=Digest("d"), made_at_ms=0, actor="moot")
    workflow = to_workflow_definition(template)
    first = workflow.stages[0].groups[0][0]
    said = text(
        SeenTemplate(
            template=template,
            versions=(version,),
            findings=(),
            expected=(Expected(how="with scripted:a", estimate=expecting(80_000, 3 * MINUTE_MS)),),
            workflow=workflow,
            marks={first: Mark.NOW},
            here="Split billing?",
        )
    )

    assert "▶ where Split billing? stands" in said
    assert "comes with moot" in said
    assert "source  " in said
    assert "with scripted:a: about 3 min (2 to 6), about $0.080 ($0.040 to $0.16); no past session" in said
    assert "centre  panelist, " in said
    assert "1  5 min  moot  shipped" in said
    assert any("▶" in line and line.endswith("now") for line in said.splitlines())


def test_findings_say_what_to_do_and_a_sound_format_says_so() -> None:
    finding = Finding(kind=Kind.NO_JUDGE, severity=Severity.ERROR, part=(), what="nobody decides.", now="Seat a judge.")

    assert [each.text for each in finding_lines([finding])] == ["✗ nobody decides. Seat a judge."]
    assert [each.text for each in finding_lines([])] == ["✓ Nothing is wrong with it."]


def test_the_line_above_the_table_says_how_many_there_are_and_what_is_marked() -> None:
    assert headline(11, 11, "").text == "Templates  11 formats"
    assert headline(11, 3, "Split?").text == "Templates  11 formats  3 shown  marks: Split?"


def test_past_results_say_how_often_minds_were_changed_and_keep_rehearsals_apart() -> None:
    held = TemplateId("simple_debate")
    flips = FlipSums(
        templates={held: FlipCounts(debates=1, restated=4, changed=1, away=1)},
        unasked={held: FlipCounts(debates=1, restated=2)},
    )

    lines = results_lines(results_by_template([life(1)], flips)[held])

    assert "minds with models: 1 of 4 answers given again changed: 1 away from the verdict" in lines
    assert "minds rehearsed or simulated: 0 of 2 answers given again changed" in lines
