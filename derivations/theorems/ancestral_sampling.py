r"""Ancestral sampling draws from the mixture: k with probability pi_k, then x = mu_k + A_k z.

Source: Bishop, PRML, sections 8.1.2 and 9.2.
"""

from derivations.claims import MixtureLaw, SameLaw, Theorem
from derivations.notation.mixtures import Sigma, mu, pi, t
from derivations.notation.sizes import k
from derivations.theorems.gaussian_characteristic import of_mixture

law = MixtureLaw((k,), pi[k], mu[k], Sigma[k])

ancestral_sampling = SameLaw(
    "The law of the draw", of_mixture, "x", t, law, "the characteristic function determines the law"
)

THEOREM = Theorem(
    id="ancestral_sampling",
    title="Ancestral sampling draws from the mixture",
    source="Bishop, PRML, sections 8.1.2 and 9.2",
    given=r"k \sim \operatorname{Cat}(\pi),\ x = \mu_k + A_k z,\ \Sigma_k = A_k A_k^{\top}",
    claims=(ancestral_sampling,),
    states=(ancestral_sampling,),
    remarks=(
        r"The factor stands on the left of $z$: $A_k^{\top} z$ has covariance $A_k^{\top} A_k$.",
        r"Taking $\lfloor N \pi_k \rfloor$ draws from each component is not a sample from the mixture.",
    ),
)
