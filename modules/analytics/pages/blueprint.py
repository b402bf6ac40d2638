"""The blueprint all pages of the module hang on."""

from __future__ import annotations

from flask import Blueprint

READ, COMPANY, SET_UP = "analytics.read", "analytics.company", "analytics.set_up"

blueprint = Blueprint(
    "analytics_pages", "modules.analytics", url_prefix="/analytics", template_folder="templates"
)
