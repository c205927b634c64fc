"""What the shop writes down about attention: visitors and reach per window, searches, rivals, ranks, pages, lists."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time

from laban.sources.demo.attention import NEW_MEMBERS, Send
from laban.sources.demo.dice import Dice
from laban.sources.demo.exports.ga4 import record
from laban.sources.demo.exports.own_sheet import Row, Told, daily, over, own_sheet, whole
from laban.sources.demo.files import DemoFile
from laban.sources.demo.model import World
from laban.sources.demo.season import demand
from laban.sources.demo.shop import DOMAIN, PRODUCTS, QUERIES, RIVALS, SHOP_NAME

ARTICLES = (
    ("/blog/phoi-do-cong-so", "Phối đồ"), ("/blog/chon-size-vay", "Hướng dẫn"),
    ("/blog/bao-quan-do-linen", "Hướng dẫn"), ("/blog/hau-truong-bo-suu-tap", "Câu chuyện"),
)  # fmt: skip
GRAINS = ("week", "month")


def told(world: World) -> Iterator[Told]:
    """Return what the truth tells of these sheets; figures of several days stand on the first of them."""
    searches = [row for row in _searches(world) if row["is_own_brand"]]
    yield "fact_brand_search", ("search_volume",), searches
    yield "fact_competitor_snapshot", ("posts", "public_engagements"), _rivals(world)
    yield "fact_email_list", ("subscribers", "gained", "lost"), _list(world)
    yield "fact_page_content", ("views", "engaged_views", "interactions", "scroll_90", "published"), _content(world)
    steps = ("product_view_sessions", "add_to_cart_sessions", "checkout_sessions", "purchase_sessions")
    yield "fact_web_sessions", (*steps, "form_starts", "form_submits", "signups"), _funnel(world)


def write(world: World) -> list[DemoFile]:
    """Return the sheets about attention."""
    weeks = list(whole(world, "week"))
    if not weeks:
        return []
    both = [unit for grain in GRAINS for unit in whole(world, grain)]
    days = [day for unit in both for day in (unit.start, unit.last)]
    through = [day for unit in weeks for day in (unit.start, unit.last)]
    everywhere = world.days
    made: tuple[tuple[str, str, list[Row], list[date]], ...] = (
        ("visitors", "Khách truy cập theo tuần và tháng.csv", list(_visitors(world)), days),
        ("social", "Tiếp cận của trang theo tuần và tháng.csv", list(_social(world)), days),
        ("brand_search", "Lượt tìm tên thương hiệu.csv", list(_searches(world)), through),
        ("competitors", "Theo dõi đối thủ.csv", list(_rivals(world)), through),
        ("keyword_ranks", "Thứ hạng từ khóa.csv", list(_ranks(world)), [unit.last for unit in weeks]),
        ("backlinks", "Backlink.csv", list(_backlinks(world)), [unit.last for unit in weeks]),
        ("site_health", "Sức khỏe website.csv", list(_health(world)), [unit.last for unit in weeks]),
        ("email_list", "Danh sách nhận tin.csv", list(_list(world)), [unit.last for unit in weeks]),
        ("content", "Bài blog theo ngày.csv", list(_content(world)), [everywhere[0], everywhere[-1]]),
        ("funnel", "Các bước trên website theo ngày.csv", list(_funnel(world)), [everywhere[0], everywhere[-1]]),
    )
    files = [file for kind, name, rows, found in made for file in own_sheet(kind, name, rows, found)]
    return [*files, *_films(world), *_reviews(world), *_brand_survey(world)]


def _visitors(world: World) -> Iterator[Row]:
    """People as the web tool tells them apart: fewer than the visits it saw, in a month fewer than in its weeks."""
    sessions = daily((cell.day, cell.sessions) for cell in record(world))
    dice = Dice(world.seed, "visitors")
    for grain in GRAINS:
        per_head = 1.22 if grain == "week" else 1.47
        for unit in whole(world, grain):
            active = round(over(sessions, unit) / per_head)
            new = round(active * (0.70 + 0.04 * dice.unit()))
            known = active - round(new * 0.93)
            row = {"period_start": unit.start, "period_end": unit.last, "active_users": active}
            yield {**row, "new_users": new, "returning_users": known, "tool": "GA4"}


def _social(world: World) -> Iterator[Row]:
    """The Facebook page only: reach of several networks cannot be added."""
    mine = [row for row in world.accounts if row.network == "facebook"]
    reach = daily((row.day, row.reach) for row in mine)
    visits = daily((row.day, row.profile_visits) for row in mine)
    for grain in GRAINS:
        for unit in whole(world, grain):
            people = round(over(reach, unit) / (2.3 if grain == "week" else 4.1))
            row = {"period_start": unit.start, "period_end": unit.last, "network": "Facebook", "reach": people}
            yield {
                **row,
                "social_account": SHOP_NAME,
                "profile_visits": over(visits, unit) if grain == "week" else None,
            }


def _searches(world: World) -> Iterator[Row]:
    dice = Dice(world.seed, "brand search")
    branded = sum(weight for _, weight, own in QUERIES if own) / sum(weight for _, weight, _ in QUERIES)
    clicks = daily((visits.day, visits.sessions) for visits in world.visits if visits.channel == "organic_search")
    for unit in whole(world, "week"):
        own = round(over(clicks, unit) * branded * 1.9 * dice.noise(0.05))
        level = demand(unit.start)
        for brand, volume in ((SHOP_NAME, own), (RIVALS[0], round(1450 * level)), (RIVALS[1], round(690 * level))):
            yield {
                "period_start": unit.start, "period_end": unit.last, "brand": brand,
                "is_own_brand": brand == SHOP_NAME, "search_volume": round(volume * dice.noise(0.04)),
                "geo": "Việt Nam", "search_source": "Keyword Planner",
            }  # fmt: skip


def _rivals(world: World) -> Iterator[Row]:
    dice = Dice(world.seed, "rivals")
    for rival, followers, busy in ((RIVALS[0], 41_000, 1500), (RIVALS[1], 18_500, 620)):
        grown = float(followers)
        for unit in whole(world, "week"):
            grown *= 1 + 0.002 * dice.noise(0.4)
            yield {
                "period_start": unit.start, "period_end": unit.last, "competitor": rival, "network": "Facebook",
                "followers": round(grown), "posts": dice.between(3, 9),
                "public_engagements": round(busy * demand(unit.start) * dice.noise(0.2)),
                "active_ads": dice.between(4, 18), "price_index": dice.between(92, 118), "rating": 4,
            }  # fmt: skip


def _ranks(world: World) -> Iterator[Row]:
    dice = Dice(world.seed, "ranks")
    places = {query: (1.0 if own else 6.0 + 14 * dice.unit()) for query, _, own in QUERIES}
    for unit in whole(world, "week"):
        for query, _, own in QUERIES:
            if not own:
                places[query] = min(60.0, max(2.0, places[query] * dice.noise(0.07) * 0.995))
            row = {"date": unit.last, "keyword": query, "rank": round(places[query]), "domain": DOMAIN}
            yield {**row, "device": "mobile", "geo": "Việt Nam"}


def _backlinks(world: World) -> Iterator[Row]:
    dice, domains, links, score = Dice(world.seed, "backlinks"), 61, 420, 17.0
    for unit in whole(world, "week"):
        domains += dice.poisson(0.35)
        links += dice.poisson(3.0)
        score = min(40.0, score + 0.03 * dice.noise(0.8))
        row = {"date": unit.last, "domain": DOMAIN, "referring_domains": domains, "backlinks": links}
        yield {**row, "authority_score": round(score)}


def _health(world: World) -> Iterator[Row]:
    dice, pages = Dice(world.seed, "health"), 214
    sessions = daily((visits.day, visits.sessions) for visits in world.visits)
    for unit in whole(world, "week"):
        pages += dice.poisson(0.5)
        measured = round(over(sessions, unit) * 0.81)
        good = dice.binomial(measured, 0.74)
        row = {"date": unit.last, "site": DOMAIN, "device": "mobile", "pages_submitted": pages}
        yield {**row, "pages_indexed": round(pages * 0.91), "cwv_good_views": good, "cwv_measured_views": measured}


def _list(world: World) -> Iterator[Row]:
    """The list is as long as the newsletters went to, and grows evenly between two of them."""
    lost = daily((send.at.date(), send.unsubscribes + send.hard_bounces) for send in world.sends)
    before = None
    for unit in whole(world, "week"):
        size, gone = members_on(world.sends, unit.last), over(lost, unit)
        row = {"date": unit.last, "list": "Khách hàng Trăng Non", "subscribers": size, "lost": gone}
        yield {**row, "gained": None if before is None else max(0, size - before + gone)}
        before = size


def members_on(sends: Sequence[Send], day: date) -> int:
    """Return how many the list had at the end of ``day``."""
    last = next((send for send in reversed(sends) if send.at.date() <= day), None)
    following = next((send for send in sends if send.at.date() > day), None)
    if last is None:
        return following.recipients - round(NEW_MEMBERS * (following.at.date() - day).days) if following else 0
    stayed = last.recipients - last.unsubscribes - last.hard_bounces
    passed = (day - last.at.date()).days
    if following is None:
        return stayed + round(NEW_MEMBERS * passed)
    between = (following.at.date() - last.at.date()).days
    return stayed + (following.recipients - stayed) * passed // between


def _content(world: World) -> Iterator[Row]:
    dice = Dice(world.seed, "content")
    visits = daily((row.day, row.sessions) for row in world.visits if row.channel == "organic_search")
    for number, day in enumerate(world.days):
        for place, (page, kind) in enumerate(ARTICLES):
            views = dice.binomial(visits.get(day, 0), (0.09, 0.07, 0.035, 0.02)[place])
            engaged = dice.binomial(views, 0.57)
            yield {
                "date": day, "page": page, "content_type": kind, "views": views, "engaged_views": engaged,
                "engaged_seconds": engaged * dice.between(48, 95), "interactions": dice.binomial(engaged, 0.18),
                "scroll_90": dice.binomial(engaged, 0.55), "key_events": dice.binomial(engaged, 0.02),
                "published": int(number % 14 == 3 * place),
            }  # fmt: skip


def _funnel(world: World) -> Iterator[Row]:
    """Steps within the visits, per day and channel, from the shop's own counter."""
    dice, found = Dice(world.seed, "funnel"), dict[tuple[date, str], list[int]]()
    for visits in world.visits:
        steps = found.setdefault((visits.day, visits.channel), [0] * 5)
        counts = (visits.products, visits.carts, visits.checkouts, visits.orders, visits.forms)
        for place, count in enumerate(counts):
            steps[place] += count
    labels = {
        "organic_search": "Tìm kiếm tự nhiên", "paid_search": "Quảng cáo tìm kiếm", "display": "Quảng cáo hiển thị",
        "organic_social": "Mạng xã hội tự nhiên", "paid_social": "Quảng cáo mạng xã hội", "email": "Email",
        "referral": "Giới thiệu", "direct": "Trực tiếp",
    }  # fmt: skip
    for (day, channel), (products, carts, checkouts, orders, forms) in sorted(found.items()):
        yield {
            "date": day, "channel_group": labels[channel], "product_view_sessions": products,
            "add_to_cart_sessions": carts, "checkout_sessions": checkouts, "purchase_sessions": min(orders, carts),
            "form_starts": forms + dice.poisson(1.3 * forms + 0.2), "form_submits": forms,
            "signups": dice.binomial(checkouts, 0.22),
        }  # fmt: skip


