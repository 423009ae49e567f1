"""Shape and dtype annotations of `verification` are enforced while its tests run."""

from jaxtyping import install_import_hook

install_import_hook("verification", "beartype.beartype")
