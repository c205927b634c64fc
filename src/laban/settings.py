"""Settings of a workspace: one table, one look-up order (environment, then ``laban.toml``, then the default)."""

from __future__ import annotations

import os
import re
import secrets
import sys
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from laban.errors import InvalidPeriodError, InvalidSettingError
from laban.i18n import LANGUAGES
from laban.periods import Period

FILE = "laban.toml"
FORGOTTEN_FILE = ".forgotten"
SECRET_FILE = ".secret"  # noqa: S105  the name of a file, not a secret


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: its name in ``laban.toml``, its default, and what it may be.

    ``check`` returns the value to use or raises ValueError; ``allowed`` says in words what it accepts. The
    help sentence is ``setting.<name>`` in the message files; the environment name is ``LABAN_<NAME>``.
    """

    name: str
    default: Any
    check: Callable[[Any], Any]
    allowed: str


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError(value)
    return value.strip()


def _language(value: Any) -> str:
    if value not in LANGUAGES:
        raise ValueError(value)
    return str(value)


def _currency(value: Any) -> str:
    code = _text(value).upper()
    if len(code) != 3 or not code.isascii() or not code.isalpha():
        raise ValueError(value)
    return code


def _zone(value: Any) -> str:
    try:
        return ZoneInfo(_text(value)).key
    except (ZoneInfoNotFoundError, OSError):
        raise ValueError(value) from None


def _days(value: Any) -> int:
    days = int(value)
    if not 1 <= days <= 730:
        raise ValueError(value)
    return days


def _rates(value: Any) -> dict[str, Decimal]:
    if not isinstance(value, Mapping):
        raise ValueError(value)  # noqa: TRY004  a setting fault, reported by name
    try:
        rates = {_currency(code): Decimal(str(rate)) for code, rate in value.items()}
    except InvalidOperation:
        raise ValueError(value) from None
    if any(not rate.is_finite() or rate <= 0 for rate in rates.values()):
        raise ValueError(value)
    return rates


def _words(value: Any) -> tuple[str, ...]:
    """Words as a list in the file, or parted by commas in the environment."""
    items = value.split(",") if isinstance(value, str) else value
    if not isinstance(items, (list, tuple)):
        raise ValueError(value)  # noqa: TRY004  a setting fault, reported by name
    return tuple(_text(item) for item in items)


def _small_words(value: Any) -> tuple[str, ...]:
    words = _words(value)
    if any(word != word.lower() or not word.isascii() or " " in word for word in words):
        raise ValueError(value)
    return words


def _link_host(value: Any) -> str:
    """The beginning of an address, without a slash at its end; a bare name gets ``https://``."""
    if value == "":
        return ""
    text = _text(value).rstrip("/")
    found = re.fullmatch(r"(https?://)?([a-z0-9-]+(\.[a-z0-9-]+)*(:\d{1,5})?)(/[\w.~/-]*)?", text.lower())
    if found is None:
        raise ValueError(value)
    return f"{found[1] or 'https://'}{found[2]}{found[5] or ''}"


def _time(value: Any) -> time:
    found = value if isinstance(value, time) else time.fromisoformat(_text(value))
    if found.tzinfo is not None:
        raise ValueError(value)
    return found.replace(second=0, microsecond=0)


def _period(value: Any) -> Period | None:
    try:
        return Period.parse(str(value)) if value else None
    except InvalidPeriodError:
        raise ValueError(value) from None


#: How a sale is credited to the visits before it; see ``laban.warehouse.attribution``.
ATTRIBUTION_MODELS = ("last_click", "first_click", "linear", "position_based", "self_reported")


def _model(value: Any) -> str:
    if value not in ATTRIBUTION_MODELS:
        raise ValueError(value)
    return str(value)


