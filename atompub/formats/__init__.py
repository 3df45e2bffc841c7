"""Representations that are not Atom's."""
