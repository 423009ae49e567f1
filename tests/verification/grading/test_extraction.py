"""A function comes out with all that it needs and nothing else, from whatever cells it stands in."""

from __future__ import annotations

import subprocess
import sys

import pytest

from verification.grading.extraction import extract
from verification.grading.extraction_code import read_code
from verification.grading.submission import Cell, Extracted, Place, SourceFile, Submission


def handed_in(*cells: str, python: str = "") -> Submission:
    made = tuple(Cell(number, "code", text) for number, text in enumerate(cells, start=1))
    return Submission("ada", "Ada", (SourceFile("hw.ipynb", "notebook", made, python),))


def taken(function: str, *cells: str, **options: object) -> Extracted:
    return extract(read_code(handed_in(*cells)), function, **options)  # type: ignore[arg-type]


def source(extracted: Extracted) -> str:
    assert extracted.program is not None
    return extracted.program.source


def test_a_function_comes_with_its_imports_constants_helpers_and_classes() -> None:
    result = taken(
        "kmeans",
        "import numpy as np\nimport os\nfrom math import sqrt, pi\nEPS: float = 1e-9\nUNUSED = 3",
        "class Center:\n    limit = EPS\n\ndef distance(a, b):\n    return sqrt(a - b)\n",
        "def other():\n    return os",
        "def kmeans(X, k):\n    return np.array([distance(x, 0) for x in X]), Center()",
    )
    assert source(result).split("\n") == [
        "import numpy as np",
        "from math import sqrt, pi",
        "EPS: float = 1e-9",
        "class Center:",
        "    limit = EPS",
        "def distance(a, b):",
        "    return sqrt(a - b)",
        "def kmeans(X, k):",
        "    return np.array([distance(x, 0) for x in X]), Center()",
        "",
    ]
    assert (result.parameters, result.missing, result.notes) == (("X", "k"), (), ())


def test_every_line_knows_where_it_stands() -> None:
    result = taken("f", "import numpy as np\n\n\ndef g(): return np", "x = 1\n\ndef f():\n\n    return g()")
    assert result.program is not None
    for number, line in enumerate(result.program.source.splitlines(), start=1):
        place = result.program.place(number)
        assert place is not None
        assert place.cell is not None
        cell = (
            handed_in("import numpy as np\n\n\ndef g(): return np", "x = 1\n\ndef f():\n\n    return g()")
            .files[0]
            .cells
        )
        assert cell[place.cell - 1].text.split("\n")[place.line - 1] == line
    assert result.program.place(99) is None


@pytest.mark.parametrize(
    "outside",
    [
        "ratings = np.load('ratings.npy')",
        "ratings = open('x').read()",
        "mu, z = f(5)",
        "ratings = compute()",
        "for ratings in range(3): pass",
        "import urllib.request; ratings = urllib.request.urlopen('http://x')",
        "if True:\n    ratings = 1",
        "ratings = [np.loadtxt(name) for name in names]",
    ],
)
def test_what_is_read_or_computed_from_data_is_not_run(outside: str) -> None:
    result = taken(
        "f", f"import numpy as np\n{outside}\ndef f(x):\n    return ratings" + " + mu + z" * ("mu" in outside)
    )
    assert set(result.missing) <= {"ratings", "mu", "z"}
    assert result.missing
    assert "ratings =" not in source(result)
    assert all("is used" in note for note in result.notes)


@pytest.mark.parametrize(
    "constant",
    [
        "5",
        "-1.5e3",
        "'svd'",
        "[1, 2, {'a': (3,)}]",
        "np.inf",
        "np.finfo(float).eps",
        "np.array([1, 2])",
        "2 * OTHER",
        "np.random.RandomState(0)",
        "lambda x: x + OTHER",
        "np.linalg.norm",
        "float('inf')",
        "OTHER if OTHER > 3 else None",
    ],
)
def test_constants_of_literals_and_libraries_are_kept(constant: str) -> None:
    result = taken("f", f"import numpy as np\nOTHER = 4\nC = {constant}\ndef f():\n    return C")
    assert f"C = {constant}" in source(result)
    assert result.missing == ()


def test_a_name_set_twice_has_its_last_constant() -> None:
    assert "K = 6" in source(taken("f", "K = 5", "K = 6", "def f():\n    return K"))


