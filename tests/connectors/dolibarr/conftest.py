from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.dolibarr import connector
from connectors.dolibarr.connector import DolibarrSession
from connectors.fake.erp import Erp
from core.companies import Company
from core.compose import open_host
from core.config import Settings
from core.db.base import Base
from core.security.keys import create_keys
from core.sync.egress import LOOPBACK
from core.testing import trial
from tests.connectors.dolibarr.books import populate
from tests.connectors.dolibarr.desk import Desk
from tests.connectors.dolibarr.server import Dolibarr, opened, serving
from tests.core.sync.outbound import ACTOR


@pytest.fixture
def dolibarr() -> Iterator[Dolibarr]:
    with serving(Dolibarr()) as erp:
        populate(erp.books)
        yield erp


@pytest.fixture
def session(dolibarr: Dolibarr) -> DolibarrSession:
    return opened(dolibarr)


@pytest.fixture
def desk(database_url: str, tmp_path: Path, dolibarr: Dolibarr) -> Iterator[Desk]:
    """A live connection, and one customer the ERP knows."""
    settings = Settings(data_dir=tmp_path / "data", database_url=database_url, egress=LOOPBACK)
    create_keys(settings.data_dir)
    host = open_host(settings, trial.registry_with(connector))
    host.enable("trial", ACTOR)
    Base.metadata.create_all(host.database.engine, tables=trial.trial_tables())
    with host.write(ACTOR) as work:
        company = Company(name="Tandem Ltd", currency="EUR")
        work.session.add(company)
        work.session.flush()
        company_id = company.id
    made = Desk(host=host, erp=Erp(), company=company_id, dolibarr=dolibarr)
    made.connect()
    yield made
    host.database.close()