def _films(world: World) -> list[DemoFile]:
    """The videos of the Zalo page, which has no export: somebody writes down what it shows."""
    mine = [post for post in world.posts if post.network == "zalo"]
    rows: list[Row] = [
        {
            "post_id": post.post_id, "published_at": post.at, "network": "Zalo", "social_account": post.page,
            "title": post.title, "post_type": post.kind, "views": post.views, "reach": post.reach,
            "reactions": post.reactions, "comments": post.comments, "shares": post.shares,
            "video_views": post.views, "video_completions": post.views * 17 // 100,
        }
        for post in mine
    ]  # fmt: skip
    return own_sheet("posts", "Video Zalo OA.csv", rows, [post.at.date() for post in mine])


def _reviews(world: World) -> list[DemoFile]:
    dice, rows = Dice(world.seed, "reviews"), list[Row]()
    for day in world.days:
        for _ in range(dice.poisson(0.7 * demand(day))):
            rows.append(
                {
                    "review_id": f"D{len(rows) + 1:04d}", "date": day,
                    "network": dice.pick(("Google Maps", "Shopee", "Facebook"), (3, 5, 2)),
                    "product": dice.pick(PRODUCTS).name, "rating": dice.pick((5, 4, 3, 2, 1), (62, 21, 9, 4, 4)),
                    "replied_at": datetime.combine(day, time(20, 15)) if dice.chance(0.6) else None,
                }
            )  # fmt: skip
    days = [held for row in rows if isinstance(held := row["date"], date)]
    return own_sheet("reviews", "Đánh giá của khách.csv", rows, days)


