"""Makes every character of a text visible: nothing in a shown string can act on the page that shows it.

Control characters, invisible ones and those that reorder text (bidirectional overrides) are replaced by their
code point in brackets, lone surrogates by a question mark. Newlines and tabs stay. Both renderers send every
string of a document through `visible`; so do the commands with what they print.
"""

from __future__ import annotations

import re

HIDDEN = re.compile(
    "["
    "\x00-\x08\x0b-\x1f\x7f-\x9f"  # controls, among them the escape that starts terminal colors
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u206f"  # marks and overrides of the writing direction
    "\u2028\u2029\u2061-\u2064\ufeff\ufff9-\ufffb\ufffe\uffff"  # separators and other invisible marks
    "\U000e0000-\U000e007f"  # tags
    "\ud800-\udfff"  # halves of a pair, which no encoding takes
    "]"
)
"""What `visible` spells out, and a file of data has to escape."""


def visible(text: str) -> str:
    """`text` with every hidden character spelled out, such as ⟨U+202E⟩."""
    well_formed = text.encode("utf-8", "replace").decode("utf-8").replace("\r\n", "\n")
    return HIDDEN.sub(lambda match: code_point(match[0]), well_formed)


def code_point(character: str) -> str:
    """The name of a character that cannot be printed: ⟨U+0007⟩."""
    return f"⟨U+{ord(character):04X}⟩"
