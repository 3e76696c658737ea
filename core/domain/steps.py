"""What does a session want done next?

A step is one wanted effect. Its id is derived from the state, never drawn, so that the same history wants the same
steps whoever asks and however often.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from core.domain.answers import MOTION_FORM, AnswerForm
from core.domain.ids import Digest, SeatId, SessionId, StepId
from core.domain.participants import Role
from core.domain.transcript import Turn


class StepKind(StrEnum):
    """`turn` asks a seat to speak, `verdict` asks the judge to conclude, `child` begins a session of this one,
    `child_end` waits for that one's end, `check` has a program look at a text."""

    TURN = "turn"
    VERDICT = "verdict"
    CHILD = "child"
    CHILD_END = "child_end"
    CHECK = "check"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One effect wanted: `seat` is to speak on `task` in `round` (from 1)."""

    id: StepId
    kind: StepKind
    seat: SeatId
    task: str
    round: int

    @property
    def is_call(self) -> bool:
        """True where somebody is asked, and it may cost something; the others are errands."""
        return self.kind in (StepKind.TURN, StepKind.VERDICT)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckWanted:
    """A text that a program is to look at, and the name under which the operator allowed that program."""

    command: str
    draft: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A text that participants may cite. `digest` is the SHA-256 of `text` in UTF-8."""

    name: str
    digest: Digest
    text: str


class Message:
    """One message of a prompt. `author` is `system`, `user` or `assistant`. It never changes, and equals any other of
    the same author and text.

    It holds its text in pieces, nearly all of which the transcript holds as well, and puts them together whenever it is
    asked for: a debate that waits for its model would hold 24,000 characters twice otherwise.
    """

    __slots__ = ("_author", "_pieces")

    def __init__(self, *, author: str, text: str) -> None:
        self._author = author
        self._pieces: tuple[str, ...] = (text,)

    @classmethod
    def joined(cls, *, author: str, pieces: Iterable[str]) -> Message:
        """The message whose text is all of `pieces`, one after the other."""
        message = cls.__new__(cls)
        message._author = author
        message._pieces = tuple(pieces)
        return message

    @property
    def author(self) -> str:
        return self._author

    @property
    def text(self) -> str:
        return "".join(self._pieces)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Message) and (self.author, self.text) == (other.author, other.text)

    def __hash__(self) -> int:
        return hash((self.author, self.text))

    def __repr__(self) -> str:
        return f"Message(author={self.author!r}, text={self.text!r})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """The same request as data, for a provider that doesn't read prose.

    `side` is +1 for the motion, -1 against it, 0 for a seat that weighs. `turns` are those that the seat sees, oldest
    first. `expects` is how the turn has to end, in the words of a template's step ("" for one that nothing is known
    of), in the form `answer`; `letters` are the names under which those who spoke are judged blind, by seat, and
    `options` what a ballot orders.
    `known_answer` is the right answer where somebody knows it. It is for participants who are simulated: no message
    holds it, and a provider that asks a model sends it messages and nothing else.

    Of a step about a text, `draft` is that, `other` the second of two to be compared, `feedback` what was said of it,
    and `criteria` (id and meaning) what it is judged by. What is said again of a text that was mended `may_repeat`. Who
    `may_ask` can ask for what it needs to know, instead of taking its turn.
    """

    motion: str
    role: Role
    side: int
    task: str
    round: int
    rounds_limit: int
    turns: Sequence[Turn]
    documents: tuple[Document, ...]
    expects: str = ""
    answer: AnswerForm = MOTION_FORM
    letters: Mapping[SeatId, str] = field(default_factory=dict)
    known_answer: str = ""
    draft: str = ""
    other: str = ""
    feedback: tuple[str, ...] = ()
    criteria: tuple[tuple[str, str], ...] = ()
    may_repeat: bool = False
    options: tuple[str, ...] = ()
    may_ask: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRequest:
    """Exactly what is asked of a model for one step: everything in it follows from the log. A person who was asked
    before has until `due_ms` (Unix); None for as long as the route says, from now on."""

    session: SessionId
    step: StepId
    seat: SeatId
    kind: StepKind
    model: str
    messages: tuple[Message, ...]
    tokens_output_max: int
    temperature_milli: int
    seed: int
    brief: Brief
    due_ms: int | None = None

    @property
    def bytes_input(self) -> int:
        """The size of all messages in UTF-8 bytes."""
        texts = [message.text for message in self.messages]
        return sum(len(text) if text.isascii() else len(text.encode()) for text in texts)
