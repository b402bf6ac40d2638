"""The trial module on Tandem, and a fake ERP in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from connectors.fake.connector import FakeConnector
from connectors.fake.demo import populate
from connectors.fake.erp import Erp
from core.companies import Company
from core.compose import open_host
from core.config import Settings
from core.db.base import Base
from core.host import Host
from core.security.keys import create_keys
from core.testing import trial
from tests.core.sync.outbound import ACTOR, Trial


@pytest.fixture
def erp() -> Erp:
    found = Erp()
    populate(found.store)
    return found


@pytest.fixture
def make_trial(database_url: str, tmp_path: Path, erp: Erp) -> Iterator[Callable[[], Trial]]:
    opened: list[Host] = []

    def make() -> Trial:
        settings = Settings(data_dir=tmp_path / "data", database_url=database_url)
        create_keys(settings.data_dir)
        host = open_host(settings, trial.registry_with(FakeConnector(erp)))
        opened.append(host)
        host.enable("trial", ACTOR)
        Base.metadata.create_all(host.database.engine, tables=trial.trial_tables())
        with host.write(ACTOR) as work:
            company = Company(name="Tandem Ltd", currency="EUR")
            work.session.add(company)
            work.session.flush()
            return Trial(host, erp, company.id)

    yield make
    for host in opened:
        host.database.close()


@pytest.fixture
def there(make_trial: Callable[[], Trial]) -> Trial:
    """The trial module, and an ERP nothing is connected to yet."""
    return make_trial()


@pytest.fixture
def connected(there: Trial) -> Trial:
    there.connect()
    return there
