"""What a platform's export file tells and what its API tells are the same facts, and they are never counted twice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from api_servers import Answerer, Asked, Say
from test_apis_platforms import LINES, ORDERS, Shop, facebook_page, haravan, hubspot, instagram, linkedin, sapo

Rows = list[list[tuple[Any, ...]]]


@contextmanager
def two_shops(root: Path) -> Iterator[tuple[Shop, Shop]]:
    """Two workspaces with the same key for people: what they keep of a person can be compared."""
    (root / "api").mkdir()
    (root / "file").mkdir()
    by_api, by_file = Shop(root / "api"), Shop(root / "file")
    with by_api.workspace, by_file.workspace:
        for shop in (by_api, by_file):
            (shop.workspace.root / ".secret").write_bytes(b"the key of both shops, 32 bytes.")
        yield by_api, by_file


def told(shop: Shop, questions: Sequence[str]) -> Rows:
    return [shop.rows(question) for question in questions]


def facts_of_both(
    root: Path,
    connection: tuple[str, Mapping[str, str], Answerer],
    files: Mapping[str, str],
    questions: Sequence[str],
) -> tuple[Rows, Rows, Rows, Rows]:
    """What is told by the API alone, the files alone, the files after the API, and the API after the files."""
    with two_shops(root) as (by_api, by_file):
        by_api.bring(*connection)
        only_api = told(by_api, questions)
        for name, text in files.items():
            by_file.import_text(text, name)
        only_file = told(by_file, questions)
        for name, text in files.items():
            by_api.import_text(text, name)
        by_file.bring(*connection)
        return only_api, only_file, told(by_api, questions), told(by_file, questions)


HUBSPOT = ("hubspot", {"access_token": "pat-na1-of-the-shop-123456"}, hubspot)
HUBSPOT_CONTACTS = (
    "Record ID,First Name,Last Name,Email,Phone Number,Lead Status,Create Date,Lifecycle Stage,Original Source,"
    "Became a Lead Date,Became a Marketing Qualified Lead Date\n"
) + "".join(
    f"{n},Khách,Bí Mật,khach{n}@example.com,+8491234567{n},,2026-11-16 10:00,Marketing Qualified Lead,Organic Search,"
    "2026-11-16 10:00,2026-11-18 10:00\n"
    for n in range(3)
)
HUBSPOT_DEALS = (
    "Record ID,Deal Name,Deal Stage,Amount,Currency,Create Date,Close Date,Pipeline,Closed Lost Reason\n"
    "900,Đơn Bí Mật,Closed Won,4500000,VND,2026-11-16 10:00,2026-11-20 10:00,default,\n"
)
STAGES = (
    "SELECT lead_id, stage, date, lead_source, campaign, owner, customer_key, amount, is_rejected, reject_reason, "
    "won_at, lost_at, mql_at, sql_at, platform, account FROM fact_lead_event_live ORDER BY lead_id, date, stage"
)
STAGES_COUNTED = (
    "SELECT stage, count(*), count(DISTINCT lead_id), sum(amount) FROM fact_lead_event_live GROUP BY 1 ORDER BY 1"
)


def test_hubspot_files_and_api_agree_and_replace_each_other(tmp_path: Path) -> None:
    files = {"contacts.csv": HUBSPOT_CONTACTS, "deals.csv": HUBSPOT_DEALS}
    api, file, file_after_api, api_after_file = facts_of_both(tmp_path, HUBSPOT, files, [STAGES, STAGES_COUNTED])
    assert len(api[0]) == 8
    assert file == api
    assert file_after_api == api
    assert api_after_file == api


HARAVAN = ("haravan", {"access_token": "haravan-token-of-the-shop"}, haravan)
HARAVAN_EXPORT = (
    "Mã đơn hàng,Ngày đặt hàng,Trạng thái thanh toán,Trạng thái giao hàng,Số điện thoại,Tên khách hàng,Tên sản phẩm,"
    "Phiên bản,SKU,Số lượng sản phẩm,Giá sản phẩm,Tạm tính,Tổng cộng,Giảm giá,Phí vận chuyển,Kênh bán hàng,"
    "Phương thức thanh toán,Nhà vận chuyển,Tỉnh/Thành phố\n"
) + "".join(
    f"#1000{n:02},18/11/2026 00:30,Đã thanh toán,Đã giao hàng,09123456{n:02},Người Mua,Áo dài,Đỏ / M,AD,2,260000,"
    "520000,530000,20000,30000,web,COD,GHN,Hà Nội\n"
    for n in range(51)
)
ORDERS_COUNTED = "SELECT count(*), count(DISTINCT customer_key), sum(net_amount) FROM fact_order_live"
REFUNDS = "SELECT order_id, refund_amount FROM fact_order_live ORDER BY order_id"


def test_haravan_orders_of_file_and_api_agree_and_replace_each_other(tmp_path: Path) -> None:
    questions = [ORDERS, LINES, ORDERS_COUNTED, REFUNDS]
    api, file, file_after_api, api_after_file = facts_of_both(
        tmp_path, HARAVAN, {"orders.csv": HARAVAN_EXPORT}, questions
    )
    assert api[2] == [(51, 51, Decimal(51 * 500000))]
    assert file == api
    assert file_after_api == api
    assert api_after_file == api


SAPO = ("sapo", {"store": "aodai", "api_key": "sapo-key-1", "api_secret": "sapo-secret-1"}, sapo)
SAPO_EXPORT = (
    "STT,Mã đơn hàng,Ngày tạo đơn,Nguồn bán hàng,Trạng thái đơn hàng,Trạng thái giao hàng,Trạng thái thanh toán,"
    "Tên khách hàng,Số điện thoại,Mã SKU,Tên sản phẩm,Số lượng,Đơn giá,Tổng tiền hàng,Chiết khấu đơn hàng,"
    "Phí giao hàng,Khách phải trả,Phương thức thanh toán,Đối tác giao hàng,Tỉnh/Thành phố\n"
    "1,SON00001,18/11/2026 00:30,web,Đang giao dịch,Đã giao hàng,Đã thanh toán,Người Mua,0912345678,AD,Áo dài,2,"
    "260000,520000,20000,30000,530000,COD,GHTK,Đà Nẵng\n"
)


def test_sapo_orders_of_file_and_api_agree_and_replace_each_other(tmp_path: Path) -> None:
    questions = [ORDERS, LINES, ORDERS_COUNTED, REFUNDS]
    api, file, file_after_api, api_after_file = facts_of_both(tmp_path, SAPO, {"orders.csv": SAPO_EXPORT}, questions)
    assert api[2] == [(1, 1, Decimal(500000))]
    assert file == api
    assert file_after_api == api
    assert api_after_file == api


LINKEDIN_ANSWERS = {
    "account_id": "501",
    "client_id": "li-app",
    "client_secret": "li-secret-of-the-app",
    "refresh_token": "refresh-1",
}
LINKEDIN = ("linkedin_ads", LINKEDIN_ANSWERS, linkedin)
LINKEDIN_EXPORT = (
    "Campaign Performance Report (in UTC)\nReport Start: November 16, 2026, 12:00 AM\n"
    "Report End: November 24, 2026, 11:59 PM\nDate Generated: November 25, 2026, 3:14 AM\n\n"
    "Start Date (in UTC),Account Name,Currency,Campaign Group Name,Campaign Name,Campaign ID,Total Spent,"
    "Impressions,Clicks,Clicks to Landing Page,Conversions,Leads,Total Engagements,Reactions,Comments,Shares,"
    "Follows\n"
    "11/17/2026,Áo Dài Lụa,USD,Đại lý 2026,Tuyển đại lý,9,12.34567890,700,21,15,1,2,30,4,1,1,3\n"
)
ADS = (
    "SELECT date, platform, account, channel_group, campaign, campaign_id, ad_group, ad, currency, impressions, "
    "clicks, link_clicks, interactions, engagements, conversions, leads, spend "
    "FROM fact_ad_performance_live ORDER BY date"
)


def test_linkedin_ads_of_file_and_api_agree_and_replace_each_other(tmp_path: Path) -> None:
    files = {"account_campaign_performance_report.csv": LINKEDIN_EXPORT}
    api, file, file_after_api, api_after_file = facts_of_both(tmp_path, LINKEDIN, files, [ADS])
    assert len(api[0]) == 1
    assert file == api
    assert file_after_api == api
    assert api_after_file == api


def page_with_viewers(asked: Asked) -> Say:
    """The page's answers, with how many people saw a post and clicked on it."""
    said = facebook_page(asked)
    if asked.path.endswith("/published_posts"):
        for post in said.body["data"]:
            counted = (("post_total_media_view_unique", 620), ("post_clicks", 25))
            post["insights"]["data"] += [{"name": name, "values": [{"value": value}]} for name, value in counted]
    return said


