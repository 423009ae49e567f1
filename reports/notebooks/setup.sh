#!/usr/bin/env bash
# Run once, as root, when Gradescope builds the image of the autograder. Choose a base image with Ubuntu 22.04
# or newer. Installs Python 3.11 or newer if the image has none, and ksquared in an environment of its own.
set -euo pipefail
root=${AUTOGRADER_ROOT:-/autograder}

find_python() {
    for name in python3.13 python3.12 python3.11; do
        if command -v "$name" > /dev/null; then
            command -v "$name"
            return
        fi
    done
}

if [ -z "$(find_python)" ]; then
    apt-get update -q
    apt-get install -q -y --no-install-recommends python3.11 python3.11-venv ||
        apt-get install -q -y --no-install-recommends python3.12 python3.12-venv
fi
python=$(find_python)
"$python" -c 'import ensurepip' 2> /dev/null ||
    apt-get install -q -y --no-install-recommends "$(basename "$python")-venv"
"$python" -m venv "$root/venv"
"$root/venv/bin/pip" install -q -c "$root/source/constraints.txt" "$root"/source/ksquared-*.whl
"$root/venv/bin/ksquared" --version
