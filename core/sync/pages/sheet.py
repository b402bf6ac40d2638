"""The form of a connection as a page: new or stored, tried out or not."""

from __future__ import annotations

from dataclasses import dataclass

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from core.requests import host
from core.sync.contract import ConnectorManifest
from core.sync.models import Connection
from core.sync.pages.form import Tried, try_out
from core.web.forms import Form
from core.web.i18n import gettext as _

#: The button beside *Save*: a name no connector's setting has.
TEST = "connection_test"


@dataclass(frozen=True, slots=True)
class Sheet:
    """The form's page, as often as it is shown."""

    form: Form
    manifest: ConnectorManifest
    back: str
    title: str = ""

    def page(self, tried: Tried | None = None) -> str:
        # A save that was refused, or a test, sends back what was typed, the secrets too.
        self.form.keeps_secrets = True
        title = self.title or _("New connection: %(erp)s", erp=_(self.manifest.title))
        return render_template(
            "connections/form.html",
            form=self.form,
            manifest=self.manifest,
            title=title,
            back=self.back,
            tried=tried,
            test=TEST,
            crumbs=[path(), (title, "")],
        )

    def tried(self, found: Connection) -> ResponseReturnValue:
        tried = try_out(host(), self.form, found)
        return self.page(tried), 200 if tried.ok else 422


def path() -> tuple[str, str]:
    return (_("Connections"), url_for("connections_pages.index"))
