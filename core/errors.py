"""The errors raised on purpose, sorted by what the caller does next.

``code`` is stable, machine readable and part of the public API: it is the last part of the problem
type (RFC 9457). ``fields`` names the inputs at fault, as the caller wrote them.
"""

from __future__ import annotations

from collections.abc import Mapping

from core.masking import masked


class CrmError(Exception):
    """Root of the tree; never raised itself."""

    code = "crm.error"
    http_status = 500

    def __init__(self, message: str, *, fields: Mapping[str, str] | None = None) -> None:
        # Of all texts an error travels furthest: to logs, pages, answers and the database.
        super().__init__(masked(message))
        self.fields: Mapping[str, str] = {
            name: masked(words) for name, words in (fields or {}).items()
        }


class Invalid(CrmError):
    """The input is not what the field takes; nothing was changed."""

    code = "crm.invalid"
    http_status = 422


class NotFound(CrmError):
    """The record does not exist, or the caller may not know that it does."""

    code = "crm.not_found"
    http_status = 404


class RuleBroken(CrmError):
    """The request is well formed, but a business rule forbids it now."""

    code = "crm.rule_broken"
    http_status = 409


class Stale(RuleBroken):
    """Somebody else saved the record since the caller read it."""

    code = "crm.stale"
    http_status = 409


class Unauthenticated(CrmError):
    """Nobody is signed in, or the token is not known (any more)."""

    code = "crm.unauthenticated"
    http_status = 401


class Forbidden(CrmError):
    """The caller is known and may not do this."""

    code = "crm.forbidden"
    http_status = 403


class TooMany(CrmError):
    """Too many tries; ``retry_after_s`` seconds have to pass first."""

    code = "crm.too_many"
    http_status = 429

    def __init__(self, message: str, *, retry_after_s: int) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class Busy(CrmError):
    """The database is held by somebody else; the same request may pass in a moment."""

    code = "crm.busy"
    http_status = 503
    retry_after_s = 1
