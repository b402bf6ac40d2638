"""A party that was changed here is no longer in the ERP: said and asked, never made by itself."""

from __future__ import annotations

from core.sync.models import Keep
from tests.core.sync.merge.shop import Shop


def deleted_and_changed(shop: Shop) -> None:
    shop.delete_there()
    shop.edit(name="Acme Holding")
    for _turn in range(3):
        shop.make_due()
        shop.push()
    assert shop.everybody_there() == []
    assert shop.conflict().cause == "gone"
    assert shop.binding().delivery == "stopped"
    assert "no longer" in shop.binding().message


def test_fault_11_made_again_when_somebody_says_so(shop: Shop) -> None:
    deleted_and_changed(shop)
    shop.resolve(Keep.OURS)
    shop.push()
    assert shop.everybody_there() == ["Acme Holding"]
    assert shop.conflicts() == []
    assert shop.binding().external_id != shop.there
    shop.push()
    assert len(shop.everybody_there()) == 1


def test_fault_11_put_away_here_when_somebody_says_so(shop: Shop) -> None:
    deleted_and_changed(shop)
    shop.resolve(Keep.THEIRS)
    shop.push()
    assert (shop.everybody_there(), shop.held().active) == ([], False)
    assert (shop.conflicts(), shop.jobs()) == ([], 0)
    assert shop.binding().external_id is None
