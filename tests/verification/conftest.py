"""Shape and dtype annotations of `verification` are enforced while its tests run."""

from collections.abc import Iterator

import pytest
from jaxtyping import config, install_import_hook

install_import_hook("verification", "beartype.beartype")


@pytest.fixture
def many_calls() -> Iterator[None]:
    """Annotations are not enforced: for runs of many small calls, which take seven times as long with them.

    Each function called there is called with them enforced in a shorter test too. Users do not have them
    enforced, so this is also for what they see where shapes are wrong.
    """
    config.update("jaxtyping_disable", True)
    yield
    config.update("jaxtyping_disable", False)