PAGE = ("meta_page", {"page_id": "5550001", "access_token": "page-token-of-the-shop-1"}, page_with_viewers)
PAGE_EXPORT = (
    "Post ID,Page ID,Page name,Title,Description,Publish time,Post type,Permalink,Date,Views,Reach,"
    "Reactions,Comments,Shares,Total clicks\n"
    "777,5550001,Áo Dài Lụa,,Áo dài mới về,11/17/2026 09:00,Photos,,Lifetime,900,620,40,6,3,25\n"
)
POSTS = (
    "SELECT date, platform, account, network, social_account, post_id, title, post_type, channel_group, "
    "published_at, views, impressions, reach, reactions, comments, shares, saves, link_clicks, other_clicks, "
    "follows, video_views FROM fact_social_post_live ORDER BY post_id"
)


def test_facebook_posts_of_file_and_api_agree_and_replace_each_other(tmp_path: Path) -> None:
    api, file, file_after_api, api_after_file = facts_of_both(tmp_path, PAGE, {"content.csv": PAGE_EXPORT}, [POSTS])
    assert len(api[0]) == 1
    assert file == api
    assert file_after_api == api
    assert api_after_file == api


INSTAGRAM = ("instagram", {"user_id": "17841400000000000", "access_token": "ig-token-of-the-shop-12"}, instagram)
INSTAGRAM_EXPORT = (
    "Post ID,Account ID,Account username,Account name,Description,Publish time,Post type,Date,"
    "Reach,Likes,Comments,Saves\n"
    "17900000000000001,17841400000000000,aodailua,Áo Dài Lụa,Áo dài,11/17/2026 09:00,IG reel,Lifetime,250,12,2,9\n"
)


