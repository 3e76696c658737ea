"""Do the rows of figures hold every figure that is counted, each once?"""

from __future__ import annotations

from dataclasses import fields

from core.analytics.book import Book, advanced
from core.analytics.measures import Counters
from core.analytics.overview import overview
from core.exporting.rows import metric_rows
from tests.core.analytics.histories import as_one_log, played, to_its_end


def test_every_counter_and_every_value_that_a_histogram_saw_is_there_once() -> None:
    book = advanced(Book(), as_one_log([to_its_end().log, to_its_end().log, played(()).log]))
    rows = list(metric_rows(book.measures, overview(book.measures, book.lives.values())))
    values = {(section, of, name): value for section, of, name, value in rows}

    assert len(values) == len(rows)
    for each in fields(Counters):
        assert values["counters", "", each.name] == getattr(book.measures.counters, each.name)
    for each in fields(book.measures.histograms):
        histogram = getattr(book.measures.histograms, each.name)
        counts = [
            value
            for (section, of, name), value in values.items()
            if section == "histograms" and of == each.name and name != "total"
        ]
        assert sum(count for count in counts if isinstance(count, int)) == histogram.count
        assert values["histograms", each.name, "total"] == histogram.total
    assert values["rates_ppm", "", "completed"] == 1_000_000
    assert {section for section, *_ in rows} >= {"templates", "flows", "models", "answer_latency_ms_by_provider"}
