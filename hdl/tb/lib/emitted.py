"""The C++ that Verilator makes of a circuit, as a digest: circuits of one digest behave alike at their ports and assertions.

Nothing inside is public here, unlike in a bench's build: logic that reaches no port and no assertion is not in the C++.
"""

import hashlib
import re
import shutil
import subprocess

#: Where an assertion or a memory stands in its file: a change may move it.
LINE = re.compile(r'(\.sv(?:", |:))\d+')


def digest(top, files, parameters, defines, build_args, folder):
    """Runs Verilator alone on `files` (paths, in the order of compilation). Returns hex; raises CalledProcessError when it refuses."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    options = [f"-G{k}={v}" for k, v in parameters.items()] + [f"-D{k}={v}" for k, v in defines.items()]
    command = ["verilator", "--cc", "--flatten", "--no-decoration", "--timescale", "1ns/1ps", "--prefix", "Vtop", "--top-module", top]
    subprocess.run([*command, "-Mdir", folder, *build_args, *options, *files], check=True)
    made = sorted(path for path in folder.iterdir() if path.suffix in (".cpp", ".h"))
    texts = [path.name + "\0" + LINE.sub(r"\1", path.read_text()) for path in made]
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()
