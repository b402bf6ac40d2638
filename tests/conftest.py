"""Fixtures of this repository only; what third parties get is in ``core/testing/plugin.py``."""

pytest_plugins = ["pytester"]
