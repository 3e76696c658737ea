"""Which expressions do the dashboard and the alert rules that come with moot ask Prometheus, and what do they name?"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

import yaml

from console.cli.monitoring import ALERTS, DASHBOARD, shipped
from core.analytics.families import Kind, Spec
from core.analytics.family_specs import SPECS

SCRAPED_LABELS = {"instance", "job"}
"""Whoever scrapes adds these."""

WORDS = {
    *("sum", "max", "min", "topk", "by", "on", "and", "rate", "increase", "histogram_quantile", "le"),
    *("instance",),
}

_STRING = re.compile(r'"[^"]*"')
_RANGE = re.compile(r"\[[^\]]*\]")
_WORD = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
_GROUPED = re.compile(r"(?:by|on) \(([^)]*)\)")
_MATCHED = re.compile(r"([a-z_]+)\s*(?:=~|!=|=)")
_LEGEND = re.compile(r"\{\{(\w+)\}\}")


@dataclass(frozen=True, kw_only=True)
class Expression:
    """What is asked, where, and with which legend."""

    where: str
    text: str
    legend: str = ""

    @property
    def labels(self) -> set[str]:
        """The labels that it matches, groups by or shows."""
        grouped = {name.strip() for group in _GROUPED.findall(self.text) for name in group.split(",")}
        matched = {name for braces in re.findall(r"\{([^}]*)\}", self.text) for name in _MATCHED.findall(braces)}
        return grouped | matched | set(_LEGEND.findall(self.legend))

    @property
    def metrics(self) -> set[str]:
        """The series that it names."""
        bare = _GROUPED.sub(" ", re.sub(r"\{[^}]*\}", " ", _RANGE.sub(" ", _STRING.sub(" ", self.text))))
        numberless = re.sub(r"\b\d[\d.e]*\b", " ", bare)
        return set(_WORD.findall(numberless)) - WORDS

    @property
    def asked_now(self) -> str:
        """The expression with what Grafana puts in put in."""
        filled = self.text.replace("$__rate_interval", "1m").replace("$__range", "1h")
        return filled.replace('instance=~"$instance"', 'instance=~".*"')


def of_the_dashboard() -> list[Expression]:
    panels = json.loads(shipped(DASHBOARD))["panels"]
    return [
        Expression(where=panel["title"], text=target["expr"], legend=target["legendFormat"])
        for panel in panels
        for target in panel.get("targets", ())
    ]


def of_the_alerts() -> list[Expression]:
    groups = yaml.safe_load(shipped(ALERTS))["groups"]
    return [
        Expression(where=rule["alert"], text=rule["expr"], legend=_in_words(rule["annotations"]))
        for group in groups
        for rule in group["rules"]
    ]


def _in_words(annotations: dict[str, str]) -> str:
    """The labels that the words of an alert name, as a legend would."""
    said = " ".join(annotations.values())
    return " ".join(f"{{{{{name}}}}}" for name in re.findall(r"\$labels\.(\w+)", said))


def series_of(spec: Spec) -> set[str]:
    """By which names a metric's series are stored."""
    match spec.kind:
        case Kind.HISTOGRAM:
            return {spec.name + suffix for suffix in ("_bucket", "_sum", "_count")}
        case Kind.SUMMARY:
            return {spec.name + suffix for suffix in ("_sum", "_count")}
        case _:
            return {spec.name}


SERIES = {name: spec for spec in SPECS for name in series_of(spec)}
