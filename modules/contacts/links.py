"""Where a line of the timeline leads."""

from __future__ import annotations

from flask import url_for
from werkzeug.routing import BuildError

from core.api.gate import leads_somewhere
from modules.contacts.services.stories import Line


def href_of(line: Line) -> str | None:
    """None for a line about nothing, or of a module that was disabled or uninstalled since."""
    if line.link is None or not leads_somewhere(line.link):
        return None
    try:
        return url_for(line.link, **line.link_params)
    except BuildError:
        return None
