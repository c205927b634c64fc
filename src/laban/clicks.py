"""Clicks on one's own short links: counted in memory, written down in batches, imported like any other file.

No address and no agent is kept: only the day, the link, whether it was a code, the kind of device and the site that
led to it. ``clicks/2026-11.csv`` holds the counts of a month; it is what the warehouse imports, so that a lost
database is made again from it, and a later state of the file replaces an earlier one.
"""

from __future__ import annotations

import csv
import io
import os
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Final

from laban.errors import LabanError
from laban.tagging.channels import Tag

if TYPE_CHECKING:
    from laban.tagging.links import Link
    from laban.workspace import Workspace

FOLDER: Final = "clicks"
#: Seconds between two looks of the thread; this much is lost when the machine fails.
TICK: Final = 10.0
#: How often the facts are renewed while clicks come in.
EVERY: Final = timedelta(hours=1)
#: Sites that are told apart per day and link; a flood of made-up ones counts as unknown.
MOST_REFERRERS: Final = 40
PLATFORM: Final = "laban_links"

_KEYS: Final = ("laban_day", "laban_link", "laban_medium", "laban_referrer", "laban_device")
_HEADINGS: Final = (*_KEYS, "laban_place", "laban_campaign", "laban_channel", "laban_clicks")
_ACTIVITY: Final = (
    *("laban_day", "laban_activity", "laban_media_type", "laban_campaign", "laban_copies", "laban_responses"),
    *("laban_cost", "laban_currency"),
)


@dataclass(frozen=True, slots=True, order=True)
class Click:
    """What is kept of a click. ``medium`` is link or qr."""

    day: date
    code: str
    medium: str
    referrer: str = ""
    device: str = ""


Counts = dict[Click, int]


