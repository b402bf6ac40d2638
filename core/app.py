"""The composition root of the web application: one line per step."""

from __future__ import annotations

from contextlib import suppress

from flask import Flask

from core import health, logs, metrics
from core.api import mount as api
from core.compose import open_host
from core.config import load_settings
from core.errors import Busy
from core.host import Host
from core.installation.recognise import recognise
from core.routing import Route
from core.security import web as security
from core.sync.pages import light
from core.web import frame as web
from core.web.light import hang_light


class Application(Flask):
    url_rule_class = Route


def create_app(host: Host | None = None) -> Flask:
    """The application on ``host``, or on what the environment's settings say."""
    host = host or _host_of_environment()
    app = Application("core", static_folder="web/static", template_folder="web/templates")
    app.extensions["tandem"] = host
    logs.init(app)
    metrics.init(app)
    web.init(app)
    security.init(app)
    web.follow_callers(app)
    api.init(app)
    hang_light(app, light.ask)
    health.init(app)
    return app


def _host_of_environment() -> Host:
    settings = load_settings()
    logs.configure(settings)
    host = open_host(settings)
    with suppress(Busy):  # the worker asks as well, and sends nothing before it knows
        recognise(host)
    return host
