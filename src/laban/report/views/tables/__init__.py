"""Pages of tables: which rows, which numbers, which remarks; one page per question."""

from __future__ import annotations

from laban.report.views.tables.build import spec_of, table_page
from laban.report.views.tables.model import Asked, Table, TableRow, TableView
from laban.report.views.tables.specs import SPECS

__all__ = ["SPECS", "Asked", "Table", "TableRow", "TableView", "spec_of", "table_page"]
