"""The only reader of the wall clock, and the zones people may live in."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from zoneinfo import available_timezones


def utcnow() -> datetime:
    """The current instant, aware, in UTC."""
    return datetime.now(UTC)


@cache
def zones() -> frozenset[str]:
    """Names like Asia/Bangkok. To ask for them is to look at some six hundred files."""
    return frozenset(available_timezones())
