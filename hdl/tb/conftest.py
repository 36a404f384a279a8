"""Puts the bench library (`lib`) on the path of every bench, also inside the simulator."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
