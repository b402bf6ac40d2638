"""The blueprint all pages of the module hang on."""

from __future__ import annotations

from flask import Blueprint

READ, REDEEM, GRANT, SET_UP = (
    "loyalty.read",
    "loyalty.redeem",
    "loyalty.grant",
    "loyalty.set_up",
)

blueprint = Blueprint(
    "loyalty_pages", "modules.loyalty", url_prefix="/loyalty", template_folder="templates"
)
