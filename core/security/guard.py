"""What a route asks of its caller. A route that asks nothing is refused to everybody."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])

#: For routes that anybody may call: sign-in, health, static files.
PUBLIC = ""
#: For routes that anybody signed in may call: one's own preferences.
SIGNED_IN = "signed-in"


def requires(permission: str) -> Callable[[F], F]:
    """Mark a view with the permission it needs; ``core.security`` enforces it before the call."""

    def mark(view: F) -> F:
        view.__permission__ = permission  # type: ignore[attr-defined]  # functions take attributes
        return view

    return mark


def permission_of(view: Callable[..., Any]) -> str | None:
    """The permission the view was marked with; None when it was forgotten."""
    found: str | None = getattr(view, "__permission__", None)
    return found