def test_magics_and_shell_lines_are_left_out_and_told() -> None:
    cell = "%matplotlib inline\n!rm -rf /\nfiles = !ls\nnp?\nimport numpy as np\n"
    cell += "def f():\n    %timeit 1\n    return np"
    code = read_code(handed_in(cell, "%%bash\nrm -rf /\n", "%%time\ndef g():\n    return 1"))
    result = extract(code, "f")
    assert source(result) == "import numpy as np\ndef f():\n    pass\n    return np\n"
    assert extract(code, "g").program is not None
    assert len(code.notes) == 7
    assert "hw.ipynb, cell 2, line 1: the cell `%%bash` was not run" in code.notes
    assert all("rm" not in source(extract(code, name)) for name in "fg")


def test_an_operator_at_the_start_of_a_line_is_no_magic() -> None:
    result = taken("f", "def f(x):\n    return (x\n        %2)")
    assert "%2" in source(result)


def test_the_last_definition_wins_and_the_others_are_told() -> None:
    result = taken("f", "def f(): return 1", "def f(): return 2")
    assert source(result) == "def f(): return 2\n"
    assert result.notes == (
        "`f` is defined 2 times; judged is the last, hw.ipynb, cell 2, line 1, not hw.ipynb, cell 1, line 1",
    )


def test_an_alias_is_found_and_named() -> None:
    result = taken("kmeans", "def k_means(X, k): return 1", aliases=("KMeans", "k_means"))
    assert (result.function, result.defined_as) == ("kmeans", "k_means")


def test_a_similar_name_is_pointed_out_but_not_judged() -> None:
    result = taken("gmm_sample", "def gmm_samples(N): return 1")
    assert result.program is None
    assert result.notes == ("no `gmm_sample`, but `gmm_samples`, hw.ipynb, cell 1, line 1",)


def test_undefined_names_are_reported() -> None:
    result = taken(
        "kmeans", "def kmeans(X, k):\n    mu = x[:K]\n    return [abs(m) for m in mu if m in locals_]"
    )
    assert result.missing == ("K", "locals_", "x")
    assert "`K` is used but defined nowhere" in result.notes


@pytest.mark.parametrize(
    "body",
    [
        "import math\n    return math",
        "global g\n    g = 1\n    return g",
        "[y for y in x]",
        "lambda y: y",
        "def inner(z):\n        nonlocal x\n        x = z\n    return inner",
        "try: pass\n    except ValueError as e: print(e)",
        "for i in x: pass\n    return i",
        "with x as y: return y",
        "class A:\n        z = x\n    return A",
        "(n := x)",
    ],
)
def test_names_that_the_function_binds_itself_are_not_missing(body: str) -> None:
    assert taken("f", f"def f(x):\n    {body}").missing in ((), ("g",))


def test_a_star_import_may_bring_anything() -> None:
    result = taken("f", "from numpy import *", "def f(x): return zeros(x)")
    assert source(result).startswith("from numpy import *")
    assert result.missing == ()


def test_alternatives_of_imports_are_kept() -> None:
    cell = "try:\n    from scipy.special import logsumexp\n"
    cell += "except ImportError:\n    from scipy.misc import logsumexp"
    assert cell in source(taken("f", cell, "def f(x): return logsumexp(x)"))


def test_decorators_defaults_and_annotations_count_as_needed() -> None:
    result = taken(
        "f", "import functools\nN = 3\nT = int", "@functools.lru_cache(None)\ndef f(x: T = N): return x"
    )
    assert source(result).startswith("import functools\nN = 3\nT = int\n@functools.lru_cache(None)\n")


def test_statements_on_one_line_are_parted() -> None:
    assert source(taken("f", "import numpy as np; np.seterr(all='raise'); K = 3\ndef f(): return np, K")) == (
        "import numpy as np\nK = 3\ndef f(): return np, K\n"
    )


def test_future_imports_come_first() -> None:
    result = taken("f", "K = 3", "from __future__ import annotations\ndef f(x: K): return K")
    assert source(result).startswith("from __future__ import annotations\nK = 3\n")


def test_functions_that_call_each_other_end() -> None:
    result = taken("f", "def f(n): return g(n - 1)\ndef g(n): return f(n) if n else 0")
    assert "def g" in source(result)


