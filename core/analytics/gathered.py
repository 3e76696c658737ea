"""How do counts become families, with their labels bounded?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from core.analytics.families import Bounded, Family, Labels, Sample, Spec, Spread, Timing, bounded, summed
from core.analytics.family_specs import PROVIDERS_MAX
from core.analytics.histogram import Histogram, both
from core.analytics.measures import Timer
from core.domain.costs import provider_of


class Gathered:
    """Families as they are made; all of them are counted since the same Unix time."""

    def __init__(self, since_ms: int) -> None:
        self._families: dict[str, Family] = {}
        self._since_ms = since_ms

    @property
    def cut(self) -> Mapping[str, int]:
        """How many values of a label were counted together, by the metric's name; without those of which none were."""
        return {name: family.cut for name, family in self._families.items() if family.cut}

    def of(self, specs: Iterable[Spec]) -> tuple[Family, ...]:
        """The families of these, in that order; each must have been gathered."""
        return tuple(self._families[spec.name] for spec in specs)

    def add(self, spec: Spec, figures: Iterable[tuple[Labels, int]]) -> None:
        """Counts with their labels, of which the last is bounded."""
        listed = list(figures)
        shown = bounded((labels[-1] for labels, _ in listed), spec.values_max) if spec.labels else None
        samples = summed((_shown(labels, shown), value) for labels, value in listed)
        self._keep(spec, samples, shown)

    def of_models(self, spec: Spec, figures: Iterable[tuple[Labels, int]]) -> None:
        """The same where the last label is a model: its provider is put before it."""
        listed = list(figures)
        shown = bounded((labels[-1] for labels, _ in listed), spec.values_max)
        providers = bounded((provider_of(labels[-1]) for labels, _ in listed), PROVIDERS_MAX)
        samples = summed(
            ((*labels[:-1], providers.shown[provider_of(labels[-1])], shown.shown[labels[-1]]), value)
            for labels, value in listed
        )
        self._keep(spec, samples, shown)

    def spread(self, spec: Spec, histograms: Mapping[str, Histogram]) -> None:
        """One histogram for each value of the label, or one alone where there is none."""
        if not spec.labels:
            self._keep(spec, tuple(Spread(histogram=each) for each in histograms.values()), None)
            return
        shown = bounded(histograms, spec.values_max)
        sums: dict[str, Histogram] = {}
        for value, histogram in histograms.items():
            name = shown.shown[value]
            sums[name] = both(sums[name], histogram) if name in sums else histogram
        self._keep(spec, tuple(Spread(labels=(name,), histogram=each) for name, each in sums.items()), shown)

    def timed(self, spec: Spec, timers: Mapping[str, Timer]) -> None:
        """How long work took, by its name."""
        shown = bounded(timers, spec.values_max)
        sums: dict[str, Timing] = {}
        for name, timer in timers.items():
            value = shown.shown[name]
            before = sums.get(value) or Timing(labels=(value,), count=0, total=0)
            sums[value] = Timing(labels=(value,), count=before.count + timer.count, total=before.total + timer.total_ns)
        self._keep(spec, tuple(sums.values()), shown)

    def _keep(self, spec: Spec, samples: Sequence[Sample | Spread | Timing], shown: Bounded | None) -> None:
        self._families[spec.name] = Family(
            spec=spec, samples=tuple(samples), since_ms=self._since_ms, cut=shown.cut if shown is not None else 0
        )


def _shown(labels: Labels, shown: Bounded | None) -> Labels:
    return (*labels[:-1], shown.shown[labels[-1]]) if shown is not None else labels
