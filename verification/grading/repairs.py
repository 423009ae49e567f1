"""Obvious repairs of a program: an older library emulated, a dense matrix handed in, a name mended.

A repair never adds knowledge of the solution. Those that are not the student's fault (an older library) cost
nothing; a mended name does.
"""

from __future__ import annotations

import ast
import builtins
import difflib
import re
from dataclasses import dataclass

from verification.grading.sandbox.caller import Raised
from verification.grading.submission import Program
from verification.grading.synonyms import meant_by

OLDER_LIBRARIES = """
def _older_libraries():
    import sys
    import time
    import types
    import numpy
    import scipy.sparse
    import scipy.special
    import sklearn.linear_model
    old = dict(float=float, int=int, bool=bool, object=object, str=str, complex=complex,
               infty=numpy.inf, Inf=numpy.inf, NaN=numpy.nan, product=numpy.prod,
               cumproduct=numpy.cumprod, float_=numpy.float64, mat=numpy.asmatrix,
               alltrue=numpy.all, sometrue=numpy.any, in1d=numpy.isin,
               row_stack=numpy.vstack,
               asscalar=lambda a: a.item(), asfarray=lambda a: numpy.asarray(a, dtype=float))
    for name, value in old.items():
        if name not in vars(numpy):
            setattr(numpy, name, value)
    if not hasattr(time, "clock"):
        time.clock = time.perf_counter
    try:
        from scipy.misc import logsumexp
    except ImportError:
        sys.modules["scipy.misc"] = types.ModuleType("scipy.misc")
        sys.modules["scipy.misc"].logsumexp = scipy.special.logsumexp

    def plain(value):
        if scipy.sparse.issparse(value):
            return value.toarray()
        return numpy.asarray(value) if isinstance(value, numpy.matrix) else value

    def lenient(method):
        def called(self, *arguments, **keywords):
            keywords = {name: plain(value) for name, value in keywords.items()}
            return method(self, *map(plain, arguments), **keywords)
        return called

    for name in ("Ridge", "LinearRegression", "Lasso", "ElasticNet", "SGDRegressor"):
        cls = getattr(sklearn.linear_model, name)
        cls.fit, cls.predict = lenient(cls.fit), lenient(cls.predict)
        init = cls.__init__

        def forgiving(self, *arguments, __init=init, normalize=False, **keywords):
            __init(self, *arguments, **keywords)
        forgiving.__signature__ = __import__("inspect").signature(init)
        cls.__init__ = forgiving
    for base in (scipy.sparse.csr_matrix, scipy.sparse.coo_matrix, scipy.sparse.csc_matrix):
        for letter, attribute in (("A", "toarray"), ("asfptype", None)):
            if not hasattr(base, letter):
                if attribute:
                    setattr(base, letter, property(lambda self: self.toarray()))
                else:
                    setattr(base, letter, lambda self: self.astype(float))
        if not hasattr(base, "H"):
            base.H = property(lambda self: self.conj().T)
        if not hasattr(base, "getnnz"):
            base.getnnz = lambda self, axis=None: self._getnnz(axis)
_older_libraries()
"""

SIGNS_OF_AGE = re.compile(
    r"module 'numpy' has no attribute|was removed in the NumPy|`np\.\w+` was|np\.matrix is not supported"
    r"|sparse (data|matrix|input|container) was passed|Sparse (data|matrix) was passed|dense data is required"
    r"|unexpected keyword argument 'normalize'|module 'time' has no attribute 'clock'"
    r"|has no attribute '(A|H|asfptype|getnnz|get_shape)'|Sparse multi|sparse multi"
    r"|No module named '(sklearn\.externals|sklearn\.cross_validation|scipy\.misc)'"
    r"|cannot import name '(logsumexp|imresize|imread)' from 'scipy|does not support sparse input"
)

KNOWN_IMPORTS = {
    "np": "import numpy as np",
    "numpy": "import numpy",
    "sp": "import scipy.sparse as sp",
    "sparse": "from scipy import sparse",
    "scipy": "import scipy, scipy.sparse, scipy.stats, scipy.linalg, scipy.special",
    "math": "import math",
    "time": "import time",
    "random": "import random",
    "svds": "from scipy.sparse.linalg import svds",
    "Ridge": "from sklearn.linear_model import Ridge",
    "LinearRegression": "from sklearn.linear_model import LinearRegression",
    "multivariate_normal": "from scipy.stats import multivariate_normal",
    "norm": "from scipy.stats import norm",
    "logsumexp": "from scipy.special import logsumexp",
    "cdist": "from scipy.spatial.distance import cdist",
    "deepcopy": "from copy import deepcopy",
    "copy": "import copy",
    "stats": "from scipy import stats",
    "linalg": "from numpy import linalg",
    "inv": "from numpy.linalg import inv",
    "det": "from numpy.linalg import det",
    "log": "from numpy import log",
    "exp": "from numpy import exp",
    "pi": "from numpy import pi",
}


