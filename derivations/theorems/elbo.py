r"""The log-evidence is a lower bound plus a divergence: log p(x) = ELBO(q) + KL(q || r), KL >= 0.

For joint weights w_k = p(x, k), posterior r_k = w_k / p(x) and any distribution q over the components.

Source: Bishop, PRML, eqs. 9.70 to 9.72; the bound on KL by log u <= u - 1.
"""

from derivations.claims import Assumption, Chain, LowerBound, Theorem
from derivations.matrix import LogGap
from derivations.matrix.base import as_matrix
from derivations.notation.learning import evidence, guess, joint, posterior
from derivations.notation.sizes import k
from derivations.notation.words import log, named, ratio, sum_over

q, r, w, p = guess[k], posterior[k], joint[k], evidence.alone

bayes = Assumption("Bayes' rule", w, r * p, "$r_k = w_k / p(x)$")
guess_sums = Assumption("guess sums to one", sum_over(k, q), as_matrix(1), "a distribution")
posterior_sums = Assumption("posterior sums to one", sum_over(k, r), as_matrix(1), "a distribution")

bound = named(r"\operatorname{ELBO}(q)", sum_over(k, q * log(ratio(w, q))))
divergence = named(r"\operatorname{KL}(q \Vert r)", sum_over(k, q * log(ratio(q, r))))
gaps = sum_over(k, q * LogGap(ratio(r, q)))

split = (
    Chain("Evidence, bound and divergence", bound + divergence)
    .equals(sum_over(k, q * (log(ratio(w, q)) + log(ratio(q, r)))), "one sum")
    .equals(sum_over(k, q * log(p)), r"$w_k = r_k\, p(x)$", bayes)
    .equals(named(r"\log p(x)", log(p)), r"$\sum_k q_k = 1$", guess_sums)
)
as_gaps = (
    Chain("The divergence", divergence)
    .equals(sum_over(k, q * log(ratio(q, r))), "definition")
    .equals(gaps, r"add $0 = \sum_k r_k - \sum_k q_k$", (guess_sums, posterior_sums))
)
not_negative = LowerBound(
    "The divergence is not negative",
    as_gaps,
    as_matrix(0),
    (gaps,),
    r"$u - 1 - \log u \ge 0$ at $u = r_k / q_k$",
)

THEOREM = Theorem(
    id="elbo",
    title="The evidence, its lower bound and the divergence",
    source="Bishop, PRML, eqs. 9.70 to 9.72",
    claims=(split, as_gaps, not_negative),
    states=(split, not_negative),
    remarks=(
        r"A term with $q_k = 0$ counts as zero in both sums, and the same lines hold for the others.",
        r"The bound is reached for $q = r$: that choice is the E step.",
    ),
)
