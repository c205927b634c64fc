"""What a platform's export file tells and what its API tells are the same facts, and they are never counted twice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

from api_servers import Answerer
from test_apis_platforms import LINES, ORDERS, Shop, facebook_page, haravan, hubspot, linkedin, sapo

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
    """What is known by the API alone, by the files alone, by the files after the API, and by the API after the files."""
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
STAGES_COUNTED = "SELECT stage, count(*), count(DISTINCT lead_id), sum(amount) FROM fact_lead_event_live GROUP BY 1 ORDER BY 1"


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


def test_haravan_orders_of_file_and_api_agree_and_replace_each_other(tmp_path: Path) -> None:
    questions = [ORDERS, LINES, ORDERS_COUNTED]
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
    questions = [ORDERS, LINES, ORDERS_COUNTED]
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
    "Start Date (in UTC),Account Name,Currency,Campaign Name,Campaign ID,Total Spent,Impressions,Clicks,"
    "Clicks to Landing Page,Conversions,Leads,Total Engagements,Reactions,Comments,Shares,Follows\n"
    "11/17/2026,Áo Dài Lụa,USD,Tuyển đại lý,9,12.34567890,700,21,15,1,2,30,4,1,1,3\n"
)
ADS = (
    "SELECT date, platform, account, channel_group, campaign, campaign_id, ad_group, ad, currency, impressions, clicks, "
    "link_clicks, interactions, engagements, conversions, leads, spend FROM fact_ad_performance_live ORDER BY date"
)


def test_linkedin_ads_of_file_and_api_agree_and_replace_each_other(tmp_path: Path) -> None:
    files = {"account_campaign_performance_report.csv": LINKEDIN_EXPORT}
    api, file, file_after_api, api_after_file = facts_of_both(tmp_path, LINKEDIN, files, [ADS])
    assert len(api[0]) == 1
    assert file == api
    assert file_after_api == api
    assert api_after_file == api


PAGE = ("meta_page", {"page_id": "5550001", "access_token": "page-token-of-the-shop-1"}, facebook_page)
PAGE_EXPORT = (
    "Post ID,Page ID,Page name,Title,Description,Publish time,Post type,Permalink,Date,Views,Reactions,Comments,Shares\n"
    "777,5550001,Áo Dài Lụa,,Áo dài mới về,11/17/2026 09:00,Photos,,Lifetime,900,40,6,3\n"
)
POSTS = (
    "SELECT date, platform, account, network, social_account, post_id, title, post_type, channel_group, published_at, "
    "views, impressions, reach, reactions, comments, shares, saves, link_clicks, other_clicks, follows, video_views "
    "FROM fact_social_post_live ORDER BY post_id"
)


def test_facebook_posts_of_file_and_api_agree_and_replace_each_other(tmp_path: Path) -> None:
    api, file, file_after_api, api_after_file = facts_of_both(tmp_path, PAGE, {"content.csv": PAGE_EXPORT}, [POSTS])
    assert len(api[0]) == 1
    assert file == api
    assert file_after_api == api
    assert api_after_file == api
