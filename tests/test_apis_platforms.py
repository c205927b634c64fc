"""Each platform answers as its documents say, and its rows become the facts that its own files give."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from api_servers import Answerer, Asked, Clock, Say, platform
from laban.periods import Period
from laban.settings import Settings
from laban.sources.apis.definitions import definition, definition_ids
from laban.sources.apis.errors import BadRequestError, ForbiddenError, OutdatedError
from laban.sources.apis.fill import names_in
from laban.sources.apis.wire import Timing
from laban.syncing import Connections, Tools, sync
from laban.syncing.connect import Draft, accepted, connect
from laban.syncing.run import window_of
from laban.warehouse.archive import unpacked
from laban.workspace import Workspace

TODAY = date(2026, 11, 25)
SINCE = date(2026, 11, 16)
GOOGLE = {
    "client_id": "1.apps.googleusercontent.com",
    "client_secret": "GOCSPX-hidden",
    "refresh_token": "1//hidden-one",
}


class Shop:
    """A workspace, and how its connections are made and run."""

    def __init__(self, root: Path) -> None:
        self.clock = Clock()
        self.workspace = Workspace.create(root / "shop", Settings(rates={"USD": Decimal(26000)}), today=TODAY)
        self.tools = Tools(root / "config", Timing(self.clock.sleep, self.clock))
        self.root = root

    def bring(self, name: str, answers: Mapping[str, str], answer: Answerer, since: date = SINCE) -> list[Asked]:
        """Connect a platform that answers so, sync it, and return everything it was asked."""
        with platform(answer) as server:
            made = connect(self.workspace, Draft(name, answers, base=server.address, since=since), self.tools)
            self.name = made.id
            for _ in sync(self.workspace, made.id, self.tools):
                pass
            return server.asked

    def again(self, answer: Answerer) -> list[Asked]:
        """Sync the same connection at another server."""
        with platform(answer) as server:
            connections = Connections(self.workspace.root)
            connections.add(replace(connections.get(self.name), base=server.address))
            for _ in sync(self.workspace, self.name, self.tools):
                pass
            return server.asked

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return self.workspace.warehouse.query(sql)

    def from_file(self, text: str, sql: str, name: str = "export.csv") -> list[tuple[Any, ...]]:
        """What the same platform's file gives, in a workspace of its own with the same key for people."""
        other = self.root / f"other {name}"
        path = self.root / name
        path.write_text(text, "utf-8")
        with Workspace.create(other, Settings(rates={"USD": Decimal(26000)}), today=TODAY) as workspace:
            (other / ".secret").write_bytes(self.secret())
            outcome = workspace.import_file(path)
            assert outcome.status == "loaded", outcome.as_json("en")
            return workspace.warehouse.query(sql)

    def import_text(self, text: str, name: str = "export.csv") -> None:
        path = self.root / name
        path.write_text(text, "utf-8")
        assert self.workspace.import_file(path).status == "loaded"

    def secret(self) -> bytes:
        return (self.workspace.root / ".secret").read_bytes()


@pytest.fixture
def shop(tmp_path: Path) -> Any:
    made = Shop(tmp_path)
    with made.workspace:
        yield made


def days_of(start: str, last: str) -> list[date]:
    first, end = date.fromisoformat(start), date.fromisoformat(last)
    return [date.fromordinal(n) for n in range(first.toordinal(), end.toordinal() + 1)]


# Google Analytics 4


class Ga4:
    """runReport, two rows a page."""

    def __init__(self) -> None:
        self.tokens = ["first", "second", "third", "fourth"]
        self.valid = ""
        self.size = 2

    def __call__(self, asked: Asked) -> Say:
        if asked.path == "/token":
            self.valid = self.tokens.pop(0)
            return Say({"access_token": self.valid, "expires_in": 3599, "token_type": "Bearer"})
        if asked.headers.get("authorization") != f"Bearer {self.valid}":
            return Say({"error": {"code": 401, "message": "Request had invalid credentials.", "status": "X"}}, 401)
        body = asked.json
        if body["dateRanges"][0]["startDate"] == "yesterday":
            return Say({"rowCount": 0, "metadata": {"currencyCode": "VND"}})
        named = [part["name"] for part in body["dimensions"]]
        rows = []
        for day in days_of(body["dateRanges"][0]["startDate"], body["dateRanges"][0]["endDate"]):
            if day < SINCE or day > date(2026, 11, 23):
                continue
            known = {
                "date": day.strftime("%Y%m%d"),
                "sessionDefaultChannelGroup": "Paid Search",
                "eventName": "purchase",
            }
            values = {
                "sessions": "100",
                "engagedSessions": "60",
                "totalRevenue": "1500000",
                "userEngagementDuration": "4200",
            }
            rows.append(
                {
                    "dimensionValues": [{"value": known.get(name, "(not set)")} for name in named],
                    "metricValues": [{"value": values.get(part["name"], "7")} for part in body["metrics"]],
                }
            )
        at = int(body.get("offset", 0))
        page = {"rows": rows[at : at + self.size], "rowCount": len(rows), "metadata": {"currencyCode": "VND"}}
        return Say(
            {k: v for k, v in page.items() if v != []} | {"propertyQuota": {"tokensPerDay": {"remaining": at}}}
        )


