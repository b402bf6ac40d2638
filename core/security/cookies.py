"""The cookie of a signed-in browser, and where somebody may be sent after signing in."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Request
from werkzeug.wrappers import Response

from core.security.sessions import LIFETIME


def cookie_name(*, secure: bool) -> str:
    # The prefix lets no other host of the domain plant one; browsers take it over https alone.
    return "__Host-tandem_session" if secure else "tandem_session"


def session_secret(request: Request, *, secure: bool) -> str | None:
    return request.cookies.get(cookie_name(secure=secure))


def keep_secret(response: Response, secret: str, *, secure: bool) -> None:
    response.set_cookie(
        cookie_name(secure=secure),
        secret,
        max_age=LIFETIME,
        path="/",
        secure=secure,
        httponly=True,
        samesite="Lax",
    )


def drop_secret(response: Response, *, secure: bool) -> None:
    response.delete_cookie(
        cookie_name(secure=secure), path="/", secure=secure, httponly=True, samesite="Lax"
    )


def safe_next(target: str | None) -> str | None:
    """``target`` when it is a path of ours, else None: we lead nobody to a stranger."""
    if not target or not target.startswith("/") or not target.isprintable():
        return None
    # Browsers read "/\\host" and "//host" as another host.
    if target.startswith("//") or "\\" in target:
        return None
    parts = urlsplit(target)
    return None if parts.scheme or parts.netloc else target
