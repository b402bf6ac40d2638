"""Inbound: streams are read page by page; a page and its cursor are one transaction."""
