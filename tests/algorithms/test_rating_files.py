"""Files of ratings: what is read, and one clear line for each thing that is not."""

import os
import pickle
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from algorithms import ratings
from algorithms.errors import InputError

GOOD = "user,restaurant,rating\n"
REFUSED_TEXT = {
    "two columns": ("user,rating\n1,2\n", "expected at least 3 columns .* got 2"),
    "a row that is too short": (
        GOOD + "1,2,3\n1,2\n",
        "expected 3 columns as in the header, got 2 in line 3",
    ),
    "a row that is too long": (GOOD + "1,2,3,4\n", "expected 3 columns as in the header, got 4 in line 2"),
    "semicolons": ("user;restaurant;rating\n1;2;3\n", "separate them by commas"),
    "text for a rating": (GOOD + "1,2,good\n", "got 'good' in line 2"),
    "an empty rating": (GOOD + "1,2,\n", "got '' in line 2"),
    "a rating with an underscore": (GOOD + "1,2,1_0\n", "got '1_0' in line 2"),
    "a rating of NaN": (GOOD + "1,2,3\n\n1,3,nan\n", "got 'nan' in line 4"),
    "an infinite rating": (GOOD + "1,2,-inf\n", "got '-inf' in line 2"),
    "a rating beyond all scales": (GOOD + "1,2,1e300\n", "got '1e300' in line 2"),
    "a negative user": (GOOD + "-1,2,3\n", "ids of 0 or more .* got -1 in line 2"),
    "a negative restaurant": (GOOD + "1,-2.0,3\n", "ids of 0 or more .* got -2.0 in line 2"),
    "an id that would make the column of users very wide": (
        GOOD + "x" * 201 + ",2,3\n",
        "ids of up to 200 characters.* in line 2",
    ),
    "an id that NumPy would cut": (GOOD + "a\0,2,3\na,2,4\n", r"got 'a\\x00'\.\.\. in line 2"),
    "an id left out": (GOOD + " ,2,3\n", "expected an id, got nothing in line 2"),
    "the same pair twice": (GOOD + "1,2,3\n1,3,3\n1,2,5\n", "several for user 1 and restaurant 2"),
    "no header": ("1,2,3\n4,5,6\n", "expected a header"),
    "only a header": (GOOD, "expected ratings below the header"),
    "only empty lines": ("\n\n\n", "expected at least 3 columns"),
    "an unclosed quote": (GOOD + '1,"2,3\n', "expected a CSV, got unexpected end of data"),
}
ROWS = [[0, 10, 3], [5, 10, 1]]
REFUSED_ARRAYS = {
    "four columns": (np.ones((2, 4)), r"expected 3 columns .* got shape \(2, 4\)"),
    "one axis": (np.ones(3), r"got shape \(3,\)"),
    "no rows": (np.zeros((0, 3)), "without rows"),
    "a rating of NaN": (np.array([[0, 1, 2], [0, 2, np.nan]]), "got nan in row 1"),
    "an infinite rating": (np.array([[0, 1, np.inf]]), "got inf in row 0"),
    "a negative user": (np.array([[-4, 1, 2]]), "user ids .* got -4 in row 0"),
    "a negative restaurant": (np.array([[0.0, -1.0, 2.0]]), "restaurant ids .* got -1.0 in row 0"),
    "an id with a fraction": (np.array([[0.5, 1, 2]]), "got 0.5 in row 0"),
    "an id of NaN": (np.array([[np.nan, 1, 2]]), "got nan in row 0"),
    "an id that single precision rounds to its neighbor": (
        np.array([[2**24 + 1, 1, 2]], dtype=np.float32),
        "told apart by float32, got 16777216.0 in row 0",
    ),
    "an infinite id": (np.array([[np.inf, 1, 2]]), "got inf in row 0"),
    "complex numbers": (np.ones((2, 3), dtype=complex), "dtype complex128"),
    "text": (np.array([["a", "b", "c"]]), "dtype <U1"),
    "the same pair twice": (np.array([[0, 1, 2], [0, 1, 3]]), "several for user 0 and restaurant 1"),
}


