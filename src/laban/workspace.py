"""A workspace: the folder of one company, and the only place where the parts are wired together."""

from __future__ import annotations

import ast
import hashlib
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from laban import settings as settings_module
from laban.errors import LabanError, NoSuchPathError
from laban.i18n import translate
from laban.periods import Period, last_full_week, unit_of
from laban.settings import Settings, load_settings, write_settings
from laban.sources.model import Finding, Reading, ReadOptions

if TYPE_CHECKING:
    from laban.metrics.model import Catalogue
    from laban.metrics.own import Extended
    from laban.metrics.query import Query
    from laban.metrics.result import Result
    from laban.naming import Naming
    from laban.sources.drawn import Plan
    from laban.sources.mapping import Known
    from laban.sources.shelf import Shelf
    from laban.warehouse import ImportRecord, SourceFreshness, Warehouse

DATABASE = "warehouse.duckdb"
OWN_KPIS = "kpis.yaml"
MAPPINGS = "mappings"
CONNECTIONS = "connections"
INBOX = "inbox"
#: Seconds to wait for a warehouse that another command has open; most are done sooner.
PATIENCE = 2.0
_UNKNOWN = frozenset({"unknown_format", "unknown_but_near"})
_IGNORED = {
    *(settings_module.FILE, settings_module.SECRET_FILE, "truth.json", "Thumbs.db", "desktop.ini"),
    *("imports.jsonl", "forgotten.jsonl"),
}


class NotAWorkspaceError(LabanError):
    """A folder without ``laban.toml``."""

    key = "error.not_a_workspace"
    status = 404

    def __init__(self, path: Path) -> None:
        super().__init__(path=str(path))


@dataclass(frozen=True, slots=True)
class ImportChoices:
    """What a person may say about files that do not say it themselves; part of what makes two imports equal."""

    account: str = ""
    until: date | None = None
    day_first: bool | None = None
    decimal_mark: str | None = None
    currency: str | None = None
    accept: bool = False

    def key(self) -> str:
        """Return a text that is equal exactly when the choices are."""
        if self == ImportChoices():
            return ""
        return repr((self.account, self.until, self.day_first, self.decimal_mark, self.currency, self.accept))

    @classmethod
    def of(cls, key: str) -> ImportChoices:
        """Return the choices that ``key`` was made from."""
        if not key:
            return cls()
        until = re.search(r"datetime\.date\((\d+), (\d+), (\d+)\)", key)
        account, _, *rest = ast.literal_eval(key.replace(until[0], "None") if until else key)
        return cls(account, date(*map(int, until.groups())) if until else None, *rest)


@dataclass(frozen=True, slots=True)
class ImportOutcome:
    """What became of one file; ``waiting`` names it when it waits for a person to say what its columns are."""

    file: str
    reading: Reading
    status: str
    import_id: int | None = None
    findings: tuple[Finding, ...] = ()
    earlier: ImportRecord | None = None
    waiting: str = ""

    @property
    def unknown(self) -> bool:
        """Whether nobody has seen a file with these headings; then a person can say what they mean."""
        return self.status == "refused" and any(finding.code in _UNKNOWN for finding in self.findings)

    @property
    def failed(self) -> bool:
        """Whether the file brought nothing because something is wrong with it; a report without data is not wrong."""
        wrong = any(finding.level == "error" for finding in self.findings)
        return self.status == "refused" or (self.status == "empty" and wrong)

    def as_json(self, lang: str) -> dict[str, Any]:
        """Return the object that ``laban import --json`` prints; numbers are exact decimal strings."""
        if self.earlier is not None:
            return self._unchanged(self.earlier, lang)
        reading = self.reading
        return {
            "file": self.file,
            "platform": reading.platform,
            "status": self.status,
            "import_id": self.import_id,
            "rows": reading.rows,
            "period": period_text(reading.start, reading.end),
            "currency": reading.currency,
            "totals": {name: decimal_text(value) for name, value in reading.totals.items()},
            "own_totals": {name: decimal_text(value) for name, value in reading.own_totals.items()},
            "findings": [finding_json(finding, lang) for finding in self.findings],
            **({"map": self.waiting} if self.waiting else {}),
            **{name: plain(value) for name, value in reading.extra.items()},
        }

    def _unchanged(self, earlier: ImportRecord, lang: str) -> dict[str, Any]:
        return {
            "file": self.file,
            "platform": earlier.platform,
            "status": "unchanged",
            "import_id": earlier.id,
            "rows": earlier.rows,
            "period": period_text(earlier.start, earlier.end),
            "currency": earlier.currency,
            "totals": {name: decimal_text(value) for name, value in earlier.totals.items()},
            "own_totals": {name: decimal_text(value) for name, value in earlier.own_totals.items()},
            "findings": [finding_json(finding, lang) for finding in earlier.found()],
            **{name: plain(value) for name, value in earlier.extra.items()},
        }


