"""The one exception for input that cannot be used."""


class InputError(ValueError):
    """Bad input, told in one line: what was expected, what came, what to do."""
