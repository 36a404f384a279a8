"""Format Rust text as the repository does."""

import subprocess
from pathlib import Path

CONFIG = Path(__file__).resolve().parents[3] / "rustfmt.toml"


def rustfmt(text: str) -> str:
    command = ["rustfmt", "--edition", "2021", "--emit", "stdout", "--config-path", str(CONFIG)]
    return subprocess.run(command, input=text, text=True, check=True, capture_output=True).stdout
