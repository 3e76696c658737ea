"""How do families read in the text that Prometheus, and what understands it, fetches?

prometheus_client writes it. It is loaded when something is first to be written: loading it takes as long as a command
that serves nothing may.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from core.analytics.families import Family, Kind, Sample, Spec, Spread, Timing

if TYPE_CHECKING:
    from prometheus_client.core import Metric

PLAIN_TYPE = "text/plain; version=0.0.4; charset=utf-8"
OPENMETRICS = "application/openmetrics-text"
OPENMETRICS_TYPE = f"{OPENMETRICS}; version=1.0.0; charset=utf-8"

TOTAL = "_total"
MILLISECONDS_PER_SECOND = 1_000


def metrics_text(families: Iterable[Family], *, is_openmetrics: bool = False) -> bytes:
    """The whole page. Families without any sample are left out of it: nothing can be said of them."""
    from prometheus_client import CollectorRegistry
    from prometheus_client.exposition import generate_latest
    from prometheus_client.openmetrics import exposition as openmetrics

    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Collector(families))
    if is_openmetrics:
        text: bytes = openmetrics.generate_latest(registry)  # type: ignore[no-untyped-call]  # it ships half its types
        return text
    return generate_latest(registry)


class _Collector:
    """What a registry asks. It is made for one page."""

    def __init__(self, families: Iterable[Family]) -> None:
        self._families = tuple(families)

    def collect(self) -> Iterator[Metric]:
        return (_metric(family) for family in self._families if family.samples)

    def describe(self) -> Iterator[Metric]:
        """Asked when this is registered, in order to find two of one name: there is only one collector here."""
        return iter(())


def _metric(family: Family) -> Metric:
    from prometheus_client.core import Metric

    spec = family.spec
    metric = Metric(spec.name.removesuffix(TOTAL), spec.about, spec.kind.value, _unit(spec))
    created = family.since_ms / MILLISECONDS_PER_SECOND if family.since_ms and spec.kind is not Kind.GAUGE else None
    for sample in family.samples:
        labels = dict(zip(spec.labels, sample.labels, strict=True))
        match sample:
            case Sample():
                suffix = TOTAL if spec.kind is Kind.COUNTER else ""
                metric.add_sample(metric.name + suffix, labels, sample.value / spec.per)
            case Spread():
                _add_buckets(metric, sample, labels, spec.per)
            case Timing():
                metric.add_sample(metric.name + "_count", labels, sample.count)
                metric.add_sample(metric.name + "_sum", labels, sample.total / spec.per)
        if created is not None:
            metric.add_sample(metric.name + "_created", labels, created)
    return metric


def _unit(spec: Spec) -> str:
    """A unit is part of the name or is not told: `orchestration_consensus_rate` is a share without saying so."""
    return spec.unit if spec.name.removesuffix(TOTAL).endswith(f"_{spec.unit}") else ""


def _add_buckets(metric: Metric, spread: Spread, labels: dict[str, str], per: int) -> None:
    histogram = spread.histogram
    counted = 0
    for bound, count in zip((*(str(each / per) for each in histogram.bounds), "+Inf"), histogram.counts, strict=True):
        counted += count
        metric.add_sample(metric.name + "_bucket", {**labels, "le": bound}, counted)
    metric.add_sample(metric.name + "_count", labels, counted)
    metric.add_sample(metric.name + "_sum", labels, histogram.total / per)
