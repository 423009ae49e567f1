"""The small trusted part of the derivations.

A proof is a value: a tree of rule applications (`rules`). The only thing that makes a theorem of it is
`Checker.check` (`checker`), and the checker looks at nothing but the tree. It checks every step twice,
by code that shares nothing but the terms: a normal form that holds for all sizes at once
(`normal_form`), and exact evaluation on random models of the hypotheses (`models`, `evaluation`).
Searching for a proof, writing it in matrix notation and printing it live outside and are not trusted.

| module | what it holds |
| --- | --- |
| `terms`, `grammar` | the term language: SymPy expressions over sorted indices, and what is well formed |
| `signature`, `laws` | the declared symbols: slots, symmetry, sign, and how a model draws them |
| `monomials`, `signs` | the data of the normal form, and what can be told of it at sight |
| `normal_form` | the decision procedure: equal normal forms are equal for all sizes |
| `models`, `evaluation`, `numbers` | random exact models, and the value of a term in one |
| `model_test`, `budget` | the second check of a step, and how much work it may take |
| `axioms` | the named facts that are not proved here, as schemas with side conditions |
| `integrals`, `calculus`, `characteristic` | what SymPy finds, and what must be confirmed of it |
| `rules`, `checker` | the inference rules, and the one function that accepts proofs |
| `certificate`, `encoding` | proofs as JSON, replayed in a fresh process |
"""
