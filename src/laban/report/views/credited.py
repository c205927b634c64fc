"""The remark on numbers that depend on who is credited with sales: by which rule, and how much nobody is."""

from __future__ import annotations

from collections.abc import Iterator

from laban.i18n import Text, translate
from laban.metrics.credit import credit, is_credited
from laban.report import format as fmt
from laban.report.views.parts import Frame, Note, Source


def credit_notes(source: Source, kpi: str, around: Frame) -> Iterator[Note]:
    """Yield model, look-back and the share of revenue that no channel is credited with, where a KPI is about that."""
    if not is_credited(source.catalogue, kpi):
        return
    found = credit(source.warehouse, source.catalogue.kpi(kpi).variant, around.elapsed)
    if found.unknown is None:
        return
    share, by_order = (
        Text(fmt.share(n or 0, "vi"), fmt.share(n or 0, "en")) for n in (found.unknown, found.by_order)
    )
    if found.model == "self_reported":
        yield Note("credited_said", {"share": share})
    else:
        key = f"attribution.{found.model}"
        model = Text(translate("vi", key), translate("en", key))
        yield Note("credited", {"model": model, "days": found.days, "share": share, "by_order": by_order})
