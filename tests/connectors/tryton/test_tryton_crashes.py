"""The draft protocol on a real Tryton: a worker dies before and after each call that writes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from connectors.fake.erp import Erp
from connectors.tryton import connector
from connectors.tryton.client import Rpc
from core.companies import Company
from core.compose import open_host
from core.config import Settings
from core.db.base import Base
from core.host import Host
from core.security.keys import create_keys
from core.sync import connections
from core.sync.bindings import ConnectionBindings
from core.sync.egress import LOOPBACK
from core.sync.models import Connection
from core.testing import trial
from tests.core.sync.outbound import ACTOR, Trial
from tests.core.sync.ways import Crash
from tests.fixtures_tryton import RunningTryton

pytestmark = pytest.mark.tryton

WHOLE = Rpc.request
#: A city bicycle, and somebody who may buy it.
BICYCLE, CUSTOMER = "5", "3"


@pytest.fixture
def host(database_url: str, tmp_path: Path) -> Iterator[Host]:
    settings = Settings(data_dir=tmp_path / "data", database_url=database_url, egress=LOOPBACK)
    create_keys(settings.data_dir)
    opened = open_host(settings, trial.registry_with(connector))
    yield opened
    opened.database.close()


@pytest.fixture
def there(host: Host, tryton: RunningTryton) -> Trial:
    """The trial module connected to Tryton."""
    host.enable("trial", ACTOR)
    Base.metadata.create_all(host.database.engine, tables=trial.trial_tables())
    with host.write(ACTOR) as work:
        company = Company(name="Tandem Ltd", currency="EUR")
        work.session.add(company)
        work.session.flush()
        made = connections.add(
            work,
            host,
            name="tryton",
            connector="tryton",
            company_id=company.id,
            settings=tryton.settings,
        )
    checked = connections.check(host, ACTOR, made.id)
    assert checked.ok, checked.words
    return Trial(host, Erp(), company.id)


def known_party(there: Trial) -> trial.TrialParty:
    party = there.party()
    with there.host.write(ACTOR) as work:
        connection = work.session.get_one(Connection, there.routes()[0].connection_id)
        ConnectionBindings(work, connection).bind(trial.PARTY, {CUSTOMER: party.id})
    return party


@dataclass
class Death:
    """Kills the worker at the first call of a method: before it, or once Tryton has done it."""

    method: str
    after: bool
    done: bool = False

    def __call__(self, rpc: Rpc, method: str, *args: Any, **more: Any) -> Any:
        mine = method == f"model.sale.sale.{self.method}" and not self.done
        if mine and not self.after:
            self.done = True
            raise Crash
        answer = WHOLE(rpc, method, *args, **more)
        if mine:
            self.done = True
            raise Crash
        return answer


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_worker_that_dies_at_any_writing_call_leaves_one_firm_sale(
    there: Trial, tryton: RunningTryton, monkeypatch: pytest.MonkeyPatch
) -> None:
    party = known_party(there)
    for method in ("create", "quote", "confirm"):
        for after in (False, True):
            order = there.order(party, f"SO-{method}-{after}", sku=BICYCLE)
            death = Death(method, after)

            def request(rpc: Rpc, *args: Any, death: Death = death, **more: Any) -> Any:
                return death(rpc, *args, **more)

            monkeypatch.setattr(Rpc, "request", request)
            with suppress(Crash):
                there.push()
            monkeypatch.undo()
            assert death.done
            there.later()
            there.push()
            point = f"{method}, {'after' if after else 'before'} it"
            assert there.state(order) == "confirmed", f"{point}: {there.link(order)}"
            (sale,) = tryton.sales(there.reference(order))
            assert sale["state"] == "processing", point
            assert str(sale["id"]) == there.external_id(order), point


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_cancellation_goes_the_whole_way_and_what_is_shipped_is_refused(
    there: Trial, tryton: RunningTryton
) -> None:
    party = known_party(there)
    open_one, shipped = (there.order(party, f"SO-C{n}", sku=BICYCLE) for n in range(2))
    there.push()
    tryton.demo.ship(there.reference(shipped))
    there.ask_cancel(open_one)
    there.ask_cancel(shipped)
    there.push()
    assert there.asked(open_one) == "done"
    refused = there.requests(shipped)[0]
    assert refused.state == "refused"
    assert "shipped already in Tryton" in refused.message
