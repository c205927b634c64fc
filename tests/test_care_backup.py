"""A backup is the workspace, whole, of one moment; restored or rebuilt it answers every question as before."""

from __future__ import annotations

import json
import os
import shutil
import threading
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import metrics_shop
from laban.care import backup as backups
from laban.care.backup import DamagedBackupError, InsideError, NoBackupError, backup
from laban.care.forget import forget
from laban.care.rebuild import rebuild
from laban.care.restore import restore
from laban.cli import main
from laban.metrics.query import Query
from laban.periods import Period
from laban.settings import Settings, forgotten
from laban.sources.drawn import Plan
from laban.warehouse import Warehouse, journal, transfer
from laban.warehouse.archive import unpacked
from laban.workspace import DATABASE, ImportChoices, Workspace
from laban_processes import laban, serving, write_reports

TODAY = date(2026, 11, 23)
#: KPIs that depend on who bought.
CUSTOMERS = ("new_customers", "customer_retention_rate", "orders_count", "net_revenue_total")


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Workspace]:
    """A shop with a withdrawn import, an import under choices, and one that replaced another."""
    with Workspace.create(tmp_path / "shop", Settings(name="Mây"), today=TODAY) as workspace:
        first, second, third = write_reports(tmp_path / "reports", 3)
        for path in (first, second):
            workspace.import_file(path)
        workspace.undo(workspace.imports()[0].id)
        workspace.import_file(
            third, choices=ImportChoices(account="Chi nhánh 2", until=date(2026, 12, 1), accept=True)
        )
        orders = tmp_path / "reports" / "đơn.csv"
        rows = "".join(f"D{n},{1 + n % 20:02}/11/2026,09{n:08},Đã giao,{1000 + n}\n" for n in range(60))
        orders.write_text(f"Mã đơn hàng,Ngày đặt,Số điện thoại khách,Trạng thái,Tiền hàng\n{rows}", "utf-8")
        workspace.import_file(orders)
        yield workspace


def told(workspace: Workspace) -> list[Any]:
    """All rows that count and the log, but for the numbers of slices."""
    warehouse = workspace.warehouse
    names = [
        name for (name,) in warehouse.query("SELECT view_name FROM duckdb_views() WHERE NOT internal ORDER BY 1")
    ]
    log = "SELECT * FROM import_log ORDER BY id"
    return [warehouse.query(f"SELECT * FROM {name} ORDER BY ALL") for name in names] + [warehouse.query(log)]


# every question


def answers(workspace: Workspace, today: date, kpis: Iterable[str]) -> dict[str, Any]:
    catalogue = workspace.catalogue
    month = Period(today - timedelta(days=200), today - timedelta(days=100))
    asked: dict[tuple[str, ...], list[str]] = {(): list(kpis)}
    for kpi in asked[()]:
        for name in catalogue.allowed_dimensions(kpi)[:1]:
            if not catalogue.dimensions[name].filter_only:
                asked.setdefault((name,), []).append(kpi)
    found: dict[str, Any] = {}
    for by, names in asked.items():
        result = workspace.run(Query(tuple(names), month, by=by, grain="month", compare="year"))
        found[str(by)] = (list(result.rows), result.refusals, result.hidden)
    return found


def answered(found: dict[str, Any]) -> int:
    """How many KPIs had a number in how many ways."""
    columns = [zip(*(row.cells for row in rows), strict=True) for rows, _, _ in found.values()]
    return sum(any(cell.value is not None for cell in cells) for places in columns for cells in places)


