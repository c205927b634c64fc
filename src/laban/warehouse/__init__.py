"""Rows to tables: loading is idempotent, atomic and undoable.

``Warehouse`` is the way in; metrics reads the ``<fact>_live`` views and ``fact_attribution``, nothing else.
"""

from laban.warehouse.development import Sighting
from laban.warehouse.engine import Snapshot, Warehouse, WarehouseUnreadableError
from laban.warehouse.imports import ImportRecord, SourceFreshness
from laban.warehouse.load import LoadOutcome
from laban.warehouse.restated import Restatement

__all__ = [
    "ImportRecord",
    "LoadOutcome",
    "Restatement",
    "Sighting",
    "Snapshot",
    "SourceFreshness",
    "Warehouse",
    "WarehouseUnreadableError",
]
