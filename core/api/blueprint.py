"""The blueprint of a module's API: mounted under ``/api/v1`` and described in OpenAPI."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    # flask-smorest has no types; to its callers its blueprint is Flask's.
    from flask import Blueprint as Described
else:
    from flask_smorest import Blueprint as Described


class ApiBlueprint(Described):
    """``description`` heads the module's part of the documentation."""

    description: str
    register_views_in_doc: Any

    def __init__(self, name: str, import_name: str, *, description: str = "") -> None:
        super().__init__(name, import_name)
        self.description = description
