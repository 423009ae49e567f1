"""False alarms in quick runs over different seeds: the truth of every check.

Controls are left out: they cost most of the time, and an alarm is about the truth. What was counted is kept
in a file after every run, so that a count that was broken off goes on; it belongs to one version of the code.

    python benchmarks/false_alarms.py RUNS FILE [CHECK]...
"""

import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from verification import catalog
from verification.check import Check
from verification.level import QUICK
from verification.record import code_version
from verification.run import run_at


def truth_alone(check: Check) -> Check:
    """The check without its controls, its bets computed once for all seeds."""
    experiment = replace(check.experiment(QUICK.delta), controls=())
    return replace(check, experiment=lambda delta: experiment)


def count(runs: int, path: Path, names: Sequence[str]) -> dict:
    """Go on with the count in `path` up to so many runs, seeds 0, 1, 2, ..."""
    known = {
        "code": code_version(),
        "checks": list(names),
        "runs": 0,
        "draws": 0,
        "undecided": 0,
        "alarms": [],
    }
    if path.exists():
        held = json.loads(path.read_text())
        if held["code"] != known["code"] or held["checks"] != known["checks"]:
            raise SystemExit(
                f"{path.name} counts another version of the code or other checks; name a new file"
            )
        known = held
    checks = [truth_alone(catalog.load(name)) for name in names]
    while known["runs"] < runs:
        for check in checks:
            outcome = run_at(check, QUICK, seed=known["runs"])
            known["draws"] += outcome.n
            known["undecided"] += outcome.verdict == "undecided"
            if outcome.verdict == "fail":
                known["alarms"].append([known["runs"], check.id, outcome.failure])
        known["runs"] += 1
        beside = path.with_name(path.name + ".part")
        beside.write_text(json.dumps(known))
        beside.replace(path)
    return known


if __name__ == "__main__":
    found = count(int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:] or catalog.check_ids())
    print(
        f"{found['runs']} runs of {len(found['checks'])} checks: {len(found['alarms'])} false alarms "
        f"{found['alarms']}, {found['undecided']} undecided, {found['draws']:,} draws"
    )
