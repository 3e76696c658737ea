"""Do two questions ask the same, so that the answer to one may stand for the other?

No measure of overlap can tell: "is necessary" and "is not necessary", 10 and 100, "A before B" and "B before A" share
nearly every word. So nothing is measured here. A question is rewritten by a short closed list of changes that leave
what is asked as it is, and two questions are alike where the rewritten texts are equal. Every other word, in its place
and its case, every number, negation, name and quotation has to agree, since each is still in the rewritten text.

Where the words themselves are asked about (how many letters, in which tone), only the same words will do.
"""

from __future__ import annotations

import re
from unicodedata import normalize

QUESTION_CHARACTERS_MAX = 4_000
"""A longer text holds more than a question, and rewriting it takes longer than the cache may."""

_VERBS = """
    answer assess check choose classify compare count decide define describe estimate evaluate explain find give list
    name rank rate say show state summarise summarize tell translate
"""
_ASKING = frozenset(_VERBS.split())

# Their capital at the beginning of a text is the sentence's and no name's. Words that are names too (Will, May, Mark)
# are left out.
_BEGINNINGS = """
    an and are as at but by can could did do does for from has have how if in is it its of on or please should that
    the their there these they this those to was were what when where which who whose why with would
"""
_COMMON = _ASKING | frozenset(_BEGINNINGS.split())

_ABOUT_WORDS = re.compile(
    r"\b(?:adjectives?|adverbs?|alphabet\w*|apostrophes?|capitali[sz]\w*|casual\w*|characters?|colons?|commas?"
    r"|contractions?|courte\w*|emotion\w*|etymolog\w*|formal\w*|full stops?|gramma\w*|informal\w*|letters?|literal\w*"
    r"|lower-?case\w*|mood|nouns?|phras\w*|polite\w*|pronounc\w*|pronunciation|punctuat\w*|quot\w*|repeat\w*|rhym\w*"
    r"|rude\w*|sentences?|sentiment\w*|spell\w*|style\w*|syllables?|synonyms?|tokens?|tones?|typos?|upper-?case\w*"
    r"|verbatim|verbs?|vowels?|wording|words?)\b",
    re.IGNORECASE,
)

_ANSWER_LENGTH = re.compile(
    r"\b(?:a|one|two|three|four|five|ten|few|\d{1,5}) (?:single |short |full )?"
    r"(?:words?|sentences?|tokens?|characters?)\b",
    re.IGNORECASE,
)

_MARKS = str.maketrans({"’": "'", "“": '"', "”": '"', "„": '"', "…": "..."})
# Whatever stands in quotes or in code is verbatim: from the first such mark on nothing is rewritten.
_VERBATIM = re.compile(r"[\"`«»‘‚‹›]|(?<!\w)'|'(?!\w)")  # noqa: RUF001 - marks of several languages

_SHORT_FORMS = {
    "aren't": "are not", "can't": "cannot", "couldn't": "could not", "didn't": "did not", "doesn't": "does not",
    "don't": "do not", "hadn't": "had not", "hasn't": "has not", "haven't": "have not", "isn't": "is not",
    "mustn't": "must not", "shouldn't": "should not", "wasn't": "was not", "weren't": "were not", "won't": "will not",
    "wouldn't": "would not", "i'm": "I am", "i've": "I have", "i'll": "I will", "we're": "we are", "we've": "we have",
    "we'll": "we will", "you're": "you are", "you've": "you have", "they're": "they are", "they've": "they have",
    "it'll": "it will", "they'll": "they will", "you'll": "you will",
}  # fmt: skip  # a table
# The first letter may be large; a word in capitals is emphasis, and stays.
_SPELT = "|".join(f"[{short[0]}{short[0].upper()}]{short[1:]}" for short in _SHORT_FORMS)
_SHORT_FORM = re.compile(rf"(?<![\w'-])(?:{_SPELT})(?![\w'-])")
# "What's" may be "what is", "what has" or "what does": it is only one of them where an article or adverb follows.
_WHAT_IS = re.compile(r"\b([Ww]hat|[Ww]ho|[Ww]here)'s(?= (?:a|an|the)\b)")

_COURTESY = re.compile(
    rf"(?:please|kindly|(?:could|would|can) you please),? (?=(?:{'|'.join(sorted(_ASKING))})\b)", re.IGNORECASE
)
_COURTESY_LAST = re.compile(r", please(?=[.?]?\Z)")
_FIRST_WORD = re.compile(r"[A-Z][a-z]*(?![\w'-])")
_LAST_STOP = re.compile(r"(?<=\w)\.\Z")
_ASKED_WITHOUT_A_MARK = re.compile(r"(?:is|are|was|does|did) [^.?!:;\n]*\w\Z")


def are_alike(question: str, other: str) -> bool:
    """True where the answer to one stands for the other. One that asks about words is like none, itself included."""
    form = form_of(question)
    return bool(form) and form == form_of(other)


def form_of(question: str) -> str:
    """What two questions have in common exactly where they are alike; empty for one that has no like.

    Expects its white space to be in order already.
    """
    text = question.strip()
    if not text or len(text) > QUESTION_CHARACTERS_MAX or asks_about_words(text):
        return ""
    text = normalize("NFC", text).translate(_MARKS)
    first_verbatim = _VERBATIM.search(text)
    at = first_verbatim.start() if first_verbatim else len(text)
    rewritten = _begun_alike(_written_out(text[:at]))
    return rewritten + text[at:] if first_verbatim else _ended_alike(rewritten)


def asks_about_words(text: str) -> bool:
    """True where the answer depends on how something is worded and not only on what it says."""
    return _ABOUT_WORDS.search(text) is not None


def instructs_about_words(instruction: str) -> bool:
    """The same of a message that says how to answer: how long the answer may be tells nothing of the question."""
    return asks_about_words(_ANSWER_LENGTH.sub("", instruction))


def _written_out(text: str) -> str:
    """Short forms written out, the first letter as large as it was."""
    text = _WHAT_IS.sub(r"\1 is", text)
    return _SHORT_FORM.sub(lambda match: _as_large(_SHORT_FORMS[match[0].lower()], match[0]), text)


def _as_large(long: str, short: str) -> str:
    return long[0].upper() + long[1:] if short[0].isupper() else long


def _begun_alike(text: str) -> str:
    """Without the courtesy before a verb of asking, and without the capital of a sentence's first word."""
    text = _COURTESY.sub("", text, count=1) if _COURTESY.match(text) else text
    first = _FIRST_WORD.match(text)
    if first is not None and first[0].lower() in _COMMON:
        return first[0].lower() + text[first.end() :]
    return text


def _ended_alike(text: str) -> str:
    """Without the courtesy at the end and the last full stop; a question that its verb begins has its mark."""
    text = _LAST_STOP.sub("", _COURTESY_LAST.sub("", text))
    return f"{text}?" if _ASKED_WITHOUT_A_MARK.fullmatch(text) else text
