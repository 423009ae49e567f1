"""Do the algorithms do what the derivations prove? Sequential Monte Carlo checks that can fail.

Read in this order: `statistics.process` (what a verdict guarantees, with its proof), any file of
`checks` (one claim each, with the wrong answers it must reject), `run` (the loop).
"""
