"""Templates compiled once per process instead of once per application."""

from __future__ import annotations

from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from typing_extensions import override


class CompiledTemplates(BytecodeCache):
    """By name, file and source, so a template that changes is compiled again."""

    def __init__(self) -> None:
        self._compiled: dict[str, bytes] = {}

    @override
    def load_bytecode(self, bucket: Bucket) -> None:
        if compiled := self._compiled.get(bucket.key):
            bucket.bytecode_from_string(compiled)

    @override
    def dump_bytecode(self, bucket: Bucket) -> None:
        self._compiled[bucket.key] = bucket.bytecode_to_string()
