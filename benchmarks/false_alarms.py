"""False alarms in quick runs over different seeds: the truth of every check, and of every design.

Controls are left out: they cost most of the time, and an alarm is about the truth.

    python benchmarks/false_alarms.py RUNS [FIRST_SEED]
"""

import sys
import time
from dataclasses import replace

from verification import catalog
from verification.level import QUICK
from verification.run import run_at


def truth_alone(check):
    """The check without its controls."""
    return replace(check, experiment=lambda delta: replace(check.experiment(delta), controls=()))


if __name__ == "__main__":
    runs = int(sys.argv[1])
    first = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    checks = [truth_alone(catalog.load(name)) for name in (*catalog.check_ids(), *catalog.design_ids())]
    started = time.perf_counter()
    alarms, undecided, draws = [], 0, 0
    for seed in range(first, first + runs):
        for check in checks:
            outcome = run_at(check, QUICK, seed=seed)
            draws += outcome.n
            undecided += outcome.verdict == "undecided"
            if outcome.verdict == "fail":
                alarms.append((seed, check.id))
        done, seconds = seed + 1 - first, time.perf_counter() - started
        print(
            f"{done} runs of {len(checks)} checks: {len(alarms)} false alarms {alarms}, "
            f"{undecided} undecided, {draws:,} draws, {seconds:.0f} s",
            flush=True,
        )
