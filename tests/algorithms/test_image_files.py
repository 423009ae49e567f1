"""Image files of every kind: the pixels that come out, the notes that go with them, the refusals."""

import io
import subprocess
import sys
import zlib

import numpy as np
import pytest
from PIL import Image as Pillow

from algorithms import image_files, images
from algorithms.errors import InputError

RNG = np.random.default_rng(0)
COLORS = RNG.integers(0, 256, size=(5, 7, 3), dtype=np.uint8)
GRAYS = RNG.integers(0, 256, size=(5, 7), dtype=np.uint8)


def loaded(folder, picture, name="picture.png", **options):
    picture.save(folder / name, **options)
    image = images.load(folder / name)
    assert image.name == name
    return image.pixels, " ".join(image.notes)


@pytest.mark.parametrize("name", ["a.png", "a.bmp", "a.tiff", "a.ppm", "a.webp"])
def test_rgb_comes_through_unchanged_and_without_a_note(tmp_path, name):
    options = {"lossless": True} if name == "a.webp" else {}
    pixels, notes = loaded(tmp_path, Pillow.fromarray(COLORS), name, **options)
    np.testing.assert_array_equal(pixels, COLORS)
    assert notes == ""


def test_grayscale_becomes_equal_channels(tmp_path):
    pixels, notes = loaded(tmp_path, Pillow.fromarray(GRAYS))
    np.testing.assert_array_equal(pixels, np.stack([GRAYS] * 3, axis=-1))
    assert "grayscale" in notes


def test_black_and_white_becomes_0_and_255(tmp_path):
    pixels, notes = loaded(tmp_path, Pillow.fromarray(GRAYS).convert("1"))
    assert set(np.unique(pixels)) == {0, 255}
    assert "grayscale" in notes


def test_transparency_is_laid_on_white(tmp_path):
    alpha = np.zeros((5, 7), dtype=np.uint8)
    alpha[0], alpha[1] = 255, 51
    pixels, notes = loaded(tmp_path, Pillow.fromarray(np.dstack([COLORS, alpha])))
    np.testing.assert_array_equal(pixels[0], COLORS[0])
    # 51 / 255 is one fifth; the compositing rounds to whole numbers.
    np.testing.assert_allclose(pixels[1].astype(float), 0.2 * COLORS[1] + 0.8 * 255, atol=1)
    assert np.all(pixels[2:] == 255)
    assert "laid on white" in notes


def test_transparent_gray_is_laid_on_white(tmp_path):
    alpha = np.full((5, 7), 255, dtype=np.uint8)
    alpha[2] = 0
    pixels, notes = loaded(tmp_path, Pillow.fromarray(np.dstack([GRAYS, alpha])))
    assert np.all(pixels[2] == 255)
    np.testing.assert_array_equal(pixels[0, :, 1], GRAYS[0])
    assert "laid on white" in notes
    assert "grayscale" in notes


def test_a_palette_is_looked_up_with_and_without_a_transparent_color(tmp_path):
    picture = Pillow.fromarray(np.arange(4, dtype=np.uint8).reshape(2, 2)).convert("P")
    picture.putpalette([255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 8, 7])
    pixels, notes = loaded(tmp_path, picture)
    np.testing.assert_array_equal(pixels.reshape(4, 3), [[255, 0, 0], [0, 255, 0], [0, 0, 255], [9, 8, 7]])
    assert "color mode P" in notes
    pixels, notes = loaded(tmp_path, picture, transparency=3)
    np.testing.assert_array_equal(pixels[1, 1], [255, 255, 255])
    assert "laid on white" in notes


def test_sixteen_bit_gray_is_scaled_not_cut(tmp_path):
    deep = np.array([[0, 128, 129, 257], [32896, 65278, 65407, 65535]], dtype=np.uint16)
    for name in ("deep.png", "deep.tiff"):
        pixels, notes = loaded(tmp_path, Pillow.fromarray(deep), name)
        np.testing.assert_array_equal(pixels[:, :, 0], [[0, 0, 1, 1], [128, 254, 255, 255]])
        assert "16 bits" in notes


def png(width, height, bit_depth, color_type, rows):
    """A PNG written by hand: Pillow neither writes 16-bit colors nor streams 100 million pixels."""

    def chunk(kind, data):
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")

    header = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes([bit_depth, color_type, 0, 0, 0])
    packer = zlib.compressobj(1)
    data = b"".join(packer.compress(b"\0" + row) for row in rows) + packer.flush()
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def test_sixteen_bit_color_says_that_it_was_reduced(tmp_path):
    (tmp_path / "deep.png").write_bytes(png(1, 1, 16, 2, [bytes([200, 7, 100, 7, 50, 7])]))
    image = images.load(tmp_path / "deep.png")
    np.testing.assert_array_equal(image.pixels, [[[200, 100, 50]]])
    assert "16 bits" in image.notes[0]


def test_cmyk_is_converted(tmp_path):
    pixels, notes = loaded(tmp_path, Pillow.new("CMYK", (3, 2), (0, 255, 255, 0)), "print.jpg", quality=95)
    assert "CMYK" in notes
    np.testing.assert_allclose(pixels[0, 0].astype(int), [255, 0, 0], atol=8)  # JPEG is not exact


def test_floating_point_pixels_are_refused(tmp_path):
    with pytest.raises(InputError, match="floating-point"):
        loaded(tmp_path, Pillow.fromarray(GRAYS.astype(np.float32)), "float.tiff")