def test_google_analytics_is_read_page_by_page_with_a_token_renewed_on_the_way(shop: Shop) -> None:
    ga4 = Ga4()

    def answer(asked: Asked) -> Say:
        if asked.path != "/token" and asked.json.get("offset") == 4 and ga4.valid == "second":
            ga4.valid = "expired on the way"
        return ga4(asked)

    asked = shop.bring("ga4", {"property_id": "123456789", **GOOGLE}, answer)
    found = shop.rows(
        "SELECT date, channel_group, sessions, engaged_sessions, engagement_seconds, revenue, currency "
        "FROM fact_web_sessions_live ORDER BY 1"
    )
    assert found == [
        (date(2026, 11, day), "paid_search", 100, 60, Decimal(4200), Decimal(1500000), "VND") for day in range(16, 24)
    ]
    assert shop.rows("SELECT sum(event_count) FROM fact_web_events_live") == [(56,)]
    assert shop.rows("SELECT count(*), max(date) FROM fact_web_users_live") == [(8, date(2026, 11, 23))]
    tokens = [each.form for each in asked if each.path == "/token"]
    assert {form["refresh_token"] for form in tokens} == {GOOGLE["refresh_token"]}
    assert len(tokens) == 3


def test_days_that_google_has_not_told_yet_are_not_called_empty(shop: Shop) -> None:
    shop.bring("ga4", {"property_id": "123456789", **GOOGLE}, Ga4())
    covered = shop.rows("SELECT max(end_day) FROM slice WHERE fact = 'fact_web_sessions'")
    assert covered == [(date(2026, 11, 24),)]


GA4_EXPORT = """# ----------------------------------------
# Traffic acquisition
# Start date: 20261116
# End date: 20261123
# ----------------------------------------
Date,Session default channel group,Sessions,Engaged sessions,Total revenue
""" + "".join(f"202611{day},Paid Search,100,60,1500000\n" for day in range(16, 24))


def test_google_analytics_file_and_api_agree_and_replace_each_other(shop: Shop) -> None:
    shop.bring("ga4", {"property_id": "123456789", **GOOGLE}, Ga4())
    sql = (
        "SELECT date, platform, channel_group, sessions, engaged_sessions,"
        " revenue FROM fact_web_sessions_live ORDER BY 1"
    )
    assert shop.rows(sql) == shop.from_file(GA4_EXPORT, sql)
    shop.import_text(GA4_EXPORT)
    assert shop.rows("SELECT sum(sessions) FROM fact_web_sessions_live") == [(800,)]


def test_a_service_account_signs_for_itself(shop: Shop) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    kept = json.dumps(
        {"client_email": "laban@shop.iam.example", "private_key": pem, "token_uri": "https://evil.example"}
    )
    ga4 = Ga4()
    asked = shop.bring("ga4", {"property_id": "123456789", "service_account": kept}, ga4)
    form = next(each.form for each in asked if each.path == "/token")
    head, claim, signed = (base64.urlsafe_b64decode(part + "==") for part in form["assertion"].split("."))
    said = json.loads(claim)
    assert json.loads(head)["alg"] == "RS256"
    assert said["iss"] == "laban@shop.iam.example"
    assert said["scope"].endswith("analytics.readonly")
    assert said["exp"] - said["iat"] == 3600
    text = form["assertion"].rsplit(".", 1)[0].encode()
    key.public_key().verify(signed, text, padding.PKCS1v15(), hashes.SHA256())
    everything = b"".join(path.read_bytes() for path in shop.root.rglob("*") if path.is_file())
    assert pem.splitlines()[1].encode() not in everything


# Google Ads


def google_ads(asked: Asked) -> Say:
    if asked.path == "/token":
        return Say({"access_token": "ads", "expires_in": 3599})
    assert asked.headers["authorization"] == "Bearer ads"
    assert "login-customer-id" not in asked.headers
    query = asked.json["query"]
    if "FROM customer" in query:
        return Say([{"results": [{"customer": {"descriptiveName": "Áo Dài Lụa"}}], "requestId": "r"}])
    first, last = query.split("BETWEEN '")[1].split("'")[0:3:2]
    rows = [
        {
            "customer": {"descriptiveName": "Áo Dài Lụa", "currencyCode": "VND"},
            "campaign": {"id": "11", "name": "Tìm kiếm", "status": "ENABLED", "advertisingChannelType": "SEARCH"},
            "adGroup": {"name": "Áo dài"},
            "adGroupCriterion": {"keyword": {"text": "áo dài", "matchType": "EXACT"}},
            "metrics": {
                "impressions": "1200",
                "clicks": "60",
                "interactions": "61",
                "costMicros": "512345678900",
                "conversions": 1.25,
                "conversionsValue": 900000.5,
                "viewThroughConversions": "1",
            },
            "segments": {"date": day.isoformat()},
        }
        for day in days_of(first, last)
        if day >= SINCE
    ]
    half = len(rows) // 2
    return Say([{"results": part, "requestId": str(id(part))} for part in (rows[:half], rows[half:])])


ADS_EXPORT = """Campaign report
"November 16, 2026 - November 24, 2026"
Day,Account,Campaign status,Campaign,Campaign ID,Campaign type,Currency code,Impr.,Clicks,Interactions,Cost,\
Conversions,Conv. value,View-through conv.
""" + "".join(
    f'2026-11-{day},Áo Dài Lụa,Enabled,Tìm kiếm,11,Search,VND,"1,200",60,61,512345.6789,1.25,900000.5,1\n'
    for day in range(16, 25)
)


def test_google_ads_streams_become_the_facts_of_its_report(shop: Shop) -> None:
    shop.bring("google_ads", {"customer_id": "1234567890", **GOOGLE}, google_ads)
    sql = (
        "SELECT date, platform, account, channel_group, campaign, "
        "campaign_id, campaign_type, status, currency, impressions, "
        "clicks, interactions, spend, conversions, conversion_value, view_through_conversions "
        "FROM fact_ad_performance_live ORDER BY 1"
    )
    found = shop.rows(sql)
    assert found[0][12] == Decimal("512345.6789")
    assert found == shop.from_file(ADS_EXPORT, sql)
    shop.import_text(ADS_EXPORT)
    assert shop.rows("SELECT sum(clicks) FROM fact_ad_performance_live") == [(540,)]
    assert shop.rows(
        "SELECT count(*) FROM slice WHERE cut = 'campaign' AND rank = 0 AND account <> 'Áo Dài Lụa'"
    ) == [(0,)]


