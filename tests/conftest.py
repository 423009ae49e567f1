"""For all tests: array annotations are enforced, and Hypothesis draws the same examples in every run."""

from hypothesis import settings
from jaxtyping import install_import_hook

install_import_hook("algorithms", "beartype.beartype")

settings.register_profile("ksquared", derandomize=True, deadline=None, max_examples=60)
settings.load_profile("ksquared")
