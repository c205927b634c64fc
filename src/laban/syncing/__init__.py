"""Bringing data in by itself: connections to platforms, what each has been asked for, and when it is next."""

from laban.syncing.connections import Connection, Connections, Trouble
from laban.syncing.run import Step, Tools, sync

__all__ = ["Connection", "Connections", "Step", "Tools", "Trouble", "sync"]
