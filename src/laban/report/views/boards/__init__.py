"""Boards: the KPIs looked at by level, department, rhythm, stage, in pairs and as a tree; one view per page."""

from __future__ import annotations

from laban.report.views.boards.departments import CompanyView, DepartmentView, company_board, department_board
from laban.report.views.boards.executive import ExecutiveView, executive_board
from laban.report.views.boards.funnel import FunnelView, funnel_page
from laban.report.views.boards.levels import LevelsView, levels_board
from laban.report.views.boards.names import NamesView, names_page
from laban.report.views.boards.operational import OperationalView, operational_board
from laban.report.views.boards.overview import BoardsView, boards_page
from laban.report.views.boards.pairs import PairsView, PairView, pair_page, pairs_page
from laban.report.views.boards.tree import TreeView, tree_page

__all__ = [
    "BoardsView",
    "CompanyView",
    "DepartmentView",
    "ExecutiveView",
    "FunnelView",
    "LevelsView",
    "NamesView",
    "OperationalView",
    "PairView",
    "PairsView",
    "TreeView",
    "boards_page",
    "company_board",
    "department_board",
    "executive_board",
    "funnel_page",
    "levels_board",
    "names_page",
    "operational_board",
    "pair_page",
    "pairs_page",
    "tree_page",
]
