"""Can what is written be read back as it was meant, whatever names others have given?"""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics_families
from prometheus_client.parser import text_string_to_metric_families

from console.http.metrics_text import metrics_text
from core.analytics import family_specs as specs
from core.analytics.families import Family, Spread, bounded
from core.analytics.gathered import Gathered
from core.analytics.histogram import empty, observed

SINCE_MS = 1_700_000_000_123


@given(st.dictionaries(st.text(), st.integers(0, 10**9), max_size=8))
def test_whatever_the_names_each_count_is_read_back_under_the_name_that_is_shown(counts: dict[str, int]) -> None:
    made = Gathered(since_ms=SINCE_MS)
    made.add(specs.ERRORS, [((name,), count) for name, count in counts.items()])
    shown = bounded(counts).shown
    wanted: Counter[str] = Counter()
    for name, count in counts.items():
        wanted[shown[name]] += count

    for families in (
        text_string_to_metric_families(metrics_text(made.of([specs.ERRORS])).decode()),
        openmetrics_families(metrics_text(made.of([specs.ERRORS]), is_openmetrics=True).decode()),
    ):
        read = {
            sample.labels["kind"]: sample.value
            for family in families
            for sample in family.samples
            if sample.name == specs.ERRORS.name
        }
        assert read == dict(wanted)


def test_a_histogram_is_written_in_seconds_with_all_that_lies_below_each_bound() -> None:
    histogram = observed(observed(observed(empty((1_000, 5_000)), 400), 5_000), 9_000)
    family = Family(spec=specs.DURATION, samples=(Spread(histogram=histogram),), since_ms=SINCE_MS)

    lines = metrics_text([family]).decode().splitlines()

    assert 'orchestration_debate_duration_seconds_bucket{le="1.0"} 1.0' in lines
    assert 'orchestration_debate_duration_seconds_bucket{le="5.0"} 2.0' in lines
    assert 'orchestration_debate_duration_seconds_bucket{le="+Inf"} 3.0' in lines
    assert "orchestration_debate_duration_seconds_sum 14.4" in lines
    assert "orchestration_debate_duration_seconds_count 3.0" in lines
    assert "# TYPE orchestration_debate_duration_seconds histogram" in lines


def test_counters_say_since_when_they_count_and_which_unit_they_have() -> None:
    made = Gathered(since_ms=SINCE_MS)
    made.of_models(specs.COST, [(("alpha:one",), 1_500_000)])

    text = metrics_text(made.of([specs.COST]), is_openmetrics=True).decode()

    assert "# UNIT orchestration_cost_dollars dollars\n" in text
    assert 'orchestration_cost_dollars_total{model="alpha:one",provider="alpha"} 1.5\n' in text
    assert 'orchestration_cost_dollars_created{model="alpha:one",provider="alpha"} 1.700000000123e+09\n' in text


def test_of_what_nothing_is_known_nothing_is_said() -> None:
    made = Gathered(since_ms=SINCE_MS)
    made.add(specs.CONSENSUS_RATE, [])

    assert metrics_text(made.of([specs.CONSENSUS_RATE])) == b""