def finding_json(finding: Finding, lang: str) -> dict[str, Any]:
    """Return a finding as people and programs read it.

    The log may hold ones of an older version, whose sentence is gone or asks for more than was kept.
    """
    try:
        message = finding.message(lang)
    except (KeyError, IndexError, ValueError):
        message = translate(lang, "finding.of_older_version", code=finding.code)
    return {
        "level": finding.level,
        "code": finding.code,
        "member": finding.member,
        "row": finding.row,
        "column": finding.column,
        "value": finding.value,
        "message": message,
    }


def period_text(start: date | None, end: date | None) -> str | None:
    """Return ``first..last`` (inclusive) of a half-open period, or None."""
    if start is None or end is None:
        return None
    return f"{start.isoformat()}..{(end - timedelta(days=1)).isoformat()}"


def decimal_text(value: Any) -> str:
    """Return a number as plain decimal digits, without an exponent and without trailing zeros."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def plain(value: Any) -> Any:
    """Return nested values as JSON knows them; decimals become exact texts."""
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(inner) for inner in value]
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if value is None or isinstance(value, (str, int, bool)):
        return value
    return decimal_text(value)


@dataclass
class Workspace:
    """The parts of one company's folder: settings, warehouse, catalogue.

    ``fixed_today`` replaces the date on the shop's clock, for reports of a given day and for tests. ``writing`` is
    held while something is imported or undone; ``lent`` ones are parts of another, which stays open.
    """

    root: Path
    settings: Settings
    fixed_today: date | None = None
    read_only: bool = False
    writing: AbstractContextManager[object] = field(default_factory=nullcontext, repr=False, compare=False)
    lent: bool = False
    _extended: tuple[Any, Extended] | None = field(default=None, init=False, repr=False, compare=False)
    _fresh: tuple[int, list[SourceFreshness]] | None = field(default=None, init=False, repr=False, compare=False)

    @classmethod
    def open(cls, root: Path, *, today: date | None = None, read_only: bool = False) -> Workspace:
        """Open the workspace in ``root``.

        Raises:
            NotAWorkspaceError: there is no ``laban.toml`` in ``root``.
            InvalidSettingError: a setting cannot be used.
        """
        if not (root / settings_module.FILE).exists():
            raise NotAWorkspaceError(root)
        return cls(root, load_settings(root), today, read_only)

    @classmethod
    def create(cls, root: Path, settings: Settings | None = None, *, today: date | None = None) -> Workspace:
        """Make the folder and its ``laban.toml`` where missing, and open it."""
        write_settings(root, settings or Settings())
        (root / INBOX).mkdir(exist_ok=True)
        return cls.open(root, today=today)

    @classmethod
    def unbound(cls) -> Workspace:
        """Return a workspace without a folder: enough to look words up, not to keep data."""
        return cls(Path(), Settings())

    @property
    def today(self) -> date:
        """The date on the shop's clock."""
        return self.fixed_today or self.settings.today()

    @property
    def inbox(self) -> Path:
        """The folder whose files ``laban import`` takes when no path is given."""
        return self.root / INBOX

    @cached_property
    def warehouse(self) -> Warehouse:
        """The facts; opened at first use."""
        from laban.warehouse import Warehouse  # noqa: PLC0415  DuckDB is slow to import

        warehouse = Warehouse.open(self.root / DATABASE, read_only=self.read_only, patience=PATIENCE)
        if not self.read_only:
            self.tell(warehouse)
        return warehouse

    def tell(self, warehouse: Warehouse) -> None:
        """Let a warehouse go by what this company says: currency, rates, credit, channels, campaigns."""
        warehouse.set_rates(self.settings.currency, self.settings.rates)
        warehouse.set_attribution(self.settings.attribution_model, self.settings.attribution_days)
        warehouse.set_naming(self.naming.texts())

    @cached_property
    def naming(self) -> Naming:
        """What this company calls channels, campaigns and links."""
        from laban.naming import Naming  # noqa: PLC0415  reading YAML takes time

        return Naming(self.root)

    def call(self, file: str, text: str) -> None:
        """Write one of the files of ``naming`` and give the facts their names anew; nothing else is changed.

        Rows keep what their file said, so the same text as before brings back the same names.
        """
        with self.writing:
            self.naming.files[file].write(text, self.settings.now())
            self.warehouse.set_naming(self.naming.texts())
        self.keep_up()

    @cached_property
    def mappings(self) -> Shelf:
        """The mappings that people here made for files that nobody had seen."""
        from laban.sources.shelf import Shelf  # noqa: PLC0415  reading YAML takes time

        return Shelf(self.root / MAPPINGS)

    @property
    def catalogue(self) -> Catalogue:
        """The KPIs, with those that people here defined; read again when their file has changed."""
        return self.extended.catalogue

    @property
    def extended(self) -> Extended:
        """The catalogue, and what is wrong in ``kpis.yaml``."""
        from laban.metrics.catalogue import load_catalogue  # noqa: PLC0415  reading YAML takes time
        from laban.metrics.own import Extended, extended, read, with_classes  # noqa: PLC0415  likewise

        chosen = self.settings
        here = _state(self.root / OWN_KPIS)
        classes = self.naming.channels.classes
        state = here, tuple(classes.items())
        if self._extended is None or self._extended[0] != state:
            base = load_catalogue(chosen.activity_days, chosen.brand_terms or (chosen.name,), chosen.index_base)
            document, faults = read((self.root / OWN_KPIS).read_text("utf-8-sig")) if any(here) else ({}, ())
            made = extended(with_classes(base, classes), document)
            self._extended = state, Extended(made.catalogue, (*faults, *made.faults))
        return self._extended[1]

    def own_definitions(self) -> dict[str, dict[str, Any]]:
        """Return what ``kpis.yaml`` says: measures, kpis, variants, boards."""
        from laban.metrics.own import read  # noqa: PLC0415  reading YAML takes time

        path = self.root / OWN_KPIS
        document, _ = read(path.read_text("utf-8-sig")) if path.exists() else ({}, ())
        return {part: dict(document.get(part, {})) for part in ("measures", "kpis", "variants", "boards")}

    def define(self, definitions: Mapping[str, Mapping[str, Any]]) -> None:
        """Write ``kpis.yaml`` anew, all or nothing; the file as it was stays beside it for ``undefine``."""
        from laban.metrics.own import write  # noqa: PLC0415  reading YAML takes time

        path = self.root / OWN_KPIS
        before = path.read_text("utf-8-sig") if path.exists() else ""
        _replace(path.with_name(f"{OWN_KPIS}.before"), before)
        _replace(path, write(definitions))

    def undefine(self) -> bool:
        """Bring ``kpis.yaml`` back to what it was before the latest change; return whether there was one."""
        path = self.root / OWN_KPIS
        kept = path.with_name(f"{OWN_KPIS}.before")
        if not kept.exists():
            return False
        now = path.read_text("utf-8-sig") if path.exists() else ""
        before = kept.read_text("utf-8")
        _replace(kept, now)
        _replace(path, before)
        return True

    def lend(self, root: Path, language: str, writing: AbstractContextManager[object]) -> Workspace:
        """Return this workspace for one command: ``root`` as the command calls it, with the very same warehouse."""
        self.warehouse.version  # noqa: B018  opened now, so that the copy shares it
        lent = copy(self)
        lent.root, lent.writing, lent.lent = root, writing, True
        lent.settings = replace(self.settings, language=language)
        return lent

    def close(self) -> None:
        """Let go of the warehouse."""
        if "warehouse" in self.__dict__ and not self.lent:
            self.warehouse.close()
            del self.__dict__["warehouse"]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def has_data(self) -> bool:
        """Return whether anything was ever imported."""
        return (self.root / DATABASE).exists() and bool(self.warehouse.imports())

    def import_paths(
        self, paths: Sequence[Path], *, dry_run: bool = False, choices: ImportChoices | None = None
    ) -> Iterator[ImportOutcome]:
        """Import files one by one, each in its own transaction; a folder stands for the files in it.

        Raises:
            NoSuchPathError: a path does not exist (before anything is imported).
        """
        files = list(files_in(paths))
        chosen = choices or ImportChoices()
        return self._import_files(files, chosen, dry_run=dry_run)

    def _import_files(
        self, files: Sequence[Path], choices: ImportChoices, *, dry_run: bool
    ) -> Iterator[ImportOutcome]:
        for file in files:
            yield self.import_file(file, dry_run=dry_run, choices=choices)
        if not dry_run:
            self.keep_up()

    def keep_up(self) -> None:
        """Bring the sums that large boards are read from up to date with the facts."""
        if self.warehouse.is_large():
            from laban.metrics.rolled import rolled  # noqa: PLC0415  a small shop has no such sums

            self.warehouse.refresh(rolled(self.catalogue).rollups)

    def import_file(
        self, path: Path, *, name: str | None = None, dry_run: bool = False, choices: ImportChoices | None = None
    ) -> ImportOutcome:
        """Import one file under ``name`` (by default the file's own)."""
        with self.writing:
            return self._import_file(path, name, choices or ImportChoices(), dry_run=dry_run)

    def _import_file(self, path: Path, name: str | None, chosen: ImportChoices, *, dry_run: bool) -> ImportOutcome:
        shown = name or path.name
        digest = file_digest(path)
        earlier = self.warehouse.find(digest, chosen.key())
        if earlier is not None:
            self._note(earlier.id, only_missing=True)
            return ImportOutcome(shown, _empty(shown), "unchanged", earlier.id, earlier=earlier)
        reading = self._with_notice(self.read(path, shown, chosen))
        if reading.status != "loaded":
            return ImportOutcome(shown, reading, reading.status, None, reading.findings)
        if dry_run:
            outcome = self.warehouse.preview(reading)
        else:
            now, key = self.settings.now(), chosen.key()
            outcome = self.warehouse.load(
                reading, digest=digest, name=shown, path=path, loaded_at=now, options_key=key
            )
            if outcome.import_id is not None:
                self._leave_out_forgotten(path, digest)
                self._note(outcome.import_id)
        return ImportOutcome(shown, outcome.reading, outcome.status, outcome.import_id, outcome.findings)

    def try_mapping(self, path: Path, name: str, plan: Plan) -> ImportOutcome:
        """Return what importing a file by ``plan`` would come to; nothing is kept.

        Raises:
            MappingFaultError: the plan lacks something.
        """
        from laban.sources.drawn import draw  # noqa: PLC0415  reading YAML takes time
        from laban.sources.mapping import Known, platform_of  # noqa: PLC0415  likewise

        tried = Known((platform_of(draw(name, plan)),))
        reading = self.read(path, name, ImportChoices(), known=tried)
        if reading.status != "loaded":
            return ImportOutcome(name, reading, reading.status, None, reading.findings)
        outcome = self.warehouse.preview(reading)
        return ImportOutcome(name, outcome.reading, outcome.status, None, outcome.findings)

    def read(
        self,
        path: Path,
        name: str,
        choices: ImportChoices,
        *,
        today: date | None = None,
        warehouse: Warehouse | None = None,
        known: Known | None = None,
    ) -> Reading:
        """Read a file as an import does, as of ``today``.

        ``warehouse`` is the one that knows whose files are, ``known`` the platforms that files are recognised as.
        """
        from laban.sources import read_file  # noqa: PLC0415  readers are only needed here

        options = self.options(choices, today)
        if known is not None:
            options = replace(options, known=known)
        reading = read_file(path, options)
        account = self._said_before(reading, name, choices, warehouse or self.warehouse)
        if account is None:
            return reading
        again = read_file(path, replace(options, account=account))
        noted = Finding("info", "account_remembered", values={"account": account})
        return replace(again, findings=(*again.findings, noted))

    @staticmethod
    def _said_before(reading: Reading, name: str, choices: ImportChoices, known: Warehouse) -> str | None:
        """Return the account that a person named for a file of this name, where the file does not say whose it is."""
        unknown = any(finding.code == "network_unknown" for finding in reading.findings)
        if choices.account or not unknown or reading.platform is None:
            return None
        return known.account_of(reading.platform, name)

    def _with_notice(self, reading: Reading) -> Reading:
        """Say which headings were understood by an unproven spelling, unless an import with them was accepted."""
        if not reading.unseen or reading.platform is None:
            return reading
        from laban.sources.unseen import CODE, headings_of, with_notice  # noqa: PLC0415  see above

        noted = self.warehouse.findings_of(reading.platform, CODE)
        return with_notice(reading, {heading for values in noted for heading in headings_of(values)})

    @property
    def _known(self) -> Known | None:
        """The platforms that files are recognised as; None where nobody here made a mapping."""
        return self.mappings.known if (self.root / MAPPINGS).is_dir() else None

    def _leave_out_forgotten(self, path: Path, digest: str) -> None:
        """Keep no copy of who was forgotten in the archive either."""
        people = settings_module.forgotten(self.root)
        if not people:
            return
        from laban.sources.privacy import People  # noqa: PLC0415  only where somebody asked to be forgotten
        from laban.sources.scrub import scrub  # noqa: PLC0415  likewise
        from laban.warehouse import archive  # noqa: PLC0415  likewise

        found = scrub(path, People(people, settings_module.secret(self.root)), self._known)
        if found is not None:
            archive.rewrite(self.root / "archive", digest, found.data)

    def options(self, choices: ImportChoices, today: date | None = None) -> ReadOptions:
        """Return what readers may know beside a file, as of ``today``."""
        return ReadOptions(
            hash_key=settings_module.secret(self.root),
            forgotten=settings_module.forgotten(self.root),
            today=today or self.today,
            account=choices.account,
            until=choices.until,
            day_first=choices.day_first,
            decimal_mark=choices.decimal_mark,
            currency=choices.currency,
            accept=choices.accept,
            reporting=self.settings.currency,
            known=self._known,
        )

    def imports(self, *, include_undone: bool = False) -> list[ImportRecord]:
        """Return the log of imports, newest first."""
        return self.warehouse.imports(include_undone=include_undone)

    def undo(self, import_id: int) -> ImportRecord:
        """Withdraw an import and restore what it had replaced.

        Raises:
            UnknownImportError: there is no such import.
        """
        with self.writing:
            record = self.warehouse.undo(import_id, self.settings.now())
            self._note(record.id)
        self.keep_up()
        return record

    def _note(self, import_id: int, *, only_missing: bool = False) -> None:
        """Write the log of imports down beside the archive, so that a lost database can be made again."""
        from laban.warehouse import journal  # noqa: PLC0415  only after a change

        if not only_missing or (not self.read_only and journal.lacks(self.root, import_id)):
            record = self.warehouse.record(import_id)
            journal.note(self.root, record, lambda: self.imports(include_undone=True))

    def freshness(self) -> list[SourceFreshness]:
        """Return, per source, the last day it has data for; looked up once per state of the warehouse."""
        version = self.warehouse.version
        if self._fresh is None or self._fresh[0] != version:
            self._fresh = version, self.warehouse.freshness()
        return self._fresh[1]

    def run(self, query: Query) -> Result:
        """Answer a question."""
        from laban.metrics.run import run  # noqa: PLC0415  the compiler is only needed here

        return run(query, self.catalogue, self.warehouse, today=self.today)

    def default_week(self) -> Period:
        """Return the last full week, or the last week with data when nothing newer has come in."""
        week = last_full_week(self.today)
        days = [source.last_day for source in self.freshness() if source.last_day is not None]
        newest = max((day for day in days if day < self.today), default=None)
        return min(week, unit_of(newest, "week")) if newest else week


