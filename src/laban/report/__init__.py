"""One documented view per page and its renderings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from laban.report.views import ReportView

Format = Literal["pdf", "html", "xlsx", "md"]


def render(view: ReportView, kind: Format, lang: str) -> bytes:
    """Return the report as a file of one of four kinds; the same report gives the same bytes."""
    if kind == "pdf":
        from laban.report.pdf import pdf  # noqa: PLC0415  each kind needs a library of its own

        return pdf(view, lang)
    if kind == "xlsx":
        from laban.report.xlsx import xlsx  # noqa: PLC0415  see above

        return xlsx(view, lang)
    if kind == "html":
        from laban.report.html import html  # noqa: PLC0415  see above

        return html(view, lang).encode()
    from laban.report.markdown import markdown  # noqa: PLC0415  see above

    return markdown(view, lang).encode()
