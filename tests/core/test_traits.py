"""Traits and deeds: found by name while their owner is enabled, and missed without harm after."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest
from marshmallow import Schema
from sqlalchemy import select, update

from core import deeds, traits
from core.actor import Actor
from core.companies import Company
from core.deeds import Asked, Deed
from core.errors import NotFound
from core.host import Host
from core.registry.manifest import Module
from core.registry.state import Enabled
from core.traits import Shape, Trait
from core.work import UnitOfWork

NAMED = Trait(
    name="trial.named",
    title="Name",
    subject="core.company",
    shape=Shape.TEXT,
    select=lambda _work: select(Company.id, Company.name),
    permission="core.users",
)


def rename(asked: Asked, work: UnitOfWork) -> None:
    name = asked.settings["name"]
    work.session.execute(update(Company).where(Company.id == asked.record_id).values(name=name))


RENAME = Deed(
    name="trial.rename",
    title="Rename",
    subject="core.company",
    permission="core.users",
    settings=Schema,
    run=rename,
)
OWNER = Module(name="trial", title="Trial", traits=(NAMED,), deeds=(RENAME,))


def with_owner(work: UnitOfWork) -> UnitOfWork:
    return replace(work, enabled=Enabled(1, (OWNER,)))


def test_a_trait_is_read_by_name_and_only_of_the_records_asked_for(
    host: Host, company: UUID, admin: Actor
) -> None:
    with host.read(admin) as work:
        own = with_owner(work)
        assert (
            traits.value(own, "trial.named", company) == work.session.get_one(Company, company).name
        )
        assert traits.values(own, "trial.named", [UUID(int=1)]) == {}


def test_a_trait_whose_owner_is_disabled_is_a_fact_nobody_has(
    host: Host, company: UUID, admin: Actor
) -> None:
    with host.read(admin) as work:
        assert traits.value(work, "trial.named", company) is None
        with pytest.raises(NotFound, match="“trial"):
            traits.trait(work, "trial.named")


def test_a_deed_is_done_in_the_callers_transaction(host: Host, company: UUID, admin: Actor) -> None:
    asked = Asked(record_id=company, settings={"name": "Renamed"}, key="trial:1", reason="a test")
    with host.write(admin) as work:
        deeds.do(with_owner(work), "trial.rename", asked)
        assert work.session.scalars(select(Company.name)).all() == ["Renamed"]
        with pytest.raises(NotFound, match="“trial"):
            deeds.do(work, "trial.rename", asked)
