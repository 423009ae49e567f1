"""What is computed: mixtures, k-means, EM, matrix factorization, and the input they run on.

The code speaks scikit-learn, the textbook (Bishop, "Pattern Recognition and Machine Learning", PRML)
speaks Greek. This table is the bridge:

| code                                               | textbook                 |
| -------------------------------------------------- | ------------------------ |
| `X`, `n_samples`, `n_features`, `n_components`     | x_n, N, D, K             |
| `weights`, `means`, `covariances`                  | pi_k, mu_k, Sigma_k      |
| `responsibilities`, `effective_counts`             | gamma(z_nk), N_k         |
| `log_prob` of a sample, `log_likelihood` of all    | ln p(x_n), ln p(X)       |
| `ratings`, `user_factors`, `item_factors`          | M, Q, P transposed       |
| `n_factors`, `regularization`                      | k, lambda                |
| `n_clusters`, `centers`, `labels`, `inertia`       | k, mu, z, J              |

Every iterative algorithm has the same shape: a frozen state, `step(...) -> state`, and one loop that
drives it. A fitted result carries its trace, where `trace[t]` is the objective after t iterations, so
`trace[0]` belongs to the start (factorizations evaluate every `eval_every` steps); `n_iter`; and
`converged`. Nothing mutates its arguments, and all randomness comes from the `rng` that the caller hands
in; only `exercise` takes its seed from NumPy's global generator, as its notebook does.
"""
