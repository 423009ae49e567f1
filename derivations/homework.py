r"""Problems 2, 3 and 4 of the homework: what a full answer says, and the hand-in, line by line.

A full answer is a list of points, each tied to the theorems that prove it. The lines of the hand-in are
quoted in its own notation, where $\pi^x, \mu^x, \Sigma^x$ and $\pi^y, \mu^y, \Sigma^y$ are the parameters
that the theorems call $\pi, \mu, \Sigma$ and $\rho, \nu, T$. A line that is false or has slipped an index
names the false claim whose counterexample shows it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Verdict = Literal["right", "index slip", "false", "incomplete"]


@dataclass(frozen=True)
class Point:
    """What a full answer says, as a sentence with $formulas$, and the ids of the theorems that prove it."""

    says: str
    theorems: tuple[str, ...]


@dataclass(frozen=True)
class Line:
    """A line of the hand-in and what is to be said of it, both sentences with $formulas$.

    `theorem` is the id of the theorem that confirms or corrects the line; `refutation` is the id of the false
    claim that the line makes, empty if it makes none.
    """

    quote: str
    verdict: Verdict
    why: str
    theorem: str
    refutation: str = ""


@dataclass(frozen=True)
class Answer:
    """One problem, or one part of it: the points of a full answer and the lines handed in."""

    problem: int
    part: str
    points: tuple[Point, ...]
    hand_in: tuple[Line, ...]


RANK = Answer(
    problem=2,
    part="",
    points=(
        Point(
            r"All outputs $BWx$ lie in one subspace of at most $K$ dimensions, the columns of $B$; so data"
            r" that are"
            r" reproduced have rank at most $K$, and data of rank at most $K$ can be.",
            ("zero_error_iff_rank",),
        ),
        Point(
            r"If $K < D$, no $B$ and $W$ reproduce every vector: $\lVert BW - I \rVert_F^2 \ge D - K > 0$.",
            ("no_left_inverse",),
        ),
        Point(
            r"Exactness is a matter of the *data*: for a given $W$, some $B$ gives $BWX = X$ if and only"
            r" if $W$"
            r" keeps the rank of $X$. $BW = I$ is not needed.",
            ("exact_on_data",),
        ),
        Point(
            r"If $K \ge D$ and $W$ has rank $D$, then $B = (W^{\top} W)^{-1} W^{\top}$ reproduces every"
            r" vector.",
            ("left_inverse",),
        ),
        Point(
            "Where an error must remain, the first $K$ principal directions make it least.", ("eckart_young",)
        ),
    ),
    hand_in=(
        Line(
            r"$BWX = X \iff BW = \mathrm{Id}$",
            "false",
            r"Only $\Longleftarrow$ holds. $X$ may be cancelled only if its columns span all of"
            r" $\mathbb{R}^D$.",
            "exact_on_data",
            "exact_data_means_identity",
        ),
        Line(
            r"“the rank(W) is K and not D”",
            "false",
            r"The rank is *at most* $K$. That is all the argument needs.",
            "no_left_inverse",
            "rank_is_number_of_rows",
        ),
        Line(
            r"“we do not have existence of a left inverse”",
            "right",
            r"For $K < D$ no $B$ gives $BW = I$. Nothing follows from it for given data, though.",
            "no_left_inverse",
        ),
        Line(
            r"“It is possible if $K \geq D$ because we then can define a left inverse.”",
            "incomplete",
            r"Possible for some $W$, not for every one: the rank of $W$ must be $D$. And for data of rank"
            r" at most"
            r" $K$ it is possible with $K < D$ as well.",
            "left_inverse",
            "enough_rows_suffice",
        ),
    ),
)

MOMENTS = Answer(
    problem=3,
    part="",
    points=(
        Point(
            r"Law of iterated expectations: $\mathbb{E}[x] = \mathbb{E}[\mathbb{E}[x \mid k]] = \sum_k"
            r" \pi_k \mu_k$.",
            ("mixture_mean",),
        ),
        Point(
            r"Within a component, $\mathbb{E}[x x^{\top} \mid k] = \Sigma_k + \mu_k \mu_k^{\top}$.",
            ("component_moments",),
        ),
        Point(
            r"So $\operatorname{Cov}[x] = \sum_k \pi_k (\Sigma_k + \mu_k \mu_k^{\top}) - m m^{\top}$ with"
            r" $m = \sum_k \pi_k \mu_k$ put in, so that only the parameters are left.",
            ("mixture_covariance",),
        ),
        Point(
            r"That is the covariance within the components plus that between their means:"
            r" $\sum_k \pi_k \Sigma_k + \sum_k \pi_k (\mu_k - m)(\mu_k - m)^{\top}$.",
            ("mixture_covariance", "covariance_is_psd"),
        ),
    ),
    hand_in=(
        Line(
            r"$E[X] = E[\sum_{k} \pi_{k} N(x|\mu_{k}, \Sigma_{k})]$",
            "incomplete",
            r"$X$ is not its density: the right side is the mean of a number. What is meant is"
            r" $\mathbb{E}[\mathbb{E}[x \mid k]]$, which has to be said.",
            "mixture_mean",
        ),
        Line(r"$\ldots = \sum_{k} \pi_{k} \mu_{k}$", "right", "The mean of the mixture.", "mixture_mean"),
        Line(
            r"$Cov[X] = \sum_k \pi_k E[xx^T] - E[x]E[x]^T$",
            "incomplete",
            r"The condition is missing: $\sum_k \pi_k\, \mathbb{E}[x x^{\top} \mid k]$. As written the sum is"
            r" $\mathbb{E}[x x^{\top}]$ again, and nothing was gained.",
            "mixture_covariance",
        ),
        Line(
            r"$E[xx^T] = \sum_k +\mu_k \mu_k^T$",
            "index slip",
            r"$\Sigma_k$, the covariance, became $\sum_k$, the sum, and the left side lost its condition"
            r" on $k$."
            r" At its word the line drops the covariance of the component.",
            "component_moments",
            "forgot_component_covariances",
        ),
        Line(
            r"$Cov[X] = \sum_{k} \pi_k(\Sigma_k + \mu_k \mu_k^T) - E[X]E[X]^T$",
            "right",
            r"The covariance of the mixture. A full answer puts $\sum_k \pi_k \mu_k$ in for $E[X]$.",
            "mixture_covariance",
        ),
    ),
)

DRAWING = Answer(
    problem=4,
    part="a",
    points=(
        Point(
            r"Draw $k \sim \operatorname{Cat}(\pi)$, then $x \sim \mathcal{N}(\mu_k, \Sigma_k)$.",
            ("ancestral_sampling",),
        ),
        Point(
            r"Independently draw $l \sim \operatorname{Cat}(\rho)$, then $y \sim \mathcal{N}(\nu_l, T_l)$;"
            r" return"
            r" $z = x + y$.",
            ("ancestral_sampling", "sum_of_mixtures"),
        ),
    ),
    hand_in=(
        Line(
            r"“we sample the cluster k from $Cat(\pi^x)$”, $x \sim \mathcal{N}(\mu_k^x, \Sigma_k^x)$",
            "right",
            "A draw from the first mixture.",
            "ancestral_sampling",
        ),
        Line(
            r"“We sample the cluster l from $Cat(\pi^y)$”",
            "right",
            "It must be independent of $k$ and $x$.",
            "ancestral_sampling",
        ),
        Line(
            r"$y \sim \mathcal{N}(\mu_l^x, \Sigma_l^x)$",
            "index slip",
            r"The parameters of the first mixture; $\mu_l^y, \Sigma_l^y$ are meant, as part b) has them.",
            "sum_of_mixtures",
            "second_drawn_as_first",
        ),
        Line(
            r"$z = y + x = \mathcal{N}(\mu_l^x, \Sigma_l^x) + \mathcal{N}(\mu_k^x, \Sigma_k^x)$",
            "false",
            "Draws are added, not distributions: the sum of two densities is not the density of the sum.",
            "sum_of_mixtures",
            "added_densities",
        ),
    ),
)

CLOSURE = Answer(
    problem=4,
    part="b",
    points=(
        Point(
            r"Given $(k, l)$, the sum of two independent Gaussians is Gaussian, with mean $\mu_k + \nu_l$ and"
            r" covariance $\Sigma_k + T_l$.",
            ("gaussian_characteristic",),
        ),
        Point(
            r"The pair has probability $\pi_k \rho_l$, because the draws are independent; these weights"
            r" sum to $1$.",
            ("sum_of_mixtures",),
        ),
        Point(
            "So $z$ has a mixture of $K L$ Gaussians, $K^2$ if both have $K$; some may coincide.",
            ("sum_of_mixtures", "component_count"),
        ),
    ),
    hand_in=(
        Line(
            r"“z is a gaussian because it is the sum of two Gaussian distributions”,"
            r" $z \sim \mathcal{N}(\mu_l^y + \mu_k^x, \Sigma_l^y + \Sigma_k^x)$",
            "incomplete",
            r"True *given* $k$ and $l$; the condition has to be said. Without it $z$ is no Gaussian.",
            "sum_of_mixtures",
            "single_gaussian",
        ),
        Line(
            r"“The probability of the sample … is $\pi_l^y * \pi_r^x$”",
            "index slip",
            r"$r$ is nowhere else; $k$ is meant, and it is the probability of the *pair*. With any other"
            r" index the"
            " weights belong to other pairs.",
            "sum_of_mixtures",
            "swapped_weights",
        ),
        Line(
            r"“a summation of the product of a probability $\pi$ and a Gaussian so the result is again a"
            r" Gaussian"
            r" mixture”",
            "right",
            r"It remains to say that there are $K^2$ pairs and that their probabilities sum to $1$.",
            "sum_of_mixtures",
        ),
    ),
)

DENSITY = Answer(
    problem=4,
    part="c",
    points=(
        Point(
            r"$p(z) = \sum_k \sum_l \pi_k\, \rho_l\, \mathcal{N}(z \mid \mu_k + \nu_l,\, \Sigma_k + T_l)$,"
            r" if the"
            " covariances are invertible.",
            ("sum_of_mixtures", "convolution_density"),
        ),
    ),
    hand_in=(
        Line(
            r"$P(z) = \sum_{k=1}^K P(C_k = 1|\pi) P(z|C_k = 1, \mu_k^z, \Sigma_k^z)$",
            "incomplete",
            r"The components of $z$ are pairs: the sum needs $K^2$ terms, not $K$.",
            "component_count",
            "still_k_components",
        ),
        Line(
            r"$\ldots = \sum_{k=1}^K \sum_{l=1}^K \pi_l^x \pi_k^y \cdots$",
            "index slip",
            r"The first mixture has the index $k$ in the mean and $l$ in the weight. $\pi_k^x \pi_l^y$ is"
            r" meant.",
            "sum_of_mixtures",
            "swapped_weights",
        ),
        Line(
            r"$\ldots\, \mu_k^x + \mu_l^y$",
            "right",
            "Means add, one of each mixture.",
            "sum_of_mixtures",
        ),
        Line(
            r"$\ldots\, \Sigma_k^x + \Sigma_k^y$",
            "index slip",
            r"The second index is $l$, as in the mean and in part b): $\Sigma_k^x + \Sigma_l^y$.",
            "sum_of_mixtures",
            "slipped_covariances",
        ),
    ),
)

ANSWERS = (RANK, MOMENTS, DRAWING, CLOSURE, DENSITY)
