"""Whose is it, and which of it is code? Reads what a platform's download holds; runs none of it.

`read.read_class` is the way in. What cannot be used is one clear line, and the rest of the class goes on.
"""