def test_a_version_that_google_ads_has_ended_is_told_so(shop: Shop) -> None:
    def answer(asked: Asked) -> Say:
        return google_ads(asked) if asked.path == "/token" else Say(b"<html>Not found</html>", 404)

    with pytest.raises(OutdatedError) as caught:
        shop.bring("google_ads", {"customer_id": "1234567890", **GOOGLE}, answer)
    assert "--set version=" in caught.value.message("vi")


def test_google_ads_that_lets_nobody_in_says_why(shop: Shop) -> None:
    def answer(asked: Asked) -> Say:
        fault = {
            "error": {
                "code": 403,
                "message": "The caller does not have permission",
                "details": [
                    {
                        "errors": [
                            {
                                "errorCode": {"authorizationError": "USER_PERMISSION_DENIED"},
                                "message": "User doesn't have permission to access customer.",
                            }
                        ]
                    }
                ],
            }
        }
        return google_ads(asked) if asked.path == "/token" else Say([fault], 403)

    with pytest.raises(ForbiddenError, match="doesn't have permission to access customer"):
        shop.bring("google_ads", {"customer_id": "1234567890", **GOOGLE}, answer)


# Search Console


def search_console(asked: Asked) -> Say:
    if asked.path == "/token":
        return Say({"access_token": "gsc"})
    if asked.method == "GET":
        return Say({"siteUrl": "sc-domain:aodai.vn", "permissionLevel": "siteRestrictedUser"})
    body = asked.json
    rows = [
        {
            "keys": [day.isoformat(), "áo dài tết", "x"][: len(body["dimensions"])],
            "clicks": 12,
            "impressions": 340,
            "ctr": 0.0353,
            "position": 4.25,
        }
        for day in days_of(body["startDate"], body["endDate"])
        if SINCE <= day <= date(2026, 11, 22)
    ]
    return Say({"rows": rows[body["startRow"] : body["startRow"] + 3], "responseAggregationType": "byProperty"})


def test_search_console_is_read_until_an_empty_page(shop: Shop) -> None:
    asked = shop.bring("gsc", {"site": "sc-domain:aodai.vn", **GOOGLE}, search_console)
    sql = (
        "SELECT date, platform, query, clicks, impressions, "
        "position_weight FROM fact_search_performance_live WHERE query IS NULL ORDER BY 1"
    )
    export = "Date,Clicks,Impressions,CTR,Position\n" + "".join(
        f"2026-11-{d},12,340,3.53%,4.25\n" for d in range(16, 23)
    )
    assert shop.rows(sql) == shop.from_file(export, sql, "Chart.csv")
    assert len(shop.rows(sql)) == 7
    assert any(each.path == "/webmasters/v3/sites/sc-domain%3Aaodai.vn" for each in asked)
    starts = [each.json["startRow"] for each in asked if each.method == "POST" and each.path != "/token"]
    assert 6 in starts
    assert 7 in starts


# TikTok


