"""The modules of this installation over HTTP: which there are, and switching them."""

from __future__ import annotations

from flask import Response
from marshmallow import Schema, fields

from core.api.blueprint import ApiBlueprint
from core.api.describe import answers, envelope
from core.api.routes import json_answer
from core.registry.overview import module_view, overview
from core.requests import actor, host, let_go, reading
from core.security.guard import requires

blueprint = ApiBlueprint("modules_api", __name__, description="The modules installed here.")


class ModuleSchema(Schema):
    name = fields.String()
    title = fields.String()
    summary = fields.String()
    version = fields.String(metadata={"description": "Of the distribution that brings it."})
    enabled = fields.Boolean()
    requires = fields.List(fields.String())
    needed_by = fields.List(
        fields.String(), metadata={"description": "Enabled modules that can not run without it."}
    )
    broken = fields.String(allow_none=True, metadata={"description": "Why it can not be loaded."})
    pages = fields.Integer(metadata={"description": "Entries in the menu that go with it."})
    jobs = fields.Integer(metadata={"description": "Its jobs: they wait while it is off."})
    panels = fields.Integer(metadata={"description": "Its pieces on pages of other modules."})


class SwitchedSchema(ModuleSchema):
    changed = fields.Boolean(metadata={"description": "False when it was so already."})


_MODULE, _MODULES, _SWITCHED = ModuleSchema(), envelope(ModuleSchema)(), SwitchedSchema()


@blueprint.get("/modules")
@requires("core.modules")
@answers(_MODULES)
def modules() -> Response:
    with reading() as work:
        found = overview(host().registry, work.enabled)
    return json_answer({"items": [_MODULE.dump(view) for view in found], "next": None})


@blueprint.post("/modules/<name>/enable")
@requires("core.modules")
@answers(_SWITCHED)
def enable(name: str) -> Response:
    """Switch the module on: its tables are made or brought up to date, its data is as it was.

    Repeating it changes nothing.
    """
    let_go()
    return _switched(name, changed=host().enable(name, actor()))


@blueprint.post("/modules/<name>/disable")
@requires("core.modules")
@answers(_SWITCHED)
def disable(name: str) -> Response:
    """Switch the module off: its data is kept, its routes answer ``module-disabled``.

    Refused while an enabled module needs it. Repeating it changes nothing.
    """
    let_go()
    return _switched(name, changed=host().disable(name))


def _switched(name: str, *, changed: bool) -> Response:
    with host().read(actor()) as work:
        view = module_view(host().registry, work.enabled, name)
    return json_answer({**_MODULE.dump(view), "changed": changed})
