"""The algorithms as scikit-learn estimators: for pipelines, grid searches and everything else of that kind.

They add nothing to what is computed. Names and attributes are scikit-learn's where it has them
(`cluster_centers_`, `labels_`, `weights_`, `means_`, `covariances_`), and data are checked by its
`validate_data`, so that feature names and errors read as its users expect; that is why X is anything here.
So are the parameters, as scikit-learn's contract wants it: `fit` is where they are judged.
"""

from algorithms.estimators.factorization import MatrixFactorization
from algorithms.estimators.gaussian_mixture import GaussianMixture
from algorithms.estimators.kmeans import KMeans

__all__ = ["GaussianMixture", "KMeans", "MatrixFactorization"]
