"""A small file of the workspace with everything it said before, so that a change can be looked at and taken back."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

#: Versions kept; older ones are forgotten.
MOST: Final = 60


@dataclass(frozen=True, slots=True)
class Version:
    """What the file said from a moment on; numbered from 1."""

    number: int
    at: datetime
    text: str


class KeptFile:
    """One file and its history, which lies beside it as lines of JSON."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.log = path.with_name(f"{path.name}.history")

    def text(self) -> str:
        """Return what the file says; empty where there is none."""
        try:
            return self.path.read_text("utf-8-sig")
        except (OSError, UnicodeDecodeError):
            return ""

    def stamp(self) -> tuple[int, int]:
        """Return what changes when the file is written."""
        try:
            found = self.path.stat()
        except OSError:
            return 0, 0
        return found.st_mtime_ns, found.st_size

    def history(self) -> list[Version]:
        """Return the versions, oldest first; lines that are torn are left out."""
        found: list[Version] = []
        lines = self.log.read_text("utf-8").splitlines() if self.log.is_file() else []
        for line in lines:
            try:
                entry = json.loads(line)
                found.append(Version(int(entry["n"]), datetime.fromisoformat(entry["at"]), str(entry["text"])))
            except (ValueError, KeyError, TypeError):
                continue
        return found

    def write(self, text: str, at: datetime) -> None:
        """Say something else from now on, all or nothing; what was written by hand becomes a version too."""
        versions = self.history()
        now = self.text()
        if text == now:
            return
        last = versions[-1].text if versions else ""
        number = versions[-1].number if versions else 0
        if now != last:
            number += 1
            versions.append(Version(number, at, now))
        versions.append(Version(number + 1, at, text))
        lines = [json.dumps({"n": v.number, "at": v.at.isoformat(), "text": v.text}) for v in versions[-MOST:]]
        _replace(self.log, "".join(f"{line}\n" for line in lines))
        if text:
            _replace(self.path, text)
        else:
            self.path.unlink(missing_ok=True)

    def before(self, number: int | None = None) -> str | None:
        """Return what the file said before version ``number`` (None: the latest); None where nothing is known."""
        versions = self.history()
        if not versions:
            return None
        wanted = versions[-1].number if number is None else number
        earlier = [v for v in versions if v.number < wanted]
        if earlier:
            return earlier[-1].text
        return "" if wanted == 1 else None


def _replace(path: Path, text: str) -> None:
    draft = path.with_name(f"{path.name}.{os.getpid()}.draft")
    draft.write_text(text, "utf-8")
    draft.replace(path)
