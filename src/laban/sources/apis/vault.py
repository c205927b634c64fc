"""Where credentials rest: encrypted, in a file of the workspace that only its owner reads.

The key lies elsewhere, in this user's own folder for settings: a copy of the workspace opens nothing, and neither
does the key alone. AES in CBC mode with HMAC (Fernet).
"""

from __future__ import annotations

import json
import os
import secrets as random_bytes
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from laban.errors import LabanError
from laban.sources.apis.errors import NotInstalledError
from laban.sources.apis.secrets import Secrets

if TYPE_CHECKING:
    from cryptography.fernet import Fernet

FILE: Final = ".connections"
KEYS: Final = "keys"


class KeyLostError(LabanError):
    """The credentials cannot be read here: another machine or another user made the key, or it is gone."""

    key = "api.error.key_lost"
    needs_person = True


@dataclass(frozen=True, slots=True)
class Vault:
    """The credentials of a workspace.

    ``root`` is the workspace's folder, ``config`` this user's folder for settings.
    """

    root: Path
    config: Path

    def read(self, connection: str) -> Secrets:
        """Return the credentials of a connection; none where none are kept.

        Raises:
            KeyLostError: they cannot be read here.
        """
        kept = self._kept()
        sealed = kept.get("sealed", {}).get(connection)
        if sealed is None:
            return Secrets({})
        return Secrets(self._opened(self._cipher(kept), sealed))

    def write(self, connection: str, secrets: Mapping[str, str]) -> None:
        """Keep the credentials of a connection instead of those kept before.

        Raises:
            KeyLostError: other credentials are kept here that cannot be read.
        """
        kept = self._kept() or {"key": random_bytes.token_hex(8), "sealed": {}}
        cipher = self._cipher(kept, make=not kept["sealed"])
        sealed = cipher.encrypt(json.dumps(dict(secrets)).encode()).decode()
        self._keep({**kept, "sealed": {**kept["sealed"], connection: sealed}})

    def forget(self, connection: str) -> None:
        """Forget the credentials of a connection, also where they cannot be read."""
        kept = self._kept()
        if connection in kept.get("sealed", {}):
            self._keep({**kept, "sealed": {name: v for name, v in kept["sealed"].items() if name != connection}})

    def _kept(self) -> dict[str, Any]:
        try:
            found: dict[str, Any] = json.loads((self.root / FILE).read_text("utf-8"))
        except (FileNotFoundError, ValueError):
            return {}
        return found

    def _keep(self, kept: Mapping[str, Any]) -> None:
        write_private(self.root / FILE, json.dumps(kept, indent=1).encode())

    def _cipher(self, kept: Mapping[str, Any], *, make: bool = False) -> Fernet:
        try:
            from cryptography.fernet import Fernet  # noqa: PLC0415  an optional extra
        except ImportError:
            raise NotInstalledError from None
        path = self.config / KEYS / f"{kept['key']}.key"
        if make and not path.exists():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_private(path, Fernet.generate_key())
        try:
            return Fernet(path.read_bytes())
        except (OSError, ValueError):
            raise KeyLostError from None

    @staticmethod
    def _opened(cipher: Fernet, sealed: str) -> dict[str, str]:
        from cryptography.fernet import InvalidToken  # noqa: PLC0415  an optional extra

        try:
            found: dict[str, str] = json.loads(cipher.decrypt(sealed.encode()))
        except (InvalidToken, ValueError):
            raise KeyLostError from None
        return found


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