def test_the_first_of_several_frames_is_used(tmp_path):
    frames = [Pillow.new("RGB", (4, 4), color) for color in ("red", "blue")]
    pixels, notes = loaded(tmp_path, frames[0], "film.gif", save_all=True, append_images=frames[1:])
    np.testing.assert_array_equal(pixels[0, 0], [255, 0, 0])
    assert "several frames" in notes


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_turns_the_image_upright(tmp_path, orientation):
    upright = COLORS
    # How a camera held that way would have stored the picture, by the EXIF standard's table.
    stored = {
        1: upright,
        2: upright[:, ::-1],
        3: upright[::-1, ::-1],
        4: upright[::-1],
        5: upright.transpose(1, 0, 2),
        6: upright.transpose(1, 0, 2)[::-1],
        7: upright.transpose(1, 0, 2)[::-1, ::-1],
        8: upright.transpose(1, 0, 2)[:, ::-1],
    }[orientation]
    exif = Pillow.Exif()
    exif[image_files.EXIF_ORIENTATION] = orientation
    pixels, notes = loaded(tmp_path, Pillow.fromarray(np.ascontiguousarray(stored)), exif=exif)
    np.testing.assert_array_equal(pixels, upright)
    assert ("upright" in notes) == (orientation > 1)


@pytest.mark.parametrize("size", [(1, 1), (1, 9), (9, 1)])
def test_the_smallest_images_are_read(tmp_path, size):
    pixels, notes = loaded(tmp_path, Pillow.new("RGB", size, (1, 2, 3)))
    assert pixels.shape == (size[1], size[0], 3)
    assert np.all(pixels == [1, 2, 3])
    assert notes == ""


def test_a_large_image_is_averaged_over_blocks_and_says_so(tmp_path):
    small = np.random.default_rng(1).integers(0, 256, size=(900, 900, 3), dtype=np.uint8)
    pixels, notes = loaded(tmp_path, Pillow.fromarray(small.repeat(2, axis=0).repeat(2, axis=1)), "big.bmp")
    np.testing.assert_array_equal(pixels, small)
    assert "1800 x 1800 pixels; averaged down to 900 x 900" in notes


def test_a_large_photograph_is_decoded_at_a_reduced_size(tmp_path):
    pixels, notes = loaded(tmp_path, Pillow.new("RGB", (6000, 3000), (10, 200, 30)), "photo.jpg")
    assert pixels.shape == (750, 1500, 3)
    np.testing.assert_allclose(pixels[500, 500].astype(int), [10, 200, 30], atol=4)  # JPEG is not exact
    assert "6000 x 3000 pixels; averaged down to 1500 x 750" in notes


@pytest.mark.parametrize(
    ("width", "height"), [(1, 1), (1448, 1448), (1449, 1448), (4000, 3000), (10**8, 1), (7, 10**7)]
)
def test_blocks_are_the_smallest_that_fit(width, height):
    def count(block):
        return -(-width // block) * -(-height // block)

    block = image_files._block(width, height)
    assert count(block) <= image_files.MOST_PIXELS_KEPT
    assert block == 1 or count(block - 1) > image_files.MOST_PIXELS_KEPT


def image_or_message(path):
    try:
        return images.load(path)
    except InputError as error:
        return str(error)


def bytes_of(picture, kind):
    file = io.BytesIO()
    picture.save(file, kind)
    return file.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP", "PPM"])
@pytest.mark.parametrize("share", [0.05, 0.3, 0.6, 0.9])
def test_a_truncated_image_is_refused(tmp_path, kind, share):
    whole = bytes_of(Pillow.fromarray(RNG.integers(0, 256, size=(64, 64, 3), dtype=np.uint8)), kind)
    (tmp_path / "cut").write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(InputError, match=r"^expected") as caught:
        images.load(tmp_path / "cut")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "TIFF", "WEBP"])
def test_flipped_bytes_give_an_image_or_one_clear_line(tmp_path, kind):
    whole = bytes_of(Pillow.fromarray(COLORS), kind)
    rng = np.random.default_rng(2)
    for _ in range(60):
        damaged = bytearray(whole)
        for place in rng.integers(len(whole), size=3):
            damaged[place] = rng.integers(256)
        (tmp_path / "damaged").write_bytes(bytes(damaged))
        outcome = image_or_message(tmp_path / "damaged")
        assert isinstance(outcome, images.Image) or (outcome.startswith("expected") and "\n" not in outcome)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "something else"),
        (b"just text", "something else"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "something else"),
        (png(20_000, 20_000, 8, 2, []), "at most 150,000,000 pixels"),
        (png(13_000, 13_000, 8, 2, []), "at most 150,000,000 pixels, got 13000 x 13000"),
    ],
    ids=["an empty file", "text", "PostScript", "400 megapixels", "169 megapixels"],
)
def test_refuses(tmp_path, content, message):
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(InputError, match=message):
        images.load(tmp_path / "file")


def test_a_missing_file_and_a_directory_are_refused(tmp_path):
    with pytest.raises(InputError, match=r"found none at .*absent"):
        images.load(tmp_path / "absent.png")
    with pytest.raises(InputError, match="got the directory"):
        images.load(tmp_path)
    with pytest.raises(InputError, match="File name too long; check the path"):
        images.load(tmp_path / ("a" * 300))


def test_100_megapixels_with_transparency_stay_below_2_gib(tmp_path):
    side = 10_000
    row = bytes([10, 20, 30, 255]) * side
    (tmp_path / "huge.png").write_bytes(png(side, side, 8, 6, (row for _ in range(side))))
    script = (
        "import resource; from algorithms import images; image = images.load('huge.png');"
        "print(image.pixels.shape, image.pixels[5, 5].tolist(), image.notes[0]);"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    told, mebibytes = done.stdout.splitlines()
    assert told.startswith("(1429, 1429, 3) [10, 20, 30] The image has 10000 x 10000 pixels; averaged down")
    assert int(mebibytes) < 2048