def test_instagram_posts_of_file_and_api_agree_and_replace_each_other(tmp_path: Path) -> None:
    files = {"content.csv": INSTAGRAM_EXPORT}
    api, file, file_after_api, api_after_file = facts_of_both(tmp_path, INSTAGRAM, files, [POSTS])
    assert len(api[0]) == 1
    assert file == api
    assert file_after_api == api
    assert api_after_file == api


def test_haravans_api_tells_the_campaign_of_an_order_and_its_file_does_not(tmp_path: Path) -> None:
    question = "SELECT DISTINCT campaign FROM fact_order_live"
    files = {"orders.csv": HARAVAN_EXPORT}
    api, file, file_after_api, api_after_file = facts_of_both(tmp_path, HARAVAN, files, [question])
    assert (api, file) == ([[("tet-som",)]], [[(None,)]])
    assert (file_after_api, api_after_file) == (file, api)


def test_hubspots_file_tells_the_owner_of_a_deal_and_its_api_does_not(tmp_path: Path) -> None:
    question = "SELECT DISTINCT owner FROM fact_lead_event_live WHERE lead_id = 'deal 900'"
    text = HUBSPOT_DEALS.replace("Closed Lost Reason", "Closed Lost Reason,Deal owner").replace(
        "default,", "default,,Lan"
    )
    api, file, _, api_after_file = facts_of_both(tmp_path, HUBSPOT, {"deals.csv": text}, [question])
    assert (api, file, api_after_file) == ([[(None,)]], [[("Lan",)]], api)


def test_facebooks_file_tells_clicks_on_links_and_its_api_only_all_clicks(tmp_path: Path) -> None:
    question = "SELECT link_clicks, other_clicks, reach FROM fact_social_post_live"
    text = PAGE_EXPORT.replace("Total clicks", "Total clicks,Link Clicks,Other Clicks").replace(
        ",25\n", ",25,15,10\n"
    )
    api, file, file_after_api, _ = facts_of_both(tmp_path, PAGE, {"content.csv": text}, [question])
    assert (api, file, file_after_api) == ([[(None, None, 620)]], [[(15, 10, 620)]], file)


@pytest.mark.parametrize(
    ("connection", "text", "question", "found"),
    [
        (
            HUBSPOT,
            HUBSPOT_DEALS.replace("4500000", "5000000"),
            "SELECT count(*), max(amount) FROM fact_lead_event_live WHERE lead_id = 'deal 900'",
            (2, Decimal(5000000)),
        ),
        (
            HARAVAN,
            HARAVAN_EXPORT.replace("520000,530000,20000", "520000,540000,10000", 1),
            ORDERS_COUNTED,
            (51, 51, Decimal(51 * 500000 + 10000)),
        ),
        (
            SAPO,
            SAPO_EXPORT.replace("520000,20000,30000,530000", "520000,10000,30000,540000"),
            ORDERS_COUNTED,
            (1, 1, Decimal(510000)),
        ),
        (
            LINKEDIN,
            LINKEDIN_EXPORT.replace("12.34567890", "13.50"),
            "SELECT count(*), sum(spend) FROM fact_ad_performance_live",
            (1, Decimal("13.5")),
        ),
        (
            PAGE,
            PAGE_EXPORT.replace("900", "950"),
            "SELECT count(*), sum(views) FROM fact_social_post_live",
            (1, 950),
        ),
    ],
    ids=["hubspot", "haravan", "sapo", "linkedin", "facebook"],
)
def test_a_newer_file_takes_the_place_of_what_the_api_told(
    tmp_path: Path,
    connection: tuple[str, Mapping[str, str], Answerer],
    text: str,
    question: str,
    found: tuple[Any, ...],
) -> None:
    api, file, file_after_api, api_after_file = facts_of_both(tmp_path, connection, {"export.csv": text}, [question])
    assert file == file_after_api == [[found]]
    assert api == api_after_file != [[found]]
