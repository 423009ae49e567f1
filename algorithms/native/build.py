"""Compiles the kernels, for the package's build and in a checkout by `python algorithms/native/build.py`.

One shared library for each level of the instruction set, all from the same sources; `library.py` loads the
best one the processor can run. It needs the standard library only: it runs before anything is installed.
"""

from __future__ import annotations

import hashlib
import os
import platform
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
NOTE = "build.txt"
# Nothing here changes results: no reassociation, no contraction but the explicit fused operations.
FLAGS = [
    "-O3",
    "-std=gnu11",
    "-fPIC",
    "-shared",
    "-ffp-contract=off",
    "-fno-math-errno",
    "-fno-trapping-math",
]
WARNINGS = ["-Wall", "-Wextra", "-Wno-unknown-pragmas"]
X86_LEVELS = {
    "baseline": [],
    "avx2": ["-mavx2", "-mfma", "-mbmi2", "-mpopcnt"],
}
X86_LEVELS["avx512"] = [*X86_LEVELS["avx2"], *(f"-mavx512{part}" for part in ("f", "dq", "bw", "vl", "cd"))]


def levels() -> dict[str, list[str]]:
    """The instruction sets to compile for, with flags; on other processors than x86-64 there is but one."""
    if platform.machine().lower() in ("x86_64", "amd64"):
        return {**X86_LEVELS, "avx512": [*X86_LEVELS["avx512"], "-mprefer-vector-width=512"]}
    return {"baseline": ["-ffp-contract=fast"]}  # there the fused operations are left to the compiler


def find_compiler() -> list[str] | None:
    """The command in CC, or the first of cc, gcc and clang that exists."""
    chosen = shlex.split(os.environ.get("CC", ""))
    for command in [chosen] if chosen else [["cc"], ["gcc"], ["clang"]]:
        if shutil.which(command[0]):
            return command
    return None


def compile_all(target: Path, extra_flags: tuple[str, ...] = ()) -> str:
    """Compile every level into the folder `target` and say in one line what came of it.

    Never raises for want of a compiler or because of one: the line then says why there are no kernels.
    It is kept in `target` for `status()`, with the fingerprint of the sources it speaks of.
    """
    for stale in target.glob("kernels-*.so"):
        stale.unlink()
    compiler = find_compiler()
    if compiler is None:
        note = "not built: no C compiler was found (looked for CC, cc, gcc, clang)"
    else:
        with tempfile.TemporaryDirectory() as folder:
            note = _compile_with(compiler, Path(folder), extra_flags)
            for library in Path(folder).glob("kernels-*.so"):
                shutil.move(library, target / library.name)
    (target / NOTE).write_text(f"{note}\n{fingerprint()}\n", encoding="utf-8")
    return note


def fingerprint() -> str:
    """A digest of the sources: kernels built from others must not be called."""
    sources = sorted((HERE / "src").iterdir())
    return hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()


def _compile_with(compiler: list[str], folder: Path, extra_flags: tuple[str, ...]) -> str:
    # Compilers differ in what they offer, so OpenMP and each level are tried; the rest must work.
    for openmp in (["-fopenmp"], []):
        commands = {
            level: [*compiler, *FLAGS, *WARNINGS, *flags, *openmp, *extra_flags, *_sources(), "-lm"]
            for level, flags in levels().items()
        }
        errors = _run_all(
            {
                level: [*command, "-o", str(folder / f"kernels-{level}.so")]
                for level, command in commands.items()
            }
        )
        built = [level for level in commands if level not in errors]
        if "baseline" in built:
            return f"built for {', '.join(built)} {'with' if openmp else 'without'} OpenMP"
    first_error = next((line for line in errors["baseline"].splitlines() if "error" in line), "no message")
    return f"not built: the C compiler '{shlex.join(compiler)}' failed ({first_error.strip()})"


def _run_all(commands: dict[str, list[str]]) -> dict[str, str]:
    """Run the commands side by side; the messages of those that failed."""
    running = {
        level: subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
        for level, command in commands.items()
    }
    messages = {level: process.communicate()[1] for level, process in running.items()}
    return {level: messages[level] for level, process in running.items() if process.returncode != 0}


def _sources() -> list[str]:
    return sorted(str(path) for path in (HERE / "src").glob("*.c"))


if __name__ == "__main__":
    print("Compiled kernels:", compile_all(HERE, tuple(sys.argv[1:])))
