"""Routes of disabled modules: there for whoever is signed in to be told, for nobody else."""

from __future__ import annotations

from flask import Flask, current_app, g, request
from werkzeug.exceptions import NotFound as NoSuchAddress

from core.actor import system
from core.errors import CrmError
from core.host import Host
from core.requests import host
from core.web.i18n import gettext as _


class ModuleDisabled(CrmError):
    """The address belongs to a module that is installed and switched off."""

    code = "module-disabled"
    http_status = 404


def owners(opened: Host) -> dict[str, str]:
    """Name of each blueprint to the module that brought it; the host's own are always on."""
    modules = opened.registry.modules
    return {
        blueprint.name: name
        for name, installed in modules.items()
        for blueprint in installed.item.blueprints
    }


def refuse_disabled() -> None:
    """Called once it is known who asks, before what they may do is looked at.

    A role gives nothing of a disabled module, so "not allowed" would hide the reason.
    """
    name = _disabled_owner(request.blueprint)
    if name is None:
        return
    if "actor" not in g:
        raise NoSuchAddress
    raise ModuleDisabled(_("The module %(name)s is disabled here.", name=name))


def leads_somewhere(endpoint: str) -> bool:
    """False for a page of a module that is disabled now: no link may lead there."""
    return _disabled_owner(endpoint.rpartition(".")[0]) is None


def _disabled_owner(blueprint: str | None) -> str | None:
    name: str | None = current_app.extensions["tandem.owners"].get(blueprint)
    return None if name is None or name in _enabled() else name


def _enabled() -> frozenset[str]:
    if "enabled" in g:  # the caller's own query brought it along
        names: frozenset[str] = g.enabled.names
        return names
    with host().read(system("gate")) as work:
        return work.enabled.names


def init(app: Flask) -> None:
    app.extensions["tandem.owners"] = owners(app.extensions["tandem"])
