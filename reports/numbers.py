"""Numbers as a report prints them, the same in HTML and PDF.

An estimate is worth as many digits as its standard error allows: two significant digits of the error, and the
estimate and the closed form to the same decimal place, so that a column can be compared at a glance.
"""

from __future__ import annotations

import math

MINUS = "−"
THIN_SPACE = "\u2009"


def decimals_for(standard_error: float) -> int:
    """Decimal places that show two significant digits of an error, 0 to 8; 4 if it is 0 or not finite."""
    if not math.isfinite(standard_error) or standard_error <= 0:
        return 4
    return min(max(1 - math.floor(math.log10(standard_error)), 0), 8)


def fixed(value: float, decimals: int) -> str:
    """`value` with `decimals` places and a true minus sign; an em dash if it is not a number."""
    if math.isnan(value):
        return "—"
    if math.isinf(value):
        return "∞" if value > 0 else f"{MINUS}∞"
    text = f"{value:.{decimals}f}"
    if float(text) == 0:
        text = text.lstrip("-")
    return text.replace("-", MINUS)


def p_value(value: float) -> str:
    """Three decimals, "<0.001" below that, an em dash if it is not a number."""
    if value < 0.001:
        return "<0.001"
    return fixed(value, 3)


def count(value: int) -> str:
    """Digits in groups of three from five digits on: 1000, 10 000, 1 000 000 (thin spaces)."""
    if abs(value) < 10_000:
        return str(value).replace("-", MINUS)
    return f"{value:,}".replace(",", THIN_SPACE).replace("-", MINUS)
