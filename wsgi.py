"""For gunicorn and other WSGI servers: ``gunicorn wsgi:application``."""

from __future__ import annotations

from core.app import create_app

application = create_app()
