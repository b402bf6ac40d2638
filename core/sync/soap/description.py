"""A service as zeep knows it: from files the connector brings along, and from nothing else."""

from __future__ import annotations

from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

from zeep import Settings
from zeep.exceptions import Error as ZeepError
from zeep.wsdl import Document

from core.sync.egress import EgressRefused
from core.sync.errors import Unsent
from core.sync.sessions import SoapService
from core.sync.soap.documents import NotXml, tree_of

#: Where zeep believes the files are: a name that no resolver knows (RFC 6761), so that relative
#: imports become addresses, and absolute ones can be told from them.
_HOME = "http://description.invalid/"

#: Not strict: real services answer elements their description does not name. What zeep would
#: mend in broken XML is refused before it sees it.
SETTINGS = Settings(
    strict=False,
    forbid_dtd=True,
    forbid_entities=True,
    xml_huge_tree=False,
    force_https=False,
)


class _Vendored:
    """What zeep takes for a transport: it loads the files of one service, and can do no more."""

    def __init__(self, service: SoapService) -> None:
        self._service = service

    def load(self, url: str) -> bytes:
        """Raises ``EgressRefused``: whoever wrote the import wanted us to call somebody."""
        name = self._service.schemas.get(url)
        if name is None and url.startswith(_HOME):
            name = url.removeprefix(_HOME)
        if name is None or "/" in name or not (file := self._service.folder / name).is_file():
            raise EgressRefused(f"the description imports {_shown(url)}, which is never fetched")
        return checked(file.read_bytes(), name)


def checked(content: bytes, name: str) -> bytes:
    try:
        tree_of(content)
    except NotXml as error:
        raise EgressRefused(f"the description {name} {error}") from error
    return content


def _shown(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme or 'file'}:{parts.netloc or parts.path}"[:200]


def binding_of(service: SoapService) -> Any:
    """What zeep makes of the only port. Raises ``EgressRefused`` and ``Unsent``."""
    try:
        content = checked((service.folder / service.wsdl).read_bytes(), service.wsdl)
    except OSError as error:
        raise Unsent(f"the description {service.wsdl} is not there: {error}") from error
    # zeep declares a class where it takes an object, and forgets that a file will do.
    transport: Any = _Vendored(service)
    file: Any = BytesIO(content)
    try:
        document = Document(file, transport, base=_HOME + service.wsdl, settings=SETTINGS)
        (found,) = document.services.values()
        (port,) = found.ports.values()
    except (ZeepError, ValueError, LookupError, AttributeError, RecursionError) as error:
        words = f"the description {service.wsdl} can not be read: {error}"
        raise Unsent(words) from error
    return port.binding