def tiktok(asked: Asked) -> Say:
    if asked.headers.get("access-token") != "tiktok-token-of-the-shop":
        return Say({"code": 40105, "message": "Access token is incorrect or has been revoked.", "request_id": "1"})
    if "advertiser/info" in asked.path:
        return Say({"code": 0, "message": "OK", "data": {"list": [{"name": "Áo Dài Lụa", "currency": "VND"}]}})
    page, days = int(asked.query["page"]), days_of(asked.query["start_date"], asked.query["end_date"])
    days = [day for day in days if day >= SINCE]
    rows = [
        {
            "dimensions": {"campaign_id": "1700", "stat_time_day": f"{day} 00:00:00"},
            "metrics": {
                "campaign_name": "Video áo dài",
                "currency": "VND",
                "spend": "200000",
                "impressions": "9000",
                "clicks": "90",
                "reach": "7000",
                "frequency": "1.29",
                "conversion": "3",
                "result": "3",
                "video_play_actions": "5000",
                "video_watched_2s": "3000",
                "video_watched_6s": "900",
                "video_views_p100": "300",
                "likes": "10",
                "comments": "2",
                "shares": "1",
                "follows": "4",
            },
        }
        for day in days
    ]
    size = 4
    total = -(-len(rows) // size)
    data = {"list": rows[(page - 1) * size : page * size], "page_info": {"page": page, "total_page": total}}
    return Say({"code": 0, "message": "OK", "request_id": str(page), "data": data})


TIKTOK = {"advertiser_id": "7000000000001", "access_token": "tiktok-token-of-the-shop"}


def test_tiktok_says_in_the_body_what_went_wrong_and_is_asked_again(shop: Shop) -> None:
    faults = [
        Say({"code": 50002, "message": "Internal error", "request_id": "1"}),
        Say({"code": 40100, "message": "Requests made too frequently", "request_id": "2"}),
    ]

    def answer(asked: Asked) -> Say:
        if faults and asked.query.get("page") == "2":
            return faults.pop()
        return tiktok(asked)

    shop.bring("tiktok_ads", TIKTOK, answer)
    assert faults == []
    sql = (
        "SELECT date, platform, account, channel_group, campaign, "
        "campaign_id, currency, impressions, clicks, link_clicks, "
        "conversions, results, video_views, engagements, spend, reach FROM fact_ad_performance_live ORDER BY 1"
    )
    headings = (
        "By Day,Account name,Campaign name,Campaign ID,Currency,Cost,"
        "Impressions,Clicks (destination),Reach,Frequency,Conversions,"
        "Results,Video views,2-second video views,6-second video views,Video views at 100%,"
        "Paid likes,Paid comments,Paid shares,Paid follows\n"
    )
    export = headings + "".join(
        f"2026-11-{d},Áo Dài Lụa,Video áo dài,1700,VND,200000,9000,90,7000,1.29,3,3,5000,3000,900,300,10,2,1,4\n"
        for d in range(16, 25)
    )
    assert shop.rows(sql) == shop.from_file(export, sql)
    shop.import_text(export)
    assert shop.rows("SELECT sum(spend) FROM fact_ad_performance_live") == [(Decimal(1800000),)]
    assert 30.0 in shop.clock.slept


def test_tiktok_that_knows_the_token_no_more_is_a_refusal(shop: Shop) -> None:
    with pytest.raises(Exception, match="has been revoked"):
        shop.bring("tiktok_ads", {**TIKTOK, "access_token": "tiktok-token-of-another"}, tiktok)


# LinkedIn


def linkedin(asked: Asked) -> Say:
    if asked.path == "/oauth/v2/accessToken":
        turned = {"refresh-1": "refresh-2"}.get(asked.form["refresh_token"], "refresh-3")
        return Say({"access_token": "li", "refresh_token": turned, "expires_in": 5184000})
    assert asked.headers["linkedin-version"] == "202607"
    assert asked.headers["authorization"] == "Bearer li"
    if asked.path == "/rest/adAccounts/501":
        return Say({"id": 501, "name": "Áo Dài Lụa", "currency": "USD"})
    if asked.path.endswith("/adCampaigns"):
        second = asked.query.get("pageToken") == "more"
        elements = [{"id": 9, "name": "Tuyển đại lý"}] if second else [{"id": 8, "name": "Khác"}]
        return Say({"elements": elements, "metadata": {} if second else {"nextPageToken": "more"}})
    assert asked.query["dateRange"].startswith("(start:(year:2026,month:")
    assert asked.query["accounts"] == "List(urn:li:sponsoredAccount:501)"
    day = {"year": 2026, "month": 11, "day": 17}
    row = {
        "dateRange": {"start": day, "end": day},
        "pivotValues": ["urn:li:sponsoredCampaign:9"],
        "impressions": 700,
        "clicks": 21,
        "landingPageClicks": 15,
        "costInLocalCurrency": "12.345678901",
        "externalWebsiteConversions": 1,
        "oneClickLeads": 2,
        "totalEngagements": 30,
        "likes": 4,
        "comments": 1,
        "shares": 1,
        "follows": 3,
    }
    return Say({"elements": [row], "paging": {"start": 0, "count": 10}})


def test_linkedin_numbers_campaigns_and_their_names_are_looked_up(shop: Shop) -> None:
    answers = {
        "account_id": "501",
        "client_id": "li-app",
        "client_secret": "li-secret-of-the-app",
        "refresh_token": "refresh-1",
    }
    shop.bring("linkedin_ads", answers, linkedin)
    found = shop.rows(
        "SELECT date, account, campaign, campaign_id, impressions, clicks, link_clicks, spend, leads "
        "FROM fact_ad_performance_live"
    )
    assert found == [
        (date(2026, 11, 17), "Áo Dài Lụa", "Tuyển đại lý", "9", 700, 21, 15, Decimal("12.34567890"), Decimal(2))
    ]


def test_a_refresh_token_that_turns_is_kept_for_the_next_run(shop: Shop) -> None:
    answers = {
        "account_id": "501",
        "client_id": "li-app",
        "client_secret": "li-secret-of-the-app",
        "refresh_token": "refresh-1",
    }
    shop.bring("linkedin_ads", answers, linkedin)
    asked = shop.again(linkedin)
    assert [each.form["refresh_token"] for each in asked if "accessToken" in each.path] == ["refresh-2"]


# Mailchimp


def mailchimp(asked: Asked) -> Say:
    user, _, key = base64.b64decode(asked.headers["authorization"].split()[1]).decode().partition(":")
    if (bool(user), key) != (True, "key-of-the-shop-1234-us21"):
        return Say({"title": "API Key Invalid", "status": 401, "detail": "Your API key may be invalid."}, 401)
    if asked.path == "/3.0/":
        return Say({"account_name": "Áo Dài Lụa"})
    reports = [
        {
            "id": f"abc{n}",
            "campaign_title": f"Bản tin {n}",
            "subject_line": "Áo dài mới",
            "list_name": "Khách quen",
            "send_time": "2026-11-17T02:30:00+00:00",
            "emails_sent": 1000,
            "abuse_reports": 1,
            "unsubscribed": 5,
            "bounces": {"hard_bounces": 10, "soft_bounces": 20, "syntax_errors": 0},
            "opens": {"opens_total": 500, "unique_opens": 300, "open_rate": 0.3},
            "clicks": {"clicks_total": 80, "unique_clicks": 70, "unique_subscriber_clicks": 60},
            "ecommerce": {
                "total_orders": 4,
                "total_spent": 2600000,
                "total_revenue": 2500000,
                "currency_code": "VND",
            },
            "_links": [{"rel": "self"}],
        }
        for n in range(5)
    ]
    since, before = (datetime.fromisoformat(asked.query[name]) for name in ("since_send_time", "before_send_time"))
    reports = [each for each in reports if since <= datetime.fromisoformat(str(each["send_time"])) < before]
    at = int(asked.query["offset"])
    return Say({"reports": reports[at : at + 2], "total_items": len(reports)})


MAILCHIMP_EXPORT = (
    "Title,Subject,List,Send Date,Send Weekday,Total Recipients,Successful Deliveries,Soft Bounces,Hard Bounces,"
    "Total Bounces,Unique Opens,Total Opens,Unique Clicks,Total "
    "Clicks,Unsubscribes,Abuse Complaints,Unique Id,Total Orders,"
    "Total Gross Sales,Total Revenue\n"
) + "".join(
    f'Bản tin {n},Áo dài mới,Khách quen,"Nov 17, 2026 09:30 am",Tuesday,1000,970,20,10,30,300,500,60,80,5,1,abc{n},'
    "4,2600000,2500000\n"
    for n in range(5)
)


def test_mailchimp_reports_are_the_sends_of_its_export(shop: Shop) -> None:
    shop.bring("mailchimp", {"dc": "us21", "api_key": "key-of-the-shop-1234-us21"}, mailchimp)
    sql = (
        "SELECT date, platform, account, send_id, campaign, subject, list,"
        " sent_at, sent, delivered, soft_bounces, hard_bounces, bounces, "
        "unique_opens, opens, unique_clicks, clicks, unsubscribes, complaints, orders, gross_sales, revenue "
        "FROM fact_email_campaign_live ORDER BY send_id"
    )
    assert shop.rows(sql) == shop.from_file(MAILCHIMP_EXPORT, sql)
    shop.import_text(MAILCHIMP_EXPORT)
    assert shop.rows("SELECT count(*), sum(sent) FROM fact_email_campaign_live") == [(5, 5000)]


# HubSpot


def hubspot(asked: Asked) -> Say:
    if asked.method == "GET":
        return Say({"results": []})
    low, high = (int(asked.json["filterGroups"][0]["filters"][0][name]) for name in ("value", "highValue"))
    if not low <= 1_795_200_000_000 < high:
        return Say({"total": 0, "results": []})
    if "deals" in asked.path:
        row = {
            "id": "900",
            "properties": {
                "dealstage": "closedwon",
                "amount": "4500000",
                "deal_currency_code": "VND",
                "pipeline": "default",
                "createdate": "2026-11-16T03:00:00.000Z",
                "closedate": "2026-11-20T03:00:00Z",
                "closed_lost_reason": None,
            },
        }
        return Say({"total": 1, "results": [row]})
    rows = [
        {
            "id": str(n),
            "properties": {
                "createdate": "2026-11-16T03:00:00.123Z",
                "lifecyclestage": "marketingqualifiedlead",
                "hs_lead_status": None,
                "email": f"khach{n}@example.com",
                "phone": f"+8491234567{n}",
                "hs_analytics_source": "ORGANIC_SEARCH",
                "hs_lifecyclestage_lead_date": "2026-11-16T03:00:00Z",
                "hs_lifecyclestage_marketingqualifiedlead_date": "2026-11-18T03:00:00Z",
            },
        }
        for n in range(3)
    ]
    at = int(asked.json.get("after", 0))
    more = {"next": {"after": str(at + 2), "link": "x"}} if at + 2 < len(rows) else None
    return Say({"total": 3, "results": rows[at : at + 2], "paging": more})


def test_hubspot_contacts_and_deals_become_stages_without_their_names(shop: Shop) -> None:
    shop.bring("hubspot", {"access_token": "pat-na1-of-the-shop-123456"}, hubspot)
    found = shop.rows("SELECT lead_id, stage, date, lead_source FROM fact_lead_event_live ORDER BY 1, 3, 2")
    assert found == [
        *(
            (str(n), stage, day, "Organic Search")
            for n in range(3)
            for stage, day in (("lead", date(2026, 11, 16)), ("mql", date(2026, 11, 18)))
        ),
        ("deal 900", "opportunity", date(2026, 11, 16), None),
        ("deal 900", "won", date(2026, 11, 20), None),
    ]
    assert shop.rows("SELECT count(DISTINCT customer_key) FROM fact_lead_event_live") == [(3,)]
    assert shop.rows("SELECT DISTINCT amount FROM fact_lead_event_live WHERE stage = 'won'") == [(Decimal(4500000),)]


# Shops


def money(amount: str) -> dict[str, Any]:
    return {"shopMoney": {"amount": amount, "currencyCode": "VND"}}


def shopify(asked: Asked) -> Say:
    assert asked.headers["x-shopify-access-token"] == "shpat_of_the_shop_12345678"
    if "shop { name }" in asked.json["query"]:
        return Say({"data": {"shop": {"name": "Áo Dài Lụa"}}})
    changed = asked.json["variables"]["changed"]
    nodes = [
        {
            "name": f"#100{n}",
            "createdAt": "2026-11-17T17:30:00Z",
            "cancelledAt": None,
            "test": False,
            "tags": [],
            "email": f"khach{n}@example.com",
            "phone": None,
            "sourceName": "web",
            "displayFinancialStatus": "PAID",
            "displayFulfillmentStatus": "FULFILLED",
            "paymentGatewayNames": ["Cash on Delivery (COD)"],
            "shippingAddress": {"phone": f"091234567{n}", "province": "Hà Nội"},
            "shippingLine": {"title": "GHN"},
            "fulfillments": [{"createdAt": "2026-11-19T03:00:00Z"}],
            "subtotalPriceSet": money("900000.0"),
            "totalDiscountsSet": money("100000.0"),
            "totalRefundedSet": money("0.0"),
            "totalShippingPriceSet": money("30000.0"),
            "totalTaxSet": money("0.0"),
            "totalPriceSet": money("930000.0"),
            "lineItems": {
                "nodes": [
                    {"name": "Áo dài lụa", "sku": "AD1", "quantity": 1, "originalUnitPriceSet": money("600000.0")},
                    {"name": "Khăn", "sku": "K1", "quantity": 2, "originalUnitPriceSet": money("200000.0")},
                ]
            },
        }
        for n in range(7)
        if "2026-11-16" in changed
    ]
    at = int(asked.json["variables"].get("after") or 0)
    page = {"nodes": nodes[at : at + 5], "pageInfo": {"hasNextPage": at + 5 < len(nodes), "endCursor": str(at + 5)}}
    cost = {"throttleStatus": {"maximumAvailable": 2000, "currentlyAvailable": at, "restoreRate": 100}}
    return Say({"data": {"orders": page}, "extensions": {"cost": cost}})


SHOPIFY = {"shop": "aodai", "access_token": "shpat_of_the_shop_12345678"}
SHOPIFY_HEADINGS = (
    "Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Currency,Subtotal,Shipping,Taxes,Total,"
    "Discount Amount,Shipping Method,Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,"
    "Shipping Phone,Shipping Province Name,Payment Method,Refunded Amount,Source,Tags\n"
)
SHOPIFY_EXPORT = SHOPIFY_HEADINGS + "".join(
    f"#100{n},khach{n}@example.com,paid,,fulfilled,2026-11-19 10:00:00 +0700,VND,900000.00,30000.00,0.00,930000.00,"
    f"100000.00,GHN,2026-11-18 00:30:00 +0700,1,Áo dài lụa,600000.00,"
    f"AD1,091234567{n},Hà Nội,Cash on Delivery (COD),0.00,web,\n"
    f"#100{n},khach{n}@example.com,,,,,,,,,,,,2026-11-18 00:30:00 +0700,2,Khăn,200000.00,K1,,,,,,\n"
    for n in range(7)
)
ORDERS = (
    "SELECT date, platform, account, order_id, customer_key, sales_channel,"
    " status, payment_method, carrier, geo, currency, order_ts, "
    "delivered_at, gross_amount, discount_amount, net_amount, is_test FROM fact_order_live ORDER BY order_id"
)
LINES = (
    "SELECT order_id, line_no, product, quantity, unit_price, "
    "line_amount FROM fact_order_line_live ORDER BY order_id, line_no"
)


def test_shopify_orders_are_those_of_its_export_also_when_it_throttles(shop: Shop) -> None:
    throttled = [Say({"errors": [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}], "data": None})]

    def answer(asked: Asked) -> Say:
        if throttled and "variables" in asked.json and asked.json["variables"].get("after") == "5":
            return throttled.pop()
        return shopify(asked)

    shop.bring("shopify", SHOPIFY, answer)
    assert throttled == []
    assert shop.clock.slept == [5.0]
    assert shop.rows(ORDERS) == shop.from_file(SHOPIFY_EXPORT, ORDERS)
    assert shop.rows(LINES) == shop.from_file(SHOPIFY_EXPORT, LINES, "again.csv")
    shop.import_text(SHOPIFY_EXPORT)
    assert shop.rows("SELECT count(*), sum(net_amount) FROM fact_order_live") == [(7, Decimal(6300000))]


