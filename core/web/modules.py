"""The modules page: what is installed, what is on, and the switch; its impact is shown first."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from core.registry.discovery import Installed
from core.registry.graph import dependants
from core.registry.manifest import Module
from core.registry.registry import Registry
from core.registry.state import Enabled
from core.requests import actor, host, reading
from core.security.guard import requires
from core.web.atoms import Chip, link
from core.web.i18n import gettext as _
from core.web.i18n import lazy
from core.web.light import Tone

blueprint = Blueprint("modules_pages", __name__, url_prefix="/modules")

PERMISSION = "core.modules"


class State(StrEnum):
    ENABLED = "enabled"
    DISABLED = "disabled"
    BROKEN = "broken"


CHIPS = {
    State.ENABLED: Chip(lazy("On"), Tone.GREEN),
    State.DISABLED: Chip(lazy("Off")),
    State.BROKEN: Chip(lazy("Broken"), Tone.RED),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One module as the page shows it."""

    name: str
    title: str
    summary: str = ""
    state: State
    reason: str = ""
    origin: str = ""
    requires: tuple[str, ...] = ()
    #: Enabled modules that need this one, and required ones that are off: each forbids the switch.
    needed_by: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()

    @property
    def may_switch(self) -> bool:
        return not (self.needed_by if self.state is State.ENABLED else self.missing)


@blueprint.get("/")
@requires(PERMISSION)
def index() -> ResponseReturnValue:
    with reading() as work:
        shown = all_shown(host().registry, work.enabled)
    crumbs = [(_("Modules"), "")]
    return render_template("modules.html", modules=shown, chips=CHIPS, crumbs=crumbs)


@blueprint.get("/<name>/<any(enable, disable):step>")
@requires(PERMISSION)
def ask(name: str, step: str) -> ResponseReturnValue:
    """What the switch would do, before it does."""
    with reading() as work:
        module = _one(name, host().registry, work.enabled)
        menu = [_(item.title) for item in host().registry.module(name).item.menu]
    crumbs = [(_("Modules"), url_for(".index")), (module.title, "")]
    return render_template("module_switch.html", module=module, step=step, menu=menu, crumbs=crumbs)


@blueprint.post("/<name>/enable")
@requires(PERMISSION)
def enable(name: str) -> ResponseReturnValue:
    title = _title(name)
    if host().enable(name, actor()):
        _tell(_("%(title)s is on.", title=title), name, "disable")
    return redirect(url_for(".index"), 303)


@blueprint.post("/<name>/disable")
@requires(PERMISSION)
def disable(name: str) -> ResponseReturnValue:
    title = _title(name)
    if host().disable(name):
        _tell(_("%(title)s is off. Its data is kept.", title=title), name, "enable")
    return redirect(url_for(".index"), 303)


def _tell(words: str, name: str, back: str) -> None:
    undo = link(_("Undo"), url_for(".ask", name=name, step=back))
    flash(Markup("{} {}").format(words, undo), "done")


def _title(name: str) -> str:
    return _(host().registry.module(name).item.title)


def _one(name: str, registry: Registry, enabled: Enabled) -> Shown:
    """Raise NotFound for a module that is not here, or broken."""
    return _shown(registry.module(name), enabled)


def all_shown(registry: Registry, enabled: Enabled) -> list[Shown]:
    """Installed modules by title, broken ones first: they want somebody's attention."""
    broken = [
        Shown(name=name, title=name, state=State.BROKEN, reason=reason)
        for name, reason in sorted(registry.found.broken.items())
    ]
    good = [_shown(module, enabled) for module in registry.modules.values()]
    return broken + sorted(good, key=lambda one: one.title)


def _shown(installed: Installed[Module], enabled: Enabled) -> Shown:
    module = installed.item
    titles = {one.name: _(one.title) for one in enabled.modules}
    on = {one.name: one.requires for one in enabled.modules}
    return Shown(
        name=module.name,
        title=_(module.title),
        summary=_(module.summary),
        state=State.ENABLED if module.name in on else State.DISABLED,
        origin=f"{installed.distribution} {installed.version}",
        requires=module.requires,
        needed_by=tuple(sorted(titles[name] for name in dependants(module.name, on))),
        missing=tuple(sorted(set(module.requires) - on.keys())),
    )
