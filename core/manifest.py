"""The host described like a module: what it brings itself. Always on."""

from __future__ import annotations

from core.registry.manifest import Module, Permission, Role
from core.security import pages as security

module = Module(
    name="core",
    title="Tandem",
    permissions=(
        Permission(name="core.modules", title="Enable and disable modules"),
        Permission(name="core.users", title="Manage users, roles and tokens"),
        Permission(name="core.connections", title="Set up connections to ERPs"),
        Permission(name="core.sync", title="See the state of the sync"),
        Permission(name="core.sync_act", title="Retry, pause and resume the sync"),
        Permission(name="core.history", title="See who changed what"),
    ),
    roles=(Role(name="Administrator", permissions=("*",)),),
    blueprints=(*security.blueprints,),
)