def test_an_error_of_shopify_in_a_200_is_an_error(shop: Shop) -> None:
    fault = Say({"errors": [{"message": "Field 'x' doesn't exist", "extensions": {"code": "undefinedField"}}]})
    with pytest.raises(BadRequestError, match="doesn't exist"):
        shop.bring("shopify", SHOPIFY, lambda _: fault)


def haravan(asked: Asked) -> Say:
    assert asked.headers["authorization"] == "Bearer haravan-token-of-the-shop"
    limit = {"X-Haravan-Api-Call-Limit": "79/80"}
    if asked.path.endswith("count.json"):
        return Say({"count": 51}, headers=limit)
    page = int(asked.query["page"])
    orders = [
        {
            "id": n,
            "name": f"#1000{n:02}",
            "created_at": "2026-11-17T17:30:00Z",
            "updated_at": "2026-11-18T00:00:00Z",
            "currency": "VND",
            "total_price": 530000.0,
            "subtotal_price": 500000.0,
            "total_discounts": 20000.0,
            "total_line_items_price": 520000.0,
            "financial_status": "paid",
            "fulfillment_status": "fulfilled",
            "cancelled_at": None,
            "source_name": "web",
            "gateway": "COD",
            "utm_campaign": "tet-som",
            "refunds": [],
            "shipping_lines": [{"price": 30000.0}],
            "fulfillments": [{"carrier_status_code": "delivered", "tracking_company": "GHN"}],
            "customer": {"phone": f"09123456{n:02}", "first_name": "Người Mua Bí Mật"},
            "shipping_address": {"province": "Hà Nội", "name": "Người Nhận Bí Mật", "address1": "1 Phố Bí Mật"},
            "line_items": [
                {"title": "Áo dài", "variant_title": "Đỏ / M", "sku": "AD", "quantity": 2, "price": 260000.0}
            ],
        }
        for n in range(51)
        if asked.query["updated_at_min"].startswith("2026-11-16")
    ]
    return Say({"orders": orders[(page - 1) * 50 : page * 50]}, headers=limit)


