"""A self-hosted Atom Publishing Protocol (RFC 5023) server."""

__version__ = "0.1.0"
