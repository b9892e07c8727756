"""``python -m geo.cli``: the command ``kharita``."""

import sys

from geo.core.settings import SettingsError, settings


def _run() -> int:
    try:
        settings()
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    from geo.cli.commands import main  # here: the language of its help is a setting

    return main()


code = _run()
sys.stdout.flush()
raise SystemExit(code)
