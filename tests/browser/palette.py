"""Makes a screenshot small: at most 256 colours, which is all a calm page has, packed as tightly as PNG allows.

The browser does the counting (palette.js); no imaging library is needed.
"""

import base64
import struct
import zlib
from pathlib import Path

from playwright.sync_api import Page

SCRIPT = (Path(__file__).parent / "palette.js").read_text()


def shrink(picture: bytes, page: Page) -> bytes:
    """Return a PNG with the same look and a palette; `page` is any page without a content security policy."""
    found = page.evaluate(SCRIPT, "data:image/png;base64," + base64.b64encode(picture).decode())
    width, height = found["width"], found["height"]
    pixels = base64.b64decode(found["pixels"])
    rows = b"".join(b"\0" + pixels[line * width : (line + 1) * width] for line in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    colours = b"".join(colour.to_bytes(3, "big") for colour in found["colours"])
    chunks = ((b"IHDR", head), (b"PLTE", colours), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*chunk) for chunk in chunks)


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
