"""What an arrived document refers to, as our records: or the word that one has not come yet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

from core.sync.exchange import Bindings, Missing


def known(bindings: Bindings, kind: str, external_id: str) -> UUID:
    """Our id of the record. Raise Missing, so that it is pulled first."""
    return all_known(bindings, kind, [external_id])[external_id]


def all_known(bindings: Bindings, kind: str, external_ids: Iterable[str]) -> Mapping[str, UUID]:
    """The same for many, in one query; Missing names all that have not come."""
    wanted = sorted(set(external_ids))
    found = bindings.locals(kind, wanted)
    if missing := [external_id for external_id in wanted if external_id not in found]:
        more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        text = f"{kind} {missing[0]}{more} has not come yet"
        raise Missing(text, kind=kind, external_ids=missing)
    return found
