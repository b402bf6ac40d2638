"""Plans: what a step would do, counted per kind and named in part, and the decision."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from marshmallow import Schema, fields, validate
from sqlalchemy import Row

from core.companies import fetch
from core.requests import actor, host, let_go, reading, writing
from core.security.guard import requires
from core.sync.connections import check, connections
from core.sync.models import Connection, ConnectionState, Plan, PlanAction, PlanPurpose, PlanState
from core.sync.pages.board import blueprint
from core.sync.pages.plan_words import ACTIONS, PURPOSE_HELP, PURPOSES, STATES, change_words
from core.sync.pages.rows import BY_CONNECTION, BY_KIND
from core.sync.pages.words import kind_words
from core.sync.plans import approve, propose, reject
from core.sync.plans.lists import FIRST, PLANS, first_items, items_of, total
from core.sync.plans.service import is_stale
from core.web import columns, formats
from core.web.atoms import link
from core.web.facets import Facet, labels
from core.web.forms import Form, form_page, submit
from core.web.i18n import gettext as _
from core.web.i18n import lazy
from core.web.lists import Action, Empty, ListPage
from core.work import UnitOfWork

SEE, ASK, DECIDE = "core.sync", "core.sync_act", "core.sync_approve"
_ITEM = Row[*tuple[Any, ...]]

_MOVES = (PlanState.COMPUTING, PlanState.RUNNING)


@blueprint.context_processor
def _taught() -> dict[str, object]:
    return {"plan_states": STATES, "plan_actions": ACTIONS, "change_words": change_words}


def _sum(action: PlanAction, title: str) -> columns.Column:
    return columns.Column(
        name=action.value,
        title=title,
        cell=lambda row: formats.number(total(row.totals, action)),
        plain=lambda row: [str(total(row.totals, action))],
        at_end=True,
    )


def _purpose(row: _ITEM) -> Markup:
    words = str(_(PURPOSES[PlanPurpose(row.purpose)]))
    return link(words, url_for("sync_pages.plan", key=row.id))


def _connection(row: _ITEM) -> Markup:
    return link(row.connection, url_for("connections_pages.connection", key=row.connection_id))


_NEW = Action(title=lazy("New plan"), endpoint="sync_pages.new_plan", permission=ASK)
PAGE = ListPage(
    title=lazy("Plans"),
    listing=PLANS,
    columns=(
        columns.made("purpose", lazy("Plan"), _purpose),
        columns.made("connection", lazy("Connection"), _connection),
        columns.state("state", lazy("State"), STATES),
        _sum(PlanAction.CREATE, lazy("Create")),
        _sum(PlanAction.CHANGE, lazy("Change")),
        _sum(PlanAction.SAME, lazy("Same")),
        _sum(PlanAction.DELETE, lazy("Delete")),
        columns.moment("created_at", lazy("Asked")),
        columns.text("created_by", lazy("By")),
    ),
    facets=(
        BY_CONNECTION,
        Facet("purpose", lazy("Plan"), choices={str(k): v for k, v in PURPOSES.items()}),
        Facet("state", lazy("State"), choices=labels(STATES)),
    ),
    create=_NEW,
    empty=Empty(
        lazy(
            "A plan shows what a large step would do before it is done: the first sync, a sync"
            " somebody asks for, everything once more, and what looks like too much at once."
        ),
        _NEW,
    ),
    template="sync/plans.html",
)


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of a plan: how many, and the first by name."""

    kind: str
    counts: dict[PlanAction, int]
    items: list[Any] = field(default_factory=list)

    @property
    def is_cut(self) -> bool:
        return len(self.items) >= FIRST

    @property
    def named(self) -> int:
        return sum(n for action, n in self.counts.items() if action is not PlanAction.SAME)


@dataclass(frozen=True, slots=True)
class About:
    plan: Plan
    connection: Connection
    kinds: list[Kind]

    @property
    def title(self) -> str:
        return str(_(PURPOSES[self.plan.purpose]))

    @property
    def help(self) -> str:
        return str(_(PURPOSE_HELP[self.plan.purpose]))

    @property
    def moves(self) -> bool:
        return self.plan.state in _MOVES

    @property
    def stale(self) -> bool:
        """It says what would have happened a day ago."""
        return self.plan.state is PlanState.EXPIRED or is_stale(self.plan)

    @property
    def waits(self) -> bool:
        return self.plan.state is PlanState.READY and not self.stale

    @property
    def nothing(self) -> bool:
        return self.plan.state is not PlanState.COMPUTING and not any(
            kind.named for kind in self.kinds
        )


@blueprint.get("/plans")
@requires(SEE)
def plans() -> ResponseReturnValue:
    return PAGE.answer()


@blueprint.get("/plans/<uuid:key>")
@requires(SEE)
def plan(key: UUID) -> ResponseReturnValue:
    return _shown("sync/plan.html", key)


