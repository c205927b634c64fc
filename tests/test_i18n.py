"""Both languages say the same things."""

from __future__ import annotations

import string
import unicodedata

import pytest

from laban.i18n import LANGUAGES, best_language, messages, translate


def placeholders(text: str) -> set[str]:
    return {name.partition(".")[0].partition("[")[0] for _, name, _, _ in string.Formatter().parse(text) if name}


def test_both_languages_have_the_same_keys() -> None:
    vi, en = (set(messages(lang)) for lang in ("vi", "en"))
    assert vi - en == set()
    assert en - vi == set()


def test_both_languages_fill_the_same_placeholders() -> None:
    english = messages("en")
    assert {key for key, text in messages("vi").items() if placeholders(text) != placeholders(english[key])} == set()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_sentence_is_empty_or_decomposed(lang: str) -> None:
    for key, text in messages(lang).items():
        assert text.strip(), key
        assert text == unicodedata.normalize("NFC", text), key


def test_vietnamese_sentences_carry_diacritics() -> None:
    plain = [
        key
        for key, text in messages("vi").items()
        if len(text.split()) > 4 and not any(ord(letter) > 0x7F for letter in text)
    ]
    assert plain == []


def test_a_sentence_is_filled() -> None:
    assert translate("en", "error.unknown_import", import_id=7).startswith("There is no import number 7.")


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, "vi"),
        ("", "vi"),
        ("en-GB,en;q=0.9,vi;q=0.8", "en"),
        ("fr, vi;q=0.4, en;q=0.5", "en"),
        ("vi;q=broken, en;q=0.1", "en"),
        ("zh-Hant", "vi"),
    ],
)
def test_the_browser_chooses_the_language(header: str | None, expected: str) -> None:
    assert best_language(header) == expected
