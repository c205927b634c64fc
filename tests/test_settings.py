"""Settings are looked up in one order and refused by name."""

from __future__ import annotations

import stat
from dataclasses import fields
from decimal import Decimal
from pathlib import Path

import pytest

from laban.errors import InvalidSettingError
from laban.settings import SETTINGS, Settings, load_settings, secret, write_settings


def test_defaults_hold_without_a_file(tmp_path: Path) -> None:
    assert load_settings(tmp_path, {}) == Settings()


def test_the_table_and_the_dataclass_name_the_same_settings() -> None:
    assert [setting.name for setting in SETTINGS] == [field.name for field in fields(Settings)]


def test_the_file_goes_before_the_default_and_the_environment_before_the_file(tmp_path: Path) -> None:
    (tmp_path / "laban.toml").write_text('language = "en"\ncurrency = "usd"\n[rates]\nEUR = 1.08\n', "utf-8")
    settings = load_settings(tmp_path, {"LABAN_LANGUAGE": "vi"})
    assert (settings.language, settings.currency, settings.rates) == ("vi", "USD", {"EUR": Decimal("1.08")})


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ('language = "fr"', "language"),
        ('currency = "đồng"', "currency"),
        ('time_zone = "Mars/Olympus"', "time_zone"),
        ("activity_days = 0", "activity_days"),
        ("rates = {USD = -1}", "rates"),
        ('rates = {USD = "nhiều"}', "rates"),
        ('colour = "red"', "colour"),
        ("name = ", "laban.toml"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, line: str, name: str) -> None:
    (tmp_path / "laban.toml").write_text(line, "utf-8")
    with pytest.raises(InvalidSettingError) as caught:
        load_settings(tmp_path, {})
    assert f"“{name}”" in caught.value.message("en")
    assert "laban.toml" in caught.value.message("vi")


def test_a_written_file_reads_back(tmp_path: Path) -> None:
    settings = Settings(name='Shop "Áo" \\ Quần', language="en", currency="USD")
    write_settings(tmp_path, settings)
    assert load_settings(tmp_path, {}) == settings


def test_an_existing_file_is_left_alone(tmp_path: Path) -> None:
    write_settings(tmp_path, Settings(name="first"))
    write_settings(tmp_path, Settings(name="second"))
    assert load_settings(tmp_path, {}).name == "first"


def test_the_secret_is_made_once_and_private(tmp_path: Path) -> None:
    first = secret(tmp_path)
    assert secret(tmp_path) == first
    assert len(first) == 32
    assert stat.S_IMODE((tmp_path / ".secret").stat().st_mode) == 0o600
