"""Meta's Marketing API on this machine: insights of one ad account with one campaign."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from api_servers import Asked, Say

META = {"account_id": "123456", "access_token": "EAAB-secret-token-of-the-shop"}


def campaigns(since: date, last: date, spend: Callable[[date], str]) -> list[dict[str, Any]]:
    """One campaign a day, as Meta writes it."""
    days = [since + timedelta(days=n) for n in range((last - since).days + 1)]
    return [
        {
            "date_start": day.isoformat(),
            "date_stop": day.isoformat(),
            "account_name": "Áo Dài Lụa",
            "account_currency": "VND",
            "campaign_id": "77",
            "campaign_name": "Tết sớm",
            "impressions": "1000",
            "reach": "800",
            "frequency": "1.25",
            "spend": spend(day),
            "clicks": "60",
            "inline_link_clicks": "40",
            "actions": [
                {"action_type": "omni_purchase", "value": "2"},
                {"action_type": "offsite_conversion.fb_pixel_purchase", "value": "2"},
                {"action_type": "landing_page_view", "value": "30"},
            ],
            "action_values": [{"action_type": "omni_purchase", "value": "1300000"}],
        }
        for day in days
    ]


class Meta:
    """Meta's insights, a few rows a page."""

    def __init__(self, spend: Callable[[date], str] = lambda _: "500000") -> None:
        self.spend = spend
        self.size = 3
        self.faults: list[Say] = []
        self.first = date(2026, 11, 2)

    def __call__(self, asked: Asked) -> Say:
        if self.faults:
            return self.faults.pop(0)
        if asked.headers.get("authorization") != f"Bearer {META['access_token']}":
            return Say({"error": {"message": "Invalid OAuth access token.", "code": 190}}, 400)
        if not asked.path.endswith("/insights"):
            return Say({"name": "Áo Dài Lụa", "currency": "VND", "id": "act_123456"})
        window = json.loads(asked.query["time_range"])
        since, last = date.fromisoformat(window["since"]), date.fromisoformat(window["until"])
        rows = campaigns(max(since, self.first), last, self.spend) if last >= self.first else []
        if asked.query["level"] == "account":
            rows = [
                {k: row[k] for k in ("date_start", "account_name", "reach", "frequency", "impressions")}
                for row in rows
            ]
        at = int(asked.query.get("after") or 0)
        page = rows[at : at + self.size]
        more = at + self.size < len(rows)
        paging: dict[str, Any] = {"cursors": {"before": "x", "after": str(at + self.size)}}
        if more:
            paging["next"] = f"https://elsewhere.example/?access_token={META['access_token']}"
        return Say({"data": page, "paging": paging})
