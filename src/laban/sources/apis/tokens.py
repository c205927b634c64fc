"""Proving who asks: the headers of a request, and where an access token comes from when it has to be got first."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

from laban.sources.apis.errors import RefusedError
from laban.sources.apis.fields import value_at
from laban.sources.apis.fill import filled
from laban.sources.apis.model import Auth
from laban.sources.apis.secrets import Secrets

#: Sends a form and returns the JSON that comes back.
Exchange = Callable[[str, Mapping[str, str]], Any]
_HOUR: Final = 3600
_JWT_GRANT: Final = "urn:ietf:params:oauth:grant-type:jwt-bearer"


@dataclass
class Tokens:
    """The headers that prove who asks. An access token is kept for the run and is never written down.

    ``changed`` collects secrets that the platform exchanged for new ones (a refresh token that turns with each use):
    they have to be kept, or the next run finds the door shut. ``origin`` replaces the platform's own address.
    """

    name: str
    auth: Auth
    given: Mapping[str, str]
    secrets: Secrets = field(repr=False)
    exchange: Exchange = field(repr=False)
    clock: Callable[[], float] = time.time
    origin: str = ""
    changed: dict[str, str] = field(default_factory=dict, repr=False)
    _token: str = field(default="", repr=False)

    @property
    def renewable(self) -> bool:
        """Whether a token that is no longer valid can be exchanged for a new one without asking anybody."""
        return self.auth.kind in ("refresh", "client", "google") and not self._lasting

    @property
    def _lasting(self) -> str:
        """An access token that the person has brought: it lasts as long as it lasts."""
        return self.secrets.get("access_token", "") if not self.secrets.get("refresh_token") else ""

    @property
    def bought(self) -> tuple[str, ...]:
        """What else must not be said."""
        return (*self.changed.values(), self._token)

    def headers(self) -> dict[str, str]:
        """Return the headers for a request, getting a token first where there is none."""
        values = {**self.given, **self.secrets}
        match self.auth.kind:
            case "header":
                return {name: filled(text, values) for name, text in self.auth.values.items()}
            case "basic":
                pair = f"{filled(self.auth.values['user'], values)}:{filled(self.auth.values['password'], values)}"
                return {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}
            case "refresh" | "client" | "google":
                if not self._token and not self._lasting:
                    self.renew()
                return {"Authorization": f"Bearer {self._token or self._lasting}"}
            case "none":
                return {}

    def renew(self) -> None:
        """Get a new access token.

        Raises:
            RefusedError: the platform gives none for these credentials.
        """
        answer = self.exchange(self._url(), self._form())
        token = value_at(answer, "access_token")
        if not isinstance(token, str) or not token:
            raise RefusedError(platform=self.name, message=str(value_at(answer, "error_description") or "–")[:200])
        self._token = token
        turned = value_at(answer, "refresh_token")
        if isinstance(turned, str) and turned and turned != self.secrets.get("refresh_token"):
            self.changed["refresh_token"] = turned

    def _url(self) -> str:
        """Where tokens are got; a connection with an address of its own sends its credentials nowhere else."""
        url = filled(self.auth.url, self.given)
        return f"{self.origin.rstrip('/')}{urlsplit(url).path}" if self.origin else url

    def _form(self) -> dict[str, str]:
        values = {**self.given, **self.secrets, **self.changed}
        if self.auth.kind != "google":
            return {name: filled(text, values) for name, text in self.auth.values.items()}
        if values.get("service_account"):
            return {"grant_type": _JWT_GRANT, "assertion": self._assertion(values["service_account"])}
        names = ("client_id", "client_secret", "refresh_token")
        return {"grant_type": "refresh_token", **{name: values.get(name, "") for name in names}}

    def _assertion(self, key_file: str) -> str:
        """Return the signed claim of a service account (RFC 7523): who asks, for what, for an hour."""
        from cryptography.hazmat.primitives import hashes, serialization  # noqa: PLC0415  an optional extra
        from cryptography.hazmat.primitives.asymmetric import padding, rsa  # noqa: PLC0415  likewise

        try:
            account = json.loads(key_file)
            key = serialization.load_pem_private_key(account["private_key"].encode(), None)
            mail = account["client_email"]
        except (ValueError, TypeError, KeyError):
            raise RefusedError(platform=self.name, message="private_key, client_email?") from None
        if not isinstance(key, rsa.RSAPrivateKey):
            raise RefusedError(platform=self.name, message="private_key: RSA?")
        now = int(self.clock())
        claim = {"iss": mail, "scope": self.auth.scope, "aud": self._url(), "iat": now, "exp": now + _HOUR}
        said = f"{_part({'alg': 'RS256', 'typ': 'JWT'})}.{_part(claim)}"
        signed = key.sign(said.encode(), padding.PKCS1v15(), hashes.SHA256())
        return f"{said}.{_url_safe(signed)}"


def _part(value: Mapping[str, Any]) -> str:
    return _url_safe(json.dumps(value, separators=(",", ":")).encode())


def _url_safe(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
