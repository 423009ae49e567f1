"""The words and symbols of a tone. A verdict is never told by color alone."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from reports.document import Tone

SYMBOLS: Mapping[Tone, str] = MappingProxyType(
    {"pass": "✓", "fail": "✗", "undecided": "?", "warn": "!", "info": "i"}
)
WORDS: Mapping[Tone, str] = MappingProxyType(
    {"pass": "pass", "fail": "fail", "undecided": "undecided", "warn": "caution", "info": "note"}
)
