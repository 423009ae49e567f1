"""Exercise notebooks: from one Markdown file each, the student's version, the solution and how it is graded.

`exercise` reads the file, `notebook` writes cells as .ipynb, `execution` runs them, `rubric` and `autograder`
say how hand-ins are judged. The way back, from a notebook of anyone to a document, is `foreign` and
`document_of`.
"""
