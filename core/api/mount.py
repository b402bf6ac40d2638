"""Teach an application the API: what the modules bring, errors as problems, documentation."""

from __future__ import annotations

from flask import Flask

from core.api import errors, gate, reference
from core.api.blueprint import ApiBlueprint
from core.api.body import LARGEST_BODY
from core.api.openapi import PREFIX
from core.host import Host


def init(app: Flask) -> None:
    """Called once by ``create_app``, after ``core.web``."""
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    errors.init(app)
    gate.init(app)
    reference.init(app)
    _mount(app, app.extensions["tandem"])


def _mount(app: Flask, host: Host) -> None:
    """Of every installed module, since Flask takes no more after the first request."""
    modules = [host.registry.own, *(found.item for found in host.registry.modules.values())]
    for blueprint in (blueprint for module in modules for blueprint in module.blueprints):
        prefix = PREFIX if isinstance(blueprint, ApiBlueprint) else ""
        app.register_blueprint(blueprint, url_prefix=prefix + (blueprint.url_prefix or ""))
