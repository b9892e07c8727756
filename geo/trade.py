"""``python -m geo.trade``: a stand-in for ``kharita trade``, kept for this round."""

import runpy
import sys

sys.argv[1:] = ["trade", *sys.argv[1:]]
runpy.run_module("geo.cli", run_name="__main__")
