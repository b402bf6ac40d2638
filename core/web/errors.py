"""Errors as pages: what happened, what was kept, what to do. The API answers its own way.

An htmx request gets the message as a header, which the frame's script shows as a toast; nothing on
the page is replaced.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from flask import Flask, g, make_response, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from core.errors import Busy, CrmError, NotFound, TooMany
from core.web.i18n import gettext as _
from core.web.i18n import lazy


@dataclass(frozen=True, slots=True)
class _Words:
    title: str
    kept: str
    todo: str


_NOTHING = lazy("Nothing was changed.")
_PAGES = {
    400: _Words(
        lazy("The request can not be read"),
        _NOTHING,
        lazy("Go back, load the page again, and try once more."),
    ),
    403: _Words(
        lazy("You may not do this"),
        _NOTHING,
        lazy("Ask an administrator for the permission named above."),
    ),
    404: _Words(
        lazy("There is nothing at this address"),
        _NOTHING,
        lazy("It may have been removed, or it is not yours to see. Look for it in its list."),
    ),
    405: _Words(
        lazy("This address does not take that"),
        _NOTHING,
        lazy("Go back and use the buttons of the page."),
    ),
    409: _Words(
        lazy("This can not be done now"),
        lazy("Everything is as it was before."),
        lazy("Go back, see to what is said above, and try again."),
    ),
    413: _Words(
        lazy("This is too large"),
        _NOTHING,
        lazy("Send less at once: split the file or shorten the text."),
    ),
    422: _Words(
        lazy("Something in it is not as it must be"),
        _NOTHING,
        lazy("Go back and mend what is named above. What was typed is still in the form."),
    ),
    429: _Words(
        lazy("Too many tries"),
        _NOTHING,
        lazy("Wait a moment, then try again."),
    ),
    500: _Words(
        lazy("The server made a mistake"),
        lazy("What was being done was undone as a whole; everything else is as it was."),
        lazy("Try again. If it comes back, tell an administrator the time and this address."),
    ),
    503: _Words(
        lazy("Busy for a moment"),
        lazy("Nothing was changed yet: somebody else is changing the same things."),
        lazy("Try again in a few seconds."),
    ),
}


def error_page(
    status: int, message: str, *, retry_after_s: int | None = None
) -> ResponseReturnValue:
    """``message`` says what happened, in words for the person who sees it."""
    headers = {} if retry_after_s is None else {"Retry-After": str(retry_after_s)}
    if request.headers.get("HX-Request"):
        # Headers are Latin-1; the script takes the words out of their percent signs.
        return "", status, {**headers, "HX-Reswap": "none", "Tandem-Message": quote(message)}
    words = _PAGES.get(status, _PAGES[500 if status >= 500 else 400])
    template = "error.html" if g.get("actor") else "error_bare.html"
    page = render_template(
        template,
        status=status,
        words=words,
        message=message,
        retry_after_s=retry_after_s,
        crumbs=[(_("Error"), "")],
    )
    response = make_response(page, status)
    response.headers.update(headers)
    return response


def on_crm_error(error: CrmError) -> ResponseReturnValue:
    wait = error.retry_after_s if isinstance(error, Busy | TooMany) else None
    return error_page(error.http_status, _said(error), retry_after_s=wait)


def on_http_error(error: HTTPException) -> ResponseReturnValue:
    if error.code is None or error.code < 400:
        return error  # a redirect
    words = _PAGES.get(error.code)
    return error_page(error.code, "" if words else str(error.description))


def on_mistake(error: Exception) -> ResponseReturnValue:  # noqa: ARG001 - Flask logs it; people are not shown it
    return error_page(500, "")


def _said(error: CrmError) -> str:
    text = str(error)
    details = [f"{name}: {reason}" for name, reason in error.fields.items()]
    # An id in a sentence helps nobody who reads it.
    return "" if type(error) is NotFound else " ".join([text, *details])


def init(app: Flask) -> None:
    app.register_error_handler(CrmError, on_crm_error)
    app.register_error_handler(HTTPException, on_http_error)
    app.register_error_handler(500, on_mistake)