def test_haravan_orders_come_page_by_page_at_the_pace_of_its_bucket_and_without_names(shop: Shop) -> None:
    shop.bring("haravan", {"access_token": "haravan-token-of-the-shop"}, haravan)
    found = shop.rows(
        "SELECT count(*), count(DISTINCT customer_key), min(date), sum(net_amount), min(status), min(campaign), "
        "min(payment_method), min(geo) FROM fact_order_live"
    )
    assert found == [(51, 51, date(2026, 11, 18), Decimal(51 * 500000), "delivered", "tet-som", "cod", "Hà Nội")]
    assert shop.rows("SELECT DISTINCT product, quantity, line_amount FROM fact_order_line_live") == [
        ("Áo dài · Đỏ / M", Decimal(2), Decimal(520000))
    ]
    assert all(9 < seconds < 11 for seconds in shop.clock.slept)
    kept = b""
    for record in shop.workspace.imports():
        with unpacked(shop.workspace.root / "archive", record.digest) as original:
            kept += original.read()
    assert b"tet-som" in kept
    assert "Bí Mật".encode() not in kept


def sapo(asked: Asked) -> Say:
    assert base64.b64decode(asked.headers["authorization"].split()[1]) == b"sapo-key-1:sapo-secret-1"
    if asked.path.endswith("count.json"):
        return Say({"count": 1})
    order = {
        "id": 1,
        "name": "SON00001",
        "created_on": "2026-11-17T17:30:00Z",
        "modified_on": "2026-11-18T00:00:00Z",
        "status": "open",
        "financial_status": "paid",
        "fulfillment_status": "fulfilled",
        "cancelled_on": None,
        "total_price": "530000",
        "total_discounts": "20000",
        "total_line_items_price": "520000",
        "source_name": "web",
        "gateway": "COD",
        "shipping_lines": [{"price": "30000"}],
        "phone": "0912345678",
        "fulfillments": [{"shipment_status": "delivered", "tracking_company": "GHTK"}],
        "shipping_address": {"province": "Đà Nẵng"},
        "line_items": [{"title": "Áo dài", "sku": "AD", "quantity": 2, "price": "260000"}],
    }
    there = asked.query["modified_on_min"].startswith("2026-11-16") and asked.query["page"] == "1"
    return Say({"orders": [order] if there else []})


