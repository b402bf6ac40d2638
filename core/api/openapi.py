"""The API's description (OpenAPI 3.1), built when somebody asks: of what is enabled just then."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from apispec.ext.marshmallow import MarshmallowPlugin
from flask import Flask, current_app
from flask_smorest import Api
from marshmallow import Schema
from typing_extensions import override

from core.api.blueprint import ApiBlueprint
from core.api.catalogue import PROBLEMS
from core.api.describe import IDEMPOTENCY, IF_MATCH
from core.api.fields import DecimalString, Moment
from core.api.problems import PROBLEM_JSON, ProblemSchema
from core.api.serializer import to_json
from core.registry.state import Enabled
from core.security.guard import permission_of

#: Where flask-smorest blueprints are mounted.
PREFIX = "/api/v1"
VERSION = "1"

_VARIABLE = re.compile(r"<(?:[^<>:]+:)?(\w+)>")
_HEADERS = {"POST": IDEMPOTENCY, "PUT": IF_MATCH, "PATCH": IF_MATCH, "DELETE": IF_MATCH}


class Description(Api):  # type: ignore[misc]  # flask-smorest has no types
    """flask-smorest's document without its routes, handlers and error shape: these are ours."""

    ERROR_SCHEMA = ProblemSchema

    def __init__(self, app: Flask) -> None:
        super().__init__(
            spec_kwargs={
                "title": "Tandem",
                "version": VERSION,
                "openapi_version": "3.1.0",
                "info": {"description": _introduction()},
                "security": [{"token": []}],
                "marshmallow_plugin": MarshmallowPlugin(schema_name_resolver=_component),
            }
        )
        self.init_app(app)
        self.spec.components.security_scheme("token", {"type": "http", "scheme": "bearer"})
        for field, form in ((DecimalString, "decimal"), (Moment, "date-time")):
            self.register_field(field, "string", form)

    @override
    def _register_doc_blueprint(self) -> None:
        """Served by ``core.api.reference``, with a permission like everything else."""

    @override
    def _register_error_handlers(self) -> None:
        """Errors are answered by ``core.api.errors``."""

    @override
    def _register_responses(self) -> None:
        content = {PROBLEM_JSON: {"schema": ProblemSchema}}
        response = {"description": "Problem (RFC 9457)", "content": content}
        self.spec.components.response(self.DEFAULT_ERROR_RESPONSE_NAME, response)


def _component(schema: Schema | type[Schema]) -> str:
    """Two modules may each have a ``LineSchema``: ``sales.Line``, ``billing.Line``."""
    found = schema if isinstance(schema, type) else type(schema)
    owner, *inner = found.__module__.split(".")
    prefix = {"core": "", "modules": f"{inner[0]}." if inner else ""}.get(owner, f"{owner}.")
    return prefix + found.__name__.removesuffix("Schema")


def document(enabled: Enabled) -> bytes:
    """JSON; kept per generation, since it is the same until a module is switched."""
    kept: dict[int, bytes] = current_app.extensions["tandem.openapi"]
    if enabled.generation not in kept:
        kept.clear()
        kept[enabled.generation] = to_json(describe(current_app, blueprints(enabled)))
    return kept[enabled.generation]


def blueprints(enabled: Enabled) -> list[ApiBlueprint]:
    found = (blueprint for module in enabled.modules for blueprint in module.blueprints)
    return [blueprint for blueprint in found if isinstance(blueprint, ApiBlueprint)]


def describe(app: Flask, shown: Iterable[ApiBlueprint]) -> dict[str, Any]:
    api = Description(app)
    for blueprint in shown:
        blueprint.register_views_in_doc(api, app, api.spec, name=blueprint.name, parameters=None)
        api.spec.tag({"name": blueprint.name, "description": blueprint.description})
    found: dict[str, Any] = api.spec.to_dict()
    _complete(app, found)
    return found


def _complete(app: Flask, found: dict[str, Any]) -> None:
    """What flask-smorest can not know of an operation: its permission and its headers."""
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        operations = found["paths"].get(_path(rule.rule), {})
        for method in (rule.methods or set()) & {name.upper() for name in operations}:
            operation = operations[method.lower()]
            operation["x-permission"] = permission_of(view, method)
            if header := _HEADERS.get(method):
                operation.setdefault("parameters", []).append(header)


def _path(rule: str) -> str:
    """As OpenAPI writes it: ``/parties/{party_id}``."""
    return _VARIABLE.sub(r"{\1}", rule)


def _introduction() -> str:
    lines = [
        "Lists answer `{items, next}`; `next` is the `after` of the following page.",
        "Decimals are strings, times are UTC. Errors are problem JSON of these types:",
        "",
        *(
            f"- `/problems/{kind.code}` ({kind.status}): {kind.meaning}"
            for kind in PROBLEMS.values()
        ),
    ]
    return "\n".join(lines)
