"""`python -m atompub` is the command atompub."""

from atompub.cli import main

main()
