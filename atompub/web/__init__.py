"""HTTP: one resource file per kind of resource, and what they share."""
