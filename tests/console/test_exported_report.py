"""Does a session read whole as a document, and can nothing that was said in it do harm there?"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterable
from html.parser import HTMLParser

import pytest
from hypothesis import given as given_any
from hypothesis import settings

from console.exported_blocks import Aside, Block, Chart, Grid, Heading, Item, Reading, Said, Told
from console.exported_html import BOTTOM, HEIGHT, TOP, WIDTH, html_lines, html_of
from console.exported_markdown import markdown_lines
from console.marked_down import READINGS_SHOWN_MAX, markdown
from core.domain.commands import AddStatement, Admit, AmendMotion, AnswerEscalation, Escalate, Open
from core.domain.events import Recorded, Unreadable
from core.domain.flow import kinds_of
from core.engine.facts import SESSION_FACTS
from core.engine.summarise import summarise
from core.flows.debate import DebateFlow
from core.flows.debate_events import ArgumentPresented
from tests.builders import Played, complete_at
from tests.core.analytics.histories import a_log, played, to_its_end
from tests.core.flows.refining import single

HOSTILE = (
    '</blockquote></title><script>alert(1)</script><img src=x onerror="alert(2)"><svg/onload=alert(3)>'
    "<a href='javascript:alert(4)'>x</a> &lt;b&gt; ]]> --> \x1b[31m \x00 `` *_# | \u202e"
)
FLOW = DebateFlow(templates={}, documents={})
FACTS = {spec.name: spec for spec in (*SESSION_FACTS, *kinds_of((FLOW,)).facts)}

ALLOWED = {
    *("html", "head", "meta", "title", "style", "body", "h1", "h2", "h3", "p", "blockquote", "ul", "li"),
    *("table", "thead", "tbody", "tr", "th", "td"),
    *("figure", "svg", "line", "text", "polyline", "circle", "figcaption"),
}


class Elements(HTMLParser):
    """What a browser makes of a page: its elements, their attributes, and the text between them."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.open: list[str] = []
        self.said: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag not in ("meta", "line", "circle", "polyline"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_endtag(self, tag: str) -> None:
        if self.open and self.open[-1] == tag:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        self.said.append(data)


def read(page: str) -> Elements:
    elements = Elements()
    elements.feed(page)
    elements.close()
    return elements


async def given(records: Iterable[Recorded]) -> AsyncIterator[Recorded]:
    for record in records:
        yield record


async def as_markdown(records: Iterable[Recorded]) -> str:
    return "\n".join([line async for line in markdown_lines(given(records), facts=FACTS)])


async def as_html(records: Iterable[Recorded]) -> str:
    return "\n".join([line async for line in html_lines(given(records), facts=FACTS)])


def a_debate() -> Played:
    """One that a rule ends."""
    debate = Played((complete_at(rounds=1),))
    debate.do(Open(opening=debate.opening()))
    debate.do(Admit())
    debate.play_on()
    return debate


async def test_a_debate_reads_from_its_motion_to_its_cost_in_both_forms() -> None:
    log = a_debate().log
    of_markdown, of_html = await as_markdown(log), await as_html(log)

    for words in ("Round 1", "Verdict", "Consensus", "Rules", "Cost", "complete_at", "because of"):
        assert words in of_markdown.replace("\\", ""), words
        assert words in "".join(read(of_html).said), words
    assert of_markdown.startswith("# ")
    assert "| in doubt |" in of_markdown
    assert "<polyline" in of_html


async def test_a_refinement_shows_its_drafts_and_their_scores_against_the_threshold() -> None:
    refined = single()
    refined.go_through(0.5, 0.9)
    of_markdown, of_html = await as_markdown(refined.log), await as_html(refined.log)

    for words in ("Draft 1", "Draft 2", "Scores of the drafts", "0.50", "0.90", "Kept: draft 2"):
        assert words in of_markdown, words
        assert words in "".join(read(of_html).said), words
    assert "1.00" in "".join(read(of_html).said), "scores have their own scale"
    assert "100 %" not in "".join(read(of_html).said)


async def test_a_page_stands_alone_and_nothing_in_it_runs() -> None:
    page = await as_html(a_debate().log)
    elements = read(page)

    assert elements.tags <= ALLOWED
    assert not {"src", "href", "style", "id"} & elements.attributes
    assert not any(name.startswith("on") for name in elements.attributes)
    assert "default-src 'none'" in page
    assert "http" not in page.replace("http-equiv", "")
    assert elements.open == []
    for words in ("prefers-color-scheme: dark", "@media print"):
        assert words in page


async def test_what_anybody_says_stays_text_wherever_it_stands_in_the_page() -> None:
    debate = played(())
    debate.speak(HOSTILE)
    debate.do(AddStatement(text=HOSTILE))
    debate.do(AmendMotion(motion=HOSTILE))
    debate.do(Escalate(question=HOSTILE, reason="asked"))
    elements = read(await as_html(debate.log))

    assert elements.tags <= ALLOWED
    assert not any(name.startswith("on") for name in elements.attributes)
    assert "".join(elements.said).count("<script>alert(1)</script>") >= 4, "it is there, as text"
    assert elements.open == []
    of_markdown = await as_markdown(debate.log)
    assert "\n<" not in of_markdown.replace("\\<", "")


@pytest.mark.parametrize(
    "block",
    [
        Heading(2, HOSTILE),
        Said(HOSTILE),
        Aside(HOSTILE),
        Told(HOSTILE),
        Item(HOSTILE),
        Grid((HOSTILE, HOSTILE), ((HOSTILE, HOSTILE),)),
        Chart(HOSTILE, (Reading(HOSTILE, 1, HOSTILE), Reading(HOSTILE, 2, HOSTILE)), 5, HOSTILE),
    ],
)
def test_no_piece_of_a_page_lets_a_text_become_more_than_text(block: Block) -> None:
    elements = read("\n".join(html_of(block)))

    assert elements.tags <= ALLOWED
    assert not any(name.startswith("on") for name in elements.attributes)
    assert elements.open == []


async def test_what_came_of_it_stands_at_its_head() -> None:
    debate = a_debate()
    row = None
    for record in debate.log:
        row = summarise(row, record, debate.engine.flows)
    assert row is not None
    lines = [line async for line in markdown_lines(given(debate.log), facts=FACTS, row=row)]

    (head,) = [line for line in lines if line.startswith("*Completed: against")]
    assert lines.index(head) < lines.index("## Round 1")
    assert "round 1 of 2, 3 turns" in head


async def test_a_session_that_is_not_over_says_how_it_stands() -> None:
    assert "It is not over: it is running" in await as_markdown(played(()).log)
    assert "It is not over" not in await as_markdown(to_its_end().log)


async def test_what_was_asked_stands_with_what_was_answered_and_by_whom() -> None:
    debate = played(())
    debate.do(Escalate(question="Shall they go on?"))
    debate.do(AnswerEscalation(answer="new_round", note="Once more."))
    said = await as_markdown(debate.log)

    assert "Asked the operator: Shall they go on?" in said
    assert "Answered by you: new round (Once more.)" in said
    assert said.index("Asked the operator") < said.index("Answered by")


async def test_an_event_that_can_t_be_read_is_told_and_what_follows_too() -> None:
    log = list(a_debate().log)
    at = len(log) // 2
    strange = Recorded(
        session=log[0].session,
        seq=log[at].seq,
        position=log[at].position,
        at_ms=log[at].at_ms,
        event=Unreadable(kind="TableTurned", version=3, why="this moot doesn't know it.", now="Update moot."),
    )
    document = await as_markdown([*log[:at], strange, *log[at + 1 :]])

    assert "A TableTurned stands here that can't be read" in document
    assert "Completed" in document


async def test_of_a_log_whose_first_event_can_t_be_read_there_is_a_page_all_the_same() -> None:
    log = a_debate().log
    strange = Recorded(
        session=log[0].session, seq=1, position=1, at_ms=1, event=Unreadable(kind="X", version=1, why="no.", now="")
    )

    assert read(await as_html([strange])).open == []
    assert read(await as_html([])).open == []


def test_a_long_chart_shows_the_newest_in_markdown_and_says_so() -> None:
    readings = tuple(Reading(f"turn {number}", number, f"{number}") for number in range(READINGS_SHOWN_MAX + 5))
    lines = list(markdown(Chart("Consensus", readings), None))

    assert len(lines) == READINGS_SHOWN_MAX + 3
    assert lines[1].startswith("turn 5 ")
    assert "the newest 60 of 65" in lines


@settings(max_examples=25)
@given_any(a_log.filter(bool))
async def test_whatever_happens_in_a_session_its_page_is_whole_and_says_what_was_said(log: list[Recorded]) -> None:
    sessions = dict.fromkeys(record.session for record in log)
    for session in sessions:
        own = [record for record in log if record.session == session]
        elements = read(await as_html(own))
        text = "".join(elements.said)

        assert elements.tags <= ALLOWED
        assert elements.open == []
        for record in own:
            if isinstance(record.event, ArgumentPresented):
                assert record.event.text in text


@pytest.mark.parametrize(
    ("shares", "is_at_the_right"),
    [([230_000, 500_000, 1_000_000], False), ([1_000_000, 500_000, 230_000], True), ([810_000] * 3, True)],
)
def test_what_is_asked_for_is_named_where_the_line_of_readings_does_not_run_through_it(
    shares: list[int], is_at_the_right: bool
) -> None:
    chart = Chart("Consensus", tuple(Reading(str(at), ppm, "") for at, ppm in enumerate(shares)), 800_000, "80 %")
    found = re.search(r'<text x="(\d+)" y="(\d+)"[^>]*paint-order', "\n".join(html_of(chart)))

    assert found is not None
    x, y = int(found[1]), int(found[2])
    assert (x > WIDTH // 2) is is_at_the_right
    assert TOP <= y <= HEIGHT - BOTTOM
