"""Shape and dtype annotations are enforced while the tests run, and only then."""

from jaxtyping import install_import_hook

install_import_hook("algorithms", "beartype.beartype")
