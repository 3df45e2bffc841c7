"""Pictures made smaller for pages."""

from io import BytesIO

import pytest
from PIL import Image, ImageCms

from atompub.pictures import MOST_PIXELS, smaller

RED, GREEN = (220, 30, 40), (20, 160, 60)
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def file(picture, kind, **options):
    """A picture as a file."""
    octets = BytesIO()
    picture.save(octets, kind, **options)
    octets.seek(0)
    return octets


def halves(size=(1200, 800), mode="RGB"):
    """A picture whose left half is red and whose right half is green."""
    picture = Image.new("RGB", size, RED)
    picture.paste(GREEN, (size[0] // 2, 0, *size))
    return picture.convert(mode)


def opened(octets):
    """A thumbnail, read back."""
    picture = Image.open(BytesIO(octets))
    picture.load()
    return picture


def is_near(colour, expected):
    """Whether two colours are the same but for what JPEG makes of them."""
    return all(abs(a - b) < 12 for a, b in zip(colour, expected, strict=True))


@pytest.mark.parametrize(
    ("mode", "kind"),
    [
        *(("RGB", kind) for kind in ("JPEG", "PNG", "GIF", "WEBP", "AVIF")),
        *((mode, "PNG") for mode in ("RGBA", "P")),
        ("CMYK", "JPEG"),
    ],
)
def test_every_kind_of_picture(mode, kind):
    """A picture of any kind becomes a progressive JPEG in RGB of the width that was asked for."""
    shown = opened(smaller(file(halves(mode=mode), kind), 320))
    assert ("JPEG", "RGB", (320, 213)) == (shown.format, shown.mode, shown.size)
    assert "progressive" in shown.info
    if mode != "CMYK":  # whose colours depend on who converts them
        assert is_near(shown.getpixel((40, 100)), RED)
        assert is_near(shown.getpixel((280, 100)), GREEN)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "I;16"])
def test_grey_pictures(mode):
    """Pictures without colours keep their greys."""
    level = {"I;16": 200 * 257, "LA": (200, 255), "1": 1}.get(mode, 200)
    shown = opened(smaller(file(Image.new(mode, (640, 480), level), "PNG"), 320))
    grey = 255 if mode == "1" else 200
    assert is_near(shown.getpixel((10, 10)), (grey,) * 3)


def test_small_pictures_stay_small():
    """Nothing is ever enlarged."""
    assert (90, 60) == opened(smaller(file(halves((90, 60)), "PNG"), 320)).size


@pytest.mark.parametrize("turn", range(1, 9))
def test_pictures_are_turned(turn):
    """A picture stands as its Exif says, and its width is that of the picture as it stands."""
    tags = Image.Exif()
    tags[0x0112] = turn
    shown = opened(smaller(file(halves(), "JPEG", exif=tags), 320))
    assert ((320, 480) if turn >= 5 else (320, 213)) == shown.size
    red_first = turn in {1, 4, 5, 6}
    spot = (5, shown.height // 2) if turn < 5 else (shown.width // 2, 5)
    assert is_near(shown.getpixel(spot), RED if red_first else GREEN)


def test_nothing_else_of_the_file_is_left():
    """Where a picture was taken, with which camera, and comments do not get out (GPS, Exif)."""
    tags = Image.Exif()
    tags[0x010F] = "Camera of Alice"
    tags.get_ifd(0x8825)[1] = "N"
    options = {"exif": tags, "comment": b"a secret place", "icc_profile": SRGB}
    octets = smaller(file(halves(), "JPEG", **options), 320)
    assert {"jfif", "jfif_version", "jfif_unit", "jfif_density", "progressive", "progression"} == {
        *opened(octets).info
    }
    assert not any(word in octets for word in (b"Alice", b"secret", b"Exif", b"ICC_PROFILE"))


def test_colours_of_a_profile():
    """Colours are those that the picture's profile means, written as sRGB."""
    swapped = SRGB.replace(b"rXYZ", b"none").replace(b"gXYZ", b"rXYZ").replace(b"none", b"gXYZ")
    meant = opened(smaller(file(halves(), "JPEG", icc_profile=swapped), 320))
    red, green, _ = meant.getpixel((40, 100))
    assert green > red
    same = opened(smaller(file(halves(), "JPEG", icc_profile=SRGB), 320))
    assert is_near(same.getpixel((40, 100)), RED)


@pytest.mark.parametrize(
    "profile",
    [b"", b"no profile", ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()],
)
def test_profiles_of_no_use(profile):
    """A profile that is broken, or of another kind of colours, is passed over."""
    shown = opened(smaller(file(halves(), "JPEG", icc_profile=profile), 320))
    assert is_near(shown.getpixel((40, 100)), RED)


def test_what_is_transparent_is_white():
    """What one can see through is white, in pictures with a palette too."""
    clear = Image.new("RGBA", (400, 300), (*RED, 0))
    palette = Image.new("P", (400, 300), 1)
    palette.putpalette([0, 0, 0, *RED])
    for one in (file(clear, "PNG"), file(palette, "PNG", transparency=1)):
        assert (255, 255, 255) == opened(smaller(one, 320)).getpixel((5, 5))


def test_an_animation_shows_its_first_frame():
    """The first picture stands for an animated one."""
    frames = [Image.new("RGB", (400, 300), GREEN)]
    octets = file(Image.new("RGB", (400, 300), RED), "GIF", save_all=True, append_images=frames)
    assert is_near(opened(smaller(octets, 320)).getpixel((5, 5)), RED)


@pytest.mark.parametrize("progressive", [False, True])
def test_pictures_too_large(progressive):
    """What would take too much memory is not decoded; a large plain JPEG is decoded in parts."""
    side = int(MOST_PIXELS**0.5) + 200
    large = Image.new("L", (side, side), 200)
    assert smaller(file(large, "PNG", compress_level=1), 320) is None
    found = smaller(file(large, "JPEG", quality=10, progressive=progressive), 320)
    assert progressive == (found is None)


@pytest.mark.parametrize("octets", [b"", b"GIF89a", b"\xff\xd8\xff\xe0", b"<html>", b"%!PS-Adobe"])
def test_what_is_no_picture(octets):
    """Octets that are no picture give none, and raise nothing."""
    assert smaller(BytesIO(octets), 320) is None


@pytest.mark.parametrize("share", [0.02, 0.3, 0.9])
def test_broken_pictures(share):
    """Nor does a file that was cut off."""
    for kind in ("JPEG", "PNG", "WEBP", "GIF"):
        whole = file(Image.effect_noise((800, 600), 80).convert("RGB"), kind).getvalue()
        assert smaller(BytesIO(whole[: int(len(whole) * share)]), 320) is None
