"""Who wins a vote, by which way of counting, and why?

A ballot orders options, best first. It may be cut short: what it leaves out stands behind all that it names, level with
one another. Every way of counting treats voters alike and options alike; where that leaves nobody ahead, nobody wins,
and the reason says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from core.judging.stances import in_sum, weight_of

Ballot = Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """`winner` is "" where nobody wins. `told` is the whole count in words, `reason` how it came out, in one clause."""

    winner: str
    told: str
    reason: str


def instant_runoff(ballots: Iterable[Ballot], options: Sequence[str]) -> Count:
    """Whoever has the fewest first places leaves, and its ballots go on to whom they name next, until somebody has more
    than half. All who are last leave together; where that is all who are left, nobody wins."""
    cast, left = _named(ballots, options), sorted(options)
    told: list[str] = []
    for number, _ in enumerate(options, start=1):  # each count but the last sends somebody away
        firsts = _firsts(cast, left)
        counted = sum(firsts.values())
        told.append(f"Count {number}: {_scores(firsts)}")
        if not counted:
            break
        ahead = _leading(firsts)[0]
        if firsts[ahead] * 2 > counted:
            how = "at once" if number == 1 else f"in count {number}"
            reason = f"{ahead} has {firsts[ahead]} of {counted} ballots {how}"
            return Count(winner=ahead, told=_sentences(told), reason=reason)
        fewest = min(firsts.values())
        last = [option for option in left if firsts[option] == fewest]
        if len(last) == len(left):
            return Count(winner="", told=_sentences(told), reason=f"{_listed(left)} are level to the end")
        told[-1] += f"; {_listed(last)} {'leaves' if len(last) == 1 else 'leave'}"
        left = [option for option in left if option not in last]
    return _nobody(_sentences(told) or "There is nothing to vote on.")


def borda(ballots: Iterable[Ballot], options: Sequence[str]) -> Count:
    """Of n options the first on a ballot has n - 1 points, the next one fewer. What a ballot leaves out shares what is
    left evenly. Most points win."""
    cast = _named(ballots, options)
    halves = _halves(cast, options)
    told = f"Points: {_scores(halves, _half_points)}."
    if not cast:
        return _nobody(told)
    leading = _leading(halves)
    if len(leading) > 1:
        return Count(winner="", told=told, reason=f"{_listed(leading)} have as many points")
    points, ballots_read = _half_points(halves[leading[0]]), f"{len(cast)} ballot{'s' if len(cast) > 1 else ''}"
    return Count(winner=leading[0], told=told, reason=f"{leading[0]} has most points, {points} from {ballots_read}")


def condorcet(ballots: Iterable[Ballot], options: Sequence[str]) -> Count:
    """Who is preferred to each other one, by more ballots than the other way about, wins. Where nobody is, points
    decide (Black's method), and the reason says so."""
    cast, named = _named(ballots, options), sorted(options)
    if not cast:
        return _nobody("No ballot names anybody.")
    duels = {
        (one, other): (_preferring(cast, one, other), _preferring(cast, other, one))
        for place, one in enumerate(named)
        for other in named[place + 1 :]
    }
    told = "Two by two: " + ", ".join(
        f"{one} {ours}:{theirs} {other}" for (one, other), (ours, theirs) in duels.items()
    ) + "."  # fmt: skip
    beaten = {one: [other for other in named if other != one and _beats(duels, one, other)] for one in named}
    winner = next((one for one, others in beaten.items() if len(others) == len(named) - 1), None)
    if winner is not None:
        return Count(winner=winner, told=told, reason=f"{winner} is preferred to every other")
    by_points = borda(cast, options)
    why = "they beat one another in a circle" if any(beaten.values()) else "no duel is won"
    return Count(
        winner=by_points.winner,
        told=f"{told} {by_points.told}",
        reason=f"nobody is preferred to every other ({why}), and points decide: {by_points.reason}",
    )


def by_confidence(stances: Iterable[tuple[str, int | None]]) -> Count:
    """The stance with the most confidence behind it wins; one without a share of its own counts half."""
    weights: dict[str, int] = {}
    seats: dict[str, int] = {}
    for stance, confidence_ppm in stances:
        if stance:
            weights[stance] = weights.get(stance, 0) + weight_of(confidence_ppm)
            seats[stance] = seats.get(stance, 0) + 1
    ordered = sorted(weights, key=lambda stance: (-weights[stance], stance))
    told = ", ".join(f"{stance}: {in_sum(weights[stance])} from {seats[stance]}" for stance in ordered)
    if not ordered:
        return _nobody("No stance was declared.")
    leading = _leading(weights)
    told = f"Confidence in sum: {told}."
    if not weights[leading[0]]:
        return Count(winner="", told=told, reason="nobody is sure of anything")
    if len(leading) > 1:
        return Count(winner="", told=told, reason=f"{_listed(leading)} have as much confidence behind them")
    winner, total = leading[0], sum(weights.values())
    reason = f"{winner} has {in_sum(weights[winner])} of {in_sum(total)} confidence in sum behind it"
    return Count(winner=winner, told=told, reason=reason)


def _named(ballots: Iterable[Ballot], options: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """Ballots without what is not to be voted on, and without those that name nobody."""
    known = frozenset(options)
    kept = (tuple(dict.fromkeys(option for option in ballot if option in known)) for ballot in ballots)
    return tuple(ballot for ballot in kept if ballot)


def _firsts(cast: Iterable[Ballot], left: Sequence[str]) -> dict[str, int]:
    firsts = dict.fromkeys(left, 0)
    for ballot in cast:
        first = next((option for option in ballot if option in firsts), None)
        if first is not None:
            firsts[first] += 1
    return firsts


def _halves(cast: Iterable[Ballot], options: Sequence[str]) -> dict[str, int]:
    """Points in halves: what is left, shared evenly among those left out, need not be whole."""
    halves = dict.fromkeys(sorted(options), 0)
    for ballot in cast:
        unnamed = len(halves) - len(ballot)
        for option in halves:
            if option in ballot:
                halves[option] += 2 * (len(halves) - 1 - ballot.index(option))
            else:
                halves[option] += unnamed - 1
    return halves


def _preferring(cast: Iterable[Ballot], one: str, other: str) -> int:
    return sum(one in ballot and (other not in ballot or ballot.index(one) < ballot.index(other)) for ballot in cast)


def _beats(duels: Mapping[tuple[str, str], tuple[int, int]], one: str, other: str) -> bool:
    if (one, other) in duels:
        ours, theirs = duels[one, other]
    else:
        theirs, ours = duels[other, one]
    return ours > theirs


def _leading(scores: Mapping[str, int]) -> list[str]:
    most = max(scores.values(), default=0)
    return sorted(option for option, score in scores.items() if score == most)


def _half_points(halves: int) -> str:
    return f"{halves // 2}.5" if halves % 2 else str(halves // 2)


def _scores(scores: Mapping[str, int], shown: Callable[[int], str] = str) -> str:
    ordered = sorted(scores, key=lambda option: (-scores[option], option))
    return ", ".join(f"{option}: {shown(scores[option])}" for option in ordered)


def _nobody(told: str) -> Count:
    return Count(winner="", told=told, reason="no ballot can be read")


def _sentences(told: Iterable[str]) -> str:
    return " ".join(f"{each}." for each in told)


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
