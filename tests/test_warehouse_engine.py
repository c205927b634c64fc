"""Opening, sharing and describing the warehouse."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from datetime import date, timedelta
from pathlib import Path

import pytest

from laban.errors import WarehouseBusyError
from laban.facts import FACT, FACTS
from laban.periods import Period
from laban.sources.model import Slice
from laban.warehouse import Warehouse, WarehouseUnreadableError, archive, lock, schema
from warehouse_rows import NOON, D, ads, day, load, orders

HOLD = """
import sys
from pathlib import Path
from laban.warehouse import Warehouse
sys.argv = ["laban", "serve", "--port", "8765"]
with Warehouse.open(Path(sys.argv0), read_only={read_only}):
    print("open", flush=True)
    sys.stdin.read()
""".replace("sys.argv0", "{path!r}")


@pytest.mark.parametrize("read_only", [False, True])
def test_a_second_process_is_told_who_holds_it(tmp_path: Path, read_only: bool) -> None:
    path = tmp_path / "warehouse.duckdb"
    code = HOLD.format(path=str(path), read_only=read_only)
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "open\n"
        with pytest.raises(WarehouseBusyError) as refused:
            Warehouse.open(path)
        child.kill()
    assert refused.value.values["holder"] == f"laban serve --port 8765 (PID {child.pid})"
    assert "laban serve" in refused.value.message("vi")
    with Warehouse.open(path) as warehouse:
        assert json.loads(lock.note_path(path).read_text("utf-8"))["pid"] == os.getpid()
        assert warehouse.version == 0
    assert not lock.note_path(path).exists()


def test_a_note_of_a_dead_process_says_nothing(tmp_path: Path) -> None:
    path = tmp_path / "warehouse.duckdb"
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    lock.note_path(path).write_text(json.dumps({"pid": dead.pid, "command": "laban serve"}), "utf-8")
    assert lock.holder_of(path, "no process named") is None
    assert lock.holder_of(path, "held in /usr/bin/python (PID 12).") == lock.Holder(12, "")
    assert str(lock.Holder(12, "")) == "PID 12"
    lock.note_path(path).write_text("torn", "utf-8")
    assert lock.holder_of(path, "no process named") is None
    lock.leave_note(path)
    mine = lock.holder_of(path, "no process named")
    assert mine is not None
    assert mine.pid == os.getpid()


def test_what_is_no_database_is_said_in_words(tmp_path: Path) -> None:
    path = tmp_path / "warehouse.duckdb"
    path.write_bytes(b"a picture of a cat" * 100)
    with pytest.raises(WarehouseUnreadableError) as refused:
        Warehouse.open(path)
    assert "not a valid DuckDB database" in refused.value.message("en")
    assert path.read_bytes().startswith(b"a picture")
    with pytest.raises(WarehouseUnreadableError):
        Warehouse.open(tmp_path / "nowhere" / "warehouse.duckdb")


def test_reading_only(tmp_path: Path) -> None:
    path = tmp_path / "warehouse.duckdb"
    with Warehouse.open(path, read_only=True) as warehouse:
        assert warehouse.query("SELECT count(*) FROM fact_order_live") == [(0,)]
    with Warehouse.open(path) as warehouse:
        warehouse.query("DELETE FROM schema_step WHERE name <> 'ground'")
    with Warehouse.open(path, read_only=True) as warehouse:
        assert warehouse.query("SELECT name FROM schema_step ORDER BY position") == [
            (s.name,) for s in schema.steps()
        ]


def test_pending_steps_write_nothing(tmp_path: Path) -> None:
    import duckdb  # noqa: PLC0415  only this test looks beneath the warehouse

    with duckdb.connect() as connection:
        assert schema.pending(connection) == schema.steps()
        assert connection.execute("SELECT count(*) FROM duckdb_tables()").fetchone() == (0,)
        assert schema.migrate(connection) == tuple(step.name for step in schema.steps())
        assert schema.pending(connection) == ()
        assert schema.migrate(connection) == ()


def test_a_failed_step_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    import duckdb  # noqa: PLC0415  only this test looks beneath the warehouse

    def fail(connection: duckdb.DuckDBPyConnection) -> None:
        connection.execute("CREATE TABLE half (a INTEGER)")
        connection.execute("SELECT nothing")

    shipped = schema.steps()
    with duckdb.connect() as connection:
        monkeypatch.setattr(schema, "steps", lambda: (*shipped, schema.Step("broken", fail)))
        with pytest.raises(duckdb.Error):
            schema.migrate(connection)
        assert connection.execute("SELECT count(*) FROM duckdb_tables()").fetchone() == (0,)


def test_a_new_column_of_a_fact_is_added_to_what_is_there(tmp_path: Path) -> None:
    path = tmp_path / "warehouse.duckdb"
    with Warehouse.open(path) as warehouse:
        load(warehouse, tmp_path, "a", ads([(day(1), "x", "1")], day(1), day(2)))
        warehouse.query("DROP VIEW fact_ad_performance_live")
        warehouse.query("ALTER TABLE fact_ad_performance DROP COLUMN quality_score")
        warehouse.query("UPDATE schema_step SET name = 'facts of yesterday' WHERE name LIKE 'facts%'")
    with Warehouse.open(path) as warehouse:
        assert warehouse.query("SELECT campaign, quality_score FROM fact_ad_performance_live") == [("x", None)]


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.name)
def test_views_have_the_columns_of_their_fact(tmp_path_factory: pytest.TempPathFactory, fact: object) -> None:
    assert isinstance(fact, type(FACTS[0]))
    import duckdb  # noqa: PLC0415  only this test looks beneath the warehouse

    with duckdb.connect() as connection:
        schema.migrate(connection)
        described = connection.execute(f"SELECT * FROM {fact.name}_live").description
        types = {name: str(kind) for name, kind, *_ in described}
    assert list(types) == [*fact.names, *(["days"] if fact.kind == "series" else [])]
    assert {c.name: c.type for c in fact.columns} == {name: types[name] for name in fact.names}


def test_readers_never_see_half_an_import(tmp_path: Path) -> None:
    """Eight readers; every import brings thirty rows of one value each, replacing the last thirty."""
    seen: set[tuple[int, int]] = set()
    wrong: list[object] = []
    done = threading.Event()

    def read(warehouse: Warehouse) -> None:
        while not done.is_set():
            with warehouse.snapshot() as snapshot:
                ((rows, low, high, days),) = snapshot.query(
                    "SELECT count(*), min(spend), max(spend), count(DISTINCT date) FROM fact_ad_performance_live"
                )
                ((logged,),) = snapshot.query("SELECT count(*) FROM import_log")
            if not (low == high == logged and rows == days == 30 and snapshot.version == logged):
                wrong.append((rows, low, high, days, logged, snapshot.version))
            seen.add((int(low), rows))

    with Warehouse.open(tmp_path / "warehouse.duckdb") as warehouse:

        def write(number: int) -> None:
            rows = [(day(d), f"c{number}", str(number)) for d in range(1, 31)]
            load(warehouse, tmp_path, f"f{number}", ads(rows, day(1), day(31)))

        write(1)
        readers = [threading.Thread(target=read, args=(warehouse,)) for _ in range(8)]
        for reader in readers:
            reader.start()
        for number in range(2, 22):
            write(number)
        done.set()
        for reader in readers:
            reader.join()
    assert wrong == []
    assert len(seen) > 1


def test_writers_take_turns(tmp_path: Path) -> None:
    with Warehouse.open(tmp_path / "warehouse.duckdb") as warehouse:

        def write(number: int) -> None:
            load(warehouse, tmp_path, f"f{number}", ads([(day(number), "x", "1")], day(number), day(number + 1)))

        writers = [threading.Thread(target=write, args=(number,)) for number in range(1, 9)]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()
        assert sorted(record.id for record in warehouse.imports()) == list(range(1, 9))
        assert warehouse.query("SELECT sum(spend) FROM fact_ad_performance_live") == [(8,)]
        assert warehouse.version == 8


def test_how_fresh_each_source_is(tmp_path: Path) -> None:
    with Warehouse.open(tmp_path / "warehouse.duckdb") as warehouse:
        load(warehouse, tmp_path, "a", ads([(day(1), "x", "1")], day(1), day(6)))
        load(warehouse, tmp_path, "b", orders([("1", day(9), None, "delivered", "1")]), platform="shop")
        fresh = warehouse.freshness()
    assert [(f.platform, f.first_day, f.last_day, f.loaded_at) for f in fresh] == [
        ("google_ads", day(1), day(5), NOON),
        ("shop", day(9), day(9), NOON),
    ]


def test_which_imports_feed_a_number(tmp_path: Path) -> None:
    with Warehouse.open(tmp_path / "warehouse.duckdb") as warehouse:
        load(warehouse, tmp_path, "a", ads([(day(1), "x", "1")], day(1), day(6)))
        load(warehouse, tmp_path, "b", ads([(day(4), "x", "1")], day(4), day(6)))
        load(warehouse, tmp_path, "c", orders([("1", day(9), None, "delivered", "1")]))

        def feeding(fact: str, first: int, after: int) -> list[int]:
            return [r.id for r in warehouse.feeding([fact], Period(day(first), day(after)))]

        assert feeding("fact_ad_performance", 1, 6) == [2, 1]
        assert feeding("fact_ad_performance", 1, 4) == [1]
        assert feeding("fact_ad_performance", 5, 6) == [2]
        assert feeding("fact_ad_performance", 6, 9) == []
        assert feeding("fact_attribution", 9, 10) == [3]
        assert feeding("fact_order", 8, 9) == []
        assert warehouse.feeding(["nothing"], Period(day(1), day(2))) == []
        assert warehouse.period_of(["fact_ad_performance"]) == Period(day(1), day(6))
        assert warehouse.period_of(["fact_ad_performance", "fact_attribution"]) == Period(day(1), day(10))
        assert warehouse.period_of(["fact_search_performance"]) is None
        assert warehouse.period_of([]) is None
        assert warehouse.record(1).name == "a"


def test_how_numbers_moved(tmp_path: Path) -> None:
    with Warehouse.open(tmp_path / "warehouse.duckdb") as warehouse:
        load(warehouse, tmp_path, "a", ads([(day(1), "x", "1"), (day(2), "x", "2.5")], day(1), day(3)))
        load(warehouse, tmp_path, "b", ads([(day(2), "x", "3"), (day(3), "x", "9")], day(2), day(4)))
        load(warehouse, tmp_path, "c", ads([(day(2), "x", "3")], day(2), day(3)))
        (moved,) = warehouse.restatements("fact_ad_performance", "spend")
    assert (moved.day, moved.import_id, moved.old, moved.new, moved.loaded_at) == (day(2), 2, D("2.5"), D(3), NOON)


def test_leftovers_of_a_dead_import_are_swept(tmp_path: Path) -> None:
    folder = tmp_path / "archive"
    folder.mkdir()
    (folder / ".unfinished-x").write_bytes(b"half")
    (folder / "whole.zst").write_bytes(b"whole")
    Warehouse.open(tmp_path / "warehouse.duckdb").close()
    assert [p.name for p in folder.iterdir()] == ["whole.zst"]


def test_an_archived_file_is_left_alone(tmp_path: Path) -> None:
    source = tmp_path / "a.csv"
    source.write_bytes(b"a,b\n" * 1000)
    import hashlib  # noqa: PLC0415  only here

    digest = hashlib.sha256(source.read_bytes()).hexdigest()
    assert archive.keep(tmp_path / "archive", source, digest)
    kept = archive.archived(tmp_path / "archive", digest)
    stamp = kept.stat().st_mtime_ns
    assert not archive.keep(tmp_path / "archive", source, digest)
    assert kept.stat().st_mtime_ns == stamp
    assert kept.stat().st_size < 400


def test_hostile_text_arrives_as_it_is(tmp_path: Path) -> None:
    hostile = [
        "<script>",
        '"; DROP TABLE slice; --',
        "=1+1",
        "a\nb",
        "a\0b",
        "\x1f",
        "\x1e",
        "x" * 10_000_000,
        "",
        None,
    ]
    part = Slice(
        *("fact_ad_performance", "google_ads", "it's", "campaign", "day", day(1), day(2)),
        columns=("date", "campaign"),
        rows=[(day(1), name) for name in [*hostile, "half \ud83d pair"]],
    )
    with Warehouse.open(tmp_path / "warehouse.duckdb") as warehouse:
        load(warehouse, tmp_path, "a", part)
        stored = [name for (name,) in warehouse.query("SELECT campaign FROM fact_ad_performance ORDER BY rowid")]
        assert stored == [*(name or None for name in hostile), "half ? pair"]
        plain = Slice(
            *("fact_ad_performance", "google_ads", "", "campaign", "day", day(1), day(2)), ("campaign",), [("é",)]
        )
        load(warehouse, tmp_path, "b", plain)


def test_many_rows_in_several_chunks_keep_their_order_and_values(tmp_path: Path) -> None:
    count = 45_000
    first = date(2020, 1, 1)
    rows = [(first + timedelta(days=n % 900), str(n), n if n % 3 else None, D(n).scaleb(-8)) for n in range(count)]
    part = Slice(
        *("fact_ad_performance", "google_ads", "", "campaign", "day", first, first + timedelta(days=900)),
        columns=("date", "campaign", "clicks", "spend"),
        rows=rows,
    )
    with Warehouse.open(tmp_path / "warehouse.duckdb") as warehouse:
        load(warehouse, tmp_path, "a", part)
        stored = warehouse.query(
            "SELECT date, campaign, clicks, spend FROM fact_ad_performance_live ORDER BY campaign"
        )
    assert stored == sorted(rows, key=lambda row: row[1])
    assert FACT["fact_ad_performance"].column("spend").type == "DECIMAL(28,8)"
