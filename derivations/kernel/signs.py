"""What can be told of monomials at sight: their sign, whether they are real, whether they are random."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from derivations.kernel.monomials import NESTED, Atom, Monomial, Poly
from derivations.kernel.signature import Signature

I_ATOM: Atom = ("scalar", "I")


@dataclass(frozen=True)
class Signs:
    """Signs over one signature. What is not known is answered with False."""

    signature: Signature

    def positive(self, m: Monomial, c: Fraction) -> bool:
        """Whether a monomial is positive because its coefficient and all its atoms are."""
        return c > 0 and not self.imaginary(m.exponent) and all(self._positive(a) for a, _ in m.factors)

    def nonnegative(self, m: Monomial, c: Fraction) -> bool:
        """Whether a monomial is nonnegative because its coefficient and the powers of its atoms are."""
        known = all(self._nonnegative_power(a, n) for a, n in m.factors)
        return c > 0 and known and not self.imaginary(m.exponent)

    def _nonnegative_power(self, a: Atom, n: int) -> bool:
        if self._positive(a) or (self._nonnegative(a) and n > 0):
            return True
        return n % 2 == 0 and (a[0] == "entry" or (a[0] == "scalar" and a != I_ATOM))

    def _nonnegative(self, a: Atom) -> bool:
        named = a[0] in ("scalar", "entry") and a[1] in self.signature
        return a[0] == "delta" or (named and self.signature[a[1]].nonnegative)

    def _positive(self, a: Atom) -> bool:
        match a:
            case ("scalar", name) if name in self.signature.sizes:
                return True
            case ("scalar" | "entry", name, *_):
                return name in self.signature and self.signature[name].positive
            case ("power", p):
                return all(self.positive(m, c) for m, c in p)
            case _:
                return False

    def imaginary(self, p: Poly) -> bool:
        """Whether the imaginary unit occurs anywhere in a polynomial."""
        return any(self.imaginary(m.exponent) or any(self._complex(a) for a, _ in m.factors) for m, _ in p)

    def purely_imaginary(self, m: Monomial) -> bool:
        """Whether a monomial is I times real atoms."""
        once = dict(m.factors).get(I_ATOM) == 1
        return once and not m.exponent and not any(self._complex(a) for a, _ in m.factors if a != I_ATOM)

    def _complex(self, a: Atom) -> bool:
        return a == I_ATOM or (a[0] in NESTED and self.imaginary(a[-1]))

    def random_atom(self, a: Atom) -> bool:
        """Whether an atom depends on random entries outside expectations."""
        match a:
            case ("scalar" | "entry", name, *_):
                return name in self.signature and self.signature[name].random
            case ("delta", *_) | ("expect", _):
                return False
            case _:
                return any(self.random(m) for m, _ in a[-1])

    def random(self, m: Monomial) -> bool:
        """Whether a monomial depends on random entries outside expectations."""
        return any(self.random_atom(a) for a, _ in m.factors) or any(self.random(t) for t, _ in m.exponent)
