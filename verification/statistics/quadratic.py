r"""Linear and quadratic statistics of a Gaussian mixture, and their laws in closed form.

Statement. Let q(x) = (x - a)^T A (x - a) + b^T (x - a) with A symmetric, and x = mu + L z with z standard
normal, Sigma = L L^T of any rank. With d = mu - a, g = 2 A d + b, and L^T A L = V diag(lambda) V^T, the
rotated noise w = V^T z is standard normal and

    q = d^T A d + b^T d + sum_i (s_i w_i + lambda_i w_i^2) ,    s = V^T L^T g .

The one-dimensional Gaussian integral E exp(t(s w + lambda w^2)) = (1 - 2 t lambda)^(-1/2) exp(t^2 s^2 /
(2(1 - 2 t lambda))) for 2 t lambda < 1 gives the moment-generating function of q; a mixture averages it
over its components.

Source: A. Mathai, S. Provost, Quadratic Forms in Random Variables (1992), chapter 3, for one Gaussian.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.special import logsumexp

from algorithms import native
from algorithms.mixture import Mixture


@dataclass(frozen=True)
class Quadratics:
    """J statistics q_j(x) = (x - a)^T A_j (x - a) + b_j^T (x - a) of points x with D features.

    labels: names of the J statistics. center: a. matrices: A_j, symmetric. vectors: b_j.
    """

    labels: tuple[str, ...]
    center: Float[np.ndarray, " d"]
    matrices: Float[np.ndarray, "j d d"]
    vectors: Float[np.ndarray, "j d"]

    def sums(self, X: Float[np.ndarray, "n d"]) -> Float[np.ndarray, " j"]:
        """Each statistic summed over the rows of X: a trace with the scatter matrix, whatever J.

        The kernel stores no differences: arrays that are new for each piece cost more than the arithmetic,
        for the system hands out their memory page by page. It adds in another order than NumPy, so that the
        last digits differ.
        """
        if native.available():
            _, first, second = native.scatter(np.ascontiguousarray(X, np.float64), None, self.center)
        else:
            Y = X - self.center
            first = np.ones(len(Y)) @ Y  # Y.sum(axis=0) takes ten times as long for a few columns
            second = Y.T @ Y
        return np.asarray(np.einsum("jab,ab->j", self.matrices, second) + self.vectors @ first)


def coordinates(labels: tuple[str, ...]) -> Quadratics:
    """The coordinates x_1 .. x_D themselves, one label each."""
    d = len(labels)
    return Quadratics(labels, np.zeros(d), np.zeros((d, d, d)), np.eye(d))


def products(label: str, center: Float[np.ndarray, " d"]) -> Quadratics:
    """The products (x_i - a_i)(x_j - a_j) for i <= j, labeled `label[i, j]` from 1 on."""
    d = len(center)
    rows, columns = np.triu_indices(d)
    matrices = np.zeros((len(rows), d, d))
    statistic = np.arange(len(rows))
    matrices[statistic, rows, columns] += 0.5
    matrices[statistic, columns, rows] += 0.5
    labels = tuple(f"{label}[{i + 1}, {j + 1}]" for i, j in zip(rows, columns, strict=True))
    return Quadratics(labels, center, matrices, np.zeros((len(rows), d)))


def upper_triangle(matrix: Float[np.ndarray, "d d"]) -> Float[np.ndarray, " j"]:
    """The entries i <= j of a matrix, in the order of `products`."""
    return matrix[np.triu_indices(len(matrix))]


def squared_norm(label: str, matrix: Float[np.ndarray, "r d"]) -> Quadratics:
    """The one statistic ||M x||^2."""
    d = matrix.shape[1]
    return Quadratics((label,), np.zeros(d), (matrix.T @ matrix)[None], np.zeros((1, d)))


@dataclass(frozen=True)
class QuadraticLaw:
    """The law of J such statistics under a mixture.

    Given component k, q_j = constant + sum_i (slope_i w_i + curvature_i w_i^2), w standard normal.
    """

    weights: Float[np.ndarray, " k"]
    constants: Float[np.ndarray, "j k"]
    slopes: Float[np.ndarray, "j k d"]
    curvatures: Float[np.ndarray, "j k d"]

    def statistic(self, number: int, times: int) -> QuadraticLaw:
        """The law of one of them, so many times: to look at several of its tilts at once."""
        part = [number] * times
        return QuadraticLaw(self.weights, self.constants[part], self.slopes[part], self.curvatures[part])

    @property
    def component_means(self) -> Float[np.ndarray, "j k"]:
        """E[q_j] given component k."""
        return np.asarray(self.constants + self.curvatures.sum(axis=-1))

    @property
    def mean(self) -> Float[np.ndarray, " j"]:
        """E[q_j]."""
        return np.asarray(self.component_means @ self.weights)

    @property
    def variance(self) -> Float[np.ndarray, " j"]:
        """Var[q_j] = within + between components; Var(s w + lambda w^2) = s^2 + 2 lambda^2."""
        within = (self.slopes**2 + 2 * self.curvatures**2).sum(axis=-1)
        between = (self.component_means - self.mean[:, None]) ** 2
        return np.asarray((within + between) @ self.weights)

    @property
    def largest_tilt(self) -> Float[np.ndarray, " j"]:
        """E exp(+-t q_j) is finite for |t| below this; infinite for a linear statistic."""
        steepest = np.abs(self.curvatures).max(axis=(1, 2))
        return np.asarray(np.divide(0.5, steepest, out=np.full(len(steepest), np.inf), where=steepest > 0))

    def log_mgf(self, tilt: Float[np.ndarray, " j"]) -> Float[np.ndarray, " j"]:
        """Lambda_j(t_j) = log E exp(t_j (q_j - E q_j)), for |t_j| < largest_tilt.

        The noise about the mean: Lambda_j(0) = Lambda_j'(0) = 0.
        """
        t = tilt[:, None, None]
        room = 2 * t * self.curvatures
        # log1p: the squares' own means cancel to second order in t, which 1 - room would round away.
        noise = -0.5 * np.log1p(-room) - 0.5 * room + 0.5 * (t * self.slopes) ** 2 / (1 - room)
        drift = tilt[:, None] * (self.component_means - self.mean[:, None])
        return np.asarray(logsumexp(drift + noise.sum(axis=-1), b=self.weights, axis=1))


def law_of(statistics: Quadratics, mixture: Mixture) -> QuadraticLaw:
    """The law of `statistics` when x is drawn from `mixture` (covariances may be singular)."""
    values, axes = np.linalg.eigh(mixture.covariances)
    roots = axes * np.sqrt(np.clip(values, 0, None))[:, None, :]
    curvatures, rotations = np.linalg.eigh(
        np.einsum("kai,jab,kbl->jkil", roots, statistics.matrices, roots, optimize=True)
    )
    offsets = mixture.means - statistics.center
    pull = np.einsum("jab,kb->jka", statistics.matrices, offsets)
    gradients = 2 * pull + statistics.vectors[:, None, :]
    slopes = np.einsum("jkil,kai,jka->jkl", rotations, roots, gradients, optimize=True)
    constants = np.einsum("jka,ka->jk", pull + statistics.vectors[:, None, :], offsets)
    return QuadraticLaw(mixture.weights, constants, slopes, curvatures)
