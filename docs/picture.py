"""Makes docs/report.png, the picture in the README, from pages of a report.

    ksquared report && python docs/picture.py report/report.pdf

Needs `pdftoppm` (Debian's poppler-utils). The pages are found by their words, so that the picture can be made
again when the report has changed.
"""

from __future__ import annotations

import io
import re
import subprocess
import sys
from pathlib import Path

from PIL import Image, ImageFilter
from pypdf import PdfReader

SHOWN = ("Everything holds", "Characteristic function of the sum", "The picture in more and more colors")
"""Words that occur on the pages shown, from left to right: the verdict, a proof, a computation."""
HEIGHT = 850  # pixels of a page
GAP, EDGE = 44, 36
PAPER, TABLE = (255, 255, 255), (226, 231, 237)


def page_with(reader: PdfReader, words: str) -> int:
    """The number, from 1, of the first page on which `words` occur. Raises LookupError without one."""
    for number, page in enumerate(reader.pages, start=1):
        if words in re.sub(r"\s+", " ", page.extract_text()):
            return number
    raise LookupError(f"no page holds {words!r}")


def picture_of(pdf: Path, number: int) -> Image.Image:
    """One page as a picture of HEIGHT pixels."""
    command = ["pdftoppm", "-f", str(number), "-l", str(number), "-scale-to", str(HEIGHT), "-png", str(pdf)]
    return Image.open(io.BytesIO(subprocess.run(command, check=True, capture_output=True).stdout)).convert(
        "RGB"
    )


def side_by_side(pages: list[Image.Image]) -> Image.Image:
    """Sheets of paper on a table, each with a soft shadow."""
    width = sum(page.width for page in pages) + GAP * (len(pages) - 1) + 2 * EDGE
    table = Image.new("RGB", (width, HEIGHT + 2 * EDGE), TABLE)
    shadow = Image.new("L", table.size, 0)
    left = EDGE
    places = []
    for page in pages:
        shadow.paste(90, (left + 3, EDGE + 6, left + page.width + 3, EDGE + HEIGHT + 6))
        places.append((left, EDGE))
        left += page.width + GAP
    table.paste((60, 70, 85), mask=shadow.filter(ImageFilter.GaussianBlur(9)))
    for page, place in zip(pages, places, strict=True):
        table.paste(page, place)
    return table


def main(pdf: Path) -> None:
    """Write the picture beside this file."""
    reader = PdfReader(pdf)
    whole = side_by_side([picture_of(pdf, page_with(reader, words)) for words in SHOWN])
    target = Path(__file__).with_name("report.png")
    whole.save(target, optimize=True)
    print(f"{target}: {target.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
