"""Channels of visits: the group that the web tool names, else what the shipped channel rules say of the tag."""

from __future__ import annotations

from functools import lru_cache

from laban.sources.mapping import plain, vocabulary
from laban.tagging.channels import Tag, shipped


@lru_cache(maxsize=50_000)
def channel_of(source: str, medium: str, campaign: str = "", group: str = "") -> str:
    """Return the channel of a visit; ``group`` is the one that Google itself names, where it does."""
    said = vocabulary("channels").get(plain(group)) if group else None
    return said or shipped().channel_of(Tag(source, medium, campaign))