def test_a_restored_workspace_answers_every_question_alike(tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    metrics_shop.build(tmp_path / "shop").close()
    today = metrics_shop.FIRST + timedelta(days=500)
    with Workspace.create(tmp_path / "shop", today=today) as workspace:
        workspace.warehouse.least_rows = 1  # so that sums are kept beside the facts, which a backup leaves to be made
        before = answers(workspace, today, workspace.catalogue.kpis)
        assert workspace.warehouse.query("SELECT count(*) FROM rollup_state") > [(0,)]
        backup(workspace, tmp_path / "backups")
    with Workspace.create(tmp_path / "other", today=today) as workspace:
        workspace.warehouse.least_rows = 1
        answers(workspace, today, CUSTOMERS)
        restore(workspace, tmp_path / "backups")
        after = answers(workspace, today, workspace.catalogue.kpis)
    assert before == after
    assert answered(before) > 100


# backups


def test_a_backup_restores_what_was(shop: Workspace, tmp_path: Path) -> None:
    before, log = told(shop), journal.read(shop.root)
    made = backup(shop, tmp_path / "backups")
    shop.undo(1)
    shop.import_file(write_reports(tmp_path / "more", 1, first=7)[0])
    version = shop.warehouse.version
    assert told(shop) != before
    found = restore(shop, tmp_path / "backups")
    assert told(shop) == before
    assert (found.source, found.imports) == (made.path, 3)
    assert shop.warehouse.version > version
    assert journal.read(shop.root) == log


def test_the_state_before_a_restore_can_be_had_back(shop: Workspace, tmp_path: Path) -> None:
    backup(shop, tmp_path / "backups")
    shop.import_file(write_reports(tmp_path / "more", 1, first=7)[0])
    after = told(shop)
    found = restore(shop, tmp_path / "backups")
    assert found.before is not None
    restore(shop, found.before)
    assert told(shop) == after


def test_definitions_and_settings_come_along(shop: Workspace, tmp_path: Path) -> None:
    (shop.root / "kpis.yaml").write_text("kpis: {}\n", "utf-8")
    backup(shop, tmp_path / "backups")
    (shop.root / "kpis.yaml").unlink()
    settings = (shop.root / "laban.toml").read_text("utf-8")
    (shop.root / "laban.toml").write_text(settings.replace("Mây", "Gió"), "utf-8")
    assert restore(shop, tmp_path / "backups").other_settings is False
    assert (shop.root / "kpis.yaml").read_text("utf-8") == "kpis: {}\n"
    assert "Mây" in (shop.root / "laban.toml").read_text("utf-8")


def test_mappings_come_along_and_later_ones_go(shop: Workspace, tmp_path: Path) -> None:
    folder = shop.root / "mappings"
    folder.mkdir()
    (folder / "till.yaml").write_text("id: till\n", "utf-8")
    backup(shop, tmp_path / "backups")
    (folder / "till.yaml").write_text("id: changed\n", "utf-8")
    (folder / "later.yaml").write_text("id: later\n", "utf-8")
    restore(shop, tmp_path / "backups")
    assert {path.name: path.read_text("utf-8") for path in folder.glob("*.yaml")} == {"till.yaml": "id: till\n"}


def test_unchanged_originals_are_linked_and_old_backups_leave(shop: Workspace, tmp_path: Path) -> None:
    made = [backup(shop, tmp_path / "backups", keep=2) for _ in range(3)]
    assert [found.linked for found in made] == [0, 4, 4]
    assert backups.backups(tmp_path / "backups") == [made[1].path, made[2].path]
    assert made[2].removed == (made[0].path.name,)
    for found in made[1:]:
        backups.check(found.path)


def test_a_backup_that_fails_leaves_nothing(shop: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "no space left")

    monkeypatch.setattr(shutil, "copy2", full)
    with pytest.raises(OSError, match="no space"):
        backup(shop, tmp_path / "backups")
    assert list((tmp_path / "backups").iterdir()) == []


@pytest.mark.parametrize("name", [DATABASE, "archive", ".secret", "laban.toml"])
def test_a_damaged_backup_is_refused_before_anything_is_touched(shop: Workspace, tmp_path: Path, name: str) -> None:
    made = backup(shop, tmp_path / "backups")
    path = made.path / name
    path = next(path.iterdir()) if path.is_dir() else path
    os.chmod(path, 0o600)  # noqa: PTH101  a file, whatever its mode
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    before = told(shop)
    with pytest.raises(DamagedBackupError):
        restore(shop, tmp_path / "backups")
    assert told(shop) == before


def test_folders_that_will_not_do(shop: Workspace, tmp_path: Path) -> None:
    with pytest.raises(InsideError):
        backup(shop, shop.root / "backups")
    with pytest.raises(NoBackupError):
        restore(shop, tmp_path)


def test_data_of_a_newer_version_are_refused(shop: Workspace, tmp_path: Path) -> None:
    made = backup(shop, tmp_path / "backups")
    with Warehouse.open(made.path / DATABASE) as newer:
        newer.change(lambda connection: connection.execute("CREATE TABLE fact_of_tomorrow (date DATE)"))
    before = told(shop)
    with pytest.raises(transfer.NewerDataError):
        transfer.take_over(shop.warehouse, made.path / DATABASE)
    assert told(shop) == before


# people


def test_older_backups_that_name_a_forgotten_person_go_with_the_next_run(shop: Workspace, tmp_path: Path) -> None:
    old = backup(shop, tmp_path / "backups")
    forget(shop, ["0900000003"])
    made = backup(shop, tmp_path / "backups")
    assert made.removed == (old.path.name,)
    assert b"0900000003" not in b"".join(_originals(made.path))


def test_who_was_forgotten_is_not_restored(shop: Workspace, tmp_path: Path) -> None:
    backup(shop, tmp_path / "backups")
    forget(shop, ["0900000003"])
    known = "SELECT count(*) FROM fact_order WHERE customer_key IS NOT NULL"
    assert shop.warehouse.query(known) == [(59,)]
    restore(shop, tmp_path / "backups")
    assert shop.warehouse.query(known) == [(59,)]
    assert len(forgotten(shop.root)) == 1
    assert b"0900000003" not in b"".join(_originals(shop.root))


def test_sums_kept_beside_the_facts_forget_as_well(shop: Workspace, tmp_path: Path) -> None:
    shop.warehouse.least_rows = 1
    answers(shop, TODAY, CUSTOMERS)
    forget(shop, ["0900000003"])
    kept = answers(shop, TODAY, CUSTOMERS)
    shutil.copytree(shop.root, tmp_path / "plain")
    with Workspace.open(tmp_path / "plain", today=TODAY) as plain:
        plain.warehouse.change(_drop_rollups)
        assert answers(plain, TODAY, CUSTOMERS) == kept


def _drop_rollups(connection: Any) -> None:
    for (name,) in connection.execute("SELECT name FROM rollup_state").fetchall():
        connection.execute(f'DROP TABLE "{name}"')
    connection.execute("DELETE FROM rollup_state")


def _originals(root: Path) -> Iterator[bytes]:
    for path in (root / "archive").glob("*.zst"):
        with unpacked(root / "archive", path.stem) as file:
            yield file.read()


# while it is used


def test_backup_and_restore_while_the_server_takes_files(tmp_path: Path) -> None:
    root = tmp_path / "shop"
    Workspace.create(root, Settings(name="Mây")).close()
    laban(tmp_path, "import", "-w", str(root), *map(str, write_reports(tmp_path / "first", 5)))
    with serving(root):
        paths = write_reports(tmp_path / "reports", 30, first=10)
        words = ["import", "-w", str(root), *map(str, paths)]
        busy = threading.Thread(target=laban, args=(tmp_path, *words))
        busy.start()
        made = laban(tmp_path, "backup", str(tmp_path / "backups"), "-w", str(root), "--json")
        assert made.returncode == 0, made.stderr
        busy.join()
        assert len(json.loads(laban(tmp_path, "imports", "-w", str(root), "--json").stdout)) == 35
        back = laban(tmp_path, "restore", str(tmp_path / "backups"), "-w", str(root), "--json")
        assert back.returncode == 0, back.stderr
        kept = json.loads(laban(tmp_path, "imports", "-w", str(root), "--json").stdout)
        assert json.loads(back.stdout)["imports"] == len(kept)
        assert 5 <= len(kept) <= 35
    again = laban(tmp_path, "rebuild", "-w", str(root), "--lang", "en")
    assert again.returncode == 0, again.stdout + again.stderr
    assert "All sums and rows are equal" in again.stdout


# rebuilding


def test_rebuilding_gives_the_same_and_proves_it(shop: Workspace) -> None:
    before = told(shop)
    made = rebuild(shop)
    assert (made.equal, made.taken, made.imports, made.lost) == (True, True, 4, ())
    assert told(shop) == before
    assert {found.name for found in made.sums if found.fact == "fact_order"} >= {
        "rows",
        "gross_amount",
        "fingerprint",
    }
    assert not list(shop.root.glob("warehouse.rebuild*"))


def test_a_number_that_was_tampered_with_is_found_and_mended_when_told_to(shop: Workspace) -> None:
    before = told(shop)
    shop.warehouse.change(lambda c: c.execute("UPDATE fact_order SET gross_amount = 1 WHERE order_id = 'D7'"))
    broken = told(shop)
    made = rebuild(shop)
    assert not made.taken
    off = {(found.fact, found.name) for found in made.sums if not found.equal}
    assert off == {("fact_order", "gross_amount"), ("fact_order", "fingerprint")}
    assert told(shop) == broken
    assert rebuild(shop, accept=True).taken
    assert told(shop) == before


def test_a_lost_database_is_made_again_from_the_archive(shop: Workspace) -> None:
    views = told(shop)[:-1]
    imports = [(record.id, record.name, record.undone_at is None) for record in shop.imports(include_undone=True)]
    shop.close()
    (shop.root / DATABASE).write_bytes(b"no database at all")
    done = CliRunner().invoke(main, ["rebuild", "-w", str(shop.root), "--lang", "en"])
    assert done.exit_code == 0, done.output
    assert "set aside" in done.output
    assert "4 imports done again from the archive" in done.output
    with Workspace.open(shop.root, today=TODAY) as again:
        assert told(again)[:-1] == views
        assert [(r.id, r.name, r.undone_at is None) for r in again.imports(include_undone=True)] == imports


def test_an_original_that_is_gone_is_named_and_nothing_is_replaced(shop: Workspace) -> None:
    record = shop.imports()[0]
    (shop.root / "archive" / f"{record.digest}.zst").unlink()
    before = told(shop)
    made = rebuild(shop)
    assert [(lost.id, lost.reason) for lost in made.lost] == [(record.id, "missing")]
    assert not made.taken
    assert told(shop) == before


def test_after_somebody_was_forgotten_rebuilding_is_still_equal(shop: Workspace) -> None:
    forget(shop, ["0900000003"])
    made = rebuild(shop)
    assert (made.equal, made.taken) == (True, True)


def test_choices_can_be_had_back_from_their_key() -> None:
    for choices in (
        ImportChoices(),
        ImportChoices("a 'b' \"c\"", date(2026, 2, 3), day_first=True, decimal_mark=",", currency="USD", accept=True),
        ImportChoices(decimal_mark=".", day_first=False),
    ):
        assert ImportChoices.of(choices.key()) == choices


def test_a_torn_last_line_of_the_log_is_left_out_and_mended(shop: Workspace, tmp_path: Path) -> None:
    path = shop.root / "imports.jsonl"
    path.write_text(path.read_text("utf-8")[:-40], "utf-8")
    shop.import_file(write_reports(tmp_path / "more", 1, first=7)[0])
    shop.close()
    (shop.root / DATABASE).unlink()
    with Workspace.open(shop.root, today=TODAY) as again:
        made = rebuild(again)
        assert (made.imports, made.lost, made.taken) == (5, (), True)
        assert [record.id for record in again.imports()] == [5, 4, 3, 1]


def test_imports_whose_line_is_lost_leave_the_others_their_numbers(shop: Workspace) -> None:
    path = shop.root / "imports.jsonl"
    lines = [line for line in path.read_text("utf-8").splitlines(keepends=True) if json.loads(line)["id"] != 3]
    path.write_text("".join(lines), "utf-8")
    shop.close()
    (shop.root / DATABASE).unlink()
    with Workspace.open(shop.root, today=TODAY) as again:
        assert rebuild(again).taken
        assert [record.id for record in again.imports()] == [4, 1]


def test_the_same_file_again_brings_the_line_that_a_crash_kept_back(shop: Workspace, tmp_path: Path) -> None:
    path = shop.root / "imports.jsonl"
    path.write_text("".join(path.read_text("utf-8").splitlines(keepends=True)[:-1]), "utf-8")
    assert shop.import_file(tmp_path / "reports" / "đơn.csv").status == "unchanged"
    assert set(journal.read(shop.root)) == {1, 2, 3, 4}


def test_a_line_of_the_log_that_a_crash_kept_back_comes_with_the_next(shop: Workspace, tmp_path: Path) -> None:
    path = shop.root / "imports.jsonl"
    path.write_text("".join(path.read_text("utf-8").splitlines(keepends=True)[:1]), "utf-8")
    shop.import_file(write_reports(tmp_path / "more", 1, first=7)[0])
    assert sorted({json.loads(line)["id"] for line in path.read_text("utf-8").splitlines()}) == [1, 2, 3, 4, 5]


# files that only this workspace knows how to read

OWN = Plan(
    "orders",
    (
        ("Số phiếu", "order_id"),
        ("Hôm bán", "order_ts"),
        ("Máy của khách", "customer_phone"),
        ("Xong chưa", "status"),
        ("Thu về", "gross_amount"),
        ("Ai đó", ""),
    ),
)


def bring_own(shop: Workspace, folder: Path) -> None:
    shop.mappings.save("Sổ bán", OWN)
    rows = "".join(f"P{n},{1 + n:02}/11/2026,09{n:08},Đã giao,{5000 + n},Người {n}\n" for n in range(9))
    path = folder / "so ban.csv"
    path.write_text(f"Số phiếu,Hôm bán,Máy của khách,Xong chưa,Thu về,Ai đó\n{rows}", "utf-8")
    outcome = shop.import_file(path)
    assert outcome.status == "loaded", [finding.message("en") for finding in outcome.findings]


def test_mappings_of_ones_own_come_along(shop: Workspace, tmp_path: Path) -> None:
    bring_own(shop, tmp_path)
    backup(shop, tmp_path / "backups")
    shop.mappings.remove("Sổ bán")
    shop.mappings.save("Khác", OWN)
    restore(shop, tmp_path / "backups")
    assert [kept.name for kept in shop.mappings.all] == ["Sổ bán"]
    assert rebuild(shop).equal


def test_a_person_in_a_file_of_ones_own_mapping_is_forgotten_alike(shop: Workspace, tmp_path: Path) -> None:
    bring_own(shop, tmp_path)
    whole = "SELECT count(*), sum(gross_amount) FROM fact_order_live"
    before = shop.warehouse.query(whole)
    waiting = tmp_path / "lạ.csv"
    waiting.write_text("Cột,Khác\n0900000003,x\n", "utf-8")
    token = shop.mappings.keep_waiting(waiting, "lạ.csv").token
    forget(shop, ["0900000003"])
    assert shop.warehouse.query(whole) == before
    assert "Người 3" not in b"".join(_originals(shop.root)).decode()
    assert not (shop.root / "mappings" / ".waiting" / token).exists()
    assert rebuild(shop).equal
