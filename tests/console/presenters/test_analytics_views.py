"""Does each view show what the figures say, and know the sessions behind each of its rows?"""

from __future__ import annotations

import pytest

from console.presenters.analytics import sections_of
from console.presenters.analytics_filter import SPANS, read_chosen, within
from console.presenters.analytics_head import tabs_line
from console.presenters.analytics_shown import DataRow
from console.presenters.analytics_views import VIEW_NAMES, view_of
from core.analytics.analysis import AnalyticsReport, Asked, analysis_of
from core.analytics.chosen import ALL
from core.analytics.rows import LifeRow
from core.analytics.thresholds import STANDARD
from core.domain.errors import WrongUse
from core.domain.session import Status
from tests.console.gone_well import DAY_MS, DEBATES, debates
from tests.console.hall import NOW_MS


def report_of(rows: list[LifeRow]) -> AnalyticsReport:
    first_ms = min((row.opened_at_ms for row in rows), default=NOW_MS)
    midnights = range(first_ms - first_ms % DAY_MS, NOW_MS + 1, DAY_MS) if rows else ()
    return analysis_of(Asked(rows=rows, chosen=ALL, midnights_ms=midnights, thresholds=STANDARD, as_of_ms=NOW_MS))


WHOLE = report_of(debates())


def behind(row: DataRow) -> int:
    assert row.behind is not None
    return sum(1 for life in debates() if row.behind(life))


@pytest.mark.parametrize("name", [each.key for each in VIEW_NAMES[1:]])
def test_each_row_has_its_bar_and_every_bar_its_row(name: str) -> None:
    view = view_of(name, WHOLE)

    assert view.chart is not None
    bars = len(view.chart.labels)
    assert sorted(row.bar for row in view.rows) == list(range(bars))
    assert all(len(series.values) == bars for series in view.chart.series)
    assert all(len(row.cells) == len(view.titles) for row in view.rows)
    assert len({row.key for row in view.rows}) == len(view.rows)


@pytest.mark.parametrize("name", ["debates", "durations", "escalations", "rules", "consensus"])
def test_behind_a_row_stand_as_many_sessions_as_it_says(name: str) -> None:
    for row in view_of(name, WHOLE).rows:
        told = row.cells[2 if name == "consensus" else 1].text
        assert told == str(behind(row)), row.key


def test_behind_a_day_of_spending_stand_the_sessions_that_spent() -> None:
    rows = view_of("costs", WHOLE).rows

    assert sum(behind(row) for row in rows) == DEBATES
    assert all(behind(row) for row in rows)


def test_the_outcomes_stacked_are_all_that_were_opened() -> None:
    view = view_of("debates", WHOLE)
    assert view.chart is not None

    assert sum(sum(series.values) for series in view.chart.series) == DEBATES


def test_a_finding_leads_to_its_evidence_and_says_what_was_measured() -> None:
    row = next(row for row in view_of("overview", WHOLE).rows if row.key == "finding:error_rate")

    assert behind(row) > 0
    assert row.behind is not None
    assert all(life.status is Status.FAILED for life in debates() if row.behind(life))
    assert any("Measured:" in paragraph.text for paragraph in row.below)


def test_every_row_of_the_overview_has_something_to_say_with_a_glyph_and_a_word() -> None:
    for row in view_of("overview", WHOLE).rows:
        assert row.below, row.key
        assert len(row.cells[0].text.split()) >= 2, row.key


def test_without_sessions_no_view_has_axes() -> None:
    for name in VIEW_NAMES[1:]:
        view = view_of(name.key, report_of([]))
        assert view.chart is None or not view.rows, name


def test_the_same_is_printed_as_text() -> None:
    titles = [section.title for section in sections_of(WHOLE)]

    assert titles == ["What happened", "What is odd", "What can be learnt", "What was aimed at", "What to expect"]


def test_words_choose_sessions_and_a_wrong_one_is_refused_with_the_nearest() -> None:
    chosen = read_chosen("kind:debate format:panel format:jury_debate model:openai:gpt-5 tag:billing asked evaluations")

    assert chosen.flows == {"debate"}
    assert chosen.templates == {"panel", "jury_debate"}
    assert chosen.models == {"openai:gpt-5"}
    assert chosen.tags == {"billing"}
    assert chosen.is_asked_only
    assert chosen.with_evaluations
    assert read_chosen("  ") == read_chosen("format:") == ALL
    with pytest.raises(WrongUse, match="Did you mean 'format:'"):
        read_chosen("formt:panel")
    with pytest.raises(WrongUse, match="is no word of this filter"):
        read_chosen("colour")
    with pytest.raises(WrongUse, match="at most"):
        read_chosen("x" * 500)


def test_a_stretch_of_time_ends_now_and_all_there_is_has_no_beginning() -> None:
    day, *_, everything = SPANS

    assert within(ALL, day, now_ms=NOW_MS).since_ms == NOW_MS - NOW_MS % 60_000 - DAY_MS
    assert within(ALL, everything, now_ms=NOW_MS) == ALL
    assert within(ALL, day, now_ms=1_000).since_ms == 0


@pytest.mark.parametrize("width", [20, 40, 76, 196])
def test_the_view_that_is_shown_stands_among_the_tabs_at_every_width(width: int) -> None:
    for name in VIEW_NAMES:
        line = "".join(text for text, _ in tabs_line(name.key, width=width).parts)
        assert f"▸{name.title}" in line
        assert len(line) <= width + 4
