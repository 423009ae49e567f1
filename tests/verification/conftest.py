"""Shape and dtype annotations of `verification` are enforced while its tests run."""

from collections.abc import Iterator

import pytest
from jaxtyping import config, install_import_hook

install_import_hook("verification", "beartype.beartype")


@pytest.fixture
def many_calls() -> Iterator[None]:
    """For runs of many small calls, which take seven times as long with their annotations enforced.

    Each function called there is called with them enforced in a shorter test too.
    """
    config.update("jaxtyping_disable", True)
    yield
    config.update("jaxtyping_disable", False)
