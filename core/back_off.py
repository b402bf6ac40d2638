"""How long to wait before something that failed is tried again."""

from __future__ import annotations

import secrets

#: Seconds before the first retry; three times as long before each further one, up to the longest.
_FIRST_S, LONGEST_S = 1.0, 600.0


def back_off_s(attempts: int, *, longest_s: float = LONGEST_S) -> float:
    """Seconds to wait after that many tries; random by half, so that failures spread out."""
    full = min(_FIRST_S * 3.0 ** min(attempts - 1, 20), longest_s)
    return full * (0.5 + secrets.randbelow(1000) / 1000)
