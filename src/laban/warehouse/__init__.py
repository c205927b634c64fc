"""Rows to tables: loading is idempotent, atomic and undoable."""
