"""What octets look like, against what they are called: browsers guess, and must not guess HTML."""

import re

MAGIC = {
    "image/png": re.compile(rb"\x89PNG\r\n\x1a\n"),
    "image/jpeg": re.compile(rb"\xff\xd8\xff"),
    "image/gif": re.compile(rb"GIF8[79]a"),
    "image/webp": re.compile(rb"RIFF.{4}WEBP", re.DOTALL),
    "image/avif": re.compile(rb".{4}ftypavi[fs]", re.DOTALL),
}
MARKUP = re.compile(rb"(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?[\s\x00]*<")


def is_shown(media_type: str) -> bool:
    """Whether browsers show media of a type in place, if it is what it is called."""
    kind = media_type.partition(";")[0].strip().lower()
    return kind in MAGIC or kind.startswith(("audio/", "video/"))


def is_genuine(media_type: str, head: bytes) -> bool:
    """Whether the first octets look like a picture, sound or film of that type.

    False for all other types, which no page shows in place.
    """
    kind = media_type.partition(";")[0].strip().lower()
    if kind in MAGIC:
        return MAGIC[kind].match(head) is not None
    return is_shown(kind) and not MARKUP.match(head)
