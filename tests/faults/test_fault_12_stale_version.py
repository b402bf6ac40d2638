"""The ERP refuses our version: read again, merged, three tries at most, then a person is asked."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from connectors.fake.store import Row
from core.sync.documents import Party
from core.sync.errors import Conflict
from core.sync.models import Keep
from tests.core.sync.merge.shop import Shop


def test_fault_12_read_again_merged_and_sent(shop: Shop) -> None:
    shop.edit(name="Acme Holding")
    shop.fail(Conflict("party P17 was changed here meanwhile"), call=1)
    shop.push()
    assert shop.said.name == "Acme"
    shop.edit_there(tax_id="DE2")
    shop.make_due()
    shop.push()
    assert (shop.said.name, shop.said.tax_id) == ("Acme Holding", "DE2"), "neither is overwritten"
    assert (shop.held().tax_id, shop.jobs(), shop.conflicts()) == ("DE2", 0, [])


def test_fault_12_a_version_is_never_written_over(shop: Shop) -> None:
    """The ERP's own check, without a script: what changed after our reading is not lost."""
    shop.edit(name="Acme Holding")
    read = shop.erp.store.of

    def read_then_change(kind: type[Party], ids: Sequence[str]) -> list[Row[Party]]:
        rows = read(kind, ids)
        object.__setattr__(shop.erp.store, "of", read)
        shop.edit_there(tax_id="DE2")
        return rows

    object.__setattr__(shop.erp.store, "of", read_then_change)
    shop.push()
    assert (shop.said.name, shop.said.tax_id) == ("Acme", "DE2")
    shop.make_due()
    shop.push()
    assert (shop.said.name, shop.said.tax_id) == ("Acme Holding", "DE2")


@pytest.mark.parametrize(("keep", "name"), [(Keep.OURS, "Acme Holding"), (Keep.THEIRS, "Acme")])
def test_fault_12_overtaken_three_times_a_person_is_asked(
    shop: Shop, keep: Keep, name: str
) -> None:
    shop.edit(name="Acme Holding")
    for call in (1, 2, 3):
        shop.fail(Conflict("party P17 was changed here meanwhile"), call=1)
        assert shop.conflicts() == [], f"before try {call}"
        shop.push()
        shop.make_due()
        shop.erp.faults.script.clear()
    assert shop.conflicts() == [("", None, None)]
    assert shop.conflict().cause == "overtaken"
    assert shop.binding().delivery == "stopped"
    shop.resolve(keep)
    shop.sync()
    assert (shop.held().name, shop.said.name) == (name, name)
    assert (shop.conflicts(), shop.jobs()) == ([], 0)
