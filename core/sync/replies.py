"""What the status of an HTTP answer means, and the short words of it that are safe to keep."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from html import unescape

from core.clock import utcnow
from core.sync.errors import (
    AuthFailed,
    Conflict,
    InDoubt,
    NotFound,
    RateLimited,
    Rejected,
    SyncError,
    Unsent,
)

#: For a 429 without a Retry-After that can be read, and the bounds for one that can.
WAIT_S = 60
LONGEST_WAIT_S = 24 * 3600
_WORDS = 200
_SECRET_NAMES = re.compile(r"passw|secret|token|api.?key|authorization|cookie", re.IGNORECASE)
_NAMED_SECRET = re.compile(
    r"(?P<name>\w*(?:passw\w*|secret|token|api[_-]?key)\w*[\"']?\s*[:=]\s*)[\"']?[^\s\"',;&<>]+",
    re.IGNORECASE,
)
_INVISIBLE = re.compile(r"<(style|script)\b.*?</\1>|<[^>]*>", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def content_type(self) -> str:
        return self.headers.get("Content-Type", "").partition(";")[0].strip().lower()

    @property
    def is_json(self) -> bool:
        return self.content_type.endswith(("/json", "+json"))


def error_of(reply: Reply, *, writes: bool, secrets: Sequence[object]) -> SyncError | None:
    """The error a status stands for; None for 2xx.

    ``secrets`` are headers and bodies we sent: what they call a password or token is masked if
    the answer repeats it.
    """
    if 200 <= reply.status < 300:
        return None
    words = excerpt(_text(reply), secrets)
    text = f"HTTP {reply.status}: {words}" if words else f"HTTP {reply.status}"
    if reply.status == 429:
        return RateLimited(text, until=wait_until(reply.headers.get("Retry-After")))
    if refusal := _refusal(reply.status, text):
        return refusal
    if writes:
        return InDoubt(text)
    after = reply.headers.get("Retry-After")
    wait_s = int((wait_until(after) - utcnow()).total_seconds()) if after else None
    return Unsent(text, after_s=wait_s)


def _refusal(status: int, text: str) -> SyncError | None:
    """A 4xx says the request was not carried out; None for 3xx and 5xx, which say nothing."""
    if status in {401, 403, 407}:
        return AuthFailed(text)
    if status in {404, 410}:
        return NotFound(text)
    if status in {409, 412}:
        return Conflict(text)
    if status in {408, 425}:
        return Unsent(text)
    return Rejected(text) if 400 <= status < 500 else None


def wait_until(retry_after: str | None) -> datetime:
    """When to come back, from a Retry-After in seconds or as a date (RFC 9110, 10.2.3)."""
    now = utcnow()
    wait_s = _seconds(retry_after or "", now)
    if wait_s is None:
        wait_s = WAIT_S
    return now + timedelta(seconds=min(max(wait_s, 1), LONGEST_WAIT_S))


def _seconds(text: str, now: datetime) -> int | None:
    text = text.strip()
    # A longer number than the cap needs no conversion, and int() refuses very long ones.
    if re.fullmatch(r"-?[0-9]{1,12}", text):
        return int(text)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, IndexError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return int((moment - now).total_seconds())


def _text(reply: Reply) -> str:
    text = reply.body[:4096].decode("utf-8", "replace")
    if reply.content_type == "text/html":
        text = unescape(_INVISIBLE.sub(" ", text))
    return " ".join(text.split())


def excerpt(text: str, secrets: Sequence[object]) -> str:
    """The first words of ``text``, without any secret found by name in ``secrets``."""
    for secret in sorted({word for value in secrets for word in secrets_in(value)}, key=len)[::-1]:
        text = text.replace(secret, "***")
    return _NAMED_SECRET.sub(r"\g<name>***", text)[:_WORDS]


def secrets_in(value: object, *, named: bool = False) -> Iterator[str]:
    """Strings under a name like password, and for headers the part after the scheme too."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from secrets_in(inner, named=bool(_SECRET_NAMES.search(str(name))))
    elif isinstance(value, str):
        if named and len(value) >= 4:
            yield value
            yield from (part for part in value.split() if len(part) >= 8)
    elif isinstance(value, Sequence):
        for inner in value:
            yield from secrets_in(inner, named=named)