#: People asked in each wave of the brand survey, and how far apart the waves are.
ASKED, WAVE_DAYS = 130, 28


def _brand_survey(world: World) -> list[DemoFile]:
    """A panel asked every four weeks; half of it had seen the ads."""
    dice, rows = Dice(world.seed, "brand survey"), list[Row]()
    days = [day for day in world.days if (world.last - day).days % WAVE_DAYS == 8]
    for wave, day in enumerate(days):
        for place in range(ASKED):
            seen, at = place % 2 == 0, datetime.combine(day, time(9 + place % 9))
            aided = dice.chance(0.31 + 0.002 * wave)
            unaided = aided and dice.chance(0.34)
            eased = aided and dice.chance(0.4)
            rows.append(
                {
                    "response_id": f"TH{wave:02d}-{place:03d}", "answered_at": at, "brand_aided": aided,
                    "brand_unaided": unaided, "brand_first": unaided and dice.chance(0.35),
                    "consider": aided and dice.chance(0.55), "ad_recall": dice.chance(0.24 if seen else 0.13),
                    "arm": "Đã xem" if seen else "Chưa xem", "survey_wave": f"{day:%Y-%m}",
                    "touchpoint": "Khảo sát thị trường",
                    "ces": dice.pick((7, 6, 5, 4, 3, 2), (30, 28, 19, 11, 8, 4)) if eased else None,
                }
            )  # fmt: skip
    return own_sheet("surveys", "Khảo sát thương hiệu.csv", rows, days)
