"""How one browser wants its pages: kept in cookies, so that the first byte is already right."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Request, Response

from core.web.i18n import SOURCE, Catalogues, Voice

#: What may be chosen; the first is the default.
CHOICES = {
    "theme": ("auto", "light", "dark"),
    "density": ("comfortable", "compact"),
    "rail": ("wide", "narrow"),
}
_YEAR_S = 365 * 24 * 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    theme: str
    density: str
    rail: str


def preferences_of(request: Request) -> Preferences:
    chosen = {name: request.cookies.get(name, "") for name in CHOICES}
    return Preferences(
        **{
            name: chosen[name] if chosen[name] in taken else taken[0]
            for name, taken in CHOICES.items()
        }
    )


def voice_of(
    request: Request, catalogues: Catalogues, *, language: str = "", zone: str = ""
) -> Voice:
    """``language`` and ``zone`` where they are known, else what this browser chose or asks for."""
    offered = catalogues.languages
    wanted = (language, request.cookies.get("language", ""))
    chosen = next((one for one in wanted if one in offered), None)
    if chosen is None:
        chosen = request.accept_languages.best_match(offered, default=SOURCE) or SOURCE
    # Every account begins with UTC: the browser knows better where its reader is.
    place = zone if zone not in {"", "UTC"} else request.cookies.get("zone", "")
    return catalogues.voice(chosen, place)


def keep(response: Response, name: str, value: str, *, secure: bool) -> None:
    """Readable by our script, which turns the theme at once; nothing in it is secret."""
    response.set_cookie(name, value, max_age=_YEAR_S, secure=secure, samesite="Lax")
