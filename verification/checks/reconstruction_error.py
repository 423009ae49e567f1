r"""The error of a linear code x -> W x -> B W x when K < D: never zero on the whole space.

For data with E[x x^T] = I the mean squared error is ||BW - I||_F^2 >= D - K, with equality for B = W^+
and W of rank K. The data here are a mixture, not a Gaussian: only the second moment matters.
"""

from __future__ import annotations

import numpy as np

from algorithms.mixture import Mixture
from derivations.closed_forms import closed_form
from verification.check import Check, Control, Experiment, slipped
from verification.statistics.claim import Claim
from verification.statistics.joint import Joint
from verification.statistics.quadratic import squared_norm
from verification.statistics.tilt import tilt

OFFSET = np.array([0.5, -0.4, 0.3, 0.2, -0.4])
# Two components at +-OFFSET whose covariance makes up for them: E[x x^T] = I.
DESIGN = Mixture(
    weights=np.array([0.5, 0.5]),
    means=np.array([OFFSET, -OFFSET]),
    covariances=np.array([np.eye(5) - np.outer(OFFSET, OFFSET)] * 2),
)
W = np.array([[1.0, 0.0, 1.0, -1.0, 0.5], [0.0, 1.0, -0.5, 1.0, 1.0]])
B = np.array([[0.4, 0.1], [0.2, 0.3], [0.5, 0.0], [-0.2, 0.4], [0.1, 0.3]])


def experiment(delta: float) -> Experiment:
    """The squared errors of two decoders of the same W: some B, and the best one, W^+."""
    n_codes, n_features = W.shape
    some_loss, best_loss = (decoder @ W - np.eye(n_features) for decoder in (B, np.linalg.pinv(W)))
    some_error = tilt(squared_norm("E||BWx - x||^2", some_loss), DESIGN, delta)
    best_error = tilt(squared_norm("E||W^+Wx - x||^2", best_loss), DESIGN, delta)
    bets = Joint((some_error, best_error))

    def claim(errors: np.ndarray) -> Claim:
        return bets.claim(some_error.claim(errors[:1]), best_error.claim(errors[1:]))

    truth = np.array(
        [
            float(closed_form("reconstruction_error")(B=B, W=W)),
            float(closed_form("reconstruction_error_bound")(K=n_codes, D=n_features)),
        ]
    )
    norms = np.array([np.linalg.norm(some_loss), np.linalg.norm(best_loss)])
    controls = (
        Control("zero_error", "Zero error is possible with K < D", claim(np.zeros(2))),
        Control("rank", "The least error is K", claim(np.array([truth[0], n_codes]))),
        Control("norm_not_squared", "The norm instead of its square", claim(norms)),
        Control("per_feature", "The error of one feature, not of all D", claim(truth / n_features)),
        Control("slip", f"The first error {100 * delta:g} % too large", claim(slipped(truth, delta))),
    )
    return Experiment(DESIGN.sample, bets, claim(truth), controls)


CHECK = Check(
    id="reconstruction_error",
    theorem="no_left_inverse",
    title="Error of a linear code with K < D",
    claim_latex=(
        r"\mathbb{E}\lVert BWx - x \rVert^2 = \lVert BW - I_D \rVert_F^2 \ge D - K,"
        r" \quad \mathbb{E}\lVert W^{+}Wx - x \rVert^2 = D - K"
    ),
    design="draws of a mixture with E[x x^T] = I, K = 2, D = 5; the squared errors of two decoders",
    closed_forms=("reconstruction_error", "reconstruction_error_bound"),
    experiment=experiment,
)