SETTINGS: tuple[Setting, ...] = (
    Setting("name", "Laban", _text, "text"),
    Setting("language", "vi", _language, "vi, en"),
    Setting("currency", "VND", _currency, "ISO 4217 (VND, USD, …)"),
    Setting("time_zone", "Asia/Ho_Chi_Minh", _zone, "IANA (Asia/Ho_Chi_Minh, …)"),
    Setting("activity_days", 90, _days, "1–730"),
    Setting("attribution_model", "last_click", _model, ", ".join(ATTRIBUTION_MODELS)),
    Setting("attribution_days", 30, _days, "1–730"),
    Setting("brand_terms", (), _words, '["laban", "la bàn"]'),
    Setting("own_domains", (), _words, '["laban.vn", "shop.laban.vn"]'),
    Setting("tag_media", (), _small_words, '["cpc", "social", "email"]'),
    Setting("link_host", "", _link_host, "https://go.laban.vn"),
    Setting("index_base", "", _period, "2025-Q1, 2025-03, 2025"),
    Setting("sync_at", time(5), _time, "05:00, 23:30"),
    Setting("rates", {}, _rates, "{USD = 26000}"),
)


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one workspace, checked.

    ``rates`` gives, per foreign currency, how many units of ``currency`` one unit is worth on days without a rate of
    their own. ``attribution_model`` says who is credited with a sale, ``attribution_days`` how long before it a visit
    may have been. ``brand_terms`` are the
    words that make a search one for the brand (the company's name where there are none). ``own_domains`` are the
    company's own sites, which never refer anybody. ``tag_media`` are the media that tags may
    have (all that the channel rules know where there are none), ``link_host`` is where short links are reached.
    ``sync_at`` is the time of day at which a server asks the connected platforms.
    """

    name: str = "Laban"
    language: str = "vi"
    currency: str = "VND"
    time_zone: str = "Asia/Ho_Chi_Minh"
    activity_days: int = 90
    attribution_model: str = "last_click"
    attribution_days: int = 30
    brand_terms: tuple[str, ...] = ()
    own_domains: tuple[str, ...] = ()
    tag_media: tuple[str, ...] = ()
    link_host: str = ""
    index_base: Period | None = None
    sync_at: time = time(5)
    rates: Mapping[str, Decimal] = field(default_factory=dict)

    def today(self) -> date:
        """Return the date on the shop's clock."""
        return self.now().date()

    def now(self) -> datetime:
        """Return the time on the shop's clock, without a zone (facts are kept in the shop's time)."""
        return datetime.now(ZoneInfo(self.time_zone)).replace(tzinfo=None, microsecond=0)


def load_settings(root: Path, environ: Mapping[str, str] = os.environ) -> Settings:
    """Read ``root/laban.toml`` and the environment.

    Raises:
        InvalidSettingError: a value cannot be used; names the setting and what it accepts.
    """
    path = root / FILE
    given = _read(path) if path.exists() else {}
    known = {setting.name for setting in SETTINGS}
    for name in given:
        if name not in known:
            raise InvalidSettingError(name, given[name], ", ".join(sorted(known)))
    return Settings(**{s.name: _look_up(s, given, environ) for s in SETTINGS})


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidSettingError(FILE, str(error), "TOML, UTF-8") from None


def _look_up(setting: Setting, given: Mapping[str, Any], environ: Mapping[str, str]) -> Any:
    from_environment = environ.get(f"LABAN_{setting.name.upper()}")
    value = given.get(setting.name, setting.default) if from_environment is None else from_environment
    try:
        return setting.check(value)
    except (ValueError, TypeError):
        raise InvalidSettingError(setting.name, value, setting.allowed) from None


_TEMPLATE = """\
# Laban
name = {name}
language = "{language}"          # vi | en
currency = "{currency}"
time_zone = "{time_zone}"
activity_days = {activity_days}          # a customer is active for so many days after buying
attribution_model = "{attribution_model}"   # last_click | first_click | linear | position_based | self_reported
attribution_days = {attribution_days}       # visits so many days before a sale may be credited with it
brand_terms = {brand_terms}            # words that make a search one for your brand; empty: the name above
own_domains = {own_domains}            # your own sites: visits from them are no referrals
tag_media = {tag_media}              # media allowed in tags; empty: all that channel rules know
link_host = "{link_host}"              # where short links are reached from outside, such as https://go.laban.vn
index_base = "{index_base}"             # period that an index is measured against, such as 2025-Q1
sync_at = "{sync_at:%H:%M}"           # when connected platforms are asked every day, while laban serve runs

[rates]                     # one unit of a foreign currency in {currency}, for days without a rate of their own
# USD = 26000
"""


def write_settings(root: Path, settings: Settings) -> None:
    """Write ``root/laban.toml`` for a new workspace; an existing file is left alone."""
    root.mkdir(parents=True, exist_ok=True)
    path = root / FILE
    if path.exists():
        return
    text = _TEMPLATE.format(
        name=_quoted(settings.name),
        language=settings.language,
        currency=settings.currency,
        time_zone=settings.time_zone,
        activity_days=settings.activity_days,
        attribution_model=settings.attribution_model,
        attribution_days=settings.attribution_days,
        brand_terms=f"[{', '.join(_quoted(term) for term in settings.brand_terms)}]",
        own_domains=f"[{', '.join(_quoted(domain) for domain in settings.own_domains)}]",
        tag_media=f"[{', '.join(_quoted(medium) for medium in settings.tag_media)}]",
        link_host=settings.link_host,
        index_base=settings.index_base.text() if settings.index_base else "",
        sync_at=settings.sync_at,
    )
    path.write_text(text, "utf-8")


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def forgotten(root: Path) -> frozenset[str]:
    """Return the keyed hashes of the people who asked to be forgotten, so that no later file brings them back."""
    path = root / FORGOTTEN_FILE
    return frozenset(path.read_text("utf-8").split()) if path.exists() else frozenset()


def remember_forgotten(root: Path, hashes: Iterable[str]) -> None:
    """Add people to those who are forgotten; the file is for the owner's eyes only, as the key is."""
    path = root / FORGOTTEN_FILE
    draft = path.with_name(f"{path.name}.{os.getpid()}.draft")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write("".join(f"{known}\n" for known in sorted(forgotten(root) | set(hashes))))
    draft.replace(path)


def config_folder(environ: Mapping[str, str] = os.environ, platform: str = sys.platform) -> Path:
    """Return the folder where this user's programs keep settings; keys that must not lie in a workspace lie there."""
    if given := environ.get("LABAN_CONFIG"):
        return Path(given)
    if given := environ.get("XDG_CONFIG_HOME"):
        return Path(given) / "laban"
    if platform == "win32" and (roaming := environ.get("APPDATA")):
        return Path(roaming) / "laban"
    home = Path(environ.get("HOME") or Path.home())
    return home / "Library" / "Application Support" / "laban" if platform == "darwin" else home / ".config" / "laban"


def secret(root: Path) -> bytes:
    """Return the workspace's own key for hashing phones and e-mails, made once and readable by the owner only."""
    path = root / SECRET_FILE
    if not path.exists():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(32))
    return path.read_bytes()
