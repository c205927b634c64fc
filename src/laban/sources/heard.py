"""The channel in an answer to "How did you hear about us?", as people write it."""

from __future__ import annotations

import re
from typing import Any

_AD = r"quảng cáo|quang cao|\bqc\b|\bads?\b|advert|sponsored|được tài trợ"
_NETWORK = (
    r"facebook|\bfb\b|tik ?tok|instagram|\binsta\b|\big\b|zalo|threads|youtube|linkedin|mạng xã hội|social media"
)
_SEARCH = r"google|\bcốc cốc\b|\bbing\b|tìm kiếm|tim kiem|search"
#: What an answer speaks of, the first that fits; a network without a word of an ad counts as unpaid.
_SPOKEN: tuple[tuple[str, str], ...] = (
    (r"bạn bè|ban be|bạn giới thiệu|người quen|người thân|đồng nghiệp|gia đình|giới thiệu|truyền miệng", "referral"),
    (r"\bfriends?\b|family|colleague|recommend|referred|word of mouth", "referral"),
    (rf"(?:{_AD}).*(?:{_SEARCH})|(?:{_SEARCH}).*(?:{_AD})", "paid_search"),
    (rf"(?:{_AD}).*(?:{_NETWORK})|(?:{_NETWORK}).*(?:{_AD})", "paid_social"),
    (r"shopee|lazada|tiki\b|tik ?tok shop|sàn thương mại|sàn tmđt|marketplace", "marketplace"),
    (r"messenger|tin nhắn|inbox|zalo oa", "messaging"),
    (r"e-?mail|newsletter|bản tin", "email"),
    (_NETWORK, "organic_social"),
    (_SEARCH, "organic_search"),
    (
        r"cửa hàng|đi ngang|đi qua|tờ rơi|biển|băng rôn|hội chợ|sự kiện|báo giấy|\btv\b|tivi|truyền hình|radio",
        "offline",
    ),
    (r"\bstore\b|walk(?:ed|ing)? (?:by|past)|flyer|leaflet|billboard|fair\b|event|newspaper|television", "offline"),
)
_RULES = tuple((re.compile(pattern, re.IGNORECASE), channel) for pattern, channel in _SPOKEN)


def channel_heard(answer: str | None) -> str | None:
    """Return the channel that an answer speaks of; None when it speaks of none we know."""
    return next((channel for rule, channel in _RULES if answer and rule.search(answer)), None)


def channels_heard(values: list[Any]) -> list[Any]:
    """Return the channel of each answer."""
    return [channel_heard(value) for value in values]
