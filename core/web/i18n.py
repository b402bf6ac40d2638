"""Words and forms of one reader: language, number and time zone. No Flask in here.

``_ = gettext`` for text shown now, ``ngettext`` where a number decides the form, and ``lazy`` for
text in frozen data (manifests, columns, schemas): it stays as it is and is only marked, so that
extraction finds it; whoever shows it calls ``gettext``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from functools import cache, cached_property
from gettext import NullTranslations
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale
from babel.support import Translations

#: The language the texts in the source are written in.
SOURCE = "en"
DOMAIN = "messages"


@dataclass(frozen=True, slots=True)
class Voice:
    """How one reader is spoken to."""

    locale: Locale = field(default_factory=lambda: Locale(SOURCE))
    words: NullTranslations = field(default_factory=NullTranslations)
    zone: tzinfo = UTC


#: Jobs and commands speak English in UTC; a request speaks as its reader wants.
_PLAIN = Voice()
_voice: ContextVar[Voice] = ContextVar("voice", default=_PLAIN)


def voice() -> Voice:
    return _voice.get()


@contextmanager
def speaking(chosen: Voice) -> Iterator[None]:
    token = _voice.set(chosen)
    try:
        yield
    finally:
        _voice.reset(token)


def speak(chosen: Voice) -> None:
    """For the rest of this request; the next one on the same thread begins with its own."""
    _voice.set(chosen)


def gettext(text: str, **values: Any) -> str:
    """``text`` in the reader's language, with ``%(name)s`` filled from ``values``."""
    # The empty text is the catalogue's own header.
    found = voice().words.gettext(text) if text else ""
    return found % values if values else found


def ngettext(one: str, many: str, n: int, **values: Any) -> str:
    """``%(n)s`` is the number itself (in templates Jinja calls it ``%(num)s``)."""
    return plural(one, many, n) % {"n": n, **values}


def plural(one: str, many: str, n: int) -> str:
    """Not filled in yet: templates do that themselves."""
    return voice().words.ngettext(one, many, n)


def lazy(text: str) -> str:
    """Mark a text that is translated where it is shown."""
    return text


@dataclass(frozen=True)
class Catalogues:
    """The ``translations`` folders of the host and the installed modules, read once."""

    folders: Sequence[Path]
    _read: dict[str, NullTranslations] = field(default_factory=dict)

    @cached_property
    def languages(self) -> list[str]:
        """What somebody may choose: the source language, and every one with a catalogue."""
        found = {path.parts[-3] for f in self.folders for path in f.glob(f"*/*/{DOMAIN}.mo")}
        return sorted(found | {SOURCE})

    def words(self, language: str) -> NullTranslations:
        if language not in self._read:
            self._read[language] = self._merged(language)
        return self._read[language]

    def _merged(self, language: str) -> NullTranslations:
        merged = Translations()
        for folder in self.folders:
            found = Translations.load(folder, [language], DOMAIN)
            if isinstance(found, Translations):
                merged.merge(found)
        return merged

    def own_name(self, language: str) -> str:
        """As those who speak it write it."""
        locale = Locale.parse(language, sep="_")
        return str(locale.get_language_name(locale) or language).capitalize()

    def voice(self, language: str, zone: str = "") -> Voice:
        return Voice(_locale(language), self.words(language), _zone(zone))


@cache
def _locale(language: str) -> Locale:
    """Babel looks for the file each time; every request asks, and there are few languages."""
    return Locale.parse(language, sep="_")


def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name) if name else UTC
    except (ZoneInfoNotFoundError, ValueError, OSError):
        # The name came in a cookie: whatever it says, the page is shown.
        return UTC
