"""What a SOAP answer of Dolibarr's says was done: errors come with HTTP 200, as codes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.sync.errors import AuthFailed, InDoubt, NotFound, Rejected, SyncError, Unsent

Row = Mapping[str, Any]

#: Words, and the setting at fault.
_LOCKED_OUT = {
    "BAD_VALUE_FOR_SECURITY_KEY": ("Dolibarr refuses the key of the web services", "soap_key"),
    "BAD_CREDENTIALS": ("Dolibarr refuses the login or the password", "password"),
    "PERMISSION_DENIED": ("the user may not do this in Dolibarr", "login"),
}
_REFUSED = frozenset({"KO", "BAD_PARAMETERS", "BAD_VALUE", "DUPLICATE_FOUND"})
#: Said by the database as it takes a transaction back. Two writers at once make these: MariaDB
#: for deadlocks and lock waits, and Dolibarr's own numbering, which counts before it locks.
_TAKEN_BACK = ("try restarting transaction", "deadlock detected", "for key 'uk_commande_ref'")
_FIELDS = {"fk_commande_fk_soc": ("customer", "Dolibarr has no such customer")}


class TakenBack(Unsent):
    """The database undid the write, for no fault of the record: it may be sent again at once."""


def good(answer: Row, *, writes: bool) -> Row:
    """``answer`` when it says exactly OK. Raises what anything else means.

    An empty code is no success: an order with an unknown customer gets one, and so does every
    ``validOrder``, done or not.
    """
    result = answer.get("result") or {}
    code, label = result.get("result_code") or "", result.get("result_label") or ""
    if code == "OK":
        return answer
    raise _error(code, label, writes=writes)


def _error(code: str, label: str, *, writes: bool) -> SyncError:
    if code in _LOCKED_OUT:
        words, setting = _LOCKED_OUT[code]
        return AuthFailed(words, fields={setting: words})
    if any(words in label.lower() for words in _TAKEN_BACK):
        return TakenBack(f"two writers met in Dolibarr: {label}", after_s=1)
    if code == "NOT_FOUND":
        return NotFound(label)
    if code in _REFUSED or code.startswith("DB_ERROR"):
        return _refusal(code, label)
    return (InDoubt if writes else Unsent)(f"Dolibarr answered {code or 'no code'} {label}".strip())


def _refusal(code: str, label: str) -> Rejected:
    for key, (name, words) in _FIELDS.items():
        if key in label:
            return Rejected(words, field=name)
    return Rejected(f"Dolibarr: {label or code}")
