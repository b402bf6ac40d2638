"""The set-up form of a connection: our own questions, and those of the connector's schema."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from marshmallow import Schema, fields, validate
from sqlalchemy import select

from core.companies import Company
from core.errors import CrmError, Invalid
from core.host import Host
from core.sync.changing import FASTEST, MOST_TOLERANCE, SLOWEST, Risks
from core.sync.connections import divided, worded
from core.sync.contract import ConnectorManifest, Guarantee
from core.sync.egress import EgressRefused
from core.sync.errors import AuthFailed, Unsent
from core.sync.models import Connection
from core.sync.open_sessions import secret_fields
from core.sync.probe import probe
from core.web.fields import Kind
from core.web.forms import Form
from core.web.i18n import gettext as _
from core.web.i18n import lazy
from core.work import UnitOfWork

#: Our own questions bear this, so that a connector may call its settings what it likes.
_OWN = "connection_"
NAME, COMPANY, DEFAULT = f"{_OWN}name", f"{_OWN}company", f"{_OWN}default"
TOLERANCE, AT_MOST_ONCE = f"{_OWN}tolerance", f"{_OWN}at_most_once"
PACE = f"{_OWN}calls_per_second"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What *Test connection* found. ``todo`` says what a person can do about it."""

    ok: bool
    words: str
    todo: str = ""
    promises: Mapping[str, Guarantee] | None = None


def companies(work: UnitOfWork) -> dict[str, str]:
    """Those the actor may set a connection up for, by id."""
    statement = select(Company.id, Company.name).order_by(Company.name)
    if work.actor.companies is not None:
        statement = statement.where(Company.id.in_(sorted(work.actor.companies)))
    return {str(key): name for key, name in work.session.execute(statement)}


def schema_of(manifest: ConnectorManifest, owners: Mapping[str, str] | None = None) -> Schema:
    """``owners`` may be chosen from while the connection is new; it stays with its company."""
    own: dict[str, fields.Field[Any]] = {
        NAME: fields.String(
            required=True,
            validate=validate.Length(1, 64),
            metadata={
                "title": lazy("Name"),
                "help": lazy("As it is called wherever something came from this ERP"),
            },
        )
    }
    if owners is None:
        own[DEFAULT] = fields.Boolean(metadata={"title": lazy("New orders of the company go here")})
        own |= {**_risks(), PACE: _pace()}
    elif len(owners) > 1:
        own[COMPANY] = fields.String(
            required=True,
            validate=validate.OneOf(list(owners)),
            metadata={"title": lazy("Company"), "choices": owners},
        )
    return Schema.from_dict({**own, **manifest.settings().declared_fields})()


def _risks() -> dict[str, fields.Field[Any]]:
    tolerance = fields.Decimal(
        load_default=Decimal("0.01"),
        validate=validate.Range(0, MOST_TOLERANCE),
        metadata={
            "title": lazy("Difference allowed per line"),
            "help": lazy(
                "Between our net and the ERP's, in the order's currency. Above it an order is"
                " shown as stopped and not confirmed there."
            ),
        },
    )
    at_most_once = fields.Boolean(
        metadata={
            "title": lazy("Send orders though this ERP can not be asked for them"),
            "help": lazy(
                "Warning: only for an ERP that can not look orders up, as “What is promised” says."
                " When no answer comes, nobody knows whether the order arrived. It is then left"
                " stopped, never sent again by itself, and somebody has to look in the ERP."
            ),
        }
    )
    return {TOLERANCE: tolerance, AT_MOST_ONCE: at_most_once}


def _pace() -> fields.Field[Any]:
    return fields.Decimal(
        allow_none=True,
        load_default=None,
        validate=validate.Range(SLOWEST, FASTEST),
        metadata={
            "title": lazy("Calls per second at most"),
            "help": lazy(
                "Of all processes together; empty: as fast as the ERP answers. For an ERP that"
                " counts calls, or that others have to share."
            ),
        },
    )


