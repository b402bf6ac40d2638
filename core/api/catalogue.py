"""The problem types: what ``/problems/<code>`` says and the API's documentation lists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.web.i18n import lazy as _l


@dataclass(frozen=True, slots=True)
class ProblemType:
    code: str
    status: int
    title: str
    meaning: str


DEFAULT = ProblemType(
    "crm.error", 500, _l("Unexpected error"),
    _l("Something broke here. It was written down under the request_id; nothing was changed."),
)  # fmt: skip

_TYPES = (
    ProblemType("http.bad_request", 400, _l("Unreadable request"),
        _l("The body is not UTF-8 or not JSON: names given twice and NaN are refused as well.")),
    ProblemType("crm.unauthenticated", 401, _l("Not signed in"),
        _l("Send the header Authorization: Bearer and a token that is still valid.")),
    ProblemType("crm.forbidden", 403, _l("Not allowed"),
        _l("The token's user, or its scopes, lack the permission the detail names.")),
    ProblemType("crm.not_found", 404, _l("Not found"),
        _l("There is no such record or address, or it belongs to a company you do not see.")),
    ProblemType("module-disabled", 404, _l("Module disabled"),
        _l("The address belongs to a module that is switched off here; its data is kept.")),
    ProblemType("http.method_not_allowed", 405, _l("Method not allowed"),
        _l("The header Allow names the methods this address takes.")),
    ProblemType("crm.rule_broken", 409, _l("Not possible now"),
        _l("The request is well formed; the record's state or a business rule forbids it.")),
    ProblemType("crm.stale", 409, _l("Somebody else saved it"),
        _l("Read the record again, look at what changed, and repeat with its new version.")),
    ProblemType("http.too_large", 413, _l("Body too large"),
        _l("Send less at once; the detail names the limit.")),
    ProblemType("http.unsupported_media_type", 415, _l("Not JSON"),
        _l("Bodies are JSON, sent with Content-Type: application/json.")),
    ProblemType("crm.invalid", 422, _l("Invalid input"),
        _l("The list errors names each input at fault and why. Nothing was changed.")),
    ProblemType("idempotency-key-reused", 422, _l("Idempotency key reused"),
        _l("The key came with another body before. Make a new key for every new request.")),
    ProblemType("crm.too_many", 429, _l("Too many tries"),
        _l("Wait the seconds of the header Retry-After.")),
    DEFAULT,
    ProblemType("crm.busy", 503, _l("Busy"),
        _l("The database is held by somebody else. Repeat after the seconds of Retry-After.")),
)  # fmt: skip

PROBLEMS: Mapping[str, ProblemType] = {kind.code: kind for kind in _TYPES}
#: What an error is called that says no more than its status.
OF_STATUS: Mapping[int, ProblemType] = {kind.status: kind for kind in reversed(_TYPES)}
