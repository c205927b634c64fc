"""Who the demo company is: a made-up Vietnamese fashion shop, its products, campaigns and phrases.

Everything here is invented. Phone numbers begin with 054, which belongs to no Vietnamese operator.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

SHOP_NAME = "Thời trang Trăng Non"
DOMAIN = "trangnon.example"
BRAND_TERMS = ("trăng non", "trang non", "trangnon")
RIVALS = ("Lụa Hồ Tây", "Mây Studio")

AdPlatform = Literal["google_ads", "meta_ads", "tiktok_ads"]
Kind = Literal["search", "display", "conversion", "remarketing", "message", "lead", "video"]

CHANNEL_OF_KIND: dict[Kind, str] = {
    "search": "paid_search",
    "display": "display",
    "conversion": "paid_social",
    "remarketing": "paid_social",
    "message": "paid_social",
    "lead": "paid_social",
    "video": "paid_social",
}


@dataclass(frozen=True, slots=True)
class Campaign:
    """An advertising campaign.

    ``budget`` and ``cpm`` (cost of 1,000 impressions at full budget) are ₫; ``click_rate`` is link clicks per
    impression, ``order_rate`` orders per visit of a newcomer, ``lead_rate`` leads (or conversations) per click and
    ``qualified`` the share of its leads that turn out well. It runs from ``starts`` to ``ends`` weeks before the end
    of the data (None: always).
    """

    name: str
    platform: AdPlatform
    kind: Kind
    budget: int
    cpm: int
    click_rate: float
    order_rate: float
    lead_rate: float = 0.0
    qualified: float = 0.45
    starts: int | None = None
    ends: int | None = None

    @property
    def channel(self) -> str:
        """The marketing channel its visits come through."""
        return CHANNEL_OF_KIND[self.kind]


FATIGUED = 'Chuyển đổi – "Nàng thơ" linen, đợt 2'
POOR_LEADS = "Lead – Vòng quay may mắn"
SALE_DAY = "Sale lớn – {label}"
TET_SALE = "Tết {year} – Áo dài cách tân"

CAMPAIGNS: tuple[Campaign, ...] = (
    Campaign("TK – Thương hiệu Trăng Non", "google_ads", "search", 130_000, 190_000, 0.150, 0.030),
    Campaign("TK – Váy công sở", "google_ads", "search", 420_000, 115_000, 0.046, 0.0135),
    Campaign("TK – Áo sơ mi nữ", "google_ads", "search", 260_000, 105_000, 0.042, 0.0125, starts=84),
    Campaign("HT – Tiếp thị lại giỏ hàng", "google_ads", "display", 140_000, 14_000, 0.0055, 0.0085),
    Campaign("Chuyển đổi – Váy hoa nhí", "meta_ads", "conversion", 380_000, 42_000, 0.0165, 0.0115, ends=23),
    Campaign(FATIGUED, "meta_ads", "conversion", 430_000, 43_000, 0.0185, 0.0120, starts=24),
    Campaign("Tiếp thị lại – Đã xem sản phẩm", "meta_ads", "remarketing", 170_000, 58_000, 0.0210, 0.0190),
    Campaign("Tin nhắn – Tư vấn chọn size", "meta_ads", "message", 210_000, 40_000, 0.0150, 0.0040, 0.055, 0.52),
    Campaign("Lead – Nhận lookbook, mã giảm 10%", "meta_ads", "lead", 160_000, 39_000, 0.0140, 0.0030, 0.080, 0.44),
    Campaign(POOR_LEADS, "meta_ads", "lead", 300_000, 33_000, 0.0210, 0.0012, 0.110, 0.09, starts=6, ends=1),
    Campaign("Video – Mẹo phối đồ", "tiktok_ads", "video", 240_000, 24_000, 0.0098, 0.0068, starts=74),
    Campaign("Video – KOC mặc thử", "tiktok_ads", "conversion", 190_000, 27_000, 0.0115, 0.0082, starts=38),
)


@dataclass(frozen=True, slots=True)
class Product:
    """A product: price and cost in ₫, how often it is bought, and the months it sells best in."""

    sku: str
    name: str
    category: str
    price: int
    cost: int
    weight: float
    season: tuple[int, ...] = ()
    tet: float = 1.0


_SUMMER, _WINTER = (4, 5, 6, 7, 8), (11, 12, 1, 2)
PRODUCTS: tuple[Product, ...] = (
    Product("V101", "Váy hoa nhí cổ vuông", "Váy", 389_000, 158_000, 9.0, _SUMMER),
    Product("V102", "Váy linen Nàng thơ", "Váy", 459_000, 187_000, 8.0, _SUMMER),
    Product("V103", "Váy công sở chữ A", "Váy", 429_000, 176_000, 9.0),
    Product("V104", "Váy hai dây lụa mềm", "Váy", 359_000, 151_000, 5.0, _SUMMER),
    Product("S201", "Áo sơ mi trắng dáng suông", "Áo", 289_000, 112_000, 10.0),
    Product("S202", "Áo sơ mi linen tay lỡ", "Áo", 319_000, 129_000, 7.0, _SUMMER),
    Product("S203", "Áo kiểu cổ nơ", "Áo", 279_000, 110_000, 6.0),
    Product("T301", "Áo thun cotton Trăng", "Áo", 179_000, 71_000, 9.0, _SUMMER),
    Product("Q401", "Quần ống rộng lưng cao", "Quần", 349_000, 143_000, 8.0),
    Product("Q402", "Quần âu nữ dáng đứng", "Quần", 379_000, 157_000, 6.0),
    Product("C501", "Chân váy xếp ly", "Chân váy", 299_000, 119_000, 6.0),
    Product("K601", "Áo khoác dạ lửng", "Áo khoác", 689_000, 301_000, 2.5, _WINTER),
    Product("K602", "Áo khoác gió mỏng", "Áo khoác", 449_000, 193_000, 4.0, (9, 10, 11, 3)),
    Product("L701", "Áo len cổ lọ", "Áo khoác", 329_000, 139_000, 3.0, _WINTER),
    Product("D801", "Áo dài cách tân gấm", "Áo dài", 690_000, 296_000, 1.2, tet=11.0),
    Product("D802", "Áo dài lụa trơn", "Áo dài", 790_000, 342_000, 0.8, tet=9.0),
    Product("P901", "Khăn lụa vuông", "Phụ kiện", 189_000, 68_000, 3.0, _WINTER),
    Product("P902", "Túi vải thô", "Phụ kiện", 149_000, 55_000, 4.0),
)

PROVINCES: tuple[tuple[str, float], ...] = (
    ("TP. Hồ Chí Minh", 27), ("Hà Nội", 22), ("Đà Nẵng", 7), ("Hải Phòng", 5), ("Cần Thơ", 5),
    ("Đồng Nai", 6), ("Nghệ An", 4), ("Thanh Hóa", 4), ("Khánh Hòa", 4), ("Lâm Đồng", 4),
    ("Quảng Ninh", 4), ("Đắk Lắk", 3), ("An Giang", 3), ("Huế", 2),
)  # fmt: skip
SURNAMES = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Phan", "Vũ", "Đặng", "Bùi", "Đỗ", "Hồ", "Ngô")
MIDDLES = ("Thị", "Thu", "Ngọc", "Minh", "Khánh", "Thanh", "Bảo", "Hồng", "Phương", "Diệu")
GIVENS = (
    "An",
    "Chi",
    "Hà",
    "Hương",
    "Lan",
    "Linh",
    "Mai",
    "My",
    "Ngân",
    "Nhi",
    "Quỳnh",
    "Thảo",
    "Trang",
    "Vy",
    "Yến",
)

QUERIES: tuple[tuple[str, float, bool], ...] = (
    ("trăng non", 30, True), ("thời trang trăng non", 16, True), ("trangnon", 7, True),
    ("shop trăng non", 6, True), ("váy trăng non", 4, True),
    ("váy công sở", 24, False), ("váy linen", 18, False), ("áo sơ mi nữ đẹp", 17, False),
    ("váy hoa nhí", 15, False), ("quần ống rộng nữ", 13, False), ("áo dài cách tân", 12, False),
    ("chân váy xếp ly", 10, False), ("áo kiểu công sở", 9, False), ("váy đi biển", 8, False),
    ("cách phối đồ công sở", 7, False), ("áo khoác dạ lửng", 6, False), ("size váy nữ", 5, False),
    ("váy nữ dưới 500k", 5, False), ("khăn lụa quàng cổ", 4, False), ("áo len cổ lọ nữ", 4, False),
)  # fmt: skip
PAGES: tuple[tuple[str, float], ...] = (
    ("/", 30), ("/vay", 22), ("/ao", 15), ("/quan", 9), ("/ao-dai", 7), ("/chan-vay", 5), ("/ao-khoac", 5),
    ("/blog/phoi-do-cong-so", 8), ("/blog/chon-size-vay", 6), ("/blog/bao-quan-do-linen", 3),
)  # fmt: skip

TOPICS: tuple[str, ...] = (
    "Phối đồ đi làm cả tuần với ba món cơ bản",
    "Hậu trường buổi chụp bộ sưu tập mới",
    "Khách xinh mặc đẹp: gửi ảnh nhận mã giảm giá",
    "Mẹo giặt đồ linen không nhăn",
    "Chọn size váy theo số đo, lưu lại nhé",
    "Hàng về lại: váy hoa nhí cổ vuông",
    "Một chiếc sơ mi trắng, năm cách mặc",
    "Góc hỏi đáp: vải lụa có nóng không?",
    "Livestream tối nay 20 giờ, săn mã đến 50K",
    "Bảng màu tháng này: be, nâu sữa, xanh ô liu",
)
