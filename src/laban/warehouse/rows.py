"""Python rows into a table, fast and exact, without a data frame library.

Each column travels as one bound text, its cells joined by a separator and split by DuckDB: about four times as fast
as a list per column and twenty times as fast as ``executemany``. Separator and NULL mark are control characters; a
column that contains them travels as a list. Numbers and dates travel as text and are cast by DuckDB, so decimals
arrive digit by digit.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

from laban.warehouse.sql import listed, quote

if TYPE_CHECKING:
    import duckdb

_CHUNK = 20_000
_SEPARATOR = "\x1f"
_NULL = "\x1e"


def insert(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    types: Mapping[str, str],
    rows: Iterable[Sequence[Any]],
    constants: Mapping[str, Any],
    *,
    filled: Container[str] = (),
) -> int:
    """Insert ``rows``, whose cells are the columns of ``types`` in order, each with the same ``constants``.

    An empty text in one of the columns ``filled`` is stored as NULL.

    Returns:
        The number of rows.

    Raises:
        duckdb.Error: a cell does not fit its column's type.
    """
    count = 0
    target = f"INSERT INTO {quote(table)} ({listed((*types, *constants))})"
    for chunk in _chunks(rows):
        cells, parameters = [], list[Any]()
        for name, column in zip(types, zip(*chunk, strict=True), strict=True):
            expression, value = _packed(column)
            cells.append(f"unnest({expression}) AS {quote(name)}")
            parameters.append(value)
        cast = {name: f"CAST({quote(name)} AS {kind})" for name, kind in types.items()}
        typed = ", ".join(f"nullif({cell}, '')" if name in filled else cell for name, cell in cast.items())
        fixed = "".join(", ?" for _ in constants)
        connection.execute(
            f"{target} SELECT {typed}{fixed} FROM (SELECT {', '.join(cells)})", [*constants.values(), *parameters]
        )
        count += len(chunk)
    return count


def _chunks(rows: Iterable[Sequence[Any]]) -> Iterator[list[Sequence[Any]]]:
    rest = iter(rows)
    while chunk := list(islice(rest, _CHUNK)):
        yield chunk


def _packed(column: Sequence[Any]) -> tuple[str, Any]:
    """Return the expression that unfolds a column, and the value bound to it."""
    holes = column.count(None)
    cells = [_NULL if cell is None else str(cell) for cell in column] if holes else list(map(str, column))
    text = _SEPARATOR.join(cells)
    if text.count(_SEPARATOR) != len(cells) - 1 or text.count(_NULL) != holes:
        return "CAST(? AS VARCHAR[])", [None if cell is None else _encodable(str(cell)) for cell in column]
    unfolded = f"string_split(?, '{_SEPARATOR}')"
    if holes:
        unfolded = f"list_transform({unfolded}, lambda cell: nullif(cell, '{_NULL}'))"
    return unfolded, _encodable(text)


def _encodable(text: str) -> str:
    """Return ``text`` with what UTF-8 cannot carry (half a surrogate pair) replaced."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode()
    return text
