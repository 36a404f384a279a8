"""Format SystemVerilog text as the repository does."""

import subprocess


def verible(text: str) -> str:
    command = ["verible-verilog-format", "--column_limit=100", "-"]
    return subprocess.run(command, input=text, text=True, check=True, capture_output=True).stdout