class Intruder:
    """Leaves a trace when it is unpickled."""

    def __reduce__(self):
        return os.mkdir, ("unpickled",)


def saved(folder: Path, array) -> Path:
    path = folder / "ratings.npy"
    np.save(path, array)
    return path


def written(folder: Path, content: str | bytes) -> Path:
    path = folder / "ratings.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize(("content", "message"), REFUSED_TEXT.values(), ids=REFUSED_TEXT)
def test_a_csv_is_refused_with(tmp_path, content, message):
    with pytest.raises(InputError, match=message) as caught:
        ratings.load(written(tmp_path, content))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("array", "message"), REFUSED_ARRAYS.values(), ids=REFUSED_ARRAYS)
def test_an_array_is_refused_with(tmp_path, array, message):
    with pytest.raises(InputError, match=message) as caught:
        ratings.load(saved(tmp_path, array))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("content", [b"\xff\xfeu\x00", b"\x80\x81\x82", b"a,b,c\n1,2\xe9,3\n"], ids=repr)
def test_text_that_is_not_utf_8_is_refused(tmp_path, content):
    with pytest.raises(InputError, match="expected a CSV in UTF-8"):
        ratings.load(written(tmp_path, content))


def test_a_missing_file_a_directory_and_an_empty_file_are_refused(tmp_path):
    with pytest.raises(InputError, match=r"found none at .*absent.csv"):
        ratings.load(tmp_path / "absent.csv")
    with pytest.raises(InputError, match="got the directory"):
        ratings.load(tmp_path)
    with pytest.raises(InputError, match="File name too long; check the path"):
        ratings.load(tmp_path / ("a" * 300))
    with pytest.raises(InputError, match="got the empty file"):
        ratings.load(written(tmp_path, b""))


def test_a_pipe_is_refused_instead_of_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError, match="found none"):
        ratings.load(tmp_path / "pipe")


@pytest.mark.parametrize("shape", [(2, 3), (2,)])
def test_an_array_of_objects_is_never_unpickled(tmp_path, monkeypatch, shape):
    monkeypatch.chdir(tmp_path)
    array = np.empty(shape, dtype=object)
    array[...] = Intruder()
    with pytest.raises(InputError, match="pickled Python objects"):
        ratings.load(saved(tmp_path, array))
    assert not (tmp_path / "unpickled").exists()


@pytest.mark.parametrize("name", ["ratings.npy", "ratings.csv"])
def test_a_bare_pickle_is_never_unpickled(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).write_bytes(pickle.dumps(Intruder()))
    with pytest.raises(InputError, match=r"^expected"):
        ratings.load(tmp_path / name)
    assert not (tmp_path / "unpickled").exists()


def test_a_truncated_array_and_a_garbled_header_are_refused(tmp_path):
    path = saved(tmp_path, np.ones((50, 3)))
    whole = path.read_bytes()
    for damaged in (
        whole[:-8],
        whole[:40],
        whole.replace(b"(50, 3)", b"(50, 3}"),
        whole.replace(b"<f8", b"<x8"),
    ):
        path.write_bytes(damaged)
        with pytest.raises(InputError, match="damaged"):
            ratings.load(path)


def test_a_header_that_promises_a_terabyte_is_refused_before_memory_is_set_aside(tmp_path):
    path = tmp_path / "ratings.npy"
    header = {"descr": "<f8", "fortran_order": False, "shape": (5 * 10**10, 3)}
    with path.open("wb") as file:
        np.lib.format.write_array_header_1_0(file, header)
        file.write(np.ones((50, 3)).tobytes())
    tracemalloc.start()
    try:
        with pytest.raises(InputError, match="damaged"):
            ratings.load(path)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 2**20


