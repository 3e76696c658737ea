"""What can be set otherwise when a format is put together?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from core.domain.errors import nearest
from core.domain.facts import FactUnit
from core.domain.ids import SeatId
from core.domain.session import ROUNDS_MAX
from core.rules.units import in_unit
from core.templates.bounds import COST_MICROUSD_MAX, MINUTES_MAX, PPM
from core.templates.template import DecidedBy, Dial, EarlyStop, Judging

_NAMES = {
    "max_rounds": "rounds",
    "rounds": "rounds",
    "consensus_threshold": "consensus_ppm",
    "consensus_ppm": "consensus_ppm",
    "minutes_expected": "minutes_expected",
    "cost_microusd_expected": "cost_microusd_expected",
    "rule_set": "rule_set",
    "decided_by": "decided_by",
    "judging": "judging",
    "early_stop": "early_stop",
    "measure": "measure",
    "links": "links",
    "dials": "dials",
}
"""What may be said, and as which part it is taken."""

_BOUNDS = {
    "rounds": (1, ROUNDS_MAX),
    "consensus_ppm": (0, PPM),
    "minutes_expected": (0, MINUTES_MAX),
    "cost_microusd_expected": (0, COST_MICROUSD_MAX),
}
_UNITS = {"consensus_ppm": FactUnit.PPM, "cost_microusd_expected": FactUnit.MICROUSD}


@dataclass(slots=True)
class Overrides:
    """None and "" leave a choice to the defaults."""

    rounds: int | None = None
    consensus_ppm: int | None = None
    minutes_expected: int | None = None
    cost_microusd_expected: int | None = None
    rule_set: str = ""
    decided_by: DecidedBy | None = None
    judging: Judging | None = None
    early_stop: EarlyStop = EarlyStop.TRUSTED
    measure: str = ""
    links: Mapping[SeatId, tuple[SeatId, ...]] = field(default_factory=dict)
    dials: tuple[Dial, ...] = ()


def overrides_from(said: Mapping[str, object], problems: list[str]) -> Overrides:
    """What `said` sets, with every fault added to `problems`. Shares may be written `80 %`, money `$0.20`."""
    found = Overrides()
    for name, value in said.items():
        part = _NAMES.get(name, "")
        if not part:
            now = nearest(str(name)[:80], _NAMES) or f"There are {', '.join(_NAMES)}."
            problems.append(f"nothing called {str(name)[:60]!r} can be set. {now}")
        elif part in _BOUNDS:
            _number(found, part, name, value, problems)
        elif part == "decided_by":
            words = [word.value for word in DecidedBy]
            if value in words:
                found.decided_by = DecidedBy(str(value))
            else:
                now = nearest(str(value)[:80], words) or f"It is one of {', '.join(words)}."
                problems.append(f"nobody called {str(value)[:60]!r} can decide. {now}")
        elif part == "judging":
            ways = [way.value for way in Judging]
            if value in ways:
                found.judging = Judging(str(value))
            else:
                now = nearest(str(value)[:80], ways) or f"It is one of {', '.join(ways)}."
                problems.append(f"no way to judge is called {str(value)[:60]!r}. {now}")
        elif part == "early_stop":
            ways = [way.value for way in EarlyStop]
            if value in ways:
                found.early_stop = EarlyStop(str(value))
            else:
                now = nearest(str(value)[:80], ways) or f"It is one of {', '.join(ways)}."
                problems.append(f"no early stop is called {str(value)[:60]!r}. {now}")
        elif part == "dials":
            _dials(found, value, problems)
        elif part == "links":
            _links(found, value, problems)
        elif isinstance(value, str):
            setattr(found, part, value)
        else:
            problems.append(f"{value!r:.60} can't be a {name}. Write a name.")
    return found


def _number(found: Overrides, part: str, name: str, value: object, problems: list[str]) -> None:
    least, most = _BOUNDS[part]
    number = in_unit(value.strip(), _UNITS[part]) if isinstance(value, str) and part in _UNITS else value
    if isinstance(number, bool) or not isinstance(number, int) or not least <= number <= most:
        problems.append(f"{value!r:.60} can't be {name}. Name a whole number from {least} to {most}.")
        return
    setattr(found, part, number)


def _dials(found: Overrides, value: object, problems: list[str]) -> None:
    if isinstance(value, (list, tuple)) and all(isinstance(each, Dial) for each in value):
        found.dials = tuple(value)
    else:
        problems.append(f"{value!r:.60} can't be dials. Give a list of Dial.")


def _links(found: Overrides, value: object, problems: list[str]) -> None:
    if isinstance(value, Mapping) and all(isinstance(seen, (list, tuple)) for seen in value.values()):
        found.links = {SeatId(str(seat)): tuple(SeatId(str(each)) for each in seen) for seat, seen in value.items()}
    else:
        problems.append(f"{value!r:.60} can't be links. Say for each seat whom it sees: {{ann: [bob]}}.")
