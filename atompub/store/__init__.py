"""Where everything is kept: engines, and one module per kind of row."""
