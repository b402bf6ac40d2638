"""The smallest pieces of a page: in Python, since lists of hundreds of cells are made of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeVar

from markupsafe import Markup

from core.clock import utcnow
from core.web import formats
from core.web.assets import asset
from core.web.i18n import gettext as _
from core.web.light import Tone

_SPRITE = "vendor/tabler-icons-3.51.0/sprite.svg"
# Filled with %, which escapes as format does and takes a quarter of its time.
_ICON = Markup('<svg class="icon" aria-hidden="true"><use href="%s#%s"/></svg>')
_CHIP = Markup('<span class="chip" data-tone="%s">%s</span>')
_TIME = Markup('<time datetime="%s" data-exact="%s">%s</time>')
_LINK = Markup('<a href="%s">%s</a>')


@dataclass(frozen=True, slots=True)
class Chip:
    """How one state is shown; ``label`` is marked with ``lazy``."""

    label: str
    tone: Tone = Tone.GREY


S = TypeVar("S", bound=StrEnum)

#: Of one enum of states; a state without an entry is shown in grey by its own name.
Chips = Mapping[S, Chip]


class Age(StrEnum):
    """Of a fact from elsewhere, against what its policy allows."""

    FRESH = "fresh"
    OLD = "old"
    STALE = "stale"


def icon(name: str) -> Markup:
    return _ICON % (asset(_SPRITE), name)


def chip(label: str, tone: Tone | str = Tone.GREY) -> Markup:
    return _CHIP % (tone, label)


def state(value: str | None, chips: Chips[S]) -> Markup:
    """The chip of a state, given as its enum or as its text; nothing for None."""
    if value is None:
        return Markup()
    found = next((shown for key, shown in chips.items() if key == value), None)
    return chip(value.replace("_", " ")) if found is None else chip(_(found.label), found.tone)


def moment(value: datetime | None) -> Markup:
    """Relative; the exact time comes on hover, and when the focus is in its row."""
    if value is None:
        return Markup()
    return _TIME % (value.isoformat(), formats.exact(value), formats.ago(value))


def link(text: str, href: str) -> Markup:
    return _LINK % (href, text)


def age(observed_at: datetime, policy: timedelta) -> Age:
    """Grey when older than the policy, amber when three times as old."""
    past = utcnow() - observed_at
    if past <= policy:
        return Age.FRESH
    return Age.OLD if past <= 3 * policy else Age.STALE
