"""By which words is it recorded how a call failed, and what does each mean for the next one?

The words are stable: logs hold them, rules may look at them. A word that isn't listed (an older log's, a script's) is
taken for a failure that may pass.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class ProviderError(StrEnum):
    """Why a call failed, in words that stay. What each means for whoever asked is in `MEANINGS`."""

    RATE_LIMITED = "rate_limited"
    """Too many requests or tokens a minute; a pause helps, and `retry_after_ms` may say which."""
    QUOTA_EXHAUSTED = "quota_exhausted"
    """The day's quota or the account's credit is used up; no pause of minutes helps."""
    OVERLOADED = "overloaded"
    """The provider has no room for anybody just now."""
    SERVER_ERROR = "server_error"
    """The provider broke."""
    TIMEOUT_CONNECT = "timeout_connect"
    """No connection came about in time."""
    TIMEOUT_FIRST_TOKEN = "timeout_first_token"
    """The request was sent, and not a word came back in time."""
    TIMEOUT_IDLE = "timeout_idle"
    """It began to answer and fell silent."""
    CONNECTION_LOST = "connection_lost"
    """There was no connection, or it broke."""
    INCOMPLETE = "incomplete"
    """The answer ended in an orderly way, but without the record that says it is whole."""
    MALFORMED = "malformed"
    """What came can't be read as the provider's protocol."""
    AUTHENTICATION = "authentication"
    """There is no key, or it isn't accepted."""
    PERMISSION = "permission"
    """The key is known and may not do this."""
    NOT_FOUND = "not_found"
    """The provider has no such model, or nothing answers at this address."""
    BAD_REQUEST = "bad_request"
    """The provider says that the request is wrong."""
    CONTEXT_OVERFLOW = "context_overflow"
    """The input is longer than the model reads. A model with a larger window may take it."""
    CONTENT_POLICY = "content_policy"
    """The provider or the model declined because of what is in the request or the answer."""
    REFUSED = "refused"
    """moot itself didn't send it: what is needed isn't installed, or isn't set."""


NOT_SENT = "not_sent"
"""Broken off while it waited to be sent: it cost nothing, and nobody failed."""

CUT_OFF = "cut_off"
"""Its session ended while it was answering, and we hung up. What came until then is charged."""

IN_DOUBT = "in_doubt"
"""Nobody knows how it ended."""

ROUTE_RESTING = "route_resting"
"""Not sent, because the route had failed too often and was not to be asked for longer than a call waits."""

TOO_LONG = "too_long"
EMPTY = "empty"
TRUNCATED = "truncated"
REPEATED = "repeated"
OFF_LANGUAGE = "off_language"
PROVIDER_BROKE = "provider_broke"


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """What an error means. A retry is worth it where the same request on the same route may go well later.

    `is_route_failure` counts towards opening the route's breaker: neither a caller's mistake nor a limit does, nor what
    the answer says. `may_have_cost` holds before the first word; a call that failed after it may have cost whatever the
    error.
    """

    is_worth_retry: bool
    is_route_failure: bool
    may_have_cost: bool


_CALLERS_MISTAKE = Meaning(is_worth_retry=False, is_route_failure=False, may_have_cost=False)
_ASK_LATER = Meaning(is_worth_retry=True, is_route_failure=False, may_have_cost=False)
_TURNED_AWAY = Meaning(is_worth_retry=True, is_route_failure=True, may_have_cost=False)
_BROKE_AT_WORK = Meaning(is_worth_retry=True, is_route_failure=True, may_have_cost=True)
_ANSWERED_BADLY = Meaning(is_worth_retry=True, is_route_failure=False, may_have_cost=True)

MEANINGS: Mapping[str, Meaning] = MappingProxyType(
    {
        ProviderError.RATE_LIMITED: _ASK_LATER,
        ProviderError.QUOTA_EXHAUSTED: _CALLERS_MISTAKE,
        ProviderError.OVERLOADED: _TURNED_AWAY,
        # Providers say that they don't bill a request that they answer with an error.
        ProviderError.SERVER_ERROR: _TURNED_AWAY,
        ProviderError.TIMEOUT_CONNECT: _TURNED_AWAY,
        ProviderError.TIMEOUT_FIRST_TOKEN: _BROKE_AT_WORK,
        ProviderError.TIMEOUT_IDLE: _BROKE_AT_WORK,
        ProviderError.CONNECTION_LOST: _BROKE_AT_WORK,
        ProviderError.INCOMPLETE: _BROKE_AT_WORK,
        ProviderError.MALFORMED: _BROKE_AT_WORK,
        ProviderError.AUTHENTICATION: _CALLERS_MISTAKE,
        ProviderError.PERMISSION: _CALLERS_MISTAKE,
        ProviderError.NOT_FOUND: _CALLERS_MISTAKE,
        ProviderError.BAD_REQUEST: _CALLERS_MISTAKE,
        ProviderError.CONTEXT_OVERFLOW: _CALLERS_MISTAKE,
        ProviderError.CONTENT_POLICY: _CALLERS_MISTAKE,
        ProviderError.REFUSED: _CALLERS_MISTAKE,
        NOT_SENT: _ASK_LATER,
        ROUTE_RESTING: _CALLERS_MISTAKE,
        CUT_OFF: _ANSWERED_BADLY,
        IN_DOUBT: _ANSWERED_BADLY,
        TOO_LONG: _ANSWERED_BADLY,
        EMPTY: _ANSWERED_BADLY,
        TRUNCATED: _ANSWERED_BADLY,
        REPEATED: _ANSWERED_BADLY,
        OFF_LANGUAGE: _ANSWERED_BADLY,
        PROVIDER_BROKE: _BROKE_AT_WORK,
    }
)


def meaning_of(error: str) -> Meaning:
    """What a recorded word means; one that isn't known is worth a retry, and may have cost."""
    return MEANINGS.get(error, _BROKE_AT_WORK)
