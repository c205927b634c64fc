"""Meta Business Suite (series in UTF-16, posts in Vietnamese and English) and TikTok Studio."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

from laban.sources.demo.attention import AccountDay, Post
from laban.sources.demo.files import DemoFile, add_up, delimited, ratio, span, utf16
from laban.sources.demo.model import World

FACEBOOK_POSTS = (
    "ID bài viết", "Tên Trang", "Tiêu đề", "Mô tả", "Thời lượng (giây)", "Thời gian đăng", "Liên kết vĩnh viễn",
    "Loại bài viết", "Nhãn tùy chỉnh", "Bình luận về dữ liệu", "Ngày", "Lượt xem", "Số người tiếp cận",
    "Cảm xúc, bình luận và lượt chia sẻ", "Cảm xúc", "Bình luận", "Lượt chia sẻ", "Tổng lượt click",
    "Lượt click khác", "Lượt click vào liên kết", "Số Giây xem", "Số Giây xem trung bình",
)  # fmt: skip
INSTAGRAM_POSTS = (
    "Post ID", "Account ID", "Account username", "Account name", "Description", "Duration (sec)", "Publish time",
    "Permalink", "Post type", "Data comment", "Date", "Views", "Reach", "Likes", "Shares", "Follows", "Comments",
    "Saves",
)  # fmt: skip
POST_MEASURES: Mapping[str, Callable[[Post], int | Decimal | None]] = {
    "views": lambda post: post.views,
    "reactions": lambda post: post.reactions,
    "comments": lambda post: post.comments,
    "shares": lambda post: post.shares,
}


def write(world: World) -> list[DemoFile]:
    """Return the social files of the shop."""
    first, last = world.first, world.last
    facebook = [post for post in world.posts if post.network == "facebook"]
    instagram = [post for post in world.posts if post.network == "instagram"]
    posts = [_facebook(facebook, first, last), _instagram(instagram, first, last)]
    return [*_series(world), *_tiktok(world), *posts]


def _series(world: World) -> list[DemoFile]:
    first, last = world.first, world.last
    facebook = [row for row in world.accounts if row.network == "facebook"]
    instagram = [row for row in world.accounts if row.network == "instagram"]
    kinds: tuple[tuple[str, str, str, Callable[[AccountDay], int]], ...] = (
        ("Follows", "follows", "new_follows", lambda row: row.gained),
        ("Reach", "reach", "reach_daily_sum", lambda row: row.reach),
    )
    files = []
    for label, word, measure, value in kinds:
        blocks = [*_block(f"Facebook {word}", facebook, value), [], *_block(f"Instagram {word}", instagram, value)]
        sums = {"facebook": sum(map(value, facebook)), "instagram": sum(map(value, instagram))}
        files.append(
            DemoFile(
                name=f"{label} {span(first, last)}.csv",
                platform="meta_business_suite",
                data=utf16(delimited(blocks, quote="all", before="sep=,\n")),
                rows=len(facebook) + len(instagram),
                totals={f"{measure}_{network}": Decimal(total) for network, total in sums.items()},
                start=first,
                end=last + timedelta(days=1),
            )
        )
    return files


def _block(title: str, rows: Iterable[AccountDay], value: Callable[[AccountDay], int]) -> list[list[object]]:
    lines: list[list[object]] = [[f"{row.day.isoformat()}T00:00:00", value(row)] for row in rows]
    return [[title], ["Date", "Primary"], *lines]


def _facebook(posts: Sequence[Post], first: date, last: date) -> DemoFile:
    lines = [
        [post.post_id, post.page, post.title, f"{post.title}\n#trangnon", 24 if post.seconds else 0,
         f"{post.at:%m/%d/%Y %H:%M}", f"https://facebook.example/{post.post_id}", post.kind, "", "", "Lifetime",
         post.views, post.reach, post.reactions + post.comments + post.shares, post.reactions, post.comments,
         post.shares, post.link_clicks * 3, post.link_clicks * 2, post.link_clicks, post.seconds,
         ratio(post.seconds, post.views, 2) if post.seconds else 0]
        for post in posts
    ]  # fmt: skip
    measures = {**POST_MEASURES, "link_clicks": lambda post: post.link_clicks}
    return _posts(f"Bài viết Facebook {span(first, last)}.csv", [FACEBOOK_POSTS, *lines], posts, measures)


def _instagram(posts: Sequence[Post], first: date, last: date) -> DemoFile:
    lines = [
        [post.post_id, "17841400000000000", post.page, "Trăng Non", f"{post.title}\n#trangnon",
         24 if post.seconds else 0, f"{post.at:%m/%d/%Y %H:%M}", f"https://instagram.example/p/{post.post_id}",
         "IG reel" if post.seconds else "IG image", "", "Lifetime", post.views, post.reach, post.reactions,
         post.shares, post.follows, post.comments, post.saves]
        for post in posts
    ]  # fmt: skip
    measures = {**POST_MEASURES, "saves": lambda post: post.saves, "follows": lambda post: post.follows}
    return _posts(f"Instagram posts {span(first, last)}.csv", [INSTAGRAM_POSTS, *lines], posts, measures)


def _posts(
    name: str,
    lines: Sequence[Sequence[object]],
    posts: Sequence[Post],
    measures: Mapping[str, Callable[[Post], int | Decimal | None]],
    platform: str = "meta_business_suite",
) -> DemoFile:
    days = [post.at.date() for post in posts]
    return DemoFile(
        name=name,
        platform=platform,
        data=delimited(lines, encoding="utf-8-sig"),
        rows=len(posts),
        totals=add_up(posts, measures),
        start=min(days, default=None),
        end=max(days) + timedelta(days=1) if days else None,
    )


def _tiktok(world: World) -> list[DemoFile]:
    first, last = world.first, world.last
    days = [row for row in world.accounts if row.network == "tiktok"]
    posts = [post for post in world.posts if post.network == "tiktok"]
    history: list[Sequence[object]] = [(f"{row.day:%Y/%m/%d}", row.followers, row.gained - row.lost) for row in days]
    followers = delimited(
        [("Date", "Followers", "Difference in followers from previous day"), *history],
        quote="all",
        encoding="utf-8-sig",
    )
    headings = (
        "Time", "Video title", "Video link", "Post time", "Total likes", "Total comments", "Total shares",
        "Total views",
    )  # fmt: skip
    lines: list[Sequence[object]] = [
        (f"{last:%Y-%m-%d}", post.title, f"https://tiktok.example/@trangnon/video/{post.post_id}",
         f"{post.at:%Y-%m-%d %H:%M}", post.reactions, post.comments, post.shares, post.views)
        for post in posts
    ]  # fmt: skip
    measures: dict[str, Callable[[Post], int | Decimal | None]] = {
        ("likes" if name == "reactions" else name): value for name, value in POST_MEASURES.items()
    }
    return [
        DemoFile(
            name=f"FollowerHistory {span(first, last)}.csv",
            platform="tiktok_organic",
            data=followers,
            rows=len(days),
            totals={
                "follows": Decimal(sum(row.gained - row.lost for row in days)),
                "followers": Decimal(days[-1].followers),
            },
            start=first,
            end=last + timedelta(days=1),
        ),
        _posts(f"TikTok Content {span(first, last)}.csv", [headings, *lines], posts, measures, "tiktok_organic"),
    ]
