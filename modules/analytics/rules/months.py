"""Calendar months, each named by its first day."""

from __future__ import annotations

from datetime import date


def month_of(day: date) -> date:
    return day.replace(day=1)


def shifted(month: date, by: int) -> date:
    """So many months later; earlier where negative."""
    year, number = divmod(month.year * 12 + month.month - 1 + by, 12)
    return date(year, number + 1, 1)


def months_between(earlier: date, later: date) -> int:
    return (later.year - earlier.year) * 12 + later.month - earlier.month


def last_months(today: date, number: int) -> list[date]:
    """The current one and those before it, oldest first."""
    now = month_of(today)
    return [shifted(now, -back) for back in range(number - 1, -1, -1)]
