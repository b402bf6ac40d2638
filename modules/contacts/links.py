"""Where a line of the timeline or a planned step leads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import url_for
from werkzeug.routing import BuildError

from core.api.gate import leads_somewhere
from modules.contacts.services.stories import Line


def href_of(line: Line) -> str | None:
    return href_to(line.link, line.link_params)


def href_to(endpoint: str | None, params: Mapping[str, Any]) -> str | None:
    """None for what is about nothing, or of a module that was disabled or uninstalled since."""
    if endpoint is None or not leads_somewhere(endpoint):
        return None
    try:
        return url_for(endpoint, **params)
    except BuildError:
        return None
