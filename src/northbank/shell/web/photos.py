"""Photos as they may be kept: decoded by content, turned upright, re-encoded without any metadata.

Runs in a thread. Where photos are stored is not known here.
"""

import asyncio
import io
from collections.abc import Sequence

from PIL import Image, ImageOps, UnidentifiedImageError

from northbank.core.refusal import Refused

FORMATS = ("JPEG", "PNG", "WEBP")
MEDIA = "image/jpeg"
_QUALITY = 85
_AT_ONCE = 2
_FORMS = 32


class Darkroom:
    """Cleans photos, two at a time, refusing bombs by their announced pixels before any is decoded."""

    def __init__(self, pixels: int, edge: int) -> None:
        self.pixels = pixels
        self.edge = edge
        self.gate = asyncio.Semaphore(_AT_ONCE)
        self.table = asyncio.Semaphore(_FORMS)  # forms with photos in memory at once, each up to 32 MiB

    async def clean(self, raw: Sequence[tuple[str, bytes]]) -> list[bytes]:
        """JPEG bytes for each (file name, bytes); the first unreadable one refuses the whole request."""
        done = []
        for name, data in raw:
            async with self.gate:
                done.append(await asyncio.to_thread(self._clean, name, data))
        return done

    def _clean(self, name: str, data: bytes) -> bytes:
        try:
            with Image.open(io.BytesIO(data), formats=FORMATS) as image:
                if image.width * image.height > self.pixels:
                    raise Image.DecompressionBombError
                return self._redraw(image)
        except Image.DecompressionBombError:
            raise Refused("too_large", limit=f"{self.pixels // 1_000_000} megapixels") from None
        except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, Warning) as error:
            raise Refused("photo_unreadable", name=name[:80], why=str(error)) from None

    def _redraw(self, image: Image.Image) -> bytes:
        image.draft("RGB", (self.edge, self.edge))  # lets the JPEG decoder shrink while reading
        upright = ImageOps.exif_transpose(image)
        if upright.mode in ("RGBA", "LA", "PA", "P"):
            # What was transparent becomes white: JPEG has no alpha.
            layered = upright.convert("RGBA")
            plain = Image.new("RGB", layered.size, "white")
            plain.paste(layered, mask=layered.getchannel("A"))
        else:
            plain = upright.convert("RGB")
        plain.thumbnail((self.edge, self.edge))
        bare = Image.frombytes("RGB", plain.size, plain.tobytes())  # pixels only: no info dict travels along
        out = io.BytesIO()
        bare.save(out, "JPEG", quality=_QUALITY, optimize=True)
        return out.getvalue()
