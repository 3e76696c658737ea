"""Do the dashboard and the alert rules that come with moot ask for what there is?"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from console.cli.monitoring import ALERTS, DASHBOARD, shipped
from tests.console.cli.process import Moot
from tests.console.monitoring.expressions import SCRAPED_LABELS, SERIES, Expression, of_the_alerts, of_the_dashboard
from tests.console.monitoring.programs import promtool
from tests.docs.tables import every_command

HERE = Path(__file__).parent
EVERY_EXPRESSION = [*of_the_dashboard(), *of_the_alerts()]


def labels_known(expression: Expression) -> set[str]:
    labels = {label for name in expression.metrics for label in SERIES[name].labels}
    return labels | SCRAPED_LABELS | ({"le"} if any(name.endswith("_bucket") for name in expression.metrics) else set())


@pytest.mark.parametrize("expression", EVERY_EXPRESSION, ids=lambda each: each.where)
def test_every_expression_names_metrics_and_labels_that_there_are(expression: Expression) -> None:
    assert expression.metrics
    assert expression.metrics <= SERIES.keys()
    assert expression.labels <= labels_known(expression)


def test_every_metric_that_was_asked_for_by_name_is_on_the_dashboard() -> None:
    shown = {SERIES[name].name for each in of_the_dashboard() for name in each.metrics}

    assert shown >= {
        "orchestration_debates_ended_total",
        "orchestration_rule_evaluations_total",
        "orchestration_errors_total",
        "orchestration_debate_duration_seconds",
        "orchestration_consensus_rate",
        "orchestration_active_sessions",
    }


def test_no_two_panels_lie_on_one_another() -> None:
    seen: set[tuple[int, int]] = set()
    for panel in json.loads(shipped(DASHBOARD))["panels"]:
        place = panel["gridPos"]
        cells = {(place["x"] + right, place["y"] + down) for right in range(place["w"]) for down in range(place["h"])}
        assert not cells & seen, panel["title"]
        assert place["x"] + place["w"] <= 24, panel["title"]
        seen |= cells


def test_the_ids_of_panels_are_their_own() -> None:
    ids = [panel["id"] for panel in json.loads(shipped(DASHBOARD))["panels"]]

    assert len(set(ids)) == len(ids)


def test_promtool_finds_the_alert_rules_in_order(tmp_path: Path) -> None:
    rules = tmp_path / "alerts.yaml"
    rules.write_text(shipped(ALERTS), encoding="utf-8")

    said = promtool("check", "rules", str(rules))

    assert f"{len(of_the_alerts())} rules found" in said


def test_each_alert_fires_where_it_is_meant_to_and_not_for_a_single_case() -> None:
    promtool("test", "rules", str(HERE / "alerts_tests.yaml"))


@pytest.mark.parametrize(("word", "file"), [("dashboard", DASHBOARD), ("alerts", ALERTS)])
def test_what_comes_with_moot_is_printed_as_it_is(moot: Moot, word: str, file: str) -> None:
    assert moot.run("metrics", word).stdout == shipped(file)


def test_an_expression_tells_what_it_names() -> None:
    one = Expression(
        where="here",
        text='sum by (a, le) (rate(x_bucket{b=~"c", d!="e"}[$__rate_interval])) > 0.5e3 and on (instance) y',
        legend="{{f}} of {{a}}",
    )

    assert one.metrics == {"x_bucket", "y"}
    assert one.labels == {"a", "le", "b", "d", "instance", "f"}


def test_every_command_that_an_alert_names_is_one_with_those_options() -> None:
    known = {path: {word for each in command.params for word in each.opts} for path, command in every_command()}
    named = [" ".join(each.split()) for each in re.findall(r"`moot ([^`]+)`", shipped(ALERTS))]
    assert named

    for command in named:
        path = command.partition(" --")[0]
        assert path in known, command
        assert set(re.findall(r"--[a-z-]+", command)) <= known[path], command
