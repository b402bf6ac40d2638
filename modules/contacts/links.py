"""Where a line of the timeline leads."""

from __future__ import annotations

from flask import url_for
from werkzeug.routing import BuildError

from modules.contacts.services.stories import Line


def href_of(line: Line) -> str | None:
    """None for a line about nothing, or of a module that was uninstalled since."""
    if line.link is None:
        return None
    try:
        return url_for(line.link, **line.link_params)
    except BuildError:
        return None