class Clicks:
    """The counter of one workspace; ``count`` never waits for a disk."""

    def __init__(self, workspace: Workspace, *, now: Callable[[], datetime] | None = None) -> None:
        self._workspace = workspace
        self._now = now or workspace.settings.now
        self._waiting: Counts = {}
        self._lock = threading.Lock()
        self._files = threading.Lock()
        self._stop = threading.Event()
        self._delivered: datetime | None = None
        self._thread = threading.Thread(target=self._run, name="laban-clicks", daemon=True)

    @property
    def folder(self) -> Path:
        """Where the counts lie."""
        return self._workspace.root / FOLDER

    def count(self, code: str, medium: str, referrer: str = "", device: str = "") -> None:
        """Count one click of now."""
        day = self._now().date()
        with self._lock:
            known = {one.referrer for one in self._waiting if (one.day, one.code) == (day, code)}
            if referrer not in known and len(known) >= MOST_REFERRERS:
                referrer = ""
            click = Click(day, code, medium, referrer, device)
            self._waiting[click] = self._waiting.get(click, 0) + 1

    def start(self) -> None:
        """Begin to write down and to import."""
        self._thread.start()

    def stop(self, patience: float = 20.0) -> None:
        """Write everything down and import it."""
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join(patience)

    def flush(self) -> None:
        """Write down what is waiting; what cannot be written goes on waiting."""
        with self._files:
            with self._lock:
                waiting, self._waiting = self._waiting, {}
            try:
                for month in sorted({click.day.strftime("%Y-%m") for click in waiting}):
                    mine = {c: n for c, n in waiting.items() if c.day.strftime("%Y-%m") == month}
                    self._add(month, mine)
                    for click in mine:
                        del waiting[click]
            except OSError:
                with self._lock:
                    for click, n in waiting.items():
                        self._waiting[click] = self._waiting.get(click, 0) + n

    def _add(self, month: str, more: Counts) -> None:
        path = self.folder / f"{month}.csv"
        counts = read_counts(path)
        sites: dict[tuple[date, str], set[str]] = {}
        for click in counts:
            sites.setdefault((click.day, click.code), set()).add(click.referrer)
        for click, n in more.items():
            known = sites.setdefault((click.day, click.code), set())
            few = click.referrer in known or len(known) < MOST_REFERRERS
            kept = click if few else replace(click, referrer="")
            known.add(kept.referrer)
            counts[kept] = counts.get(kept, 0) + n
        self.folder.mkdir(mode=0o700, exist_ok=True)
        _replace(path, self._text(counts))

    def _text(self, counts: Counts) -> str:
        naming = self._workspace.naming
        out = io.StringIO()
        lines = csv.writer(out, lineterminator="\n")
        lines.writerow(_HEADINGS)
        for click, n in sorted(counts.items()):
            link = naming.links.by_code.get(click.code)
            tags = link.tags if link else {}
            channel = naming.channels.channel_of(Tag(tags.get("source", ""), tags.get("medium", ""))) if tags else ""
            keys = (click.day.isoformat(), click.code, click.medium, click.referrer, click.device)
            lines.writerow((*keys, link.place if link else "", tags.get("campaign", ""), channel, n))
        return out.getvalue()

    # from the counts to the facts

    def deliver(self) -> int:
        """Import what has changed since the last time; return how many files that were."""
        self.flush()
        self._say_anew()
        done = 0
        for path, name in [*self._click_files(), *self._activity_files()]:
            outcome = self._workspace.import_file(path, name=name)
            if outcome.status == "loaded" and outcome.import_id is not None:
                done += 1
                self._withdraw_earlier(name, outcome.import_id)
        if done:
            self._workspace.keep_up()
        self._delivered = self._now()
        return done

    def _say_anew(self) -> None:
        """Let past clicks follow what is said of links and channels now."""
        with self._files:
            for path in sorted(self.folder.glob("????-??.csv")):
                text = self._text(read_counts(path))
                if text != path.read_text("utf-8"):
                    _replace(path, text)

    def _click_files(self) -> list[tuple[Path, str]]:
        found = sorted(self.folder.glob("????-??.csv"))
        return [(path, f"laban-links-{path.name}") for path in found]

    def _activity_files(self) -> list[tuple[Path, str]]:
        """Write down what flyers and posters cost and brought; one file, for there are few."""
        links = [link for link in self._workspace.naming.links.by_code.values() if link.copies or link.cost]
        path = self.folder / "activities.csv"
        if not links:
            return []
        text = activities(links, self.totals(), self._workspace.settings.currency)
        if not path.is_file() or path.read_text("utf-8") != text:
            self.folder.mkdir(mode=0o700, exist_ok=True)
            _replace(path, text)
        return [(path, "laban-activities.csv")]

    def _withdraw_earlier(self, name: str, newest: int) -> None:
        """A later state of a file holds all that the earlier one held, which need not stay in the log as well."""
        for record in self._workspace.imports():
            if record.platform == PLATFORM and record.name == name and record.id != newest:
                self._workspace.undo(record.id)

    def totals(self) -> Counts:
        """Return every count, those that are not written down yet too."""
        counts: Counts = {}
        with self._files:
            for path in sorted(self.folder.glob("????-??.csv")):
                counts.update(read_counts(path))
            with self._lock:
                for click, n in self._waiting.items():
                    counts[click] = counts.get(click, 0) + n
        return counts

    def _run(self) -> None:
        while not self._stop.wait(TICK):
            with suppress(LabanError, OSError):
                self.flush()
                if self._is_time():
                    self.deliver()
        with suppress(LabanError, OSError):
            self.deliver()

    def _is_time(self) -> bool:
        last, now = self._delivered, self._now()
        return last is None or last.date() != now.date() or now - last >= EVERY


def read_counts(path: Path) -> Counts:
    """Read the counts of a month; lines that are torn are left out."""
    counts: Counts = {}
    if not path.is_file():
        return counts
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            with suppress(ValueError, KeyError, TypeError):
                day, *rest = (row[name] for name in _KEYS)
                counts[Click(date.fromisoformat(day), *rest)] = int(row["laban_clicks"])
    return counts


def activities(links: Iterable[Link], counts: Mapping[Click, int], currency: str) -> str:
    """Return the rows of flyers and posters: copies and cost on the day they were made, responses day by day."""
    out = io.StringIO()
    lines = csv.writer(out, lineterminator="\n")
    lines.writerow(_ACTIVITY)
    for link in sorted(links, key=lambda each: (each.made, each.code)):
        days: dict[date, int] = {link.made: 0}
        for click, n in counts.items():
            if click.code == link.code:
                days[click.day] = days.get(click.day, 0) + n
        name = f"{link.place} ({link.code})" if link.place else link.code
        media, campaign = link.tags.get("source", ""), link.tags.get("campaign", "")
        for day in sorted(days):
            first = day == link.made
            copies, cost = (link.copies or 0 if first else 0), (link.cost or Decimal(0) if first else "")
            lines.writerow((day.isoformat(), name, media, campaign, copies, days[day], cost, currency))
    return out.getvalue()


def _replace(path: Path, text: str) -> None:
    draft = path.with_name(f".{path.name}.{os.getpid()}.draft")
    draft.write_text(text, "utf-8")
    draft.replace(path)
