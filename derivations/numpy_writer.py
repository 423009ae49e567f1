"""NumPy expressions for normal forms: one `einsum` a monomial."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from derivations.kernel.monomials import Ix, Monomial, Poly
from derivations.kernel.terms import KernelError
from derivations.notation.sizes import SIZES

LETTERS = "abcdefghijklmnopqrstuvwxyz"


class NumpyWriter:
    """Python expressions for polynomials; notes the sizes they mention."""

    def __init__(self, single: Any, arguments: dict[str, str]) -> None:
        self.single, self.arguments = single, arguments
        self.sizes: set[str] = set()

    def poly(self, p: Poly, out: list[Ix]) -> str:
        """An array over the axes `out`."""
        if not p:
            return self.einsum([], out)
        return "(" + " + ".join(self.monomial(m, c, out) for m, c in p) + ")"

    def monomial(self, m: Monomial, c: Fraction, out: list[Ix]) -> str:
        scale, operands = [_number(c)], []
        for atom, power in m.factors:
            match atom:
                case ("scalar", "I"):
                    scale.append("1j")
                case ("scalar", name) if name in SIZES and power > 0:
                    self.sizes.add(name)
                    scale += [name] * power
                case ("entry", name, *indices) if name in self.arguments:
                    array = self.arguments[name] if power > 0 else f"(1 / {self.arguments[name]})"
                    operands += [(array, self.kept(indices))] * abs(power)
                case ("scalar", name) if name in self.arguments:
                    scale.append(f"{self.arguments[name]}**{power}" if power != 1 else self.arguments[name])
                case ("delta", i, j):
                    self.sizes.add(i[0])
                    operands.append((f"np.eye({i[0]})", [i, j]))
                case _:
                    raise KernelError(f"no NumPy form for {atom}")
        axes = list(dict.fromkeys([*out, *m.bound]))
        if m.exponent:
            operands.append((f"np.exp({self.poly(m.exponent, axes)})", axes))
        return " * ".join([*(s for s in scale if s != "1"), self.einsum(operands, out)])

    def kept(self, indices: list[Ix]) -> list[Ix]:
        """The indices of an entry without that of a single member."""
        gone = None if self.single is None else (self.single.sort, self.single.name)
        return [i for i in indices if i != gone]

    def einsum(self, operands: list[tuple[str, list[Ix]]], out: list[Ix]) -> str:
        """One einsum; axes that no operand has are spread by ones."""
        present = {i for _, indices in operands for i in indices}
        for i in out:
            if i not in present:
                self.sizes.add(i[0])
                operands = [*operands, (f"np.ones({i[0]})", [i])]
        if not operands:
            return "1.0"
        letters = _letters(list(dict.fromkeys(i for _, indices in operands for i in indices)))
        spec = ",".join("".join(letters[i] for i in ix) for _, ix in operands)
        names = ", ".join(a for a, _ in operands)
        best = ", optimize=True" if len(operands) > 2 else ""
        return f'np.einsum("{spec}->{"".join(letters[i] for i in out)}", {names}{best})'


def _letters(indices: list[Ix]) -> dict[Ix, str]:
    """A letter for each index: the size's own where it is free, else the next free one."""
    letters: dict[Ix, str] = {}
    for i in indices:
        own = i[0].lower()
        letters[i] = next(x for x in own + LETTERS if x not in letters.values())
    return letters


def _number(c: Fraction) -> str:
    return str(c) if c.denominator == 1 else f"({c.numerator} / {c.denominator})"
