"""Links in mails: short, not to be guessed, and without a row of their own.

A link says what it is for, which record it is about and a number; a keyed hash proves that we made
it. It does not expire: an old mail's unsubscribing has to work for as long as the mail is kept.
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from enum import Enum
from hashlib import sha256
from uuid import UUID

_ID, _NUMBER, _MARK = 16, 2, 12


class Use(Enum):
    """What a link is for; one for one thing proves nothing for another."""

    OPEN = b"open"
    CLICK = b"click"
    UNSUBSCRIBE = b"unsubscribe"
    PREFERENCES = b"preferences"
    CONFIRM = b"confirm"


class Seal:
    """Makes tokens with the first of ``keys`` and knows those of all of them."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._keys = [hmac.digest(key.encode(), b"marketing.links", sha256) for key in keys]

    def token(self, use: Use, record_id: UUID, number: int = 0) -> str:
        body = record_id.bytes + number.to_bytes(_NUMBER, "big")
        return urlsafe_b64encode(body + _mark(self._keys[0], use, body)).decode()

    def opened(self, use: Use, token: str) -> tuple[UUID, int] | None:
        """The record and the number; None for what is not ours, or for another use."""
        try:
            raw = urlsafe_b64decode(token.encode("ascii"))
        except ValueError:
            return None
        body, mark = raw[: _ID + _NUMBER], raw[_ID + _NUMBER :]
        if len(body) != _ID + _NUMBER or len(mark) != _MARK:
            return None
        if not any(hmac.compare_digest(mark, _mark(key, use, body)) for key in self._keys):
            return None
        return UUID(bytes=body[:_ID]), int.from_bytes(body[_ID:], "big")


def _mark(key: bytes, use: Use, body: bytes) -> bytes:
    return hmac.digest(key, use.value + body, sha256)[:_MARK]
