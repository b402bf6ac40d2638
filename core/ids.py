"""The only reader of randomness for keys and references."""

from __future__ import annotations

import secrets
import time
from uuid import UUID

#: Crockford's base 32: no I, L, O, U, so a reference survives being read out on the phone.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_id() -> UUID:
    """A UUID version 7 (RFC 9562 5.7): keys grow with time, so new rows land on one index page.

    The 12 bits after the milliseconds are its fraction (method 3 of 6.2), the rest is random.
    """
    milliseconds, rest = divmod(time.time_ns(), 1_000_000)
    fraction = rest * 4096 // 1_000_000
    high = milliseconds << 16 | 0x7000 | fraction
    low = 0b10 << 62 | secrets.randbits(62)
    return UUID(int=high << 64 | low)


def new_hex_ids(count: int) -> list[str]:
    """Many at once as 32 hexadecimal digits, for rows written in bulk: both databases take those.

    They are of one moment, their order among each other is open.
    """
    head = f"{new_id().int >> 64:016x}"
    random = secrets.token_hex(8 * count)
    # The variant's two bits, 10, make of any digit one of 8, 9, a and b.
    return [
        f"{head}{'89ab'[int(random[at], 16) & 3]}{random[at + 1 : at + 16]}"
        for at in range(0, 16 * count, 16)
    ]


def new_reference(number: str) -> str:
    """``number`` and six random characters: what an ERP stores to find our record again.

    A bare number repeats after a restore, or when two installations share one ERP.
    """
    return f"{number}-" + "".join(secrets.choice(_ALPHABET) for _ in range(6))


def new_secret() -> str:
    """256 random bits for tokens and session keys, safe in URLs and headers."""
    return secrets.token_urlsafe(32)
