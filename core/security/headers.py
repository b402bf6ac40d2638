"""Headers every answer bears: what the browser may do with the page, and with nobody else's."""

from __future__ import annotations

from flask import Response, g, request

POLICY = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' data:",
        "style-src 'self'",
        "script-src 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "object-src 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Flask-WTF compares the referrer of our own forms on https.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_YEAR_S = 365 * 24 * 3600


def embed() -> None:
    """Let pages of others show this answer in a frame of theirs: forms for the public only.

    Nothing that a signed-in person could be tricked to click may stand in it.
    """
    g.embedded = True


def harden(response: Response, *, secure: bool) -> Response:
    for name, value in HEADERS.items():
        response.headers[name] = value
    if g.get("embedded", False):
        del response.headers["X-Frame-Options"]
        framed = POLICY.replace("frame-ancestors 'none'", "frame-ancestors *")
        response.headers["Content-Security-Policy"] = framed
    if secure:
        response.headers["Strict-Transport-Security"] = f"max-age={_YEAR_S}; includeSubDomains"
    if "caller" in g or response.mimetype == "text/html":
        # A shared machine's cache, or its Back button after signing out, must not show it; and a
        # form bears the secret of one browser.
        response.headers["Cache-Control"] = "no-store"
    if response.status_code == 401 and request.path.startswith("/api/"):
        response.headers["WWW-Authenticate"] = 'Bearer realm="tandem"'
    return response
