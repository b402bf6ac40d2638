"""Values as the reader writes them. Nothing is rounded away: what is stored is what is shown."""

from __future__ import annotations

from datetime import date, datetime, timedelta, tzinfo
from decimal import Decimal
from functools import lru_cache

from babel import Locale
from babel.dates import (
    format_date,
    format_datetime,
    format_skeleton,
    format_time,
    format_timedelta,
)
from babel.numbers import format_currency, format_decimal

from core.clock import utcnow
from core.web.i18n import gettext as _
from core.web.i18n import lazy, voice

#: Codes of UN/ECE Recommendation 20 as people write them; others are shown as they are.
_UNITS = {
    "C62": lazy("pcs"), "H87": lazy("pcs"), "EA": lazy("pcs"), "PR": lazy("pairs"),
    "DZN": lazy("dozen"), "SET": lazy("sets"), "XBX": lazy("boxes"), "XPK": lazy("packs"),
    "KGM": "kg", "GRM": "g", "TNE": "t", "LBR": "lb", "ONZ": "oz", "LTR": "l", "MLT": "ml",
    "MTQ": "m³", "MTR": "m", "CMT": "cm", "MMT": "mm", "KMT": "km", "MTK": "m²",
    "HUR": lazy("h"), "MIN": lazy("min"), "DAY": lazy("days"), "MON": lazy("months"),
}  # fmt: skip

#: Older than this a moment is shown as its date.
_RECENT = timedelta(days=30)


def money(amount: Decimal, currency: str) -> str:
    """At least the currency's places, and more where the amount has more (unit prices)."""
    return _money(amount, currency, voice().locale)


@lru_cache(maxsize=4096)
def _money(amount: Decimal, currency: str, locale: Locale) -> str:
    # Babel would round to the currency's places: 1234.5 VND became 1.234.
    return format_currency(_trimmed(amount), currency, locale=locale, decimal_quantization=False)


def number(amount: Decimal | int) -> str:
    return _number(Decimal(amount), voice().locale)


@lru_cache(maxsize=4096)
def _number(amount: Decimal, locale: Locale) -> str:
    return format_decimal(_trimmed(amount), locale=locale, decimal_quantization=False)


def quantity(amount: Decimal, uom: str) -> str:
    """``uom`` is a code of UN/ECE Recommendation 20."""
    return f"{number(amount)} {unit(uom)}"


def unit(uom: str) -> str:
    return _(_UNITS.get(uom, uom))


def day(value: date) -> str:
    return format_date(value, format="medium", locale=voice().locale)


def month(value: date) -> str:
    return format_skeleton("yMMMM", value, locale=voice().locale)


def exact(moment: datetime) -> str:
    """The moment to the second in the reader's zone."""
    own = voice()
    return _exact(moment, own.zone, own.locale)


@lru_cache(maxsize=4096)
def _exact(moment: datetime, zone: tzinfo, locale: Locale) -> str:
    return format_datetime(moment, "medium", tzinfo=zone, locale=locale)


def clock(moment: datetime) -> str:
    """``10:42`` for a moment of the reader's today, with the day before it for others."""
    own = voice()
    local = moment.astimezone(own.zone)
    if local.date() == utcnow().astimezone(own.zone).date():
        return format_time(local, "HH:mm", tzinfo=own.zone, locale=own.locale)
    return format_datetime(local, "d MMM HH:mm", tzinfo=own.zone, locale=own.locale)


def ago(moment: datetime) -> str:
    """``3 hours ago``; the date for what is longer past or ahead."""
    distance = moment - utcnow()
    own = voice()
    if abs(distance) > _RECENT:
        return format_date(moment.astimezone(own.zone), format="medium", locale=own.locale)
    if abs(distance) < timedelta(seconds=5):
        return _("now")
    return format_timedelta(distance, threshold=1, add_direction=True, locale=own.locale)


def _trimmed(amount: Decimal) -> Decimal:
    # PostgreSQL answers 10.0000 for what was stored as 10.
    return amount.normalize() + 0
