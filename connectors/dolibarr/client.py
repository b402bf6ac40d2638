"""Dolibarr's two wires: SOAP, which writes, and REST, which reads and lists."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from functools import partial
from importlib.resources import files
from typing import Any, cast

from connectors.dolibarr.settings import DolibarrSettings
from connectors.dolibarr.verdicts import Row, TakenBack, good
from core.sync.errors import NotFound, Unsent
from core.sync.sessions import HttpSession, Sessions, SoapService, SoapSession

_XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
_ARRAY_TYPE = "{http://schemas.xmlsoap.org/soap/encoding/}arrayType"
#: What the items of an array are called in the descriptions; NuSOAP calls all of them ``item``.
_ITEMS = {
    "lines": "line",
    "orders": "order",
    "invoices": "invoice",
    "products": "product",
    "thirdparties": "thirdparty",
    "images": "image",
}
#: Times a write is sent that the database took back.
_TRIES = 3


def mend(envelope: Any) -> None:
    """Make of NuSOAP's arrays what its descriptions say they are.

    Without this zeep answers orders without lines and lists without orders, and no error. A
    delivery date that is a number of seconds in an ``xsd:date`` is dropped: it would be logged.
    """
    for element in envelope.iter():
        kind = element.get(_XSI_TYPE, "")
        if kind.endswith(":Array"):
            del element.attrib[_XSI_TYPE]
            element.attrib.pop(_ARRAY_TYPE, None)
            for item in element:
                item.attrib.pop(_XSI_TYPE, None)
                item.tag = _ITEMS.get(element.tag, item.tag) if item.tag == "item" else item.tag
        elif kind == "xsd:":
            del element.attrib[_XSI_TYPE]
        if element.tag == "date_livraison":
            element.text = None


class Soap:
    """Calls as one user; used by one thread at a time."""

    def __init__(self, settings: DolibarrSettings, sessions: Sessions) -> None:
        self._settings = settings
        self._sessions = sessions
        self._services: dict[str, SoapSession] = {}
        self._authentication = {
            "dolibarrkey": settings.soap_key,
            "sourceapplication": "Tandem",
            "login": settings.login,
            "password": settings.password,
            "entity": settings.entity,
        }

    def read(self, service: str, operation: str, **arguments: object) -> Row:
        return self._call(service, operation, arguments, writes=False)

    def write(self, service: str, operation: str, **arguments: object) -> Row:
        """Sent again, at most twice, when the database took it back over there."""
        for _ in range(_TRIES - 1):
            try:
                return self._call(service, operation, arguments, writes=True)
            except TakenBack:
                continue
        return self._call(service, operation, arguments, writes=True)

    def _call(
        self, service: str, operation: str, arguments: Mapping[str, object], *, writes: bool
    ) -> Row:
        parts = {"authentication": self._authentication, **arguments}
        answer = self._service(service).call(operation, parts, writes=writes)
        return cast("Row", _honest(good(answer, writes=writes), self._settings.zone))

    def _service(self, name: str) -> SoapSession:
        if name not in self._services:
            settings = self._settings
            description = SoapService(
                folder=files("connectors.dolibarr") / "wsdl",
                wsdl=f"server_{name}.wsdl",
                schemas={"http://schemas.xmlsoap.org/soap/encoding/": "soap-encoding.xsd"},
                mend=mend,
            )
            self._services[name] = self._sessions.soap(
                f"{settings.url}/webservices/server_{name}.php",
                description,
                secrets=(settings.soap_key, settings.password),
            )
        return self._services[name]


def _honest(value: Any, zone: tzinfo) -> Any:
    """Dolibarr writes the server's wall clock and says it is UTC."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=zone).astimezone(UTC)
    if isinstance(value, Mapping):
        return {name: _honest(inner, zone) for name, inner in value.items()}
    if isinstance(value, list):
        return [_honest(inner, zone) for inner in value]
    return value


class Rest:
    """The REST API with the user's own key; used by one thread at a time."""

    def __init__(self, settings: DolibarrSettings, sessions: Sessions) -> None:
        self._open = partial(
            sessions.http,
            f"{settings.url}/api/index.php",
            headers={"DOLAPIKEY": settings.rest_key},
        )
        self._http: HttpSession | None = None

    def get(self, path: str, params: Mapping[str, str] | None = None) -> Row:
        """Raises ``NotFound`` for what is not there."""
        answer = self._session().get(path, params or {})
        if not isinstance(answer, dict):
            raise Unsent(f"{path} did not answer a record")
        return answer

    def rows(self, path: str, params: Mapping[str, str]) -> list[Row]:
        """An empty list comes as one, or as 404, depending on the kind."""
        try:
            answer = self._session().get(path, params)
        except NotFound:
            return []
        if not isinstance(answer, list):
            raise Unsent(f"{path} did not answer a list")
        return answer

    def put(self, path: str, values: Mapping[str, object]) -> None:
        self._session().send("PUT", path, body=values)

    def delete(self, path: str) -> None:
        self._session().send("DELETE", path, body=None)

    def _session(self) -> HttpSession:
        if self._http is None:
            self._http = self._open()
        return self._http