@dataclass(frozen=True)
class Repair:
    """A changed program with the same lines in the same places, and what was changed, one line each."""

    program: Program
    done: tuple[str, ...]


def needs_older_library(raised: Raised) -> bool:
    """Whether an exception is what a newer library says to code that an older one accepted."""
    return SIGNS_OF_AGE.search(f"{raised.type_name}: {raised.message}") is not None


def with_older_libraries(program: Program) -> Program:
    """The program with removed names of NumPy back, and scikit-learn as lenient as it was."""
    return _preceded(program, OLDER_LIBRARIES)


def with_dense_input(program: Program, function: str) -> Program:
    """The program with sparse arguments turned into np.matrix, what `todense()` gives, before the call."""
    text = (
        f"\ndef _dense_call(function=globals()[{function!r}]):\n"
        "    import numpy, scipy.sparse\n"
        "    def called(*arguments):\n"
        "        return function(*(a.todense() if scipy.sparse.issparse(a) else a for a in arguments))\n"
        "    return called\n"
        f"{function} = _dense_call()\n"
    )
    return Program(program.source + text, (*program.places, *(None for _ in range(text.count("\n")))))


def without_assertions(program: Program) -> Repair | None:
    """The program with `pass` for its assertions; None if it has none."""
    try:
        tree = ast.parse(program.source)
    except (SyntaxError, ValueError, RecursionError):
        return None
    lines = program.source.split("\n")
    found = [node for node in ast.walk(tree) if isinstance(node, ast.Assert)]
    for node in found:
        first, last = node.lineno - 1, node.end_lineno or node.lineno
        lines[first:last] = [lines[first][: node.col_offset] + "pass", *[""] * (last - first - 1)]
    return (
        Repair(Program("\n".join(lines), program.places), ("run without its assertions",)) if found else None
    )


def mended(program: Program, function: str, names: tuple[str, ...]) -> Repair | None:
    """The program with undefined `names` imported or spelled as its own; None if none is obvious."""
    try:
        tree = ast.parse(program.source)
    except (SyntaxError, ValueError, RecursionError):
        return None
    known = _names_within(tree, function)
    source, imports, done = program.source, [], []
    for name in names:
        candidate = _meant(name, known)
        if candidate is not None:
            source = re.sub(rf"(?<![\w.]){re.escape(name)}(?!\w|\s*=[^=])", candidate, source)
            done.append(f"`{name}` read as `{candidate}`")
        elif name in KNOWN_IMPORTS:
            imports.append(KNOWN_IMPORTS[name])
            done.append(f"`{KNOWN_IMPORTS[name]}` added")
    if not done:
        return None
    return Repair(_preceded(Program(source, program.places), "\n".join(imports)), tuple(done))


def _names_within(tree: ast.Module, function: str) -> set[str]:
    """Parameters and local names of the function: what an undefined name may have meant."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name == function:
            assigned = {
                n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
            }
            return assigned | {argument.arg for argument in node.args.args}
    return set()


def _meant(name: str, known: set[str]) -> str | None:
    others = known - {name}
    if (meant := meant_by(name, others)) is not None:
        return meant
    if name in KNOWN_IMPORTS or name in dir(builtins) or len(name) < 4:
        return None
    close = difflib.get_close_matches(name, sorted(others), n=1, cutoff=0.8)
    return close[0] if close else None


def _preceded(program: Program, text: str) -> Program:
    """The program after `text`, but not before its `from __future__` imports."""
    if not text.strip():
        return program
    text = text.strip("\n") + "\n"
    lines = program.source.split("\n")
    future = 0
    for number, line in enumerate(lines, start=1):
        if line.startswith("from __future__"):
            future = number
    source = "\n".join([*lines[:future], text + "\n".join(lines[future:])])
    added = (None,) * text.count("\n")
    return Program(source, (*program.places[:future], *added, *program.places[future:]))
