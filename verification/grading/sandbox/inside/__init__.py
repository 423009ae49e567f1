"""The other side: what runs in the worker and in its children, and nothing of the suite beside it.

The worker puts the folder above this one on `sys.path`, imports `inside.zygote` and takes it off again. So
the files here import only each other, the standard library, NumPy and SciPy. They keep to Python 3.8, for
submissions that need an older library are run under an older interpreter.
"""
