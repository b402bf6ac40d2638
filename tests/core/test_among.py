from __future__ import annotations

from sqlalchemy import select

from core.actor import system
from core.companies import Company
from core.db.among import among
from core.host import Host
from core.ids import new_id

ODD = ["Ünder & Söhne", 'O"Hara', "100 %", "back\\slash", "7"]


def test_values_are_found_among_more_than_a_statement_takes_parameters(host: Host) -> None:
    with host.write(system("tests")) as work:
        made = [Company(name=name, currency="EUR") for name in ODD]
        work.session.add_all(made)
    ids = [made[0].id, made[3].id]
    others = [new_id() for _ in range(40_000)]
    with host.read(system("tests")) as work:
        found = work.session.scalars(
            select(Company.id).where(among(work.session, Company.id, [*others, *ids]))
        )
        assert set(found) == set(ids)
        none = select(Company.id).where(among(work.session, Company.id, []))
        assert work.session.scalars(none).all() == []
        names = select(Company.name).where(among(work.session, Company.name, ODD[1:]))
        assert set(work.session.scalars(names)) == set(ODD[1:])
