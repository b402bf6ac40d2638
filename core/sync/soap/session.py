"""The SOAP session connectors get: zeep writes and reads, the pinned channel carries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import requests
from zeep.exceptions import Error as ZeepError

from core.masking import learn
from core.sync.channel import Channel, Limits
from core.sync.errors import InDoubt, Rejected, SyncError, Unsent
from core.sync.sessions import SoapService
from core.sync.soap.answers import envelope_in, plain
from core.sync.soap.arguments import envelope_of
from core.sync.soap.description import binding_of


class ZeepSession:
    """One service of one ERP; used by one thread at a time."""

    def __init__(
        self, url: str, service: SoapService, *, secrets: Sequence[str], limits: Limits
    ) -> None:
        self._service = service
        self._secrets = {"secret": list(secrets)}
        learn(secrets)
        self._channel = Channel(url, {"Accept": "text/xml"}, limits=limits)
        self._binding = binding_of(service)

    def call(
        self, operation: str, arguments: Mapping[str, object], *, writes: bool = True
    ) -> Mapping[str, Any]:
        known = self._operation(operation)
        content, headers = envelope_of(known, arguments)
        request = requests.Request("POST", self._channel.url(""), data=content, headers=headers)
        reply = self._channel.reply(request, writes=writes)
        root = envelope_in(reply, writes=writes, secrets=(self._secrets, arguments))
        return self._read(known, root, writes=writes)

    def close(self) -> None:
        self._channel.close()

    def _operation(self, name: str) -> Any:
        try:
            return self._binding.get(name)
        except ValueError as error:
            raise Rejected(f"the service has no operation {name}") from error

    def _read(self, operation: Any, root: Any, *, writes: bool) -> Mapping[str, Any]:
        """An answer zeep can not read says nothing about whether the write was done."""
        kind: type[SyncError] = InDoubt if writes else Unsent
        try:
            if self._service.mend is not None:
                self._service.mend(root)
            answer = plain(operation.process_reply(root))
        except (ZeepError, ValueError, LookupError, TypeError, AttributeError) as error:
            raise kind(f"the answer is not one of {operation.name}: {error}") from error
        except RecursionError as error:
            raise kind("the answer is nested too deeply") from error
        if not isinstance(answer, Mapping):
            # zeep unpacks an answer of a single part.
            (name,) = dict(operation.output.body.type.elements)
            return {name: answer}
        return answer
