"""How old a number was when it was reported: told from the days of the files, not only from when they were loaded."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from laban.warehouse import Warehouse
from laban.warehouse.development import Told, placed
from warehouse_rows import NOON, ads, day, load

SUNDAY = date(2026, 3, 1)


def told(number: int, start: date, end: date, loaded: date, account: str = "") -> Told:
    return Told(number, number, "meta_ads", account, start, end, datetime.combine(loaded, datetime.min.time()))


def weekly(count: int, loaded: date) -> list[Told]:
    """Files of five weeks, one per Sunday, all loaded on the same day."""
    ends = [SUNDAY + timedelta(days=7 * n + 1) for n in range(count)]
    return [told(n + 1, end - timedelta(days=35), end, loaded) for n, end in enumerate(ends)]


def test_files_of_many_weeks_imported_in_one_sitting_keep_their_own_moments() -> None:
    found = placed(weekly(10, SUNDAY + timedelta(days=64)))
    assert [sight.known for sight in found] == [SUNDAY + timedelta(days=7 * n) for n in range(10)]
    assert all(sight.placed for sight in found)


def test_the_last_of_them_is_not_known_to_be_fresh_when_it_is_loaded_much_later() -> None:
    found = placed(weekly(3, date(2027, 1, 1)))
    assert [sight.placed for sight in found] == [True, True, False]
    assert found[-1].known == date(2027, 1, 1)


def test_a_half_year_downloaded_again_later_is_not_taken_for_what_was_known_then() -> None:
    again = told(99, date(2026, 1, 1), date(2026, 3, 20), date(2026, 10, 1))
    found = placed([*weekly(10, SUNDAY + timedelta(days=64)), again])
    assert (found[-1].known, found[-1].placed) == (date(2026, 10, 1), False)


def test_a_file_that_reaches_beyond_its_loading_knows_no_more_than_that_day() -> None:
    (found,) = placed([told(1, SUNDAY, SUNDAY + timedelta(days=30), SUNDAY + timedelta(days=3))])
    assert (found.known, found.placed) == (SUNDAY + timedelta(days=3), True)


def test_accounts_are_told_apart() -> None:
    late = date(2027, 1, 1)
    one, other = told(1, SUNDAY, day(1), late, "a"), told(2, SUNDAY, day(9), late, "b")
    assert [sight.placed for sight in placed([one, other])] == [False, False]


def test_superseded_files_stay_in_sight_until_they_are_undone(tmp_path: Path) -> None:
    with Warehouse.open(tmp_path / "warehouse.duckdb") as warehouse:
        load(warehouse, tmp_path, "a", ads([(day(1), "x", "1"), (day(2), "x", "2")], day(1), day(3)))
        load(warehouse, tmp_path, "b", ads([(day(1), "x", "1"), (day(2), "x", "3")], day(1), day(4)))
        found = warehouse.sightings("fact_ad_performance")
        assert [(s.import_id, s.known) for s in found] == [(1, day(2)), (2, day(3))]
        warehouse.undo(2, NOON)
        assert [s.import_id for s in warehouse.sightings("fact_ad_performance")] == [1]
        with pytest.raises(KeyError):
            warehouse.sightings("fact_unheard_of")
