"""Atom documents: bytes to values and back (RFC 4287, RFC 5023)."""
