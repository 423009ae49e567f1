"""Pictures of pixels as a page holds them: every pixel as it was, in as few bytes as browsers can read."""

from __future__ import annotations

import base64
import io

from PIL import Image

EFFORT = 2  # of 6; more takes longer and saves another percent


def data_url(png: bytes) -> str:
    """A `data:` address of the picture: lossless WebP if that is smaller, else the PNG it came as."""
    try:
        with Image.open(io.BytesIO(png)) as picture:
            buffer = io.BytesIO()
            picture.save(buffer, "WEBP", lossless=True, method=EFFORT)
    except OSError:  # not a picture, or one that WebP cannot hold: let the browser see what it can do
        return _url("png", png)
    webp = buffer.getvalue()
    return _url("webp", webp) if len(webp) < len(png) else _url("png", png)


def _url(kind: str, data: bytes) -> str:
    return f"data:image/{kind};base64,{base64.b64encode(data).decode('ascii')}"
