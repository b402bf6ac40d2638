"""Codes people read out: twelve signs in three groups, the last of which checks the others.

31 signs (no I, L, O, U and no zero, which are mistaken for others) and a prime, so that weights
that are powers of a primitive root tell every wrong sign and every two that were swapped.
"""

from __future__ import annotations

SIGNS = "123456789ABCDEFGHJKMNPQRSTVWXYZ"
#: Signs before the one that checks.
DRAWN = 11
_ROOT = 3


def sealed(drawn: str) -> str:
    """``drawn`` with its check sign, as it is printed: ``7K3Q-9XWM-4TZA``."""
    code = drawn + SIGNS[-_weighed(drawn) * _inverse() % len(SIGNS)]
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def normal(typed: str) -> str:
    """As it is printed, however it was typed; what can be no code stays as it is."""
    signs = typed.upper().replace("-", "").replace(" ", "")
    return "-".join(signs[start : start + 4] for start in range(0, len(signs), 4))


def is_whole(code: str) -> bool:
    """Whether all signs are there and the last one agrees."""
    signs = code.replace("-", "")
    return len(signs) == DRAWN + 1 and all(sign in SIGNS for sign in signs) and _weighed(signs) == 0


def _weighed(signs: str) -> int:
    weights = (pow(_ROOT, place, len(SIGNS)) for place in range(len(signs)))
    return sum(SIGNS.index(s) * w for s, w in zip(signs, weights, strict=True)) % len(SIGNS)


def _inverse() -> int:
    return pow(_ROOT, -DRAWN, len(SIGNS))
