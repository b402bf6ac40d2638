"""Contacts over HTTP: importing this completes the blueprint."""

from modules.contacts.api import activities, merges, parties
from modules.contacts.api.blueprint import blueprint

__all__ = ["activities", "blueprint", "merges", "parties"]
