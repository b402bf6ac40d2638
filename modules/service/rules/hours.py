"""Business hours and holidays as people write them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import pairwise

from core.web.i18n import gettext as _
from modules.service.rules.calendar import MINUTES_A_DAY

Spans = list[list[int]]

_SPAN = re.compile(r"(\d{1,2}):(\d{2})\s*[-–]\s*(\d{1,2}):(\d{2})")


def read_hours(text: str) -> Spans:
    """``09:00-12:00, 13:00-17:30``. Raise ValueError, in words, for anything else."""
    spans = [_span(part.strip()) for part in text.split(",") if part.strip()]
    for before, after in pairwise(spans):
        if after[0] < before[1]:
            raise ValueError(_("The hours overlap, or are not in order."))
    return spans


def _span(text: str) -> list[int]:
    found = _SPAN.fullmatch(text)
    if found is None:
        raise ValueError(_("Write hours like 09:00-17:30; “%(said)s” are none.", said=text))
    first, last = (int(found[n]) * 60 + int(found[n + 1]) for n in (1, 3))
    if not 0 <= first < last <= MINUTES_A_DAY or found[2] >= "60" or found[4] >= "60":
        raise ValueError(_("Hours begin before they end, between 00:00 and 24:00."))
    return [first, last]


def write_hours(spans: Iterable[Sequence[int]]) -> str:
    return ", ".join(
        f"{first // 60:02}:{first % 60:02}-{last // 60:02}:{last % 60:02}" for first, last in spans
    )


def read_holidays(lines: Iterable[str]) -> dict[date, str]:
    """``2026-12-25 Christmas`` each. Raise ValueError, in words, for anything else."""
    found = {}
    for line in lines:
        day, _blank, name = line.strip().partition(" ")
        try:
            found[date.fromisoformat(day)] = name.strip()
        except ValueError as error:
            raise ValueError(_("“%(line)s” begins with no date.", line=line)) from error
    return found


def write_holidays(days: Mapping[date, str]) -> list[str]:
    return [f"{day.isoformat()} {name}".strip() for day, name in sorted(days.items())]
