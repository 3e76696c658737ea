"""Is the way of a format drawn within its width, with a mark and a word where a session stands?"""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.cli.tables import cells
from console.presenters.template_graph import graph_lines, graph_text, summary
from console.presenters.template_mermaid import escaped, mermaid
from core.domain.ids import SeatId
from core.rules.condition import Compare, ConditionType
from core.templates.formats import SHIPPED_TEMPLATES
from core.templates.standard import COMPLEX_DEBATE
from core.templates.template import Template
from core.templates.workflow import Mark, standing
from tests.core.templates.making import PANEL, with_step

every_template = pytest.mark.parametrize("template", SHIPPED_TEMPLATES, ids=lambda template: template.id)


def test_a_format_is_drawn_line_by_line() -> None:
    assert graph_text(PANEL.to_workflow_definition()) == "\n".join(
        (
            "○ start",
            "│",
            "├─ round 1 " + "─" * 69,
            "│ ┌ all at once",
            "│ │ answer   ann (panelist)  answers, sees nobody",
            "│ │ answer   bob (panelist)  answers, sees nobody",
            "│ │ answer   cid (panelist)  answers, sees nobody",
            "│ └",
            "│",
            "├─ round 2 " + "─" * 69,
            "│ answer   ann (panelist)  ranks the others, blind",
            "│",
            "◆ verdict  judge",
            "● end",
        )
    )
    assert summary(PANEL.to_workflow_definition(), seats=4) == "small_panel, version 1: 2 rounds, 4 seats"


def test_a_session_is_marked_with_glyphs_and_words() -> None:
    workflow = COMPLEX_DEBATE.to_workflow_definition()
    marks = standing(
        workflow, round=2, spoken=("rebuttal_proposer", "rebuttal_opponent"), skipped=("rebuttal_opponent",)
    )
    lines = {line.node: line for line in graph_lines(workflow, marks=marks)}

    assert re.fullmatch(r"│ ✓ rebuttal +proposer +done", lines["s2_rebuttal_proposer"].text)
    assert re.fullmatch(r"│ – rebuttal +opponent +skipped", lines["s2_rebuttal_opponent"].text)
    assert re.fullmatch(
        r"│ ▶ cross examination +second_proposer +now", lines["s2_cross_examination_second_proposer"].text
    )
    assert lines["s2_cross_examination_second_proposer"].mark is Mark.NOW
    assert lines["s3_closing_proposer"].text == "│ · closing            proposer"


@every_template
@given(width=st.integers(30, 140))
def test_no_line_is_wider_than_asked_for_and_every_node_has_one(template: Template, width: int) -> None:
    workflow = template.to_workflow_definition()
    lines = graph_lines(workflow, marks=standing(workflow, round=1), width=width)

    assert all(cells(line.text) <= width for line in lines)
    assert {line.node for line in lines} - {""} == {node.id for node in workflow.nodes}


def test_at_80_columns_nothing_of_what_ships_is_cut() -> None:
    for template in SHIPPED_TEMPLATES:
        assert "…" not in graph_text(template.to_workflow_definition())


@every_template
def test_mermaid_names_each_node_once_and_leads_only_to_those(template: Template) -> None:
    text = mermaid(template.to_workflow_definition(), marks=standing(template.to_workflow_definition(), round=1))
    named = re.findall(r"^ +(n\d+)[\[({]", text, re.M)
    led = re.findall(r"^ +(n\d+) (?:-->|-\.->)(?:\|\"[^\"|]*\"\|)? (n\d+)$", text, re.M)

    assert text.startswith("flowchart TD\n")
    assert len(named) == len(set(named)) == len(template.to_workflow_definition().nodes)
    assert {node for pair in led for node in pair} <= set(named)
    assert len(led) == len(template.to_workflow_definition().edges)


@given(st.text())
def test_no_text_gets_out_of_its_label(text: str) -> None:
    said = escaped(text)

    assert not set(said) & set('"[]{}|<>`&\\\n\r')


def test_a_condition_that_looks_like_markup_is_only_words() -> None:
    hostile = Compare(type=ConditionType.CONTAINS, field="last_text", value='"]; click n1 "x" <b>')
    template = replace(with_step("ranking_ann", when=hostile), links={SeatId("ann"): ()})

    text = mermaid(template.to_workflow_definition())
    assert "<b>" not in text
    assert 'click n1 "' not in text
