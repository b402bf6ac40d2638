"""Tandem's HTTP API, as any program uses it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import requests

from core.demo.folder import Credentials
from core.errors import NotFound, RuleBroken

_TIMEOUT_S = 30.0


@dataclass(frozen=True, slots=True)
class Api:
    """Every call raises RuleBroken with what the API says is wrong."""

    url: str
    token: str

    @classmethod
    def of(cls, credentials: Credentials) -> Api:
        return cls(credentials.url, credentials.api_token)

    def list(self, path: str, **filters: str) -> list[dict[str, Any]]:
        """One page."""
        items: list[dict[str, Any]] = self._call("GET", path, params=filters)["items"]
        return items

    def get(self, path: str) -> dict[str, Any]:
        return self._call("GET", path)

    def post(self, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        return self._call("POST", path, body=body)

    def _call(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        try:
            answer = requests.request(
                method,
                f"{self.url}/api/v1{path}",
                headers={"Authorization": f"Bearer {self.token}"},
                params=params,
                json=body,
                timeout=_TIMEOUT_S,
            )
        except requests.RequestException as error:
            raise NotFound(
                f"Nobody answers at {self.url}: start the demo with make demo."
            ) from error
        if not answer.ok:
            raise RuleBroken(f"{method} {path}: {answer.status_code} {_words(answer)}")
        found: dict[str, Any] = answer.json()
        return found


def _words(answer: requests.Response) -> str:
    try:
        problem = answer.json()
    except requests.JSONDecodeError:
        return answer.reason
    return " ".join([str(problem.get("detail", answer.reason)), str(problem.get("errors", ""))])
