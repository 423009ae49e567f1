"""The rubric that holds when none is given, as a commented file, and the JSON schema of such files."""

from __future__ import annotations

from typing import Any

from verification.grading.criteria_catalog import criterion_ids
from verification.grading.rubric import Rubric, parse_rubric

INITIAL_TEXT = '''\
#:schema ./rubric.schema.json
# How the homework is graded. Change what you need; what you delete keeps its default.
schema = 1

minor = 0.1      # share of a function's points that each minor defect costs
repaired = 0.5   # share that remains if the function is right after an obvious repair (a misspelled name)
timeout = 20.0   # seconds for each call

# Another severity for a defect, by its code: "major" (wrong), "minor" (right, with a deduction), "ignore".
[severities]
# dense-result = "ignore"

# Versions that the submissions were written for. Where others are installed, a function that stops with an
# error is not called wrong: it "needs an older library". `--python` runs submissions under another
# interpreter.
[requires]
# python = ">=3.8"
# numpy = "1.26"
# scikit-learn = ">=1.0,<1.2"

# One table for each function that counts. Without a table a function is not looked at.
# criterion: who judges it; by default the function's own name.
# names:     other names that it may have in a submission.
# arguments, returns: in the order of your exercise, by the names of the criterion.
# layouts:   axes of arrays in your exercise; X = "d n" means one point a column.

# Given in the exercise: worth nothing, but said if someone broke it.
[functions.cold_start_preprocessing]
points = 0

[functions.split_data]
points = 0

[functions.loss]
points = 0

[functions.shift_user_mean]
points = 5

[functions.initialize_Q_P]
points = 5

[functions.latent_factor_alternating_optimization]
points = 20

[functions.kmeans]
points = 10

[functions.gmm_log_probability]
points = 5

[functions.em]
points = 10

[functions.gmm_sample]
points = 5

# Derivations and explanations are for a human: what a student wrote in text cells is laid beside the
# reference, with a field for points and a comment. Nothing of it is scored here.
# starts:   words with which the line begins where the answer stands; by default the name.
# theorems: what is to be derived, as `ksquared prove` lists it. text: what a good answer says.
# points:   at most so many.

[answers."Problem 2"]
theorems = ["no_left_inverse", "left_inverse"]

[answers."Problem 3"]
theorems = ["mixture_mean", "mixture_covariance"]

[answers."Problem 4"]
theorems = ["ancestral_sampling", "sum_of_mixtures"]

[answers."Generated images"]
starts = ["Explain what you see", "Generated images"]
text = """
Each pixel is drawn by itself. The colors and how often they come are those of the picture; where they stand
is not, because the mixture knows nothing of neighbors. So the samples look like noise in the colors of the
picture.
"""

# Other years' homeworks:
#
# [functions.latent_factor_gradient_descent]
# points = 20
#
# [functions.e_step]
# points = 5
#
# [functions.m_step]
# points = 5
# returns = ["mu", "sigma", "pi"]
#
# [functions.gmm_log_likelihood]
# points = 5
#
# One point a column, one component a column:
#
# [functions.pdf]
# criterion = "gaussian_pdf"
# points = 2
# layouts = { X = "d n" }
#
# [functions.expectation]
# criterion = "e_step"
# points = 4
# arguments = ["X", "mu", "sigma", "pi"]
# layouts = { X = "d n", mu = "d k", sigma = "d d k", gamma = "k n" }
#
# [functions.maximization]
# criterion = "m_step"
# points = 4
# layouts = { X = "d n", gamma = "k n", mu = "d k", sigma = "d d k" }
'''


def default_rubric() -> Rubric:
    """The rubric of the exercise itself."""
    return parse_rubric(INITIAL_TEXT, "the default rubric")


def json_schema() -> dict[str, Any]:
    """The JSON schema (2020-12) of rubric files, for editors."""
    texts = {"type": "array", "items": {"type": "string"}, "uniqueItems": True}
    share = {"type": "number", "minimum": 0, "maximum": 1}
    seconds = {"type": "number", "exclusiveMinimum": 0, "maximum": 3600}
    task = {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "criterion": {"enum": list(criterion_ids())},
            "points": {"type": "number", "minimum": 0},
            "names": texts,
            "arguments": texts,
            "returns": texts,
            "layouts": {"type": "object", "additionalProperties": {"type": "string"}},
            "timeout": seconds,
        },
    }
    answer = {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "starts": texts,
            "theorems": texts,
            "text": {"type": "string"},
            "points": {"type": "number", "minimum": 0},
        },
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Rubric of ksquared grade",
        "type": "object",
        "additionalProperties": False,
        "required": ["functions"],
        "properties": {
            "schema": {"const": 1},
            "minor": share,
            "repaired": share,
            "timeout": seconds,
            "severities": {
                "type": "object",
                "additionalProperties": {"enum": ["major", "minor", "ignore"]},
            },
            "requires": {"type": "object", "additionalProperties": {"type": "string"}},
            "functions": {"type": "object", "minProperties": 1, "additionalProperties": task},
            "answers": {"type": "object", "additionalProperties": answer},
        },
    }
