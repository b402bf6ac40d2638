"""The composition root of the web application: one line per step."""

from __future__ import annotations

from flask import Flask

from core.compose import open_host
from core.config import load_settings
from core.host import Host
from core.security import web as security


def create_app(host: Host | None = None) -> Flask:
    """The application on ``host``, or on what the environment's settings say."""
    host = host or open_host(load_settings())
    app = Flask("core", static_folder="web/static", template_folder="web/templates")
    app.extensions["tandem"] = host
    security.init(app)
    for blueprint in host.registry.own.blueprints:
        app.register_blueprint(blueprint)
    return app
