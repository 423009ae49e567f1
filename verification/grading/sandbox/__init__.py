"""Calls a student's function without trusting it.

Three processes: this one judges, and sees only bytes; a worker holds NumPy, SciPy and scikit-learn, and
nothing of this suite; a child of the worker runs one student's function and is gone. `inside` is what
runs on the other side, `caller` what this side sees, `levels` how well this machine can confine.
"""
