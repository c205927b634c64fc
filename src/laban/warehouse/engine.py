"""The open warehouse: one DuckDB file, one writer, any number of readers in threads."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar

from laban.bulk import EventsPlan
from laban.errors import LabanError, WarehouseBusyError
from laban.periods import Period
from laban.sources.model import Finding, Reading
from laban.warehouse import archive, development, imports, lock, money, restated, rollup, schema, transfer
from laban.warehouse.bulk import load_bulk
from laban.warehouse.events import read_events
from laban.warehouse.imports import ImportRecord, SourceFreshness
from laban.warehouse.load import Incoming, LoadOutcome, load
from laban.warehouse.undo import undo

if TYPE_CHECKING:
    import duckdb

T = TypeVar("T")

ARCHIVE = "archive"
#: Seconds between two attempts to open a file that is in use.
_AGAIN = 0.05

#: Nothing is fetched from the network, whatever a statement asks for.
_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
}


class WarehouseUnreadableError(LabanError):
    """A database file that cannot be opened or written, for another reason than being in use."""

    key = "error.warehouse_unreadable"
    status = 500

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(path=str(path), reason=reason)


Asked = tuple[str, Sequence[Any] | Mapping[str, Any]]
Found = list[tuple[Any, ...]]


class Snapshot:
    """The warehouse as it stands at one moment; see ``Warehouse.snapshot``."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection) -> None:
        self._cursor = cursor
        self.version = _version(cursor)

    def query(self, sql: str, params: Sequence[Any] | Mapping[str, Any] = ()) -> Found:
        """Return the rows of a statement."""
        return self._cursor.execute(sql, params).fetchall()

    def query_all(self, asked: Sequence[Asked]) -> list[Found]:
        """Return the rows of each statement; two at a time where facts are large, for the end of one idles a core."""
        if len(asked) < 2 or not self._cursor.execute("SELECT 1 FROM rollup_state LIMIT 1").fetchone():
            return [self.query(*each) for each in asked]
        found: dict[int, Found] = {}
        waiting = deque(enumerate(asked))
        other = self._cursor.cursor()
        try:
            other.begin()
            if _version(other) == self.version:  # the same state, so both see the same facts
                helper = threading.Thread(target=_help, args=(other, waiting, found))
                helper.start()
                try:
                    _answer(self._cursor, waiting, found)
                finally:
                    helper.join()
        finally:
            other.close()
        return [found[n] if n in found else self.query(*each) for n, each in enumerate(asked)]

    def rollups(self) -> Mapping[str, rollup.Span]:
        """Return the rollups that agree with the facts, with the days that a windowed one was made for."""
        return rollup.ready(self._cursor)

    def period_of(self, facts: Iterable[str]) -> Period | None:
        """Return the first to the last day for which any of ``facts`` has data."""
        return imports.period_of(self._cursor, facts)


