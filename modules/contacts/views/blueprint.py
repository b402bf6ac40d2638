"""The blueprint all pages of the module hang on."""

from __future__ import annotations

from flask import Blueprint

READ, WRITE = "contacts.read", "contacts.write"

blueprint = Blueprint(
    "contacts_pages", "modules.contacts", url_prefix="/contacts", template_folder="templates"
)
