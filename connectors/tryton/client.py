"""Tryton's JSON-RPC: one login, one session, typed values, sorted errors."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, cast

from connectors.tryton.settings import TrytonSettings
from connectors.tryton.wire import decoded, encoded, error_of
from core.clock import utcnow
from core.sync.errors import AuthFailed, InDoubt, NotFound, RateLimited, Unsent
from core.sync.sessions import HttpSession, Sessions

#: Methods that change nothing: when they fail, nothing is in doubt.
_READS = frozenset({"read", "search", "search_read", "search_count", "get_preferences", "version"})
#: How long Tryton shuts out a login after too many wrong passwords. Source: trytond 8.2
#: ``[session] authentication_ip_network`` section, default ``timeout`` of 300 s.
_SHUT_OUT_S = 300


class Rpc:
    """Calls as one user of one company; used by one thread at a time."""

    def __init__(self, settings: TrytonSettings, sessions: Sessions) -> None:
        self._settings = settings
        self._sessions = sessions
        self._http: HttpSession | None = None
        self._context: dict[str, object] = {}

    @property
    def company(self) -> int:
        """The user's own company. Raises ``AuthFailed`` when the user has none."""
        self._opened()
        return cast("int", self._context["company"])

    def call(
        self, model: str, method: str, *args: object, context: Mapping[str, object] | None = None
    ) -> Any:
        """``model.MODEL.METHOD``; ``context`` is added to the user's own."""
        return self.request(f"model.{model}.{method}", *args, context=context)

    def request(
        self, method: str, *args: object, context: Mapping[str, object] | None = None
    ) -> Any:
        """Any method by its full name. An expired session is renewed once, and silently.

        Tryton refuses a dead session before it looks at the request, so sending a write again
        can not do it twice.
        """
        http = self._opened()
        try:
            return self._post(http, method, *args, {**self._context, **(context or {})})
        except AuthFailed:
            self._http = None
        http = self._opened()
        return self._post(http, method, *args, {**self._context, **(context or {})})

    def version(self) -> str:
        """The server's version, which it tells anybody."""
        http = self._sessions.http(self._settings.url, headers={})
        body = {"id": 0, "method": "common.server.version", "params": []}
        return str(_result(http.send("POST", "rpc/", body=body, writes=False), writes=False))

    def _opened(self) -> HttpSession:
        if self._http is None:
            self._http = self._logged_in()
            try:
                self._context = self._preferences(self._http)
            except BaseException:
                self._http = None
                raise
        return self._http

    def _logged_in(self) -> HttpSession:
        """A wrong password is tried once: six of them shut the right one out, too."""
        user, database = self._settings.user, self._settings.database
        http = self._sessions.http(self._settings.url, headers={})
        parameters = {"password": self._settings.password}
        try:
            answer = self._post(http, "common.db.login", user, parameters, "en", writes=False)
        except AuthFailed as error:
            raise AuthFailed(f"Tryton refuses the user {user} or the password") from error
        except NotFound as error:
            words = f"this server has no database {database}"
            raise AuthFailed(words, fields={"database": words}) from error
        except RateLimited as error:
            until = max(error.until, utcnow() + timedelta(seconds=_SHUT_OUT_S))
            message = f"Tryton shuts {user} out for some minutes after too many wrong passwords"
            raise RateLimited(message, until=until) from error
        if not answer:
            raise AuthFailed(f"Tryton refuses the user {user} or the password")
        token = b64encode(f"{user}:{answer[0]}:{answer[1]}".encode()).decode()
        headers = {"Authorization": f"Session {token}"}
        return self._sessions.http(self._settings.url, headers=headers)

    def _preferences(self, http: HttpSession) -> dict[str, object]:
        """Without a company in the context prices are null and quantities zero, unsaid."""
        of_the_context_only: object = True
        answer = self._post(http, "model.res.user.get_preferences", of_the_context_only, {})
        if not answer.get("company"):
            raise AuthFailed(f"the user {self._settings.user} belongs to no company in Tryton")
        return {"company": answer["company"], "language": answer.get("language") or "en"}

    def _post(
        self, http: HttpSession, method: str, *params: object, writes: bool | None = None
    ) -> Any:
        changes = method.rpartition(".")[2] not in _READS if writes is None else writes
        body = {"id": 0, "method": method, "params": encoded(params)}
        path = f"{self._settings.database}/rpc/"
        return decoded(_result(http.send("POST", path, body=body, writes=changes), writes=changes))


def _result(answer: object, *, writes: bool) -> Any:
    """Everything Tryton says about a request comes with HTTP 200."""
    if isinstance(answer, dict):
        if error := answer.get("error"):
            raise error_of(error if isinstance(error, list) else [str(error)])
        if "result" in answer:
            return answer["result"]
    raise (InDoubt if writes else Unsent)("the answer is not one of Tryton's")
