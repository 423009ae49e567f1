"""Replays certificates with nothing but the kernel: `python -m derivations.kernel FILE`.

The file holds a list of certificates. Prints one line a theorem; exit status 0 if all hold, 1 if one is
refused, 2 if the file is not a list of certificates.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from derivations.kernel.certificate import replay
from derivations.kernel.encoding import decode_term
from derivations.kernel.terms import KernelError

MOST_BYTES = 64 * 2**20
"""A larger file is refused; the whole library's certificates are a hundred times smaller."""


def _conclusion(c: dict[str, Any]) -> str:
    """One conclusion on one line: what was shown, under which hypotheses, resting on which axioms."""
    sides = (decode_term(c[side]) for side in ("left", "right"))
    shown = f" {c['relation']} ".join(str(side) for side in sides)
    under = ", ".join(name for name, _, _ in c["hypotheses"]) or "none"
    return f"{shown}  [hypotheses: {under}; axioms: {', '.join(c['axioms']) or 'none'}]"


def main(arguments: list[str]) -> int:
    """Replay the certificates in the file named by the one argument."""
    if len(arguments) != 1:
        print("expected one argument: the file of certificates to replay", file=sys.stderr)
        return 2
    path = Path(arguments[0])
    try:
        if path.stat().st_size > MOST_BYTES:
            raise ValueError(f"larger than {MOST_BYTES // 2**20} MiB")
        certificates = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(certificates, list) or not certificates:
            raise ValueError("expected a JSON list of certificates")
    except (OSError, ValueError, RecursionError) as error:
        print(f"cannot read certificates from {path}: {error}", file=sys.stderr)
        return 2
    refused = 0
    for certificate in certificates:
        try:
            found = replay(certificate)
            print(f"holds    {found.theorem}")
            for conclusion in found.conclusions:
                print(f"         {_conclusion(conclusion)}")
        except KernelError as error:
            print(f"refused  {error}")
            refused += 1
    print(f"{len(certificates) - refused} of {len(certificates)} certificates hold")
    return 1 if refused else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
