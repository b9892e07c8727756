"""``python -m geo.cli``: the command ``kharita``."""

import sys

from geo.cli.commands import main

code = main()
sys.stdout.flush()
raise SystemExit(code)