def test_sapo_orders_are_read_slowly(shop: Shop) -> None:
    answers = {"store": "aodai", "api_key": "sapo-key-1", "api_secret": "sapo-secret-1"}
    asked = shop.bring("sapo", answers, sapo)
    found = shop.rows(
        "SELECT order_id, date, status, gross_amount, discount_amount, net_amount, geo FROM fact_order_live"
    )
    assert found == [
        ("SON00001", date(2026, 11, 18), "delivered", Decimal(520000), Decimal(20000), Decimal(500000), "Đà Nẵng")
    ]
    assert len(shop.clock.slept) >= len(asked) - 2
    assert max(shop.clock.slept) <= 1.5


def kiotviet(asked: Asked) -> Say:
    if asked.path == "/connect/token":
        assert asked.form["scopes"] == "PublicApi.Access"
        return Say({"access_token": "kv", "expires_in": 86400})
    assert asked.headers["retailer"] == "aodai"
    if asked.path == "/branches":
        return Say({"total": 1, "data": [{"id": 1}]})
    at = int(asked.query["currentItem"])
    invoices = [
        {
            "id": n,
            "code": f"HD00000{n}",
            "purchaseDate": "2026-11-18T09:30:00.1230000",
            "branchName": "Chi nhánh trung tâm",
            "soldByName": "Nhân Viên Bí Mật",
            "customerCode": f"KH00{n}",
            "customerName": "Khách Bí Mật",
            "total": 480000,
            "totalPayment": 480000,
            "discount": 20000,
            "status": 1,
            "statusValue": "Hoàn thành",
            "usingCod": False,
            "payments": [{"method": "Cash", "amount": 480000}],
            "invoiceDetails": [
                {
                    "productCode": "AD",
                    "productName": "Áo dài",
                    "quantity": 2.0,
                    "price": 250000.0,
                    "discount": 0.0,
                    "subTotal": 500000.0,
                }
            ],
        }
        for n in range(3)
        if asked.query["lastModifiedFrom"].startswith("2026-11-16")
    ]
    return Say({"total": len(invoices), "pageSize": 2, "data": invoices[at : at + 2]})


KIOTVIET_EXPORT = (
    "Mã hóa đơn,Thời gian,Trạng thái,Chi nhánh,Mã khách hàng,"
    "Tổng tiền hàng,Giảm giá hóa đơn,Khách cần trả,Khách đã trả,"
    "Tiền mặt,Mã hàng,Tên hàng,Số lượng,Đơn giá,Thành tiền\n"
) + "".join(
    f"HD00000{n},18/11/2026 09:30,Hoàn thành,Chi nhánh trung tâm,KH00{n},"
    f"500000,20000,480000,480000,480000,AD,Áo dài,2,250000,500000\n"
    for n in range(3)
)


def test_kiotviet_invoices_are_those_of_its_export(shop: Shop) -> None:
    answers = {"retailer": "aodai", "client_id": "kv-client-1", "client_secret": "kv-secret-1"}
    shop.bring("kiotviet", answers, kiotviet)
    sql = (
        "SELECT date, platform, account, order_id, customer_key, "
        "sales_channel, status, payment_method, currency, gross_amount, "
        "discount_amount, net_amount FROM fact_order_live ORDER BY order_id"
    )
    assert shop.rows(sql) == shop.from_file(KIOTVIET_EXPORT, sql)
    assert shop.rows(LINES) == shop.from_file(KIOTVIET_EXPORT, LINES, "again.csv")
    shop.import_text(KIOTVIET_EXPORT)
    assert shop.rows("SELECT count(*), sum(net_amount) FROM fact_order_live") == [(3, Decimal(1440000))]


# Pages


def facebook_page(asked: Asked) -> Say:
    if asked.path.endswith("/insights"):
        days = [day for day in days_of(asked.query["since"], asked.query["until"])[:-1] if day >= SINCE]
        stamps = [f"{date.fromordinal(day.toordinal() + 1)}T08:00:00+0000" for day in days]
        data = [
            {"name": name, "period": "day", "values": [{"value": value, "end_time": stamp} for stamp in stamps]}
            for name, value in (("page_media_view", 1200), ("page_views_total", 45), ("page_post_engagements", 88))
        ]
        return Say(
            {"data": data, "paging": {"next": "https://graph.facebook.com/x?access_token=page-token-of-the-shop-1"}}
        )
    if asked.path.endswith("/published_posts"):
        post = {
            "id": "5550001_777",
            "message": "Áo dài mới về",
            "created_time": "2026-11-17T02:00:00+0000",
            "from": {"name": "Áo Dài Lụa"},
            "status_type": "added_photos",
            "shares": {"count": 3},
            "reactions": {"data": [], "summary": {"total_count": 40}},
            "comments": {"data": [], "summary": {"total_count": 6}},
            "insights": {"data": [{"name": "post_media_view", "values": [{"value": 900}]}]},
        }
        inside = int(asked.query["since"]) <= 1794880800 < int(asked.query["until"])
        return Say({"data": [post] if inside else []})
    return Say({"name": "Áo Dài Lụa", "followers_count": 15200, "id": "5550001"})


