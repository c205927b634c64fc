"""What all tests share."""

from __future__ import annotations

import os

import pytest

import made_once


@pytest.fixture(scope="session", autouse=True)
def _one_folder_for_all_processes(tmp_path_factory: pytest.TempPathFactory) -> None:
    base = tmp_path_factory.getbasetemp()
    made_once.folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "made-once"
