"""Does a real Prometheus get the figures that the log gives, and can it answer what the dashboard asks?"""

from __future__ import annotations

import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics_families
from prometheus_client.parser import text_string_to_metric_families

from console.cli.monitoring import ALERTS, shipped
from console.http.metrics_text import metrics_text
from core.analytics.families import Kind, Sample
from core.analytics.family_specs import LOG_SPECS, POSITION, SPECS
from core.analytics.gathered import Gathered
from core.analytics.histogram import empty, observed
from core.analytics.measures import Timer
from tests.console.cli.process import MOTION, SECONDS_MAX, Moot
from tests.console.cli.test_metrics_port import said_of_figures
from tests.console.monitoring.expressions import of_the_alerts, of_the_dashboard, series_of
from tests.console.monitoring.programs import PORTS_TRIED_MAX, prometheus, promtool, until
from tests.redis_server import free_port

MOVING = {"orchestration_longest_running_seconds"}
"""Of the log's figures these go by the clock too."""

Series = Mapping[tuple[str, frozenset[tuple[str, str]]], float]


@contextmanager
def driving(moot: Moot) -> Iterator[str]:
    """A process that drives and serves figures, until the end of the block; where, such as 127.0.0.1:9464."""
    for _ in range(PORTS_TRIED_MAX):
        port = free_port()
        driver = moot.start(
            "drive", "--metrics-port", str(port), MOOT_REHEARSAL_PACE="0", MOOT_HEALTH_CHECK_INTERVAL_SECONDS="1"
        )
        try:
            said = said_of_figures(driver)
            if f"figures at http://127.0.0.1:{port}/metrics" in said:
                yield f"127.0.0.1:{port}"
                return
            assert "taken by another program" in said, said
        finally:
            driver.send_signal(signal.SIGTERM)
            driver.communicate(timeout=SECONDS_MAX)
    raise AssertionError("no port was free")


def log_series(text: str) -> Series:
    """What a page says, without what tells when counting began."""
    names = {name for spec in LOG_SPECS for name in series_of(spec)} - MOVING
    return {
        (sample.name, frozenset((name, _as_stored(name, value)) for name, value in sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name in names
    }


def _as_stored(name: str, value: str) -> str:
    """Prometheus normalises bounds; `2` and `2.0` are the same."""
    return str(float(value)) if name == "le" else value


def test_a_real_prometheus_has_the_figures_that_the_log_gives(moot: Moot, tmp_path: Path) -> None:
    rules = tmp_path / "alerts.yaml"
    rules.write_text(shipped(ALERTS), encoding="utf-8")
    with (
        driving(moot) as address,
        prometheus(tmp_path / "prometheus", scrapes=address, rules=rules) as watching,
    ):
        for seed in ("1", "2"):
            moot.run("debate", MOTION, "--template", "simple_debate", "--evidence", moot.evidence(), "--seed", seed)
        until(lambda: True if watching.value('up{job="moot"}') == 1 else None, what="a scrape")
        text = moot.run("metrics", "text").stdout
        given = log_series(text)
        position = given[(POSITION.name, frozenset())]
        until(lambda: True if watching.value(POSITION.name) == position else None, what="the end of the log")
        stored = {
            (
                labels["__name__"],
                frozenset(
                    (name, _as_stored(name, value))
                    for name, value in labels.items()
                    if name not in ("__name__", "job", "instance")
                ),
            ): value
            for labels, value in watching.query('{job="moot"}')
        }

        assert {name: stored.get(name) for name in given} == given
        assert watching.value("orchestration_debates_total") == 2
        assert watching.value("orchestration_debate_duration_seconds_count") == 2
        assert watching.value("orchestration_active_sessions") == 0
        assert watching.value("sum(orchestration_errors_total) or vector(0)") == 0
        evaluated = watching.value("sum(orchestration_rule_evaluations_total)")
        assert evaluated is not None
        assert evaluated > 0
        assert watching.value("orchestration_consensus_rate") in (0, 0.5, 1)
        assert watching.alerts() == {each.where for each in of_the_alerts()}
        until(lambda: watching.value("orchestration_health{check='metrics_port'}"), what="a health check")
        for expression in (*of_the_dashboard(), *of_the_alerts()):
            watching.query(expression.asked_now)
        for spec in SPECS:
            for name in series_of(spec):
                found = watching.labels_of(name) - {"__name__", "job", "instance", "le"}
                assert found <= set(spec.labels), name


def every_family_with_a_sample(count: int) -> str:
    made = Gathered(since_ms=1_700_000_000_000)
    for spec in SPECS:
        match spec.kind:
            case Kind.HISTOGRAM:
                made.spread(
                    spec, {f'n{n} "\\\n': observed(empty((1, 2)), 2) for n in range(count if spec.labels else 1)}
                )
            case Kind.SUMMARY:
                made.timed(spec, {f"n{n}": Timer(count=1, total_ns=5) for n in range(count)})
            case _:
                labels = [(("x",) * (len(spec.labels) - 1) + (f"n{n}",)) for n in range(count)] if spec.labels else [()]
                made.add(spec, [(each, 3) for each in labels])
    families = made.of(SPECS)
    assert all(family.samples for family in families)
    text = metrics_text(families).decode()
    parsed = list(openmetrics_families(metrics_text(families, is_openmetrics=True).decode()))
    assert len(parsed) == len(SPECS)
    assert sum(len(family.samples) for family in families if isinstance(family.samples[0], Sample)) > count
    return text


@pytest.mark.parametrize("count", [1, 300])
def test_promtool_finds_every_metric_in_order_and_openmetrics_can_be_read(count: int) -> None:
    assert promtool("check", "metrics", text=every_family_with_a_sample(count)) == ""
