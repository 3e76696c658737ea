"""How sure does somebody say they are?

One form is asked for, `(confidence 80%)`. A short closed list of others is read as it is meant, and the record says
that it was; what is no share of anything makes the whole line count for nothing. Words such as "fairly sure" are no
number, and stand for none here: whoever says so has stated no confidence.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from core.judging.measure import PPM

HUNDREDTHS = 100
TENTHS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Confidence:
    """`rest` is what stands before it. `ppm` is None where none is stated; `fault` says why it makes no sense, "" where
    it does. It `is_repaired` where it stood in another form than the one that is asked for."""

    rest: str
    ppm: int | None = None
    is_repaired: bool = False
    fault: str = ""


_ASKED_FOR = re.compile(r"^(.*?)[ \t]*\([ \t]*confidence[ \t]+(\d{1,3})%[ \t]*\)[ \t.*_`]*$", re.IGNORECASE)
_WORD = re.compile(
    r"\b(?:confidence(?:[ \t]+(?:level|score))?|conf|certainty|(?:confident|certain|sure)(?=[^\w\n]*$))\b",
    re.IGNORECASE,
)
_IN_BRACKETS = re.compile(r"[(\[][ \t]*confidence\b[^()\[\]]*[)\]][ \t.*_`]*$", re.IGNORECASE)
_BARE = re.compile(r"^(.*?)(?:[ \t]*[,;([–—-][ \t]*|[ \t]+)(-?[\d.,]{1,8}[ \t]?%)[ \t)\].*_`]*$")
_LINKS = re.compile(r"^[ \t]*(?:of|is|level|at)?[ \t]*[:=~]?[ \t]*|[ \t)\].;,*_`]+$", re.IGNORECASE)
_LEADS = re.compile(r"[ \t,;:([–—-]*(?:\b(?:with|and|at|i am|i'm|am)\b[ \t]*)?(?:\ba\b[ \t]*)?$", re.IGNORECASE)
_LAST_TOKEN = re.compile(r"(?:^|[ \t,;:([–—])(-?[\w.,/]{1,12}[ \t]?%?)[ \t]*$")
_SEPARATED = re.compile(r"[,;([–—]")
_WORDS = re.compile(r"[^\W\d]+(?:[ \t-][^\W\d]+){0,3}")
_NONSENSE_WORDS = frozenset({"nan", "inf", "infinity", "null", "none", "undefined"})
_FORMS: Mapping[re.Pattern[str], Callable[[re.Match[str]], int]] = {
    re.compile(r"(\d{1,3})(?:[.,](\d{1,2}))?[ \t]*(?:%|percent|per cent)"): lambda found: _whole(
        found, PPM // HUNDREDTHS
    ),
    re.compile(r"([01]?)[.,](\d{1,4})"): lambda found: _whole(found, PPM),
    re.compile(r"(\d{2,3}|0)"): lambda found: int(found[1]) * (PPM // HUNDREDTHS),
    re.compile(r"(\d{1,2})[ \t]*(?:/|out of)[ \t]*10"): lambda found: int(found[1]) * (PPM // TENTHS),
    re.compile(r"(\d{1,3})[ \t]*(?:/|out of)[ \t]*100"): lambda found: int(found[1]) * (PPM // HUNDREDTHS),
}
"""The closed list: `80 %`, `80.5%`, `80 percent`; `0.8`; `80`; `8/10`; `80/100`. A lone `1` may be one or all of a
hundred, and is on none of them."""


def confidence_in(said: str, *, is_free: bool, is_bare_taken: bool) -> Confidence:
    """What a line says, and how sure it says to be of it.

    Where what can be said `is_free`, only brackets that name the confidence set it apart: anything else may be what is
    said. A share without a word for it is taken only where `is_bare_taken`: beside a number it may be another number.
    """
    asked_for = _ASKED_FOR.match(said)
    words = list(_WORD.finditer(said))
    if len(words) > 1 and not is_free:
        return Confidence(rest=said, fault="it states two confidences")
    if asked_for:
        return _read(asked_for[1], f"{asked_for[2]}%", is_repaired=False)
    if words and (not is_free or _IN_BRACKETS.search(said)):
        return _around(said, words[-1])
    bare = _BARE.match(said) if is_bare_taken and not words else None
    if bare and bare[1].strip():
        return _read(bare[1], bare[2], is_repaired=True)
    return Confidence(rest=said)


def confidence_alone(said: str) -> Confidence:
    """What the words behind `CONFIDENCE:` on a line of its own say."""
    return _read("", _LINKS.sub("", said), is_repaired=True)


def _around(said: str, word: re.Match[str]) -> Confidence:
    before, behind = said[: word.start()], _LINKS.sub("", said[word.end() :].partition(")")[0])
    if behind:
        return _read(_LEADS.sub("", before), behind, is_repaired=True)
    stated = _LAST_TOKEN.search(before)
    if stated and any(sign.isdigit() for sign in stated[1]):
        return _read(_LEADS.sub("", before[: stated.start(1)]), stated[1].strip(), is_repaired=True)
    if stated and stated[1].strip().casefold() in _NONSENSE_WORDS:
        return Confidence(rest=before[: stated.start(1)], fault=f"{stated[1].strip()!r} is no confidence")
    apart = _SEPARATED.search(before)
    return Confidence(rest=before[: apart.start()] if apart else before, is_repaired=True)


def _read(rest: str, stated: str, *, is_repaired: bool) -> Confidence:
    stated, rest = stated.strip(), rest.strip()
    for form, reckon in _FORMS.items():
        found = form.fullmatch(stated.casefold())
        ppm = reckon(found) if found else -1
        if 0 <= ppm <= PPM:
            return Confidence(rest=rest, ppm=ppm, is_repaired=is_repaired)
    if _WORDS.fullmatch(stated) and stated.casefold() not in _NONSENSE_WORDS:
        return Confidence(rest=rest, is_repaired=True)
    return Confidence(rest=rest, fault=f"{stated[:40]!r} is no confidence")


def _whole(found: re.Match[str], unit: int) -> int:
    places = found[2] or ""
    return int(found[1] or "0") * unit + (int(places) * unit // 10 ** len(places) if places else 0)
