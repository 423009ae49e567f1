"""Finding the rewrites that justify a step. Nothing here is trusted: the kernel checks what is found.

Author's steps cite equations; the kernel wants to know where each is used. The search takes the normal
form of the difference of two lines and replaces, as long as it can, the leading monomial of a cited
left side by the right side, until nothing is left.
"""

from derivations.search.rewriting import find_rewrites

__all__ = ["find_rewrites"]