def pace_of(form: Form) -> Decimal | None:
    """As it was typed; the service says what is no limit."""
    typed = (form.typed or {}).get(PACE, "").strip()
    try:
        return Decimal(typed) if typed else None
    except InvalidOperation:
        return Decimal("NaN")


def risks_of(form: Form) -> Risks:
    """As they were typed; the service says what is no tolerance."""
    typed = form.typed or {}
    try:
        tolerance = Decimal(typed.get(TOLERANCE, "").strip() or "0.01")
    except InvalidOperation:
        tolerance = Decimal("NaN")
    return Risks(tolerance=tolerance, at_most_once=AT_MOST_ONCE in typed)


def stored_values(host: Host, connection: Connection) -> dict[str, Any]:
    """For the form: of a secret only whether there is one."""
    schema = host.registry.connector(connection.connector).manifest.settings
    _plain, secrets = divided(host, connection, {})
    masked = {name: bool(secrets.get(name)) for name in secret_fields(schema)}
    own = {
        NAME: connection.name,
        DEFAULT: connection.is_default,
        TOLERANCE: f"{connection.tolerance.normalize():f}",
        AT_MOST_ONCE: connection.accepts_at_most_once,
        PACE: "" if (pace := connection.calls_per_second) is None else f"{pace.normalize():f}",
    }
    return {**connection.settings, **masked, **own}


def settings_of(form: Form) -> dict[str, Any]:
    """What was typed for the connector. What has not even its form goes to ``form.wrong``."""
    given = form.given()
    return {name: value for name, value in given.items() if not name.startswith(_OWN)}


def try_out(host: Host, form: Form, connection: Connection) -> Tried:
    """Test what was typed; ``connection`` need not be stored. Nothing is changed."""
    plain, secrets = divided(host, connection, settings_of(form))
    if form.wrong:
        return _mend_first()
    try:
        found = probe(host, connection.connector, {**plain, **secrets})
    except Invalid as error:
        form.refuse(error)
        return _mend_first()
    except CrmError as error:
        return _failed(form, error)
    return Tried(ok=True, words=found.answer, promises=found.promises)


def _mend_first() -> Tried:
    return Tried(ok=False, words=_("The ERP was not asked yet: mend the fields named above."))


def _failed(form: Form, error: CrmError) -> Tried:
    """Say it beside the field that is most likely at fault, where one is."""
    words, kind, todo = worded(error), None, ""
    if named := {one.name for one in form.fields} & error.fields.keys():
        form.wrong |= {name: error.fields[name] for name in named}
    elif isinstance(error, EgressRefused):
        kind = Kind.URL
        todo = _("The operator of this server allows hosts with the setting TANDEM_EGRESS.")
    elif isinstance(error, AuthFailed):
        kind = Kind.SECRET
        todo = _("Enter the user and the password once more, as the ERP knows them.")
    elif isinstance(error, Unsent):
        kind = Kind.URL
        todo = _("See that the address is right and that the ERP runs, then test again.")
    beside = next((one.name for one in form.fields if one.kind is kind), None)
    if beside is not None:
        form.wrong[beside] = words
    return Tried(ok=False, words=words, todo=todo)


def owner_of(form: Form, owners: Mapping[str, str]) -> UUID:
    """The company chosen, or the only one there is."""
    chosen = (form.typed or {}).get(COMPANY, "")
    if len(owners) == 1:
        chosen = next(iter(owners))
    if chosen not in owners:
        raise Invalid(_("Choose a company."), fields={COMPANY: _("Fill this in.")})
    return UUID(chosen)


def refuse(form: Form, error: Invalid) -> None:
    """What the service says of the name stands beside our field of it."""
    own = {"name": NAME, "company_id": COMPANY, "tolerance": TOLERANCE, "calls_per_second": PACE}
    known = {one.name for one in form.fields}
    fields = {n if n in known else own.get(n, n): text for n, text in error.fields.items()}
    form.refuse(Invalid(str(error), fields=fields))
