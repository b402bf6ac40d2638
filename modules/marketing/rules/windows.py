"""When mail may go out: hours of the day where the company's readers live."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from core.errors import Invalid
from core.web.i18n import gettext as _


def zone(name: str) -> ZoneInfo:
    """Raise Invalid for a name IANA does not know."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        problem = _("There is no time zone “%(name)s”. Write one like Europe/Vienna.", name=name)
        raise Invalid(problem, fields={"zone": problem}) from error


def next_open(now: datetime, opens_at: int, closes_at: int, zone_name: str) -> datetime:
    """``now`` while the window is open, else when it opens next. Equal hours: always open."""
    if opens_at == closes_at or (opens_at, closes_at) == (0, 24):
        return now
    local = now.astimezone(zone(zone_name))
    if _is_open(local.hour, opens_at, closes_at):
        return now
    opening = local.replace(hour=opens_at % 24, minute=0, second=0, microsecond=0)
    if opening <= local:
        opening += timedelta(days=1)
    # By way of UTC: an hour that a change of the clocks left out is the one after it.
    return opening.astimezone(now.tzinfo)


def _is_open(hour: int, opens_at: int, closes_at: int) -> bool:
    if opens_at < closes_at:
        return opens_at <= hour < closes_at
    return hour >= opens_at or hour < closes_at
