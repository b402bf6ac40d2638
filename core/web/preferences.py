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


def voice_of(request: Request, catalogues: Catalogues) -> Voice:
    """The language chosen here, else the best of those the browser asks for."""
    offered = catalogues.languages
    chosen = request.cookies.get("language", "")
    if chosen not in offered:
        chosen = request.accept_languages.best_match(offered, default=SOURCE) or SOURCE
    return catalogues.voice(chosen, request.cookies.get("zone", ""))


def keep(response: Response, name: str, value: str, *, secure: bool) -> None:
    """Readable by our script, which turns the theme at once; nothing in it is secret."""
    response.set_cookie(name, value, max_age=_YEAR_S, secure=secure, samesite="Lax")
