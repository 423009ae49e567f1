"""One theorem a file; its constant THEOREM is found by `derivations.library`. Copy the shortest one."""
