"""A small module with an API, installed and enabled beside the real ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from marshmallow import Schema, fields, validate
from sqlalchemy import MetaData, select
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from core.actor import system
from core.api.blueprint import ApiBlueprint
from core.api.fields import CurrencyCode, Id, Moment, MoneyAmount, Quantity, Words
from core.api.listing import Listing, ListQuery, Page, page
from core.api.routes import lists, reads, writes
from core.api.versions import check_if_match
from core.compose import open_host
from core.config import Settings
from core.db.base import Base, Editable
from core.db.types import Amount
from core.errors import NotFound, RuleBroken
from core.host import Host
from core.ids import new_id
from core.registry.discovery import Found, Installed
from core.registry.manifest import Module, Permission
from core.registry.registry import Registry
from core.security.guard import requires
from core.work import UnitOfWork


class Foundry(DeclarativeBase):
    """Tables of its own: the guards of the host's never see them."""

    metadata = MetaData()
    type_annotation_map = Base.type_annotation_map


class Bell(Editable, Foundry):
    __tablename__ = "bells_bell"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str]
    price: Mapped[Decimal | None] = mapped_column(Amount())
    cast_at: Mapped[datetime | None]


class BellSchema(Schema):
    id = Id()
    name = fields.String()
    price = MoneyAmount(allow_none=True)
    cast_at = Moment(allow_none=True)
    version = fields.Integer()


class LineSchema(Schema):
    quantity = Quantity(required=True, above=0)


class NewBellSchema(Schema):
    name = Words(40, least=1, required=True)
    price = MoneyAmount(allow_none=True, load_default=None, least=0)
    cast_at = Moment(allow_none=True, load_default=None)
    currency = CurrencyCode(load_default="EUR")
    lines = fields.List(fields.Nested(LineSchema), validate=validate.Length(max=3))


class RenamedSchema(Schema):
    name = Words(40, least=1, required=True)


BELLS = Listing(
    name="bells",
    statement=select(Bell.id, Bell.name, Bell.price, Bell.cast_at, Bell.version),
    sorts={"name": Bell.name, "price": Bell.price},
    default="name",
    filters={"name": Bell.name, "price": Bell.price},
)

blueprint = ApiBlueprint("bells_api", __name__, description="Bells.")


@blueprint.get("/bells")
@requires("bells.ring")
@lists(BELLS, BellSchema)
def bells(work: UnitOfWork, query: ListQuery) -> Page:
    """Bells by name."""
    return page(work, BELLS, query)


@blueprint.get("/bells/<uuid:bell_id>")
@requires("bells.ring")
@reads(BellSchema)
def bell(work: UnitOfWork, bell_id: UUID) -> Bell:
    return _bell(work, bell_id)


@blueprint.post("/bells")
@requires("bells.cast")
@writes(BellSchema, takes=NewBellSchema, status=201)
def cast(work: UnitOfWork, body: dict[str, Any]) -> Bell:
    made = Bell(name=body["name"], price=body["price"], cast_at=body["cast_at"])
    work.session.add(made)
    if made.name == "cracked":
        work.session.flush()
        raise RuleBroken("A cracked bell is not hung.")
    return made


@blueprint.patch("/bells/<uuid:bell_id>")
@requires("bells.cast")
@writes(BellSchema, takes=RenamedSchema)
def rename(work: UnitOfWork, body: dict[str, Any], bell_id: UUID) -> Bell:
    found = _bell(work, bell_id)
    check_if_match(found)
    found.name = body["name"]
    return found


@blueprint.delete("/bells/<uuid:bell_id>")
@requires("bells.cast")
@writes(None)
def melt(work: UnitOfWork, bell_id: UUID) -> None:
    work.session.delete(_bell(work, bell_id))


@blueprint.post("/bells/break")
@requires("bells.ring")
@writes(None)
def break_tower(work: UnitOfWork) -> None:  # noqa: ARG001 - it breaks before it needs one
    raise ZeroDivisionError("the tower's secret")


def _bell(work: UnitOfWork, bell_id: UUID) -> Bell:
    found = work.session.get(Bell, bell_id)
    if found is None:
        raise NotFound(f"There is no bell {bell_id}.")
    return found


def _install(work: UnitOfWork) -> None:
    Foundry.metadata.create_all(work.session.connection())


BELLS_MODULE = Module(
    name="bells",
    title="Bells",
    permissions=(
        Permission(name="bells.ring", title="Ring bells"),
        Permission(name="bells.cast", title="Cast bells"),
    ),
    blueprints=(blueprint,),
    install=_install,
)


def with_bells(installed: Registry) -> Registry:
    mine = Installed("bells", BELLS_MODULE, "core", "tests", "1")
    found: Found[Module] = replace(
        installed.found, installed={**installed.found.installed, "bells": mine}
    )
    return Registry(installed.own, found, installed.connectors)


@pytest.fixture
def host(settings: Settings, installed: Registry) -> Iterator[Host]:
    settings.data_dir.mkdir(exist_ok=True)
    opened = open_host(settings, with_bells(installed))
    opened.enable("bells", system("tests"))
    yield opened
    opened.database.close()


@pytest.fixture
def three_bells(host: Host) -> list[UUID]:
    """By name: Big, Old, Tiny; Old has neither price nor date."""
    made = [
        Bell(name="Big", price=Decimal("1200.50"), cast_at=datetime(2026, 1, 2, 3, tzinfo=UTC)),
        Bell(name="Old", price=None, cast_at=None),
        Bell(name="Tiny", price=Decimal(100), cast_at=datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC)),
    ]
    with host.write(system("tests")) as work:
        work.session.add_all(made)
    return [bell.id for bell in made]


@pytest.fixture
def dumped(host: Host) -> list[Any]:
    """The same bells as the schema itself shows them."""
    with host.read(system("tests")) as work:
        rows = work.session.execute(BELLS.statement.order_by(Bell.name)).all()
        dumped: list[Any] = BellSchema(many=True).dump(rows)
        return dumped
