"""A server that answers one recorded exchange, and what was asked in it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from lxml import etree
from typing_extensions import override

FOLDER = Path(__file__).parent / "exchanges"
#: Of the server that recorded; ours names its own length and content.
_HOP = {"content-length", "content-encoding", "connection", "host", "date"}


@dataclass
class Recorded:
    """Answers every request the same; keeps their bodies."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    asked: list[bytes] = field(default_factory=list)
    port: int = 0


def _handler(recorded: Recorded) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def _do(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            recorded.asked.append(self.rfile.read(length))
            self.send_response(recorded.status)
            for name, value in recorded.headers.items():
                if name.lower() not in _HOP:
                    self.send_header(name, value)
            if "Content-Length" in recorded.headers and recorded.status == 202:
                self.send_header("Content-Length", recorded.headers["Content-Length"])
            self.end_headers()
            self.wfile.write(recorded.body)

        do_GET = do_POST = _do  # noqa: N815 - names of the base class

        @override
        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    return Handler


@contextmanager
def replaying(recorded: Recorded) -> Iterator[Recorded]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(recorded))
    server.daemon_threads = True
    recorded.port = int(server.server_address[1])
    thread = Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield recorded
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def names() -> set[str]:
    """Every exchange in the folder, by its first name."""
    found = set()
    for file in FOLDER.iterdir():
        name = file.name
        for end in (".request.xml", ".reply.xml", ".meta.json", ".reply.bin", ".reply.txt"):
            name = name.removesuffix(end)
        found.add(name.removesuffix(".full.txt").removesuffix(".json"))
    return found


def soap(name: str) -> Recorded:
    meta = json.loads((FOLDER / f"{name}.meta.json").read_text("utf-8"))
    reply = FOLDER / f"{name}.reply.xml"
    body = reply.read_bytes() if reply.exists() else b""
    return Recorded(meta["status"], meta["reply_headers"], body)


def service(name: str) -> str:
    """Like ``order``, of ``.../server_order.php``."""
    meta = json.loads((FOLDER / f"{name}.meta.json").read_text("utf-8"))
    return str(meta["url"].rpartition("server_")[2].partition(".")[0])


def rest(name: str) -> tuple[dict[str, Any], Recorded]:
    exchange = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    body = json.dumps(exchange["reply"]).encode() if exchange["reply"] != "" else b""
    return exchange, Recorded(exchange["status"], exchange["reply_headers"], body)


def place(exchange: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
    """Path below the API, and the query."""
    parts = urlsplit(exchange["url"])
    return parts.path.removeprefix("/api/index.php/"), dict(parse_qsl(parts.query))


def asked(content: bytes) -> tuple[str, dict[str, Any]]:
    """Operation and arguments of a request, without who asked."""
    (element,) = etree.fromstring(content)[0]
    values = _values(element)
    values.pop("authentication")
    return etree.QName(element).localname, values


def _values(element: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for child in element:
        value = _values(child) if len(child) or child.tag == "lines" else child.text or ""
        if child.tag == "line":
            found.setdefault("line", []).append(value)
        else:
            found[child.tag] = value
    return found
