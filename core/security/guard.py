"""What a route asks of its caller. A route that asks nothing is refused to everybody."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from flask import Flask

F = TypeVar("F", bound=Callable[..., Any])

#: For routes that anybody may call: sign-in, health, static files.
PUBLIC = ""
#: For routes that anybody signed in may call: one's own preferences.
SIGNED_IN = "signed-in"


def requires(permission: str) -> Callable[[F], F]:
    """Mark a view with the permission it needs; ``core.security`` enforces it before the call.

    A class of views is marked as a whole, or method by method.
    """

    def mark(view: F) -> F:
        view.__permission__ = permission  # type: ignore[attr-defined]  # functions take attributes
        return view

    return mark


def proven_by_address(view: F) -> F:
    """Mark a PUBLIC view that takes forms from anywhere, without a secret of ours in them.

    Its address bears the proof (a signed link), and it does not look at cookies: there is nothing
    a stranger's form could borrow. One-click unsubscribing (RFC 8058) is posted so.
    """
    view.__proven_by_address__ = True  # type: ignore[attr-defined]  # functions take attributes
    return view


def is_proven_by_address(view: Callable[..., Any]) -> bool:
    return getattr(view, "__proven_by_address__", False) and permission_of(view) == PUBLIC


def mark_endpoint(app: Flask, endpoint: str, permission: str) -> None:
    """Mark a view that came with a library: its function is not ours to mark."""
    app.view_functions[endpoint] = requires(permission)(partial(app.view_functions[endpoint]))


def permission_of(view: Callable[..., Any], method: str = "GET") -> str | None:
    """What the view was marked with for ``method``; None when that was forgotten."""
    whole: str | None = getattr(view, "__permission__", None)
    if (views := getattr(view, "view_class", None)) is None:
        return whole
    name = "get" if method == "HEAD" else method.lower()
    found: str | None = getattr(getattr(views, name, None), "__permission__", None)
    return found if found is not None else getattr(views, "__permission__", whole)
