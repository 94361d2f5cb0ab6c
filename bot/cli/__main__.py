"""python -m bot.cli is the same as qingqun."""

import sys

from bot.cli.main import main

sys.exit(main())
