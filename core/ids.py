"""The only reader of randomness for keys and references."""

from __future__ import annotations

import secrets
import time
from uuid import UUID

#: Crockford's base 32: no I, L, O, U, so a reference survives being read out on the phone.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
#: The random part of an id.
_RANDOM = (1 << 62) - 1


def new_id() -> UUID:
    """A UUID version 7 (RFC 9562 5.7): keys grow with time, so new rows land on one index page.

    The 12 bits after the milliseconds are its fraction (method 3 of 6.2), the rest is random.
    """
    milliseconds, rest = divmod(time.time_ns(), 1_000_000)
    fraction = rest * 4096 // 1_000_000
    high = milliseconds << 16 | 0x7000 | fraction
    low = 0b10 << 62 | secrets.randbits(62)
    return UUID(int=high << 64 | low)


def new_ids(count: int) -> list[UUID]:
    """Many at once, for rows written in bulk: of one moment, their order among each other open."""
    head = new_id().int >> 64 << 64
    bits = memoryview(secrets.token_bytes(8 * count)).cast("Q")
    return [UUID(int=head | 0b10 << 62 | low & _RANDOM) for low in bits]


def new_reference(number: str) -> str:
    """``number`` and six random characters: what an ERP stores to find our record again.

    A bare number repeats after a restore, or when two installations share one ERP.
    """
    return f"{number}-" + "".join(secrets.choice(_ALPHABET) for _ in range(6))


def new_secret() -> str:
    """256 random bits for tokens and session keys, safe in URLs and headers."""
    return secrets.token_urlsafe(32)