def test_a_wrong_helper_can_be_replaced_by_the_reference() -> None:
    cells = ("def loss(x): return undefined", "def train(x): return loss(x)")
    result = taken("train", *cells, replacing={"loss": "def loss(x):\n    return 42"})
    assert "undefined" not in source(result)
    assert source(result).endswith("def loss(x):\n    return 42\n")
    assert result.program is not None
    assert result.program.place(1) == Place("hw.ipynb", 2, 1)
    assert result.program.place(2) is None


# ---- code that does not parse


def test_one_broken_cell_does_not_cost_the_others() -> None:
    code = read_code(handed_in("def kmeans(X, k):\n    return (", "def em(X): return X"))
    assert extract(code, "em").program is not None
    broken = extract(code, "kmeans")
    assert broken.program is None
    assert broken.broken == ("hw.ipynb, cell 1, line 2: '(' was never closed",)


def test_one_broken_function_does_not_cost_its_cell() -> None:
    code = read_code(
        handed_in(
            "import numpy as np\ndef a(x):\n    return np\n\n"
            "def b(x)\n    return x\n\ndef c(x):\n    return np\n"
        )
    )
    assert [extract(code, name).program is not None for name in "abc"] == [True, False, True]
    (problem,) = extract(code, "b").broken
    assert problem.startswith("hw.ipynb, cell 1, line 5: ")
    program = extract(code, "c").program
    assert program is not None
    assert program.place(2) == Place("hw.ipynb", 1, 8)


@pytest.mark.parametrize(
    "line",
    [
        "print x",
        "raise ValueError, 'x'",
        "exec 'x'",
        "if x <> 1: pass",
        "try: pass\n    except ValueError, e: pass",
    ],
)
def test_python_2_is_named(line: str) -> None:
    (problem,) = taken("f", f"def f(x):\n    {line}\n").broken
    assert "Python 2 code, which Python 3 does not understand" in problem


def test_an_unfinished_function_of_python_3_is_not_called_python_2() -> None:
    (problem,) = taken("f", "def f(x):\n    return (x\n").broken
    assert "Python 2" not in problem


HOSTILE = {
    "nested brackets": "(" * 100_000,
    "nested lists": "[" * 200_000 + "]" * 200_000,
    "many signs": "-" * 100_000 + "1",
    "a long sum": "a" + "+a" * 100_000,
    "a long chain": "a" + ".a" * 50_000,
    "many calls": "f" + "()" * 50_000,
    "many lambdas": "lambda:" * 50_000 + "1",
    "deep indentation": "".join(" " * i + "if 1:\n" for i in range(200)),
    "an integer of 5,000 digits": "x = " + "9" * 5000,
    "a NUL": "a\0b",
    "a lone surrogate": "x = '\ud800'",
    "a form feed and a return": "\f\rx = 1",
    "a nonlocal at the top": "nonlocal x",
    "a return at the top": "return 1",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_code_is_left_out_and_the_rest_is_read(name: str) -> None:
    code = read_code(handed_in(HOSTILE[name], "def f(x):\n    return x"))
    assert extract(code, "f").program is not None
    for piece in code.broken:
        assert len(piece.why) < 300
        assert "\n" not in piece.why


def test_hostile_code_does_not_end_the_process() -> None:
    """The parser is C: a crash of it would be no exception. So once more, in a thread of another process."""
    script = """
import sys, threading
sys.path.insert(0, sys.argv[1])
from test_extraction import HOSTILE, handed_in, read_code
thread = threading.Thread(target=lambda: [read_code(handed_in(text)) for text in HOSTILE.values()])
thread.start(); thread.join(); print("alive")
"""
    folder = __file__.rsplit("/", 1)[0]
    done = subprocess.run([sys.executable, "-c", script, folder], capture_output=True, text=True, timeout=60)
    assert done.stdout == "alive\n", done.stderr[-500:]


def test_a_value_that_would_take_forever_is_not_computed_here() -> None:
    assert "9**9**9" in source(taken("f", "BIG = 9**9**9\ndef f(): return BIG"))


def test_nothing_is_run() -> None:
    read_code(handed_in("raise SystemExit\n", "import os\nos._exit(3)"))
