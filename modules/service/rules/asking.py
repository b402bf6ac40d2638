"""What somebody is about to ask, made words to look for in the articles."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from uuid import UUID

#: Looked for at most; each is a query.
MOST_TERMS = 8
#: Scripts that write without spaces: what stands there is cut into pieces that may be words.
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u9fff\uf900-\ufaff]+")
_HAN = re.compile("[\u2e80-\u9fff\uf900-\ufaff]")
_SHORTEST = 4


def terms(words: Iterable[str]) -> list[str]:
    """The longest words first: they tell most. Without spaces, pieces of two or four letters."""
    found: list[str] = []
    for word in words:
        runs = _UNSPACED.findall(word)
        found += [piece for run in runs for piece in _pieces(run)]
        if not runs and len(word) >= _SHORTEST:
            found.append(word)
    return sorted(dict.fromkeys(found), key=len, reverse=True)[:MOST_TERMS]


def _pieces(run: str) -> list[str]:
    size = 2 if _HAN.match(run) else 4
    if len(run) <= size:
        return [run]
    step = max(1, (len(run) - size) // MOST_TERMS or 1)
    return [run[start : start + size] for start in range(0, len(run) - size + 1, step)]


def best(hits: Iterable[Iterable[UUID]], most: int) -> list[UUID]:
    """Those that were found by most terms, and by more than a chance word."""
    lists = [list(found) for found in hits]
    counted = Counter(key for found in lists for key in found)
    enough = 1 if len(lists) < 3 else 2
    ranked = sorted(counted.items(), key=lambda pair: (-pair[1], str(pair[0])))
    return [key for key, number in ranked if number >= enough][:most]
