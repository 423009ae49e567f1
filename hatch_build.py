"""Build hook: compiles the kernels where there is a C compiler; where not, it says so in one line."""

import importlib.util
import sys
import sysconfig
from pathlib import Path

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class KernelsBuildHook(BuildHookInterface):
    def initialize(self, version, build_data):
        if self.target_name != "wheel":
            return
        native = Path(self.root, "algorithms", "native")
        # By its path: importing the package would need NumPy, which no build environment has.
        spec = importlib.util.spec_from_file_location("build_kernels", native / "build.py")
        build = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(build)
        note = build.compile_all(native)
        print(f"ksquared: compiled kernels {note}", file=sys.stderr)
        build_data["artifacts"] += ["algorithms/native/kernels-*.so", f"algorithms/native/{build.NOTE}"]
        if any(native.glob("kernels-*.so")) and version != "editable":
            build_data["pure_python"] = False
            # The libraries are called through ctypes, so one wheel serves every Python on this platform.
            build_data["tag"] = "py3-none-" + sysconfig.get_platform().replace("-", "_").replace(".", "_")