@pytest.mark.parametrize("dtype", [np.int64, np.uint16, np.float64, np.float32, np.float16, ">i4"])
def test_arrays_of_any_number_type_are_read(tmp_path, dtype):
    loaded = ratings.load(saved(tmp_path, np.array(ROWS, dtype=dtype)))
    assert loaded.user_ids.tolist() == [0, 5]
    assert loaded.item_ids.tolist() == [10]
    assert loaded.users.tolist() == [0, 1]
    assert loaded.values.tolist() == [3.0, 1.0]


def test_huge_ids_are_numbered_and_never_used_as_indices(tmp_path):
    top = np.iinfo(np.uint64).max
    loaded = ratings.load(saved(tmp_path, np.array([[top, 0, 1], [0, top - 1, 2]], dtype=np.uint64)))
    assert (loaded.n_users, loaded.n_items) == (2, 2)
    assert loaded.user_ids.tolist() == [0, top]
    text = ratings.load(written(tmp_path, GOOD + f"{10**30},1,5\n{10**30 + 1},1,4\n"))
    assert text.user_ids.tolist() == [str(10**30), str(10**30 + 1)]


def test_columns_are_found_by_name_or_taken_in_order(tmp_path):
    named = ratings.load(written(tmp_path, "stars,when,Business_ID,user id\n4,May,b7,u1\n"))
    assert (named.user_ids[0], named.item_ids[0], named.values[0]) == ("u1", "b7", 4.0)
    ordered = ratings.load(written(tmp_path, "who,where,how,extra\nu1,b7,4,9\n"))
    assert (ordered.user_ids[0], ordered.item_ids[0], ordered.values[0]) == ("u1", "b7", 4.0)


def test_byte_order_mark_quotes_spaces_and_windows_line_ends_are_understood(tmp_path):
    content = '\ufeffuser,restaurant,rating\r\n"Ann, B", inn ,4\r\n\r\nZo\u00eb,inn,0\r\n'
    loaded = ratings.load(written(tmp_path, content))
    assert loaded.user_ids.tolist() == ["Ann, B", "Zo\u00eb"]
    assert loaded.item_ids.tolist() == ["inn"]
    assert loaded.values.tolist() == [4.0, 0.0]


def test_lines_of_movielens_are_read_without_a_header(tmp_path):
    path = tmp_path / "u.data"
    path.write_text("196\t242\t3\t881250949\n186\t302\t3.5\t891717742\n\n22\t242\t0\t878887116\n")
    loaded = ratings.load(path)
    assert loaded.user_ids[loaded.users].tolist() == ["196", "186", "22"]
    assert loaded.item_ids[loaded.items].tolist() == ["242", "302", "242"]
    assert loaded.values.tolist() == [3.0, 3.5, 0.0]


def test_columns_between_tabs_are_found_by_name_too(tmp_path):
    loaded = ratings.load(written(tmp_path, "rating\titem\tuser\n4\tb7\tu1\n"))
    assert (loaded.user_ids[0], loaded.item_ids[0], loaded.values[0]) == ("u1", "b7", 4.0)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("1\t2\t3\t4\n1\t3\t3\n", "expected 4 columns as in the first line, got 3 in line 2"),
        ("1\t2\t3\t4\n1\t3\tnan\t4\n", "got 'nan' in line 2"),
        ("1\t2\t3\t4\n-1\t3\t3\t4\n", "ids of 0 or more .* got -1 in line 2"),
        ("1\t2\t3\t4\n1\t2\t5\t9\n", "several for user 1 and restaurant 2"),
        ("1\t2\tgood\t4\n", "expected ratings below the header, got none"),
    ],
    ids=["a short line", "a rating of NaN", "a negative user", "the same pair twice", "text for a rating"],
)
def test_lines_between_tabs_are_refused_with(tmp_path, content, message):
    with pytest.raises(InputError, match=message):
        ratings.load(written(tmp_path, content))
