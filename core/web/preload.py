"""gunicorn's configuration: its master loads what web processes are made of, before it forks them.

One that dies is back in a moment, and what they have loaded they hold in memory once. The master
makes no application and opens no database: that is each process's own.
"""

from __future__ import annotations

import gc


def on_starting(_server: object) -> None:
    import core.app  # noqa: F401, PLC0415 - in the master alone, and before it forks
    from core.manifest import module  # noqa: PLC0415 - as above
    from core.registry.registry import installed_registry  # noqa: PLC0415 - as above

    installed_registry(module)
    gc.collect()
    gc.freeze()  # the processes' collections leave these pages shared
