"""Reading an image file into 8-bit RGB, and saying what had to be done to it.

Every conversion leaves a note, one sentence for the reader of a report:

- more than 2^21 pixels: averaged over the smallest square blocks that bring it below (a JPEG is decoded at
  a half, a quarter or an eighth first, which saves memory); more than 150 million pixels: refused;
- transparency: composited on white;
- grayscale, palette, CMYK and other color spaces: converted to RGB; 16 bits a channel: scaled to 8;
- EXIF orientation: the image is turned upright; several frames: the first one is used.

Raises InputError when the file is missing, not a raster image in a known format, damaged or truncated.
"""

from __future__ import annotations

import math
import warnings
from pathlib import Path

import numpy as np
from jaxtyping import UInt8
from PIL import Image as Pillow
from PIL import UnidentifiedImageError

from algorithms.errors import InputError

FORMATS = ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP", "PPM")
MOST_PIXELS_KEPT = 1 << 21  # a little more than 1920 x 1080
MOST_PIXELS_READ = 150_000_000
EXIF_ORIENTATION = 0x0112
UPRIGHT = {
    2: Pillow.Transpose.FLIP_LEFT_RIGHT,
    3: Pillow.Transpose.ROTATE_180,
    4: Pillow.Transpose.FLIP_TOP_BOTTOM,
    5: Pillow.Transpose.TRANSPOSE,
    6: Pillow.Transpose.ROTATE_270,
    7: Pillow.Transpose.TRANSVERSE,
    8: Pillow.Transpose.ROTATE_90,
}


def read(path: Path) -> tuple[UInt8[np.ndarray, "h w 3"], tuple[str, ...]]:
    """Pixels (h, w, 3) and the notes."""
    try:
        if path.is_dir():
            raise InputError(f"expected an image file, got the directory {path}; name a file in it")
        if not path.is_file():
            raise InputError(f"expected an image file, found none at {path}; check the path")
        # Opened here, so that what the system says is told apart from what a decoder says.
        with path.open("rb"):
            pass
    except OSError as error:
        raise InputError(
            f"expected a readable image, got {path}: {error.strerror}; check the path and its permissions"
        ) from error
    try:
        with warnings.catch_warnings():
            # The size is checked right below, before a pixel is decoded; damage raises or is noted.
            warnings.simplefilter("ignore")
            with Pillow.open(path, formats=FORMATS) as image:
                _check_size(image.width, image.height, path.name)
                return _decode(image)
    except InputError:
        raise
    except UnidentifiedImageError as error:
        raise InputError(
            f"expected an image ({', '.join(FORMATS)}), got something else in {path.name}; convert it to PNG"
        ) from error
    except Pillow.DecompressionBombError as error:
        raise InputError(
            f"expected at most {MOST_PIXELS_READ:,} pixels, got more in {path.name}; make it smaller first"
        ) from error
    except Exception as error:  # a decoder fed with damaged bytes may raise anything
        reason = " ".join(str(error).split()) or type(error).__name__
        raise InputError(
            f"expected a whole image, got a damaged one in {path.name} ({reason}); save it again"
        ) from error


def _check_size(width: int, height: int, name: str) -> None:
    if width * height > MOST_PIXELS_READ:
        raise InputError(
            f"expected at most {MOST_PIXELS_READ:,} pixels, got {width} x {height} in {name}; shrink it first"
        )


def _decode(image: Pillow.Image) -> tuple[UInt8[np.ndarray, "h w 3"], tuple[str, ...]]:
    """Decode, shrink, composite, turn: in the order that keeps the fewest full-size copies alive."""
    notes: list[str] = []
    size, mode = image.size, image.mode
    if getattr(image, "n_frames", 1) > 1:
        notes.append("The file holds several frames; the first one is used.")
    if _is_16_bit(image):
        notes.append("The file has 16 bits a channel; they were scaled to 8.")
    turn = UPRIGHT.get(_orientation(image))
    image.draft(None, _at_most(size))
    plain = _to_8_bit_channels(image)
    plain = plain.reduce(_block(*plain.size))
    if plain.size != size:
        notes.append(
            f"The image has {size[0]} x {size[1]} pixels; averaged down to {plain.width} x {plain.height}, "
            f"as at most {MOST_PIXELS_KEPT:,} pixels are used."
        )
    if plain.mode in ("LA", "RGBA"):
        white = Pillow.new("RGBA", plain.size, "white")
        plain = Pillow.alpha_composite(white, plain.convert("RGBA"))
        notes.append("The image has transparency; it was laid on white.")
    if mode in ("1", "L", "LA", "I", "I;16", "I;16B", "I;16L"):
        notes.append("The image is grayscale; red, green and blue are equal.")
    elif mode not in ("RGB", "RGBA"):
        notes.append(f"The image was converted from color mode {mode} to RGB.")
    plain = plain.convert("RGB")
    if turn is not None:
        plain = plain.transpose(turn)
        notes.append("The image was turned upright, as its EXIF orientation asks.")
    return np.array(plain, dtype=np.uint8), tuple(notes)


def _block(width: int, height: int) -> int:
    """The side of the smallest square block whose averages number at most MOST_PIXELS_KEPT."""
    block = max(1, math.isqrt(width * height // MOST_PIXELS_KEPT))
    while -(-width // block) * -(-height // block) > MOST_PIXELS_KEPT:
        block += 1
    return block


def _at_most(size: tuple[int, int]) -> tuple[int, int]:
    block = _block(*size)
    return -(-size[0] // block), -(-size[1] // block)


def _is_16_bit(image: Pillow.Image) -> bool:
    """Whether the file holds 16 bits a channel, which Pillow reduces to 8 for colors without saying so."""
    tiles = getattr(image, "tile", [])
    arguments = tiles[0].args if tiles else ""
    stored = arguments[0] if isinstance(arguments, tuple) and arguments else arguments
    return image.mode.startswith("I") or "16" in str(stored)


def _orientation(image: Pillow.Image) -> int:
    try:
        return int(image.getexif().get(EXIF_ORIENTATION, 1))
    except Exception:  # damaged metadata must not cost the pixels
        return 1


def _to_8_bit_channels(image: Pillow.Image) -> Pillow.Image:
    """The decoded image in one of the modes L, LA, RGB, RGBA."""
    image.load()
    if image.mode.startswith("I"):
        return _scaled_16_bit(image)
    if image.mode == "F":
        raise InputError(
            "expected whole-number pixels, got floating-point ones; save the image with 8 bits a channel"
        )
    if image.has_transparency_data and image.mode not in ("LA", "RGBA"):
        return image.convert("RGBA")
    if image.mode in ("L", "LA", "RGB", "RGBA"):
        return image
    return image.convert("L" if image.mode == "1" else "RGB")


def _scaled_16_bit(image: Pillow.Image) -> Pillow.Image:
    """16-bit gray 0..65535 to 8-bit gray 0..255, rounded; by bands of rows, as copies would be large."""
    wide = np.asarray(image)
    result = np.empty(wide.shape, dtype=np.uint8)
    for begin in range(0, len(wide), 256):
        band = wide[begin : begin + 256].astype(np.int64)
        if band.min() < 0 or band.max() > 65535:
            raise InputError(
                "expected gray levels from 0 to 65535, got others; save the image with 8 or 16 bits"
            )
        result[begin : begin + 256] = (band + 128) // 257
    return Pillow.fromarray(result)