@blueprint.get("/plans/<uuid:key>/part")
@requires(SEE)
def plan_part(key: UUID) -> ResponseReturnValue:
    """The page without its frame, for the page that renews itself."""
    return _shown("sync/plan_part.html", key)


@blueprint.get("/plans/<uuid:key>/items")
@requires(SEE)
def plan_items(key: UUID) -> ResponseReturnValue:
    with reading() as work:
        fetch(work, Plan, key)
    g.plan_id = key
    return ListPage(
        title=lazy("Named records"),
        listing=items_of(key),
        columns=(
            columns.text("name", lazy("Record")),
            columns.made("kind", lazy("Kind"), lambda row: kind_words(row.kind)),
            columns.state("action", lazy("What"), ACTIONS),
            columns.made("change", lazy("Before and after"), change_words),
            columns.text("external_id", lazy("In the ERP")),
        ),
        facets=(BY_KIND, Facet("action", lazy("What"), choices=labels(ACTIONS))),
        empty=Empty(lazy("The plan would change nothing.")),
        template="sync/plan_items.html",
    ).answer()


@blueprint.post("/plans/<uuid:key>/approve")
@requires(DECIDE)
def approve_plan(key: UUID) -> ResponseReturnValue:
    with writing() as work:
        approve(work, key)
    flash(_("Approved. It is being done now; this page follows it."), "done")
    return redirect(url_for(".plan", key=key), 303)


@blueprint.post("/plans/<uuid:key>/reject")
@requires(DECIDE)
def reject_plan(key: UUID) -> ResponseReturnValue:
    with writing() as work:
        reject(work, key)
    flash(_("Rejected. Nothing of it was done."), "done")
    return redirect(url_for(".plan", key=key), 303)


@blueprint.post("/plans/first/<uuid:key>")
@requires(ASK)
def first_plan(key: UUID) -> ResponseReturnValue:
    """What the first sync of a connection would do."""
    with writing() as work:
        made = propose(work, key, PlanPurpose.FIRST_LOAD).id
        is_draft = fetch(work, Connection, key).state is ConnectionState.DRAFT
    if is_draft:  # it may be asked from now on, and reads nothing in until the plan is approved
        let_go()
        checked = check(host(), actor(), key)
        if not checked.ok:
            flash(_("The ERP can not be read yet: %(words)s", words=checked.words), "error")
    return redirect(url_for(".plan", key=made), 303)


@blueprint.route("/plans/new", methods=["GET", "POST"])
@requires(ASK)
def new_plan() -> ResponseReturnValue:
    with reading() as work:
        schema = _plan_form(work)
    title, back = _("New plan"), url_for(".plans")
    if request.method == "GET":
        first = {"connection_id": request.args.get("connection_id"), "purpose": "manual"}
        return form_page(Form(schema, stored=first), title=title, back=back)

    def save(data: dict[str, Any]) -> str:
        purpose = PlanPurpose(data["purpose"])
        kinds = [data["kind"]] if data.get("kind") else None
        with writing() as work:
            made = propose(work, UUID(data["connection_id"]), purpose, kinds)
        return url_for(".plan", key=made.id)

    return submit(Form.sent(schema, request.form), save, title=title, back=back)


def _plan_form(work: UnitOfWork) -> Schema:
    """Its choices are what there is now."""
    known = {str(one.id): one.name for one in connections(work)}
    offered = (PlanPurpose.MANUAL, PlanPurpose.BACKFILL, PlanPurpose.MAPPING)
    purposes = {one.value: PURPOSES[one] for one in offered}
    kinds = {"": _("All")} | {one.kind: kind_words(one.kind) for one in work.enabled.inbound}
    return Schema.from_dict(
        {
            "connection_id": _choice(lazy("Connection"), known),
            "purpose": _choice(lazy("What"), purposes),
            "kind": _choice(lazy("Kind"), kinds, required=False),
        }
    )()


def _choice(title: str, choices: dict[str, Any], *, required: bool = True) -> fields.String:
    return fields.String(
        required=required,
        validate=validate.OneOf(list(choices)),
        metadata={"title": title, "choices": choices},
    )


def _shown(template: str, key: UUID) -> ResponseReturnValue:
    with reading() as work:
        found = fetch(work, Plan, key)
        connection = work.session.get_one(Connection, found.connection_id)
        items = first_items(work, key)
    kinds = [
        Kind(kind, {one: counts.get(one.value, 0) for one in PlanAction}, list(items.get(kind, ())))
        for kind, counts in found.totals.items()
    ]
    about = About(found, connection, kinds)
    crumbs = [(_("Plans"), url_for(".plans")), (about.title, "")]
    return render_template(template, about=about, plan=found, crumbs=crumbs)
