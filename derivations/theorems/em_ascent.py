r"""An EM step never lowers the likelihood.

    log p'(x) - log p(x) = sum_k r_k (log w'_k - log w_k) + KL(r || r')

The first sum is what the M step raises (for one sample; the step adds them up), the second is a
divergence. Primes mark the new parameters.

Source: Bishop, PRML, section 9.4, eq. 9.70 and following.
"""

from derivations.claims import Assumption, Chain, LowerBound, Theorem
from derivations.matrix import LogGap
from derivations.matrix.base import as_matrix
from derivations.notation.learning import (
    evidence,
    gained,
    joint,
    new_evidence,
    new_joint,
    new_posterior,
    posterior,
)
from derivations.notation.sizes import k
from derivations.notation.words import log, named, ratio, sum_over

r, w, p = posterior[k], joint[k], evidence.alone
new_r, new_w, new_p = new_posterior[k], new_joint[k], new_evidence.alone

bayes = Assumption("Bayes' rule", w, r * p, "$r_k = w_k / p(x)$")
new_bayes = Assumption("Bayes' rule after the step", new_w, new_r * new_p, "$r'_k = w'_k / p'(x)$")
sums = Assumption("posterior sums to one", sum_over(k, r), as_matrix(1), "a distribution")
new_sums = Assumption("new posterior sums to one", sum_over(k, new_r), as_matrix(1), "a distribution")

raised = sum_over(k, r * (log(new_w) - log(w)))
divergence = sum_over(k, r * log(ratio(r, new_r)))
gaps = sum_over(k, r * LogGap(ratio(new_r, r)))
m_step = Assumption("M step", raised, gained.alone, "the M step does not lower the expected log-likelihood")

change = (
    Chain("The change of the log-likelihood", named(r"\log p'(x) - \log p(x)", log(new_p) - log(p)))
    .equals(sum_over(k, r * (log(new_p) - log(p))), r"$\sum_k r_k = 1$", sums)
    .equals(raised + divergence, r"$p = w_k / r_k$ and $p' = w'_k / r'_k$ for every $k$", (bayes, new_bayes))
    .equals(raised + gaps, r"add $0 = \sum_k r'_k - \sum_k r_k$", (sums, new_sums))
    .equals(gained.alone + gaps, "what the M step gains", m_step)
)
ascent = LowerBound(
    "The likelihood never falls",
    change,
    as_matrix(0),
    (gained.alone, gaps),
    r"the M step gains $g \ge 0$, and $u - 1 - \log u \ge 0$",
)

THEOREM = Theorem(
    id="em_ascent",
    title="EM never lowers the likelihood",
    source="Bishop, PRML, section 9.4",
    claims=(change, ascent),
    states=(ascent,),
    remarks=(
        "Summed over the samples this is the log-likelihood of the data.",
        "The expected joint log-likelihood itself need not rise from one E step to the next.",
    ),
)
