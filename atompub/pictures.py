"""Pictures made smaller, by Pillow where it is installed: the one file that imports it."""

import warnings
from io import BytesIO
from typing import IO

try:
    from PIL import Image, ImageCms, ImageOps
except ImportError:  # without the extra "images" pictures are shown as they are
    INSTALLED = False
else:
    INSTALLED = True

WIDTHS = (320, 640, 1280)
"""In pixels."""
FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "AVIF")
MOST_PIXELS = 40_000_000
"""What is decoded whole, at up to four octets a pixel."""
MOST_PIXELS_OF_JPEG = 150_000_000
"""A JPEG is decoded at half, a quarter or an eighth of its size, unless it is progressive."""
TALLEST = 10_000
QUALITY = 82
ORIENTATION = 0x0112
LYING = range(5, 9)
"""The values of Exif's orientation by which a picture is turned a quarter."""


def smaller(file: IO[bytes], width: int) -> bytes | None:
    """The picture as a JPEG no wider than `width` pixels, and never larger than it was.

    It is turned as its Exif says, its first frame stands for an animation, its colours are sRGB,
    what was transparent is white, and nothing else of the file is in it: no Exif, no place, no
    profile. None for what is no picture, is broken, or would take too much memory.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of large pictures, which are measured below
            return _smaller(file, width)
    except Exception:
        # Decoders of hostile files fail in more ways than Pillow documents.
        return None


def _smaller(file: IO[bytes], width: int) -> bytes | None:
    with Image.open(file, formats=FORMATS) as opened:
        if opened.width * opened.height > _most_pixels(opened):
            return None
        profile = opened.info.get("icc_profile")
        lies = opened.getexif().get(ORIENTATION) in LYING
        picture = _ready(opened)
        box = (TALLEST, width) if lies else (width, TALLEST)
        picture.thumbnail(box, Image.Resampling.LANCZOS, reducing_gap=2.0)
        shown = _opaque(_in_srgb(ImageOps.exif_transpose(picture), profile))
    octets = BytesIO()
    # A new picture, since Pillow writes out what it read beside the pixels.
    clean = Image.new("RGB", shown.size)
    clean.paste(shown)
    clean.save(octets, "JPEG", quality=QUALITY, progressive=True, optimize=True)
    return octets.getvalue()


def _most_pixels(picture: "Image.Image") -> int:
    in_parts = picture.format == "JPEG" and "progressive" not in picture.info
    return MOST_PIXELS_OF_JPEG if in_parts else MOST_PIXELS


def _ready(picture: "Image.Image") -> "Image.Image":
    """In a mode that can be made smaller smoothly. A JPEG is not decoded yet."""
    if picture.mode in {"1", "P", "PA", "LA"} or "transparency" in picture.info:
        return picture.convert("RGBA")
    if picture.mode.startswith("I"):
        return picture.convert("I").point(lambda value: value / 256).convert("L")
    return picture


def _in_srgb(picture: "Image.Image", profile: bytes | None) -> "Image.Image":
    """In the colours that a picture without a profile has."""
    if profile is None or picture.mode not in {"RGB", "L", "CMYK"}:
        return picture
    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        converted = ImageCms.profileToProfile(
            picture, source, ImageCms.createProfile("sRGB"), outputMode="RGB"
        )
    except (ImageCms.PyCMSError, OSError):
        return picture  # a broken profile, or one of another kind of colours
    return converted or picture


def _opaque(picture: "Image.Image") -> "Image.Image":
    """In RGB, on white."""
    if picture.mode != "RGBA":
        return picture.convert("RGB")
    white = Image.new("RGB", picture.size, "white")
    white.paste(picture, mask=picture.getchannel("A"))
    return white