def test_a_facebook_page_gives_days_posts_and_followers(shop: Shop) -> None:
    shop.bring("meta_page", {"page_id": "5550001", "access_token": "page-token-of-the-shop-1"}, facebook_page)
    found = shop.rows(
        "SELECT date, sum(views), sum(profile_visits), sum(interactions) FROM fact_social_account_live "
        "WHERE network = 'facebook' AND followers IS NULL GROUP BY 1 ORDER BY 1"
    )
    assert found == [(date(2026, 11, day), 1200, 45, 88) for day in range(16, 25)]
    assert shop.rows("SELECT date, followers FROM fact_social_account_live WHERE followers IS NOT NULL") == [
        (TODAY, 15200)
    ]
    posts = shop.rows(
        "SELECT post_id, date, network, social_account, title, views,"
        " reactions, comments, shares FROM fact_social_post_live"
    )
    assert posts == [("777", date(2026, 11, 17), "facebook", "Áo Dài Lụa", "Áo dài mới về", 900, 40, 6, 3)]


def test_a_file_of_page_views_takes_the_place_of_the_same_views(shop: Shop) -> None:
    shop.bring("meta_page", {"page_id": "5550001", "access_token": "page-token-of-the-shop-1"}, facebook_page)
    card = "Facebook views\nDate,Primary\n" + "".join(f'"2026-11-{day}T00:00:00",1300\n' for day in range(16, 25))
    shop.import_text(card, "Views.csv")
    assert shop.rows("SELECT sum(views), sum(profile_visits) FROM fact_social_account_live") == [(11700, 405)]


def instagram(asked: Asked) -> Say:
    if asked.path.endswith("/insights"):
        data = [
            {"name": name, "period": "day", "total_value": {"value": value}}
            for name, value in (("reach", 300), ("views", 900))
        ]
        return Say({"data": data})
    if asked.path.endswith("/media"):
        media = {
            "id": "17900000000000001",
            "caption": "Áo dài",
            "timestamp": "2026-11-17T02:00:00+0000",
            "media_type": "VIDEO",
            "media_product_type": "REELS",
            "username": "aodailua",
            "like_count": 12,
            "comments_count": 2,
            "insights": {
                "data": [{"name": "reach", "values": [{"value": 250}]}, {"name": "saved", "values": [{"value": 9}]}]
            },
        }
        inside = int(asked.query["since"]) <= 1794880800 < int(asked.query["until"])
        return Say({"data": [media] if inside else []})
    return Say({"username": "aodailua", "followers_count": 820})


def test_instagram_tells_a_day_at_a_time(shop: Shop) -> None:
    since = date(2026, 11, 22)
    shop.bring(
        "instagram", {"user_id": "17841400000000000", "access_token": "ig-token-of-the-shop-12"}, instagram, since
    )
    days = shop.rows(
        "SELECT date, sum(reach), sum(views) FROM fact_social_account_live "
        "WHERE followers IS NULL GROUP BY 1 ORDER BY 1"
    )
    assert days == [(date(2026, 11, day), 300, 900) for day in range(22, 25)]
    posts = shop.rows("SELECT network, social_account, post_type, reach, saves, reactions FROM fact_social_post_live")
    assert posts == [("instagram", "aodailua", "IG reel", 250, 9, 12)]


# All of them


@pytest.mark.parametrize("name", definition_ids())
def test_a_definition_names_only_what_there_is(name: str) -> None:
    made = definition(name)
    asked = {question.name for question in made.questions}
    secret = set(made.secrets())
    window = set(window_of(next(iter(_periods())), "Asia/Ho_Chi_Minh"))
    for call in (made.check, *(stream.call for stream in made.streams)):
        used = names_in([call.path, dict(call.query), call.body])
        assert used <= asked | window
        assert not used & secret, "a secret belongs into a header, never into an address or a body"
    assert names_in([made.base, made.account, dict(made.headers)]) <= asked - secret
    for stream in made.streams:
        assert set(stream.fields) <= set(made.platform.columns)
        assert stream.window != "changes" or stream.lookback >= 1
        assert stream.label.vi
        assert stream.label.en
    assert {question.name for question in made.questions if not (question.label.vi and question.where.vi)} == set()
    assert all(step.vi and step.en for step in made.steps)


def _periods() -> Any:
    yield Period(date(2026, 11, 16), date(2026, 11, 23))


@pytest.mark.parametrize("name", definition_ids())
def test_platforms_are_asked_over_an_encrypted_line_only(name: str) -> None:
    made = definition(name)
    assert made.base.startswith("https://")
    assert not made.auth.url or made.auth.url.startswith("https://")


@pytest.mark.parametrize(
    ("name", "question", "typed", "used"),
    [
        ("google_ads", "customer_id", " 123-456-7890 ", "1234567890"),
        ("meta_ads", "account_id", "act_987654", "987654"),
        ("shopify", "shop", "https://ao-dai.myshopify.com/", "ao-dai"),
        ("kiotviet", "retailer", "aodai.kiotviet.vn", "aodai"),
        ("sapo", "store", "aodai.mysapo.net", "aodai"),
        ("gsc", "site", "https://aodai.vn/", "https://aodai.vn/"),
    ],
)
def test_what_people_copy_along_is_left_out(name: str, question: str, typed: str, used: str, tmp_path: Path) -> None:
    asked = next(each for each in definition(name).questions if each.name == question)
    assert accepted(asked, typed, tmp_path) == used
