"""``python -m geo.store.checks``: a stand-in for ``kharita check``, kept for this round."""

import runpy
import sys

sys.argv[1:] = ["check", *sys.argv[1:]]
runpy.run_module("geo.cli", run_name="__main__")
