"""The frame around every page, and ``init``, which teaches an application to show pages."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from flask import Flask, current_app, g, request, url_for
from sqlalchemy.exc import SQLAlchemyError

from core.actor import Actor
from core.errors import CrmError
from core.host import Host
from core.registry.manifest import MenuItem
from core.registry.state import Enabled
from core.requests import host
from core.web import assets, atoms, compression, errors, formats, i18n
from core.web.i18n import gettext as _
from core.web.i18n import lazy
from core.web.light import Light, ask_light
from core.web.preferences import CHOICES, Preferences, preferences_of, voice_of

#: Entries from here on stand at the foot of the rail: what admins need, not what people work with.
FOOT = 900
SEARCH_SLOT = "search"

_TITLES = {"theme": lazy("Theme"), "density": lazy("Density")}
_LABELS = {
    "auto": lazy("System"),
    "light": lazy("Light"),
    "dark": lazy("Dark"),
    "comfortable": lazy("Comfortable"),
    "compact": lazy("Compact"),
}


@dataclass(frozen=True, slots=True)
class Entry:
    title: str
    href: str
    icon: str
    here: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What ``base.html`` shows around a page."""

    chosen: Preferences
    language: str
    person: str = ""
    menu: tuple[Entry, ...] = ()
    foot: tuple[Entry, ...] = ()
    account: tuple[Entry, ...] = ()
    sign_out: str = ""
    light: Light | None = None
    searches: bool = False

    @property
    def initials(self) -> str:
        words = self.person.replace("@", " ").split()
        return "".join(word[0] for word in words[:2]).upper()

    @property
    def choices(self) -> list[tuple[str, str, list[tuple[str, str, bool]]]]:
        """Name, title and options of what the account menu lets one choose."""
        found = [
            (
                name,
                _(title),
                [(v, _(_LABELS[v]), v == getattr(self.chosen, name)) for v in CHOICES[name]],
            )
            for name, title in _TITLES.items()
        ]
        catalogues = _catalogues()
        languages = catalogues.languages
        if len(languages) > 1:
            names = [(tag, catalogues.own_name(tag), tag == self.language) for tag in languages]
            found.append(("language", _("Language"), names))
        return found


def frame() -> Frame:
    """Made once per request, when the first template asks."""
    if "frame" not in g:
        g.frame = _frame(g.get("actor"))
    found: Frame = g.frame
    return found


def _frame(actor: Actor | None) -> Frame:
    chosen = preferences_of(request)
    language = str(i18n.voice().locale)
    if actor is None:
        return Frame(chosen=chosen, language=language)
    try:
        return _full(actor, chosen, language)
    except (CrmError, SQLAlchemyError):
        # The page may be the one that says so: it is shown with an empty rail.
        return Frame(chosen=chosen, language=language, person=actor.name)


def _full(actor: Actor, chosen: Preferences, language: str) -> Frame:
    enabled: Enabled = g.enabled if "enabled" in g else _enabled(actor)
    items = [item for item in enabled.menu if actor.may(item.permission)]
    return Frame(
        chosen=chosen,
        language=language,
        person=actor.name,
        menu=tuple(_entry(item) for item in items if item.order < FOOT),
        foot=tuple(_entry(item) for item in items if item.order >= FOOT),
        account=_account(),
        sign_out=_address("security_pages.sign_out"),
        light=ask_light(actor),
        searches=any(actor.may(panel.permission) for panel in enabled.panels(SEARCH_SLOT)),
    )


def _enabled(actor: Actor) -> Enabled:
    with host().read(actor) as work:
        return work.enabled


def _entry(item: MenuItem) -> Entry:
    here = (request.endpoint or "").rpartition(".")[0] == item.endpoint.rpartition(".")[0]
    return Entry(_(item.title), url_for(item.endpoint), item.icon, here)


def _account() -> tuple[Entry, ...]:
    address = _address("account_pages.index")
    return (Entry(_("Account"), address, "user-circle"),) if address else ()


def _address(endpoint: str) -> str:
    """'' for a page this application does not have."""
    return url_for(endpoint) if endpoint in current_app.view_functions else ""


def csrf() -> str:
    """'' in an application without the guard (``core.security`` sets it up)."""
    make = current_app.jinja_env.globals.get("csrf_token")
    return str(make()) if callable(make) else ""


def _catalogues() -> i18n.Catalogues:
    found: i18n.Catalogues = current_app.extensions["tandem.catalogues"]
    return found


def _speak() -> None:
    i18n.speak(voice_of(request, _catalogues()))


def _speak_as_known() -> None:
    """A person's own settings stand above what this browser says."""
    caller = g.get("caller")
    if caller is not None and (caller.language or caller.timezone):
        i18n.speak(voice_of(request, _catalogues(), language=caller.language, zone=caller.timezone))


def _folders(host: Host) -> list[Path]:
    """Of the host and of every installed module that brings translations."""
    roots = [str(Path(__file__).parent)]
    for module in host.registry.modules.values():
        spec = find_spec(module.package)
        roots += (spec and spec.submodule_search_locations) or []
    return [folder for root in roots if (folder := Path(root, "translations")).is_dir()]


def init(app: Flask) -> None:
    """Called once by ``create_app``, after the host is in its place."""
    app.extensions["tandem.catalogues"] = i18n.Catalogues(_folders(app.extensions["tandem"]))
    app.before_request(_speak)
    _teach_templates(app)
    assets.init(app)
    errors.init(app)
    compression.init(app)


def follow_callers(app: Flask) -> None:
    """Called once by ``create_app``, after the package that identifies callers."""
    app.before_request(_speak_as_known)


def _teach_templates(app: Flask) -> None:
    environment: Any = app.jinja_env
    environment.add_extension("jinja2.ext.i18n")
    environment.install_gettext_callables(i18n.gettext, i18n.plural, newstyle=True)
    environment.trim_blocks = environment.lstrip_blocks = True
    environment.globals.update(
        frame=frame,
        csrf=csrf,
        icon=atoms.icon,
        chip=atoms.chip,
        state=atoms.state,
        moment=atoms.moment,
        age=atoms.age,
        may=_may,
        format=formats,
    )


def _may(permission: str) -> bool:
    actor: Actor | None = g.get("actor")
    return actor is not None and actor.may(permission)
