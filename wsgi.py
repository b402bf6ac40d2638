"""For gunicorn and other WSGI servers: ``gunicorn wsgi:application``."""

from __future__ import annotations

import gc

# Loading makes lasting things only; looking through them for garbage is a fifth of its time.
gc.disable()

from core.app import create_app  # noqa: E402 - after the above

application = create_app()

gc.freeze()
gc.enable()
