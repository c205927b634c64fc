"""The URL as the whole state of a page: read it, and write the URL of a state nearby."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from urllib.parse import quote, urlencode

from starlette.requests import Request

Params = tuple[tuple[str, str], ...]


def url(path: str, params: Mapping[str, str | None] | Iterable[tuple[str, str | None]] = ()) -> str:
    """Return ``path`` with the parameters that have a value; commas, dots and colons stay readable."""
    pairs = params.items() if isinstance(params, Mapping) else params
    query = urlencode([(name, value) for name, value in pairs if value], safe=",.:", quote_via=quote)
    return f"{quote(path)}?{query}" if query else quote(path)


@dataclass(frozen=True, slots=True)
class Here:
    """The page being read: its path (without ``.json``) and the parameters it knows, in order.

    ``carried`` are parameters that every link on the page keeps (the language, when the URL says it).
    """

    path: str
    params: Params
    carried: Params = ()

    def __call__(self, **changes: object) -> str:
        """Return the URL of this page with some parameters changed; None or "" drops one."""
        after: dict[str, str | None] = dict((*self.params, *self.carried))
        after.update({name: None if value is None else str(value) for name, value in changes.items()})
        return url(self.path, after)

    def to(self, path: str, **params: object) -> str:
        """Return the URL of another page of ours."""
        after: dict[str, str | None] = {name: None if value is None else str(value) for name, value in params.items()}
        return url(path, {**after, **{name: value for name, value in self.carried if name not in after}})

    def with_query(self, query: str) -> str:
        """Return the URL of this page in the state that a query string says."""
        kept = urlencode(self.carried)
        return f"{quote(self.path)}?{'&'.join(part for part in (query, kept) if part)}"

    def get(self, name: str) -> str:
        """Return one parameter, or ""."""
        return dict(self.params).get(name, "")

    def at(self, path: str) -> Here:
        """Return the same state for another path."""
        return replace(self, path=path)


def here(request: Request, known: Iterable[str]) -> Here:
    """Return the state that a request asks for; parameters the page does not know are dropped.

    A parameter given several times counts with its last value.
    """
    given = request.query_params
    params = tuple((name, given[name].strip()) for name in known if given.get(name, "").strip())
    carried = tuple((name, given[name]) for name in ("lang",) if given.get(name) in ("vi", "en"))
    return Here(request.url.path.removesuffix(".json"), params, carried)
