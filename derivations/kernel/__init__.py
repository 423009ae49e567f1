"""The small trusted part of the derivations.

A proof is a value: a tree of rule applications (`rules`). The only thing that makes a theorem of it is
`Checker.check` (`checker`), and the checker looks at nothing but the tree. It checks every step twice,
by code that shares nothing but the terms: a normal form that holds for all sizes at once
(`normal_form`), and exact evaluation on random models of the hypotheses (`models`, `evaluation`).
Searching for a proof, writing it in matrix notation and printing it live outside and are not trusted.

| module | what it holds |
| --- | --- |
| `terms` | the term language: SymPy expressions over sorted indices, and what is well formed |
| `signature` | the declared symbols: slots, symmetry, sign, randomness, how a model draws them |
| `monomials` | the data of the normal form and operations on it |
| `normal_form` | the decision procedure: equal normal forms are equal for all sizes |
| `models`, `evaluation` | random exact models, and the value of a term in one |
| `axioms` | the named facts that are not proved here, as schemas with side conditions |
| `rules`, `checker` | the inference rules, and the one function that accepts proofs |
| `certificate` | proofs as JSON, replayed in a fresh process |
"""
