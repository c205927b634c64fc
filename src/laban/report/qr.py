"""QR codes as SVG and PNG."""

from __future__ import annotations

import io
from typing import Final, Literal

import segno

#: A quarter of a code may be dirty or torn and it still reads: enough for paper, at a size that stays small.
_ERROR: Final = "q"
_SCALE: Final = {"svg": 8, "png": 24}


def qr_code(text: str, kind: Literal["svg", "png"]) -> bytes:
    """Return ``text`` as a QR code with the white border that readers need."""
    out = io.BytesIO()
    code = segno.make_qr(text, error=_ERROR)
    if kind == "svg":
        code.save(out, kind="svg", scale=_SCALE[kind], xmldecl=False, light="#fff", svgclass=None, lineclass=None)
    else:
        code.save(out, kind="png", scale=_SCALE[kind])
    return out.getvalue()
