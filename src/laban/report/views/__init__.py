"""One frozen, documented dataclass per page; web page, JSON, terminal table and file are renderings of it."""

from __future__ import annotations

from laban.report.views.data import DataView, ImportRow, InboxFile, data_page
from laban.report.views.glossary import DictionaryView, KpiSummary, dictionary
from laban.report.views.kpi import Breakdown, BreakdownRow, KpiView
from laban.report.views.kpi_page import kpi_page
from laban.report.views.parts import Event, Frame, Freshness, KpiHead, Missing, Note, Point, Source, Text, Tile
from laban.report.views.scorecard import PackHead, ScorecardView, scorecard
from laban.report.views.weekly import ReportView, weekly_report

__all__ = [
    "Breakdown",
    "BreakdownRow",
    "DataView",
    "DictionaryView",
    "Event",
    "Frame",
    "Freshness",
    "ImportRow",
    "InboxFile",
    "KpiHead",
    "KpiSummary",
    "KpiView",
    "Missing",
    "Note",
    "PackHead",
    "Point",
    "ReportView",
    "ScorecardView",
    "Source",
    "Text",
    "Tile",
    "data_page",
    "dictionary",
    "kpi_page",
    "scorecard",
    "weekly_report",
]