def _empty(name: str) -> Reading:
    return Reading(name, None, "unchanged")


def _state(path: Path) -> tuple[int, int]:
    """Return what changes when a file is written; equal for a file that is not there."""
    try:
        found = path.stat()
    except OSError:
        return 0, 0
    return found.st_mtime_ns, found.st_size


def _replace(path: Path, text: str) -> None:
    draft = path.with_name(f"{path.name}.{os.getpid()}.draft")
    draft.write_text(text, "utf-8")
    draft.replace(path)


def files_in(paths: Sequence[Path]) -> Iterator[Path]:
    """Return the files that ``paths`` stand for, sorted within each folder; hidden and own files are left out.

    Raises:
        NoSuchPathError: a path does not exist.
    """
    for path in paths:
        if not path.exists():
            raise NoSuchPathError(str(path))
    for path in paths:
        if path.is_dir():
            found = (p for p in sorted(path.rglob("*")) if p.is_file())
            yield from (p for p in found if not _hidden(p.relative_to(path)) and p.name not in _IGNORED)
        else:
            yield path


def _hidden(path: Path) -> bool:
    return any(part.startswith((".", "~$", "__MACOSX")) for part in path.parts)


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a file, as hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def find_root(start: Path, environ: Mapping[str, str]) -> Path | None:
    """Return the workspace to use: ``LABAN_WORKSPACE``, or the nearest folder upwards with ``laban.toml``."""
    if given := environ.get("LABAN_WORKSPACE"):
        return Path(given).expanduser()
    for folder in (start, *start.parents):
        if (folder / settings_module.FILE).exists():
            return folder
        if (folder / DEFAULT_FOLDER / settings_module.FILE).exists():
            return folder / DEFAULT_FOLDER
    return None


DEFAULT_FOLDER = "laban-workspace"
