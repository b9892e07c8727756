"""``python -m geo.watch``: a stand-in for ``kharita digest``, kept for this round."""

import runpy
import sys

sys.argv[1:] = ["digest", *sys.argv[1:]]
runpy.run_module("geo.cli", run_name="__main__")
