"""What a person does about stopped records, by the code of their cause, and where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import g, url_for

from core.sync.attention import Reason, Way
from core.sync.pages.words import record_address, shared_of
from core.web.i18n import gettext as _
from core.web.i18n import lazy

_ADVICE = {
    "sync.rejected": lazy(
        "The ERP says no. Change what it names, in the record or over there, then retry."
    ),
    "sync.in_doubt": lazy(
        "Look in the ERP for the reference. A retry looks for it first and sends nothing twice."
    ),
    "sync.conflict": lazy(
        "Both sides kept changing it. See that both have what they should, then retry."
    ),
    "sync.not_found": lazy(
        "The ERP has it no longer. See why: nothing is created there a second time by itself."
    ),
    "sync.unsent": lazy("It was tried often and never reached the ERP. See why, then retry."),
    "sync.auth_failed": lazy("Give the connection credentials the ERP accepts, then retry."),
    "sync.egress_refused": lazy(
        "The operator of this server allows hosts with TANDEM_EGRESS. Then retry."
    ),
}
_OF_THE_CONNECTION = frozenset(
    {
        "crm.invalid",
        "security.unsealable",
        "security.key_missing",
        "sync.auth_failed",
        "sync.egress_refused",
    }
)
#: Of a record both sides may change, these open a conflict: see ``core/sync/merge/written.py``.
_ASKED = frozenset({"sync.not_found", "sync.conflict"})


@dataclass(frozen=True, slots=True)
class Mending:
    """``address`` is where it is mended; ``place`` what stands there."""

    advice: str
    address: str
    place: str


def mending(reason: Reason, filters: Mapping[str, Any]) -> Mending:
    """``filters`` are those of the list that shows the records of this cause."""
    if reason.error in _OF_THE_CONNECTION and reason.connection_id is not None:
        settings = lazy("Mend the settings of the connection, then retry.")
        address = url_for("connections_pages.edit", key=reason.connection_id)
        return Mending(_(_ADVICE.get(reason.error, settings)), address, _("The connection"))
    if reason.error in _ASKED and shared_of(g.enabled, reason.kind):
        asked = lazy("Choose in its conflict which side stands; the rest is done by itself.")
        address = url_for(
            "sync_pages.conflicts", kind=reason.kind, connection_id=reason.connection_id
        )
        return Mending(_(asked), address, _("The conflicts"))
    if reason.way is Way.IN:
        advice = lazy(
            "Mend what is named, here or in the ERP. A retry takes it over as it is then."
        )
    else:
        named = lazy("Look at the record and mend what is named, then retry.")
        advice = _ADVICE.get(reason.error or "", named)
    alone = reason.count == 1 and record_address(g.enabled, reason.kind, reason.local_id)
    if alone:
        return Mending(_(advice), alone, _("The record"))
    return Mending(_(advice), url_for("sync_pages.stopped", **filters), _("The records"))