class Warehouse:
    """Facts and the log of imports in ``path``; originals in ``archive/`` beside it.

    ``version`` grows by one with every change of what queries answer, so it belongs into every cache key. Every
    query has a cursor of its own and sees whole imports only; writers take turns. ``least_rows`` is the size from
    which on a fact gets rollups.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, path: Path, *, read_only: bool) -> None:
        self._connection = connection
        self._path = path
        self._read_only = read_only
        self._writing = threading.Lock()
        self._refreshed: tuple[int, frozenset[str], bool] | None = None
        self.least_rows = rollup.WORTHWHILE
        self.version = _version(connection)

    @classmethod
    def open(cls, path: Path, *, read_only: bool = False, patience: float = 0) -> Warehouse:
        """Open the database at ``path``, making it or bringing its schema up to date where needed.

        Args:
            path: the file.
            read_only: nothing is to be changed.
            patience: seconds to wait for a process that has it open.

        Raises:
            WarehouseBusyError: another process has it open; names that process.
            WarehouseUnreadableError: it is no database, or cannot be reached.
        """
        if read_only and not path.exists():
            cls.open(path, patience=patience).close()
        connection = _connect_patiently(path, patience, read_only=read_only)
        try:
            if read_only and schema.pending(connection):
                connection.close()
                cls.open(path).close()
                connection = _connect(path, read_only=True)
            elif not read_only:
                schema.migrate(connection)
                archive.sweep(path.parent / ARCHIVE)
            warehouse = cls(connection, path, read_only=read_only)
        except BaseException:
            connection.close()
            raise
        with suppress(OSError):
            lock.leave_note(path)
        return warehouse

    def close(self) -> None:
        """Let go of the database."""
        self._connection.close()
        with suppress(OSError):
            lock.remove_note(self._path)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def query(self, sql: str, params: Sequence[Any] | Mapping[str, Any] = ()) -> list[tuple[Any, ...]]:
        """Return the rows of one statement; safe from any thread."""
        with self._cursor() as cursor:
            return cursor.execute(sql, params).fetchall()

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """Give several queries the same state, whatever is imported meanwhile."""
        with self._cursor() as cursor:
            cursor.begin()
            try:
                yield Snapshot(cursor)
            finally:
                cursor.rollback()

    def load(
        self, reading: Reading, *, digest: str, name: str, path: Path, loaded_at: datetime, options_key: str = ""
    ) -> LoadOutcome:
        """Store a reading and its original, in one transaction: everything or nothing.

        A reading that was not ``loaded`` is given back as it is: there is nothing to store. A value that no column
        can hold makes the whole file refused. The outcome carries the finished reading: of a file that is read in
        bulk, rows, period and totals are known only now.

        Raises:
            WarehouseUnreadableError: the disk or the memory is full, or the folder cannot be written.
        """
        kept = archive.archived(self._archive, digest).name
        incoming = Incoming(digest, name, loaded_at, options_key, kept)
        if reading.status != "loaded":
            return _unchanged(reading)
        with archive.keeping(self._archive, path, digest) as original:
            try:
                return self._take_in(reading, incoming, original.finish)
            except archive.ChangedFileError:
                return _refused(reading, Finding("error", "file_changed"))

    def preview(self, reading: Reading) -> LoadOutcome:
        """Return what loading ``reading`` would come to, without an import number; nothing is kept."""
        return self._take_in(reading, Incoming("", reading.file, datetime.min), None)  # noqa: DTZ901  never stored

    def _take_in(self, reading: Reading, incoming: Incoming, keep: Callable[[], None] | None) -> LoadOutcome:
        if reading.status != "loaded":
            return _unchanged(reading)
        if isinstance(reading.bulk, EventsPlan):
            with self._cursor() as cursor:
                finished = reading.bulk.finish(read_events(cursor, reading.bulk))
            return self._take_in(finished, incoming, keep)
        if reading.bulk is not None:
            outcome = self._attempt(lambda cursor: load_bulk(cursor, reading.bulk, incoming), keep)
            return outcome or self._take_in(reading.bulk.slow(), incoming, keep)
        try:
            outcome = self._attempt(lambda cursor: load(cursor, reading, incoming), keep)
        except _data_errors() as error:
            return _refused(reading, _misfit(error))
        return outcome or _unchanged(reading)

    def _attempt(
        self, work: Callable[[duckdb.DuckDBPyConnection], LoadOutcome | None], keep: Callable[[], None] | None
    ) -> LoadOutcome | None:
        """Do ``work``; commit it when it gave an import and the original is kept, else leave no trace of it."""
        with self._writing, self._cursor() as cursor:
            cursor.begin()
            try:
                outcome = work(cursor)
                if keep is None or outcome is None or outcome.import_id is None:
                    _roll_back(cursor)
                    return outcome and replace(outcome, import_id=None)
                keep()
                self._commit(cursor)
            except archive.ChangedFileError:
                _roll_back(cursor)
                raise
            except (_operational_errors(), OSError) as error:
                _roll_back(cursor)
                raise WarehouseUnreadableError(self._path, _first_line(str(error))) from error
            except BaseException:
                _roll_back(cursor)
                raise
            return outcome

    def undo(self, import_id: int, undone_at: datetime) -> ImportRecord:
        """Withdraw an import: afterwards the state is the one without it.

        Raises:
            UnknownImportError: there is no such import.
        """
        with self._transaction() as cursor:
            return undo(cursor, import_id, undone_at)

    def set_rates(self, currency: str, rates: Mapping[str, Decimal]) -> bool:
        """Report in ``currency``, one unit of another being worth ``rates[it]``; return whether that is new."""
        with self._cursor() as cursor:
            if not money.differs(cursor, currency, rates):
                return False
        with self._transaction() as cursor:
            money.set_rates(cursor, currency, rates)
        return True

    def is_large(self) -> bool:
        """Return whether any fact is so large that rollups of it are kept."""
        with self._cursor() as cursor:
            return bool(rollup.large(cursor, self.least_rows))

    def refresh(self, rollups: Iterable[rollup.Rollup], *, wait: bool = True) -> bool:
        """Bring ``rollups`` up to date, in a transaction of its own; return whether they are.

        Answers do not change, so ``version`` does not. What cannot be kept is not kept: every question can be
        answered from the facts themselves. Without ``wait``, nothing is done while another writes.
        """
        wanted = tuple(rollups)
        names = frozenset(each.name for each in wanted)
        if self._refreshed is not None and self._refreshed[:2] == (self.version, names):
            return self._refreshed[2]
        if self._read_only or not self._writing.acquire(blocking=wait):
            return False
        try:
            return self._bring_up_to_date(wanted, names)
        finally:
            self._writing.release()

    def _bring_up_to_date(self, wanted: Sequence[rollup.Rollup], names: frozenset[str]) -> bool:
        done = True
        with self._cursor() as cursor:
            try:
                cursor.begin()
                rollup.refresh(cursor, wanted, self.least_rows)
                cursor.commit()
            except _errors():
                _roll_back(cursor)
                done = False
        self._refreshed = self.version, names, done
        return done

    def change(self, work: Callable[[duckdb.DuckDBPyConnection], T]) -> T:
        """Do ``work`` in one transaction, between other writers, and return what it gives."""
        with self._transaction() as cursor:
            return work(cursor)

    def foresee(self, work: Callable[[duckdb.DuckDBPyConnection], T]) -> T:
        """Do ``work``, return what it gives and leave no trace of it."""
        with self._writing, self._cursor() as cursor:
            cursor.begin()
            try:
                return work(cursor)
            finally:
                _roll_back(cursor)

    @contextmanager
    def attached(self, path: Path, *, read_only: bool) -> Iterator[tuple[duckdb.DuckDBPyConnection, str]]:
        """Open another database file beside this one; give a cursor and the name it goes by."""
        with self._cursor() as cursor, transfer.attach(cursor, path, read_only=read_only) as name:
            yield cursor, name

    def find(self, digest: str, options_key: str = "") -> ImportRecord | None:
        """Return the live import of the same bytes under the same choices, if there is one."""
        with self._cursor() as cursor:
            return imports.find(cursor, digest, options_key)

    def imports(self, include_undone: bool = False) -> list[ImportRecord]:
        """Return the log, newest first."""
        with self._cursor() as cursor:
            return imports.records(cursor, "true" if include_undone else "undone_at IS NULL")

    def record(self, import_id: int) -> ImportRecord:
        """Return one import.

        Raises:
            UnknownImportError: there is no such import.
        """
        with self._cursor() as cursor:
            return imports.record(cursor, import_id)

    def findings_of(self, platform: str, code: str) -> list[Mapping[str, Any]]:
        """Return the values of all findings ``code`` in the live imports of ``platform``."""
        with self._cursor() as cursor:
            return imports.findings_of(cursor, platform, code)

    def account_of(self, platform: str, name: str) -> str | None:
        """Return the account of the latest live import of a file with this name, if one was named."""
        with self._cursor() as cursor:
            return imports.account_of(cursor, platform, name)

    def freshness(self) -> list[SourceFreshness]:
        """Return, per platform, the first and the last day its counting rows reach."""
        with self._cursor() as cursor:
            return imports.freshness(cursor)

    def feeding(self, facts: Iterable[str], period: Period) -> list[ImportRecord]:
        """Return the imports whose rows count for any of ``facts`` in ``period``, newest first."""
        with self._cursor() as cursor:
            return imports.feeding(cursor, facts, period)

    def period_of(self, facts: Iterable[str]) -> Period | None:
        """Return the first to the last day for which any of ``facts`` has data."""
        with self._cursor() as cursor:
            return imports.period_of(cursor, facts)

    def restatements(self, fact: str, measure: str) -> list[restated.Restatement]:
        """Return each change of a daily total by a later import."""
        with self._cursor() as cursor:
            return restated.restatements(cursor, fact, measure)

    def sightings(self, fact: str) -> tuple[development.Sighting, ...]:
        """Return which days of a fact each live import told of, and when it was made."""
        with self._cursor() as cursor:
            return development.sightings(cursor, fact)

    @property
    def folder(self) -> Path:
        """The folder that the database lies in."""
        return self._path.parent

    @property
    def _archive(self) -> Path:
        return self.folder / ARCHIVE

    @contextmanager
    def _cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        cursor = self._connection.cursor()
        try:
            yield cursor
        finally:
            cursor.close()

    @contextmanager
    def _transaction(self) -> Iterator[duckdb.DuckDBPyConnection]:
        with self._writing, self._cursor() as cursor:
            cursor.begin()
            try:
                yield cursor
                self._commit(cursor)
            except BaseException:
                _roll_back(cursor)
                raise

    def _commit(self, cursor: duckdb.DuckDBPyConnection) -> None:
        cursor.execute("UPDATE meta SET version = version + 1")
        version = _version(cursor)
        cursor.commit()
        self.version = version


def _connect_patiently(path: Path, patience: float, *, read_only: bool) -> duckdb.DuckDBPyConnection:
    """Connect, or wait a while for another command to end; a server is not waited for."""
    end = time.monotonic() + patience
    while True:
        try:
            return _connect(path, read_only=read_only)
        except WarehouseBusyError:
            if time.monotonic() >= end or lock.server_of(path) is not None:
                raise
        time.sleep(_AGAIN)


def _answer(cursor: duckdb.DuckDBPyConnection, waiting: deque[tuple[int, Asked]], found: dict[int, Found]) -> None:
    """Answer what waits until nothing does."""
    with suppress(IndexError):
        while True:
            number, (sql, params) = waiting.popleft()
            found[number] = cursor.execute(sql, params).fetchall()


def _help(cursor: duckdb.DuckDBPyConnection, waiting: deque[tuple[int, Asked]], found: dict[int, Found]) -> None:
    """Answer beside somebody; what fails here (a rollup was just made anew) is theirs to ask again."""
    with suppress(_errors()):
        _answer(cursor, waiting, found)


def _connect(path: Path, *, read_only: bool) -> duckdb.DuckDBPyConnection:
    import duckdb  # noqa: PLC0415  slow to import, and not every command has facts to read

    try:
        return duckdb.connect(str(path), read_only=read_only, config=_CONFIG)
    except duckdb.Error as error:
        complaint = str(error)
    if "lock" in complaint or "already open" in complaint or "being used" in complaint:
        raise WarehouseBusyError(str(path), str(lock.holder_of(path, complaint) or "?"))
    raise WarehouseUnreadableError(path, _first_line(complaint))


def _version(connection: duckdb.DuckDBPyConnection) -> int:
    row = connection.execute("SELECT version FROM meta").fetchone()
    return int(row[0]) if row else 0


def _roll_back(connection: duckdb.DuckDBPyConnection) -> None:
    import duckdb  # noqa: PLC0415  see above

    with suppress(duckdb.Error):  # DuckDB has rolled back by itself after a severe fault
        connection.rollback()


def _errors() -> type[Exception]:
    import duckdb  # noqa: PLC0415  see above

    return duckdb.Error


def _data_errors() -> type[Exception]:
    import duckdb  # noqa: PLC0415  see above

    return duckdb.DataError


def _operational_errors() -> type[Exception]:
    """What the disk or the memory refuses."""
    import duckdb  # noqa: PLC0415  see above

    return duckdb.OperationalError


def _misfit(error: Exception) -> Finding:
    return Finding("error", "value_does_not_fit", values={"reason": _first_line(str(error))})


def _unchanged(reading: Reading) -> LoadOutcome:
    return LoadOutcome(None, reading.status, reading, reading.findings)


def _refused(reading: Reading, finding: Finding) -> LoadOutcome:
    return LoadOutcome(None, "refused", reading, (*reading.findings, finding))


def _first_line(text: str) -> str:
    return text.strip().partition("\n")[0][:200]
