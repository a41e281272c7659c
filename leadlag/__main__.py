"""``python -m leadlag``: the same as the command ``leadlag``."""

import sys

from leadlag.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
