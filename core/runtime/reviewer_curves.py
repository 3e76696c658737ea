"""What do the scores of a reviewer stand for, as far as that was found out here?

A curve belongs to a model and to what exactly it was asked: by other criteria the same model scores otherwise. Every
version stays, the newest is used; a session pins the points themselves, so that no later one changes what it decided.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256

from core.domain.errors import WrongUse
from core.domain.ids import Digest
from core.domain.participants import Role, Seat
from core.judging.criteria import Criteria
from core.judging.reviewer_calibration import Fit, ReviewerCurve
from core.ports.catalogue import Catalogue
from core.ports.clock import Clock
from core.prompts.reviewing import review_instruction

PREFIX = "reviewer_curve:"
VERSIONS_KEPT_MAX = 20
"""Older ones are forgotten: what sessions used of them, they pin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CurveVersion:
    """One version: the curve, when it was made (Unix ms), from how many drafts, and what it made of others."""

    reviewer: str
    asked: Digest
    version: int
    made_at_ms: int
    points: tuple[tuple[int, int], ...]
    fitted_on: int
    held_out: int
    error_before_ppm: int
    error_after_ppm: int

    @property
    def curve(self) -> ReviewerCurve:
        return ReviewerCurve(reviewer=self.reviewer, version=self.version, points=self.points)


def asked_digest(criteria: Criteria, *, is_adversarial: bool, system_prompt: str) -> Digest:
    """The digest of what a reviewer is asked, in which manner, and of how its scores by criterion are weighed."""
    named = [(criterion.id, criterion.about) for criterion in criteria.criteria]
    weights = [criterion.weight_ppm for criterion in criteria.criteria]
    asked = [system_prompt, review_instruction(named, is_adversarial=is_adversarial), weights]
    return Digest(sha256(json.dumps(asked, separators=(",", ":")).encode()).hexdigest())


class ReviewerCurves:
    """The curves that this database holds."""

    def __init__(self, catalogue: Catalogue, clock: Clock) -> None:
        self._catalogue = catalogue
        self._clock = clock

    async def versions(self, reviewer: str, asked: Digest) -> Sequence[CurveVersion]:
        """All of a reviewer that are kept, oldest first. Raises WrongUse where what is kept can't be read."""
        return _read((await self._catalogue.settings()).get(_name(reviewer, asked), ""))

    async def newest(self, reviewer: str, asked: Digest) -> CurveVersion | None:
        """The one in use; None where the reviewer is uncalibrated."""
        versions = await self.versions(reviewer, asked)
        return versions[-1] if versions else None

    async def of_seats(
        self, seats: Iterable[Seat], criteria: Criteria, *, is_adversarial: bool
    ) -> tuple[CurveVersion, ...]:
        """The newest of each model that reviews in these seats, as far as there are any. One that reviews in two
        manners has none: its scores tell nobody in which of them they were given."""
        found: dict[str, set[CurveVersion | None]] = {}
        for who in (seat.participant for seat in seats if seat.role is Role.REVIEWER):
            asked = asked_digest(criteria, is_adversarial=is_adversarial, system_prompt=who.system_prompt)
            found.setdefault(who.model, set()).add(await self.newest(who.model, asked))
        return tuple(each for curves in found.values() if len(curves) == 1 for each in curves if each is not None)

    async def keep(self, fit: Fit, *, reviewer: str, asked: Digest) -> CurveVersion:
        """Make a curve the newest version; the one that is the newest already is left as it is."""
        versions = await self.versions(reviewer, asked)
        made = CurveVersion(
            reviewer=reviewer,
            asked=asked,
            version=versions[-1].version + 1 if versions else 1,
            made_at_ms=self._clock.now_ms(),
            points=fit.curve.points,
            fitted_on=fit.fitted_on,
            held_out=fit.held_out,
            error_before_ppm=fit.before.error_ppm,
            error_after_ppm=fit.after.error_ppm,
        )
        if versions and versions[-1].points == made.points and versions[-1].fitted_on == made.fitted_on:
            return versions[-1]
        kept = [asdict(each) for each in (*versions, made)[-VERSIONS_KEPT_MAX:]]
        await self._catalogue.save_setting(_name(reviewer, asked), json.dumps(kept, separators=(",", ":")))
        return made


def _name(reviewer: str, asked: Digest) -> str:
    return f"{PREFIX}{sha256(json.dumps([reviewer, asked]).encode()).hexdigest()}"


def _read(text: str) -> tuple[CurveVersion, ...]:
    try:
        plain = json.loads(text) if text else []
        return tuple(
            CurveVersion(**{**each, "points": tuple((stated, true) for stated, true in each["points"])})
            for each in plain
        )
    except (ValueError, TypeError, KeyError) as error:
        raise WrongUse(
            "what is kept of the reviewers' curves can't be read.", now="Calibrate the reviewer again with this moot."
        ) from error
