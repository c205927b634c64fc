"""``python -m laban``."""

from laban.cli import main

main()
