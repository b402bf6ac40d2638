"""Keys of our own making."""

from __future__ import annotations

from uuid import UUID

from core.ids import new_hex_ids, new_id


def test_ids_made_at_once_differ_and_grow_with_time() -> None:
    before, many, after = new_id(), list(map(UUID, new_hex_ids(1_000))), new_id()
    assert len(set(many)) == 1_000
    assert {(key.version, key.variant) for key in many} == {(7, before.variant)}
    # To the moment: within it their order is open.
    assert before.int >> 64 <= many[0].int >> 64 <= after.int >> 64
